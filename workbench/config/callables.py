"""Finding and calling the code that a profile names, with errors that say where it went wrong."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from workbench.config.custom import CustomSection
from workbench.config.imports import import_from, is_installed, is_programs, is_taken
from workbench.config.wording import listed, nearest, printable, shortened
from workbench.errors import CallableError

_MESSAGE_LENGTH = 300
"""Characters of a foreign error's message that are repeated."""
_MEND = "mend that code; workbench --debug COMMAND shows the whole traceback"


def call(section: CustomSection, **offered: object) -> object:
    """Call what the section names with its arguments, and with those of `offered` it asks for.

    Its module is run once, and again only when a person has changed its folder's code since.
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


def foreign_error(
    what: str, error: BaseException, folder: Path, *, hint: str = _MEND
) -> CallableError:
    """An error in code below `folder`, with the innermost line of that code it went through.

    An error that went through none of it has the innermost line of installed code.
    """
    words = shortened(printable(" ".join(_words(error).split())), _MESSAGE_LENGTH)
    name = type(error).__name__
    return CallableError(
        f"{what} {name}{': ' * bool(words)}{words}{_place(error, folder)}",
        hint=hint,
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
    foreign = [(path, line) for path, line in files if not is_programs(path)]
    own = [place for place in foreign if _belongs_to(folder, place[0])]
    return next((f" ({path}, line {line})" for path, line in reversed(own or foreign)), "")


def _belongs_to(folder: Path, path: Path) -> bool:
    """Whether a file is of a person's own below `folder`: a virtual environment lies there too."""
    return path.is_relative_to(folder) and not is_installed(path)


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
    top, folder = name.partition(".")[0], section.folder
    if is_taken(top, folder):
        raise CallableError(
            f"{section.callable}: '{top}' in {folder} has the name of a module of Python"
            " or of an installed package",
            hint="rename it, here and in the profile",
        )
    try:
        return import_from(folder, name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and (name == missing or name.startswith(f"{missing}.")):
            raise _no_module(missing, section) from None
        told = f"importing {name} raised"
        if isinstance(error, ImportError) and "attempted relative import" in str(error):
            raise foreign_error(told, error, folder, hint=_as_package(name, folder)) from error
        raise foreign_error(told, error, folder) from error


def _as_package(name: str, folder: Path) -> str:
    """How to name a module that is meant to be part of a package."""
    if not folder.name.isidentifier():
        return "import neighbours without the leading dot"
    return (
        f"name it {folder.name}.{name}:… and set folder to {folder.parent},"
        " or import neighbours without the leading dot"
    )


def _no_module(name: str, section: CustomSection) -> CallableError:
    package, _, last = name.rpartition(".")
    folder = section.folder.joinpath(*package.split(".")) if package else section.folder
    hint = "set folder to where it lies, or install it"
    if package:
        hint = f"name a module that the package {package} has"
    elif not folder.is_dir():
        return CallableError(
            f"{section.callable}: no module '{name}' is installed, and there is no folder {folder}",
            hint=hint,
        )
    near = nearest(last, _module_names(folder))
    return CallableError(
        f"{section.callable}: there is no module '{name}' in {section.folder},"
        " and none is installed",
        hint=f"did you mean '{package}{'.' * bool(package)}{near}'?" if near else hint,
    )


def _module_names(folder: Path) -> list[str]:
    files = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    return files + [path.parent.name for path in folder.glob("*/__init__.py")]


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
