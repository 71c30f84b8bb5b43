"""The program's own warnings, in the form of its other words."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from workbench.cli.output import print_warning


class _Warnings(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):  # a terminal that went away; log.txt has it too
            print_warning(record.getMessage())


@contextmanager
def warnings_shown() -> Iterator[None]:
    """Show the program's own warnings to the person at the terminal."""
    handler, logger = _Warnings(logging.WARNING), logging.getLogger("workbench")
    handler.addFilter(lambda record: record.levelno == logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def show_warnings_no_more() -> None:
    """Where what they are shown on is the log from now on, which has them anyway."""
    logger = logging.getLogger("workbench")
    for handler in [each for each in logger.handlers if isinstance(each, _Warnings)]:
        logger.removeHandler(handler)
