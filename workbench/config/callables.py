"""Finding and calling the code that a profile names, with errors that say where it went wrong."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

from workbench.config.custom import CustomSection
from workbench.config.wording import listed, nearest, printable, shortened
from workbench.errors import CallableError

_MESSAGE_LENGTH = 300
"""Characters of a foreign error's message that are repeated."""


def call(section: CustomSection, **offered: object) -> object:
    """Call what the section names with its arguments, and with those of `offered` it asks for.

    The module is imported anew, so that what a person has changed since counts.
    Raises `CallableError` where it is missing, is called with wrong arguments,
    or raises.
    """
    function = _found(section)
    arguments = {**_asked_for(function, offered), **section.arguments}
    _check_arguments(function, arguments, section)
    try:
        return function(**arguments)
    except (Exception, SystemExit) as error:
        raise foreign_error(f"{section.callable} raised", error, section.folder) from error


def foreign_error(what: str, error: BaseException, folder: Path) -> CallableError:
    """An error in code below `folder`, with the innermost line of that code it went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(folder)]
    where = f" ({Path(own[-1].filename)}, line {own[-1].lineno})" if own else ""
    words = shortened(" ".join(printable(str(error)).split()), _MESSAGE_LENGTH)
    name = type(error).__name__
    return CallableError(
        f"{what} {name}: {words}{where}" if words else f"{what} {name}{where}",
        hint="mend that code; workbench --debug COMMAND shows the whole traceback",
    )


def _found(section: CustomSection) -> Callable[..., object]:
    module_name, _, path = section.callable.partition(":")
    found: object = _imported(module_name, section)
    for name in path.split("."):
        try:
            found = getattr(found, name)
        except AttributeError:
            near = nearest(name, [n for n in dir(found) if not n.startswith("_")])
            raise CallableError(
                f"{section.callable}: there is no '{name}' in it",
                hint=f"did you mean '{near}'?" if near else "name a function or class of it",
            ) from None
    if not callable(found):
        raise CallableError(
            f"{section.callable} is not callable, it is of type {type(found).__name__}",
            hint="name a function or a class",
        )
    return found


def _imported(name: str, section: CustomSection) -> ModuleType:
    """The module, from the section's folder first."""
    folder = str(section.folder)
    top = name.partition(".")[0]
    if any((section.folder / found).exists() for found in (f"{top}.py", top)):
        for loaded in [m for m in sys.modules if m == top or m.startswith(f"{top}.")]:
            del sys.modules[loaded]
    # It stays there: the module may import its neighbours only when it is called.
    if folder in sys.path:
        sys.path.remove(folder)
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise CallableError(
                f"{section.callable}: there is no module '{error.name}' in {folder},"
                " and none is installed",
                hint="set folder to where it lies, or install it",
            ) from error
        raise foreign_error(f"importing {name} raised", error, section.folder) from error
    except (Exception, SystemExit) as error:
        raise foreign_error(f"importing {name} raised", error, section.folder) from error


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
    positional_only = inspect.Parameter.POSITIONAL_ONLY
    return {
        name: v
        for name, v in offered.items()
        if kinds.get(name, positional_only) != positional_only
    }


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
            hint="give them in the profile, as in arguments = { size = 3 }",
        ) from error
