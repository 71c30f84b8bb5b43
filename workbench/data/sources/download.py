"""Archives of data sets: fetched once, checked, unpacked, never half there."""

from __future__ import annotations

import hashlib
import http.client
import tarfile
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.config.wording import printable, shortened
from workbench.data.scratch import scratch_folder, sync_folder, synced
from workbench.data.source import Progress
from workbench.errors import DataError

_CHUNK = 1 << 18
_MEGABYTE = 1_000_000
_INCOMPLETE = ".incomplete-"
_SECONDS = 30.0


@dataclass(frozen=True)
class Archive:
    """A .tar.gz archive, known by its checksum."""

    url: str
    name: str
    """The file's name in the folder that it is downloaded to."""
    md5: str
    """Hex. It tells damage: the address itself is trusted."""
    folder: str
    """The folder that it holds, all there is in it."""


def available(
    archive: Archive, root: Path, progress: Progress, *, patience: float = _SECONDS
) -> Path:
    """The archive's folder in `root`: what lies there, or unpacked now, or downloaded before that.

    `patience` is how many seconds the server may stay silent.

    Raises:
        DataError: it can be neither downloaded nor kept, or is damaged.
    """
    target, path = root / archive.folder, root / archive.name
    _check_root(root)
    try:
        if not target.exists():
            if path.exists():
                _check_present(archive, path)
            else:
                _download(archive, path, progress, patience)
            _unpack(path, target, progress)
    except OSError as error:  # of files: the network's are told where they arise
        raise DataError(
            f"{target} cannot be made: {error.strerror or error}",
            path=target,
            hint="check the disk's free space and the folder's permissions, or set data.root to"
            " another folder",
        ) from error
    return target


def _check_root(root: Path) -> None:
    found = next(path for path in (root, *root.parents) if path.exists())
    if not found.is_dir():
        below = "" if found == root else f", and {root} cannot be made"
        raise DataError(
            f"{found} is a file, not a folder{below}",
            path=found,
            hint="set data.root to a folder",
        )


def _check_present(archive: Archive, path: Path) -> None:
    with path.open("rb") as file:
        # Against damage, not against forgery.
        found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
    if found != archive.md5:
        raise DataError(
            f"{path} is damaged or another file: its md5 is {found}, not {archive.md5}",
            path=path,
            hint=f"remove it, and it is downloaded again from {archive.url}",
        )


def _download(archive: Archive, path: Path, progress: Progress, patience: float) -> None:
    """Into a scratch folder, checked on the way; renamed when it is right."""
    digest = hashlib.md5(usedforsecurity=False)
    with scratch_folder(path.parent, _INCOMPLETE) as scratch:
        with synced(scratch / archive.name) as file:
            for chunk in _received(archive, path, progress, patience):
                file.write(chunk)
                digest.update(chunk)
        if digest.hexdigest() != archive.md5:
            found = f"what came has md5 {digest.hexdigest()}, not {archive.md5}"
            raise _not_downloaded(archive, path, found)
        (scratch / archive.name).replace(path)
        sync_folder(path.parent)


def _received(archive: Archive, path: Path, progress: Progress, patience: float) -> Iterator[bytes]:
    """The archive's bytes as they come.

    Raises:
        DataError: no answer, a refusal, or an end before the end.
    """
    request = urllib.request.Request(archive.url, headers={"User-Agent": "workbench"})  # noqa: S310 - no address of a user's
    what, received = f"downloading {archive.name} (MB)", 0
    try:
        with urllib.request.urlopen(request, timeout=patience) as response:  # noqa: S310 - see above
            length = int(response.headers.get("Content-Length", 0))
            while chunk := response.read(_CHUNK):
                yield chunk
                received += len(chunk)
                # Rounded down and up: it is done when the last byte is there, not before.
                total = -(-max(length, received + 1) // _MEGABYTE)
                progress(what, received // _MEGABYTE, total)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _not_downloaded(archive, path, _reason(error, patience)) from error
    if received < length:
        raise _not_downloaded(archive, path, f"it ended after {received:,} of {length:,} bytes")
    progress(what, -(-received // _MEGABYTE), -(-received // _MEGABYTE))


def _reason(error: Exception, patience: float) -> str:
    match error:
        case urllib.error.HTTPError():
            text = f"HTTP {error.code} {error.reason}"
        case urllib.error.URLError(reason=Exception() as reason):
            text = _reason(reason, patience)
        case TimeoutError():
            text = f"no answer for {patience:g} seconds"
        case OSError(strerror=str(strerror)):
            text = strerror
        case _:
            text = str(error) or type(error).__name__
    return shortened(printable(text), 200)


def _not_downloaded(archive: Archive, path: Path, reason: str) -> DataError:
    return DataError(
        f"{archive.url} cannot be downloaded: {reason}",
        path=path,
        hint=f"try again; or fetch that file elsewhere and put it at {path} (md5 {archive.md5})",
    )


def _unpack(path: Path, target: Path, progress: Progress) -> None:
    """Into a scratch folder; renamed when it is whole."""
    try:
        with scratch_folder(path.parent, _INCOMPLETE) as scratch:
            _extract(path, scratch, progress)
            _move(scratch / target.name, target)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(
            f"{path} cannot be unpacked: {error}", path=path, hint="remove it, and try again"
        ) from error


def _extract(path: Path, folder: Path, progress: Progress) -> None:
    what, total = f"unpacking {path.name} (MB)", -(-path.stat().st_size // _MEGABYTE)
    with path.open("rb") as file, tarfile.open(fileobj=file, mode="r:gz") as archive:
        for member in archive:
            archive.extract(member, folder, filter="data")
            progress(what, min(file.tell() // _MEGABYTE, total - 1), total)
    progress(what, total, total)


def _move(folder: Path, target: Path) -> None:
    """Into its place. If another process was first, theirs stays."""
    try:
        folder.rename(target)
    except OSError:
        if not target.is_dir():
            raise
    sync_folder(target.parent)
