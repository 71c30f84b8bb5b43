"""Modules of a person's own: run once, anew only after an edit, found behind installed ones."""

from __future__ import annotations

import importlib
import os
import sys
import sysconfig
from collections.abc import Iterator, Set
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

_PROGRAM = Path(__file__).parents[1]
_PYTHON = Path(sysconfig.get_path("stdlib"))
_PACKAGES = {"site-packages", "dist-packages"}
"""Names of the folders that packages are installed in."""

_Stamp = tuple[int, int, int]
_known: dict[Path, dict[Path, _Stamp]] = {}
"""For each folder that was imported from, the module files that were there before."""
_searched: list[str] = []
"""The folders that were put in sys.path here."""


def import_from(folder: Path, name: str) -> ModuleType:
    """The module `name`, from what is installed or else from `folder`.

    It is the one that is loaded already unless a file of the folder's modules
    has changed since, appeared or disappeared: then all of them are loaded anew.
    Raises what importing it raises.
    """
    if not is_installed(folder):
        _forget_changed(folder, name.partition(".")[0])
    _search(folder)
    importlib.invalidate_caches()
    return importlib.import_module(name)


def is_taken(name: str, folder: Path) -> bool:
    """Whether a module in `folder` has the name of one of Python or of an installed package.

    It would not be found behind that one; before it, the program would get it instead.
    """
    if name == _PROGRAM.name or not _holds(folder, name):
        return False
    others = [entry for entry in sys.path if entry not in _searched]
    elsewhere = [entry for entry in others if Path(entry).resolve() != folder.resolve()]
    # Not sys.modules: what happens to be loaded is another at another time.
    found = PathFinder.find_spec(name, elsewhere)
    # A folder without __init__.py has no origin, and any module comes before it.
    return name in sys.stdlib_module_names or (found is not None and found.origin is not None)


def is_programs(path: Path) -> bool:
    """Whether a file is this program's."""
    return path.is_relative_to(_PROGRAM)


def is_installed(path: Path) -> bool:
    """Whether a file is Python's or an installed package's."""
    return path.is_relative_to(_PYTHON) or not _PACKAGES.isdisjoint(path.parts)


def _search(folder: Path) -> None:
    """Behind all that is installed, before other folders of a person's own.

    It stays there: a module may import its neighbours only when it is called.
    """
    if str(folder) in sys.path and str(folder) not in _searched:
        return
    own = [str(folder), *(e for e in sys.path if e in _searched and e != str(folder))]
    sys.path[:] = [*(entry for entry in sys.path if entry not in own), *own]
    if str(folder) not in _searched:
        _searched.append(str(folder))


def _forget_changed(folder: Path, top: str) -> None:
    """Drop modules whose files changed, and those of other folders that have one's name here."""
    own = {name: home for name in _top_level() if (home := _home(name)) in {folder, *_known}}
    here = {name for name, home in own.items() if home == folder}
    loaded = _loaded_files(here)
    files = loaded.union(_module_files(folder, {top, *here}))
    now = {file: stamp for file in files if (stamp := _stamp(file))}
    stale = {name for name in own if name not in here and _holds(folder, name)}
    if _differ(_known.get(folder, now), now, loaded):
        stale |= here
    for name in list(sys.modules):
        if name.partition(".")[0] in stale:
            del sys.modules[name]
    _known[folder] = now


def _differ(before: dict[Path, _Stamp], now: dict[Path, _Stamp], loaded: set[Path]) -> bool:
    """Whether files came or went, or one of those that are loaded has changed."""
    folders = {file.parent for file in before}
    # Not the modules of a package that is looked into for the first time.
    came = {
        file
        for file in now.keys() - before.keys() - loaded
        if file.parent in folders or file.name == "__init__.py"
    }
    went = before.keys() - now.keys()
    edited = {file for file in loaded & before.keys() if now.get(file) != before[file]}
    return bool(came or went or edited)


def _top_level() -> list[str]:
    """Loaded modules that are neither the program's nor Python's nor installed."""
    names = [name for name in sys.modules if "." not in name]
    return [name for name in names if name not in (_PROGRAM.name, "__main__") and not _fixed(name)]


def _fixed(name: str) -> bool:
    home = _home(name)
    return home is None or is_installed(home)


def _home(name: str) -> Path | None:
    """The folder that a loaded top-level module lies in; None for one that has no file."""
    # Not its attributes: some packages import things when they are asked for one.
    known = getattr(sys.modules[name], "__dict__", {})
    file = known.get("__file__") or next(iter(known.get("__path__") or ()), None)
    if not isinstance(file, str):
        return None
    is_package = "__path__" in known and known.get("__file__")
    return Path(file).parents[1] if is_package else Path(file).parent


def _loaded_files(tops: set[str]) -> set[Path]:
    """The files of these top-level modules and of all that is loaded below them."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] in tops]
    files = [getattr(module, "__dict__", {}).get("__file__") for module in modules]
    return {Path(file) for file in files if isinstance(file, str)}


def _module_files(folder: Path, packages: Set[str] = frozenset()) -> Iterator[Path]:
    """The modules in a folder and in its packages: those of `packages` need no __init__.py."""
    try:
        with os.scandir(folder) as found:
            entries = list(found)
    except OSError:
        return
    for entry in entries:
        if entry.name.endswith(".py") and entry.name[:-3].isidentifier():
            yield Path(entry)
        elif entry.is_dir() and (entry.name in packages or Path(entry, "__init__.py").is_file()):
            yield from _module_files(Path(entry))


def _stamp(file: Path) -> _Stamp | None:
    """What an edit changes; None where there is no such file."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _holds(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()
