"""log.txt: Python's logging and warnings while a run trains."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import WriteError


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Append log records and warnings of the whole process to `path`. Raises `WriteError`."""
    handler = _file_handler(path)
    root, ours = logging.getLogger(), logging.getLogger("workbench")
    level = ours.level
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        ours.setLevel(level)
        root.removeHandler(handler)
        handler.close()


def _file_handler(path: Path) -> logging.FileHandler:
    try:
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise WriteError(path, error) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    return handler
