"""Finding and calling the code that a profile names, with errors that say where it went wrong."""

from __future__ import annotations

import importlib
import inspect
import sys
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from workbench.config.custom import CustomSection
from workbench.config.wording import listed, nearest, printable, shortened
from workbench.errors import CallableError

_MESSAGE_LENGTH = 300
"""Characters of a foreign error's message that are repeated."""
_PROGRAM = Path(__file__).parents[1]
_PYTHON = Path(sysconfig.get_path("stdlib"))
_PACKAGES = {"site-packages", "dist-packages"}
"""Names of the folders that packages are installed in."""


def call(section: CustomSection, **offered: object) -> object:
    """Call what the section names with its arguments, and with those of `offered` it asks for.

    The module is imported anew, so that what a person has changed since counts.
    Raises `CallableError` where it is missing, is called with wrong arguments,
    or raises.
    """
    function = _found(section)
    arguments = {**_asked_for(function, offered), **section.arguments}
    _check_arguments(function, arguments, section)
    with foreign_code(f"{section.callable} raised", section.folder):
        return function(**arguments)


@contextmanager
def foreign_code(what: str, folder: Path) -> Iterator[None]:
    """Whatever is raised inside becomes a `CallableError` that begins with `what`.

    An interrupt goes through.
    """
    try:
        yield
    except (Exception, SystemExit) as error:
        raise foreign_error(what, error, folder) from error


def foreign_error(what: str, error: BaseException, folder: Path) -> CallableError:
    """An error in code below `folder`, with the innermost line of that code it went through.

    An error that went through none of it has the innermost line of installed code.
    """
    words = shortened(printable(" ".join(_words(error).split())), _MESSAGE_LENGTH)
    name = type(error).__name__
    return CallableError(
        f"{what} {name}{': ' * bool(words)}{words}{_place(error, folder)}",
        hint="mend that code; workbench --debug COMMAND shows the whole traceback",
    )


def _words(error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.msg:
        return error.msg  # its str has the place once more
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - an error of a person's own may fail at that too
        return ""


def _place(error: BaseException, folder: Path) -> str:
    """` (file, line)`, or nothing where no line of any file is known."""
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        places.append((error.filename, error.lineno))
    # <frozen importlib> and <string> are no files.
    files = [(Path(name), line) for name, line in places if not name.startswith("<")]
    foreign = [(path, line) for path, line in files if not path.is_relative_to(_PROGRAM)]
    own = [place for place in foreign if _belongs_to(folder, place[0])]
    return next((f" ({path}, line {line})" for path, line in reversed(own or foreign)), "")


def _belongs_to(folder: Path, path: Path) -> bool:
    """Whether a file is of a person's own below `folder`: a virtual environment lies there too."""
    return path.is_relative_to(folder) and not _is_installed(path)


def _is_installed(path: Path) -> bool:
    return path.is_relative_to(_PYTHON) or not _PACKAGES.isdisjoint(path.parts)


def _found(section: CustomSection) -> Callable[..., object]:
    module_name, _, path = section.callable.partition(":")
    found: object = _imported(module_name, section)
    for name in path.split("."):
        found = _attribute(found, name, section)
    if not callable(found):
        raise CallableError(
            f"{section.callable} is not callable, it is of type {type(found).__name__}",
            hint="name a function or a class",
        )
    return found


def _attribute(owner: object, name: str, section: CustomSection) -> object:
    try:
        return getattr(owner, name)
    except AttributeError:
        near = nearest(name, [n for n in dir(owner) if not n.startswith("_")])
        raise CallableError(
            f"{section.callable}: there is no '{name}' in it",
            hint=f"did you mean '{near}'?" if near else "name a function or class of it",
        ) from None
    except (Exception, SystemExit) as error:
        raise foreign_error(f"{section.callable} raised", error, section.folder) from error


def _imported(name: str, section: CustomSection) -> ModuleType:
    """The module, from the section's folder first."""
    folder = section.folder
    _check_name(name.partition(".")[0], section)
    _forget_modules(folder)
    # It stays there: the module may import its neighbours only when it is called.
    if str(folder) in sys.path:
        sys.path.remove(str(folder))
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and (name == missing or name.startswith(f"{missing}.")):
            raise _no_module(missing, section) from None
        raise foreign_error(f"importing {name} raised", error, folder) from error


def _check_name(top: str, section: CustomSection) -> None:
    """A module of one's own must not stand in for one that the program itself works with."""
    if top == _PROGRAM.name or not _holds(section.folder, top):
        return
    if top in sys.stdlib_module_names or (top in sys.modules and _is_fixed(top)):
        raise CallableError(
            f"{section.callable}: '{top}' in {section.folder} has the name of a module of Python"
            " or of an installed package",
            hint="rename it, here and in the profile",
        )


def _forget_modules(folder: Path) -> None:
    """Drop the modules that were imported from `folder`, or that it has others of that name for."""
    top_level = [name for name in sys.modules if "." not in name and not _is_fixed(name)]
    stale = {name for name in top_level if _home(name) == folder or _holds(folder, name)}
    for name in list(sys.modules):
        if name.partition(".")[0] in stale:
            del sys.modules[name]


def _is_fixed(name: str) -> bool:
    """Whether a loaded module is the program's, Python's or an installed package's."""
    home = _home(name)
    return name in (_PROGRAM.name, "__main__") or home is None or _is_installed(home)


def _home(name: str) -> Path | None:
    """The folder that a loaded top-level module lies in; None for one that has no file."""
    # Not its attributes: some packages import things when they are asked for one.
    known = getattr(sys.modules[name], "__dict__", {})
    file = known.get("__file__") or next(iter(known.get("__path__") or ()), None)
    if not isinstance(file, str):
        return None
    is_package = "__path__" in known and known.get("__file__")
    return Path(file).parents[1] if is_package else Path(file).parent


def _holds(folder: Path, name: str) -> bool:
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def _no_module(name: str, section: CustomSection) -> CallableError:
    folder = section.folder
    if not folder.is_dir():
        return CallableError(
            f"{section.callable}: no module '{name}' is installed, and there is no folder {folder}",
            hint="set folder to where it lies, or install it",
        )
    near = nearest(name, [path.stem for path in folder.glob("*.py")])
    return CallableError(
        f"{section.callable}: there is no module '{name}' in {folder}, and none is installed",
        hint=f"did you mean '{near}'?" if near else "set folder to where it lies, or install it",
    )


def _signature(function: Callable[..., object]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # written in C
        return None


def _asked_for(function: Callable[..., object], offered: Mapping[str, object]) -> dict[str, object]:
    """Those that the function names as parameters; all where it takes any keyword."""
    signature = _signature(function)
    if signature is None:
        return {}
    kinds = {name: parameter.kind for name, parameter in signature.parameters.items()}
    if inspect.Parameter.VAR_KEYWORD in kinds.values():
        return dict(offered)
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return {name: value for name, value in offered.items() if kinds.get(name) in by_name}


def _check_arguments(
    function: Callable[..., object], arguments: Mapping[str, object], section: CustomSection
) -> None:
    signature = _signature(function)
    if signature is None:
        return
    try:
        signature.bind(**arguments)
    except TypeError as error:
        takes = listed([*signature.parameters], "and") or "nothing"
        raise CallableError(
            f"{section.callable} cannot be called: {error}; it takes {takes}",
            hint="give them by name in the profile, as in arguments = { size = 3 }",
        ) from error
