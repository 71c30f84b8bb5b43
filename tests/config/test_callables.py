"""Code of one's own: found, called, and what is said when it goes wrong."""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import workbench
from workbench.config.callables import call, foreign_code, foreign_error
from workbench.config.custom import CustomSection
from workbench.errors import CallableError

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def _same_search_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a module; by default `mine.py` in the test's own folder."""

    def write(code: str, name: str = "mine.py", folder: str = ".") -> Path:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code)
        return path.parent

    return write


def section(folder: Path, name: str = "mine:load", **arguments: object) -> CustomSection:
    return CustomSection.model_validate(
        {"callable": name, "folder": folder, "arguments": arguments}
    )


def refusal(folder: Path, name: str = "mine:load", **arguments: object) -> CallableError:
    with pytest.raises(CallableError) as error:
        call(section(folder, name, **arguments))
    assert name in error.value.message or "importing" in error.value.message
    assert "\n" not in error.value.message
    assert error.value.hint
    return error.value


# Calling


def test_a_function_gets_the_profiles_arguments(write: Write) -> None:
    folder = write("def load(a, b=2): return a, b")
    assert call(section(folder, a=1)) == (1, 2)
    assert call(section(folder, a=[1, "x"], b=True)) == ([1, "x"], True)


def test_classes_and_what_lies_within_them_can_be_named(write: Write) -> None:
    folder = write(
        "class Set:\n"
        "    def __init__(self, size=1): self.size = size\n"
        "    @classmethod\n"
        "    def small(cls): return cls(3)\n"
    )
    made = call(section(folder, "mine:Set", size=5))
    assert (type(made).__name__, vars(made)) == ("Set", {"size": 5})
    assert vars(call(section(folder, "mine:Set.small"))) == {"size": 3}  # type: ignore[arg-type]


def test_what_is_offered_reaches_those_who_ask_for_it(write: Write) -> None:
    folder = write(
        "def some(classes): return classes\n"
        "def all(**given): return given\n"
        "def keyword(*, size=0): return size\n"
        "def positional(size=7, /): return size\n"
        "def none(): return None\n"
    )
    results = [
        call(section(folder, f"mine:{name}"), classes=10, size=32)
        for name in ("some", "all", "keyword", "positional", "none")
    ]
    assert results == [10, {"classes": 10, "size": 32}, 32, 7, None]


def test_the_profiles_own_arguments_come_before_what_is_offered(write: Write) -> None:
    folder = write("def load(classes): return classes")
    assert call(section(folder, classes=2), classes=10) == 2


def test_callables_written_in_c_can_be_called(tmp_path: Path) -> None:
    assert call(section(tmp_path, "builtins:dict", a=1), classes=10) == {"a": 1}


# Importing


def test_a_changed_module_counts_and_so_does_a_changed_neighbour(write: Write) -> None:
    write("value = 'one'", "neighbour.py")
    folder = write("import neighbour\ndef load(): return 'first', neighbour.value")
    assert call(section(folder)) == ("first", "one")
    write("value = 'another'", "neighbour.py")
    folder = write("import neighbour\ndef load(): return 'changed', neighbour.value")
    assert call(section(folder)) == ("changed", "another")


def test_modules_of_one_name_in_two_folders_are_told_apart(write: Write) -> None:
    code = "import beside\ndef load(): return beside.value"
    for name in ("a", "b"):
        write(f"value = {name!r}", "beside.py", folder=name)
        folder = write(code, folder=name)
    assert call(section(folder)) == "b"
    assert call(section(folder.parent / "a")) == "a"


ONCE = """
import builtins
builtins.times_run += 1
class Net: pass
def load(): return Net()
def check(): return Net
"""


@pytest.fixture
def times_run(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often `ONCE` was run."""
    monkeypatch.setattr(builtins, "times_run", 0, raising=False)
    return lambda: builtins.times_run  # type: ignore[attr-defined,no-any-return]


def test_a_module_that_holds_data_and_model_is_run_once(
    write: Write, times_run: Callable[[], int]
) -> None:
    write("value = 1", "lazily.py")
    folder = write(ONCE + "def lazy():\n    import lazily\n    return lazily.value\n")
    made = call(section(folder))
    call(section(folder, "mine:lazy"))
    assert isinstance(made, call(section(folder, "mine:check")))  # type: ignore[arg-type]
    assert times_run() == 1


@pytest.mark.parametrize("init", [True, False])
def test_a_module_of_a_package_is_run_once(
    write: Write, times_run: Callable[[], int], init: bool
) -> None:
    if init:
        write("", "__init__.py", folder="oncepack")
    write("def load(): return 1", "other.py", folder="oncepack")
    folder = write(ONCE, "code.py", folder="oncepack").parent
    for name in ("code:load", "other:load", "code:load"):
        call(section(folder, f"oncepack.{name}"))
    assert times_run() == 1


def test_code_that_is_not_loaded_may_be_edited_meanwhile(
    write: Write, times_run: Callable[[], int]
) -> None:
    write("value = 1", "script.py")
    folder = write(ONCE)
    call(section(folder))
    write("value = 'another'", "script.py")
    call(section(folder))
    assert times_run() == 1


def test_a_neighbour_that_appears_and_disappears_counts(write: Write) -> None:
    folder = write(
        "try:\n    import sometimes\nexcept ImportError:\n    sometimes = None\n"
        "def load(): return sometimes and sometimes.value\n"
    )
    assert call(section(folder)) is None
    write("value = 2", "sometimes.py")
    assert call(section(folder)) == 2
    (folder / "sometimes.py").unlink()
    assert call(section(folder)) is None


def test_an_edit_of_a_neighbour_that_was_imported_late_counts(write: Write) -> None:
    write("value = 4", "late.py")
    folder = write("def load():\n    from late import value\n    return value")
    assert call(section(folder)) == 4
    write("value = 'edited'", "late.py")
    assert call(section(folder)) == "edited"


def test_a_changed_part_of_a_package_counts(write: Write) -> None:
    write("", "__init__.py", folder="editpack")
    write("value = 5", "other.py", folder="editpack")
    code = "from .other import value\ndef load(): return value"
    folder = write(code, "code.py", "editpack").parent
    assert call(section(folder, "editpack.code:load")) == 5
    write("value = 'edited'", "other.py", folder="editpack")
    assert call(section(folder, "editpack.code:load")) == "edited"


def test_what_the_program_imports_is_never_a_persons_neighbour(write: Write) -> None:
    write("raise ValueError('not the one of Python')", "colorsys.py")
    folder = write("def load(): return 1")
    assert call(section(folder)) == 1
    sys.modules.pop("colorsys", None)
    assert importlib.import_module("colorsys").rgb_to_hsv(0, 0, 0) == (0, 0, 0)


def test_neighbours_may_be_imported_when_the_function_runs(write: Write) -> None:
    write("value = 4", "late.py")
    folder = write("def load():\n    from late import value\n    return value")
    assert call(section(folder)) == 4


def test_packages_and_their_modules_can_be_named(write: Write) -> None:
    write("", "__init__.py", folder="mypack")
    write("value = 5", "other.py", folder="mypack")
    folder = write("from .other import value\ndef load(): return value", "code.py", "mypack").parent
    assert call(section(folder, "mypack.code:load")) == 5


def test_the_program_and_what_is_installed_are_not_imported_twice(tmp_path: Path) -> None:
    source = Path(workbench.__file__).parents[1]
    for folder in (tmp_path, source, Path(pytest.__file__).parents[1]):
        assert call(section(folder, "workbench.config.wording:listed", words=["a"])) == "a"
        assert sys.modules["workbench"] is workbench
        assert sys.modules["pytest"] is pytest


@pytest.mark.parametrize("name", ["random", "pytest", "colorsys", "sklearn"])
def test_a_module_named_like_an_installed_one_is_refused(write: Write, name: str) -> None:
    before = sys.modules.get(name)
    folder = write("def load(): return 1", f"{name}.py")
    error = refusal(folder, f"{name}:load")
    assert "has the name of a module" in error.message
    assert "rename" in error.hint
    assert sys.modules.get(name) is before


# What is not there


def test_a_missing_module_is_named_and_the_nearest_one_offered(write: Write) -> None:
    folder = write("", "my_data.py")
    error = refusal(folder, "my_dat:load")
    assert f"there is no module 'my_dat' in {folder}" in error.message
    assert error.hint == "did you mean 'my_data'?"
    assert "folder" in refusal(folder, "elsewhere:load").hint


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    error = refusal(tmp_path / "gone", "nowhere_at_all:load")
    assert f"there is no folder {tmp_path / 'gone'}" in error.message


def test_a_missing_part_of_a_package_is_named(write: Write) -> None:
    folder = write("", "__init__.py", folder="halfpack").parent
    assert "there is no module 'halfpack.code'" in refusal(folder, "halfpack.code:load").message


def test_the_nearest_module_of_a_package_is_offered(write: Write) -> None:
    write("", "__init__.py", folder="nearpack")
    folder = write("", "networks.py", folder="nearpack").parent
    assert refusal(folder, "nearpack.network:load").hint == "did you mean 'nearpack.networks'?"
    assert "the package nearpack" in refusal(folder, "nearpack.z:load").hint


def test_a_relative_import_of_a_module_that_stands_alone_is_told_its_package(write: Write) -> None:
    folder = write("from .other import value", "code_alone.py", folder="relpack")
    hint = refusal(folder, "code_alone:load").hint
    assert "relpack.code_alone" in hint
    assert str(folder.parent) in hint


def test_a_missing_function_is_named_and_the_nearest_one_offered(write: Write) -> None:
    error = refusal(write("def load_all(): pass"), "mine:load_al")
    assert "there is no 'load_al' in it" in error.message
    assert error.hint == "did you mean 'load_all'?"


def test_what_is_not_callable_is_refused(write: Write) -> None:
    error = refusal(write("load = 3"))
    assert "is not callable, it is of type int" in error.message


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({}, "'size'"),
        ({"size": 1, "sise": 2}, "'sise'"),
    ],
)
def test_wrong_arguments_are_told_with_those_it_takes(
    write: Write, arguments: dict[str, object], told: str
) -> None:
    error = refusal(write("def load(size, mode='a'): pass"), **arguments)
    assert told in error.message
    assert "it takes size and mode" in error.message
    assert "arguments = {" in error.hint


# What raises


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("raise ValueError('too\\nmany\\x1b[31m')", "ValueError: too many\\x1b[31m ("),
        ("raise KeyError", "raised KeyError ("),
        ("import sys; sys.exit(3)", "raised SystemExit: 3 ("),
        ("import sys; sys.exit('no')", "raised SystemExit: no ("),
        ("import not_installed_at_all", "ModuleNotFoundError: "),
        ("raise StopIteration", "raised StopIteration ("),
        ("1 / 0", "ZeroDivisionError: "),
        ("load()", "RecursionError"),
    ],
)
def test_what_a_function_raises_is_told_with_its_line(
    write: Write, statement: str, told: str
) -> None:
    folder = write(f"def load():\n    {statement}\n")
    error = refusal(folder)
    assert told in error.message
    assert error.message.endswith(f"({folder / 'mine.py'}, line 2)")
    assert "--debug" in error.hint


def test_what_importing_raises_is_told_with_its_line(write: Write) -> None:
    folder = write("x = 1\nimport not_installed_at_all\n")
    message = refusal(folder).message
    assert "importing mine raised ModuleNotFoundError" in message
    assert message.endswith(f"({folder / 'mine.py'}, line 2)")


def test_a_syntax_error_is_told_with_its_line(write: Write) -> None:
    folder = write("x = 1\n\ndef load(:\n")
    message = refusal(folder).message
    assert "importing mine raised SyntaxError" in message
    assert message.endswith(f"({folder / 'mine.py'}, line 3)")


def test_a_syntax_error_in_a_neighbour_is_told_with_the_neighbours_line(write: Write) -> None:
    write("x = \n", "broken_one.py")
    folder = write("import broken_one\n")
    assert refusal(folder).message.endswith(f"({folder / 'broken_one.py'}, line 1)")


def test_a_module_whose_attributes_raise_is_told(write: Write) -> None:
    folder = write("def __getattr__(name):\n    raise OSError('gone')\n")
    assert "raised OSError: gone" in refusal(folder).message


def test_an_error_that_cannot_even_say_what_it_is(write: Write) -> None:
    folder = write(
        "class Odd(Exception):\n"
        "    def __str__(self): raise ValueError\n"
        "def load():\n    raise Odd\n"
    )
    assert "raised Odd (" in refusal(folder).message


def test_a_long_message_is_cut(write: Write) -> None:
    assert len(refusal(write("def load(): raise ValueError('x' * 10_000)")).message) < 600


def test_the_line_is_of_the_persons_own_code_not_of_a_library(write: Write) -> None:
    environment = ".venv/lib/python3/site-packages/their_library.py"
    write("def fail(): raise ValueError('inside')", environment)
    folder = write(
        "import runpy, pathlib\n"
        f"theirs = runpy.run_path(str(pathlib.Path(__file__).parent / '{environment}'))\n"
        "def load():\n"
        "    theirs['fail']()\n"
    )
    assert refusal(folder).message.endswith(f"({folder / 'mine.py'}, line 4)")


def test_an_error_in_installed_code_has_that_codes_line(tmp_path: Path) -> None:
    message = refusal(tmp_path, "colorsys:rgb_to_hsv", r="a", g=1, b=2).message
    assert "colorsys.py, line" in message


def test_an_interrupt_goes_through(write: Write) -> None:
    with pytest.raises(KeyboardInterrupt):
        call(section(write("def load(): raise KeyboardInterrupt")))


def test_the_error_itself_is_kept_as_the_cause(write: Write) -> None:
    assert isinstance(refusal(write("def load(): raise ValueError")).__cause__, ValueError)


def test_foreign_code_names_what_was_being_done(tmp_path: Path) -> None:
    with (
        pytest.raises(CallableError, match="reading item 3 raised IndexError: out of range"),
        foreign_code("reading item 3 raised", tmp_path),
    ):
        raise IndexError("out of range")


def test_an_error_without_a_traceback_has_no_place(tmp_path: Path) -> None:
    assert (
        foreign_error("it raised", ValueError("x"), tmp_path).message == "it raised ValueError: x"
    )
