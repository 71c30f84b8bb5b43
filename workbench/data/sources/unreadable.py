"""What is said of image files that cannot be read."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from workbench.config.wording import printable, shortened
from workbench.data.source import LeftOut
from workbench.errors import DataError

_LISTED = 10
_REASON_LENGTH = 150
_OF_THE_FILE = {
    errno.EACCES,
    errno.EINVAL,  # a place before the file's beginning, to which damaged files send their reader
    errno.EISDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.ENODEV,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ENXIO,
    errno.EOVERFLOW,
    errno.EPERM,
}
"""What the system says of a file, as against a disk, a network or memory that fails."""


def is_of_the_machine(error: Exception) -> bool:
    """Whether the same file may be read at another time. Pillow's own errors have no errno."""
    if isinstance(error, OSError):
        return error.errno is not None and error.errno not in _OF_THE_FILE
    return isinstance(error, MemoryError)


def not_read(path: Path, error: Exception) -> DataError:
    """The machine's fault: nothing is learned of the file."""
    told = "memory ran out" if isinstance(error, MemoryError) else reason(error)
    return DataError(
        f"reading {printable(str(path))} failed: {told}",
        path=path,
        hint="that is the machine's fault, not the file's: see to its disk, memory and open"
        " files, and try again",
    )


def reason(error: Exception) -> str:
    """Why a file could not be read, a few words without its name."""
    match error:
        case UnidentifiedImageError():
            text = "no image format that Pillow knows"
        case Image.DecompressionBombWarning() | Image.DecompressionBombError():
            text = f"more than the {Image.MAX_IMAGE_PIXELS} pixels that are safe to decode"
        case OSError(strerror=str(strerror)):
            text = strerror
        case OSError() | SyntaxError() | ValueError():  # what Pillow raises with words of its own
            text = str(error).rstrip(".") or type(error).__name__
        case _:
            text = f"{type(error).__name__}: {error}"
    return shortened(printable(text), _REASON_LENGTH)


def listed(left_out: Sequence[LeftOut], paths: Sequence[Path]) -> str:
    """`3 of 9 images cannot be read: …`, with the first ones' names and reasons."""
    names = [f"{printable(str(paths[file.place]))} ({file.reason})" for file in left_out[:_LISTED]]
    if len(left_out) > _LISTED:
        names.append(f"and {len(left_out) - _LISTED} more")
    return f"{len(left_out)} of {len(paths)} images cannot be read: {'; '.join(names)}"


def unreadable(left_out: Sequence[LeftOut], paths: Sequence[Path]) -> DataError:
    """One error for all of them."""
    return DataError(
        listed(left_out, paths),
        path=paths[left_out[0].place],
        hint='replace or remove these files, or set data.on_error = "skip" to leave them out',
    )
