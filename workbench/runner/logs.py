"""log.txt: Python's logging and warnings while a run trains."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path

from workbench.errors import WriteError
from workbench.events import EpochEnded
from workbench.store.files import opened_to_append
from workbench.store.wording import metric


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
        with suppress(OSError):  # what the disk refused before, it refuses again
            handler.close()


def described(event: EpochEnded) -> str:
    """`epoch 3, step 63: val/loss 0.41, val/accuracy 88.20 %`."""
    metrics = ", ".join(f"{name} {metric(name, value)}" for name, value in event.metrics.items())
    return f"epoch {event.epoch + 1}, step {event.step}: {metrics}"


class _LogFile(logging.FileHandler):
    """A line that the disk refuses is lost: it stops no training, and what it tells of is told."""

    def _open(self) -> TextIOWrapper:
        descriptor = opened_to_append(Path(self.baseFilename))
        return os.fdopen(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        if not isinstance(sys.exception(), OSError):
            super().handleError(record)


def _file_handler(path: Path) -> logging.FileHandler:
    try:
        handler = _LogFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise WriteError(path, error) from error
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    handler.setLevel(logging.INFO)
    return handler
