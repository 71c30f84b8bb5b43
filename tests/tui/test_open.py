"""From the shell into the screen and back, on terminals of every kind."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from tests.drills.terminals import WORKBENCH, Terminal
from tests.waiting import until
from workbench.config.profile import RunProfile
from workbench.store.runs import RunStore

EMPTY = "No runs yet"

IMPORTS_AT_FIRST_PAINT = """
import sys
from textual.app import App
from workbench.tui.app import WorkbenchApp
loaded = set()
def ready(app):
    loaded.update(sys.modules)
    app.exit("done")
WorkbenchApp.on_ready = ready
from workbench.__main__ import main
sys.argv = ["workbench", *sys.argv[1:]]
try:
    main()
finally:
    print("LOADED", *sorted({"torch", "numpy", "workbench.tui.app"} & loaded))
"""


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder


def leave(terminal: Terminal) -> bytes:
    """Leave the screen; what it sent in all."""
    terminal.press("q")
    assert terminal.wait() == 0
    assert terminal.raw.rstrip().endswith(b"\x1b[?1006l")
    assert b"Traceback" not in terminal.raw
    return terminal.raw


def test_without_a_command_the_runs_are_shown(runs: Path) -> None:
    with Terminal(WORKBENCH) as terminal:
        terminal.await_text(EMPTY, "Leave")
        leave(terminal)
    assert not runs.exists()  # to look makes no folder


def test_neither_torch_nor_numpy_is_there_when_the_screen_is(runs: Path) -> None:
    with Terminal([sys.executable, "-c", IMPORTS_AT_FIRST_PAINT]) as terminal:
        assert terminal.wait() == 0
    assert b"LOADED workbench.tui.app\r\n" in terminal.raw


@pytest.mark.parametrize(
    "environment",
    [
        {"TERM": "xterm"},
        {"TERM": "screen"},
        {"TERM": "linux"},
        {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
        {"NO_COLOR": "1"},
    ],
    ids=" ".join,
)
def test_other_terminals_show_it_too(environment: dict[str, str], runs: Path) -> None:
    with Terminal(WORKBENCH, **environment) as terminal:
        terminal.await_text(EMPTY, "Leave")
        raw = leave(terminal)
    many = b"\x1b[48;2;" in raw or b";38;2;" in raw
    assert many == ("COLORTERM" in environment)
    if "NO_COLOR" in environment:
        assert {*re.findall(rb"\x1b\[([\d;]*)m", raw)} <= {b"0", b"39;49", b"1;39;49", b"49"}


@pytest.mark.parametrize(
    ("words", "environment"),
    [(["--ascii"], {}), ([], {"LC_ALL": "C"}), ([], {"LANG": "C"}), ([], {"LC_ALL": "POSIX"})],
)
def test_where_unicode_is_not_wanted_nothing_but_ascii_leaves(
    words: list[str], environment: dict[str, str], runs: Path
) -> None:
    with Terminal([*WORKBENCH, *words], **environment) as terminal:
        terminal.await_text(EMPTY, "Leave")
        terminal.press("?")
        terminal.await_text("This screen")
        terminal.press("q")
        until(lambda: not terminal.shows("This screen")())
        raw = leave(terminal)
    assert raw.isascii()


@pytest.mark.parametrize(("columns", "rows"), [(39, 24), (80, 9), (13, 5), (1, 1)])
def test_a_terminal_that_is_too_small_says_what_it_needs(
    columns: int, rows: int, runs: Path
) -> None:
    with Terminal(WORKBENCH, columns=columns, rows=rows) as terminal:
        if columns > len("needs 40 x 10"):
            terminal.await_text("needs 40 x 10")
            assert EMPTY not in "\n".join(terminal.lines())
        terminal.resize(80, 24)
        terminal.await_text(EMPTY, "Leave")
        terminal.resize(39, 24)
        terminal.await_text("needs 40 x 10")
        terminal.press("?")
        terminal.resize(40, 10)
        terminal.await_text("Keys")
        terminal.press("q")
        terminal.await_text("Leave")
        leave(terminal)


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_can_show_no_screen_is_told_in_one_sentence(term: str, runs: Path) -> None:
    with Terminal(WORKBENCH, TERM=term) as terminal:
        assert terminal.wait() == 2
    error, hint = terminal.raw.decode().splitlines()
    assert error.startswith("workbench: error: this terminal cannot show a screen: TERM is ")
    assert hint.startswith("hint: ")


@pytest.mark.parametrize("where", ["stdin", "stderr"])
def test_where_there_is_no_terminal_it_is_told_in_one_sentence(where: str, runs: Path) -> None:
    redirect = {"stdin": "< /dev/null", "stderr": "2> error"}[where]
    command = f'cd "$0" && exec "$1" -m workbench {redirect}'
    with Terminal(["sh", "-c", command, str(runs.parent), sys.executable]) as terminal:
        assert terminal.wait() == 2
    error = runs.parent / "error"
    text = error.read_text() if error.exists() else terminal.raw.decode()
    assert len(text.splitlines()) == 2
    assert "the workbench needs a terminal" in text


def test_its_standard_output_may_go_elsewhere(runs: Path, tmp_path: Path) -> None:
    command = 'exec "$1" -m workbench > "$0"'
    with Terminal(["sh", "-c", command, str(tmp_path / "out"), sys.executable]) as terminal:
        terminal.await_text(EMPTY)
        leave(terminal)
    assert (tmp_path / "out").read_text() == ""


def test_a_screen_that_breaks_off_is_told_and_the_terminal_is_as_before(
    runs: Path, tmp_path: Path
) -> None:
    program = """
import sys
from workbench.tui.app import WorkbenchApp
def action_keys(app):
    raise RuntimeError("oh dear")
WorkbenchApp.action_keys = action_keys
from workbench.__main__ import main
sys.argv = ["workbench"]
main()
"""
    with Terminal([sys.executable, "-c", program]) as terminal:
        terminal.await_text(EMPTY)
        terminal.press("?")
        assert terminal.wait() == 1
    end = terminal.raw.rpartition(b"\x1b[?1049l")[2].decode()
    assert "workbench: error: the screen broke off\r\nhint: " in end
    assert "oh dear" not in end
    assert "oh dear" in (tmp_path / "state" / "workbench" / "screen.log").read_text()


def test_watching_on_a_terminal_opens_the_runs_screen(runs: Path) -> None:
    run = RunStore(runs).create(RunProfile(name="quick"))
    with Terminal([*WORKBENCH, "watch", "latest"]) as terminal:
        terminal.await_text("quick", run.id[-6:], "Leave")
        assert b"runs in" not in terminal.raw
        terminal.press("q")
        terminal.await_text("runs in")
        leave(terminal)


def test_without_colours_the_line_of_the_cursor_is_told_by_reversal(runs: Path) -> None:
    run = RunStore(runs).create(RunProfile(name="quick"))
    with Terminal(WORKBENCH, NO_COLOR="1") as terminal:
        terminal.await_text(run.id)
        assert re.search(rb"\x1b\[7[;\d]*m" + run.id.encode(), terminal.raw)
        leave(terminal)
