"""Run folders of strangers on the screen: nothing in them reaches the terminal as a command."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drills.terminals import WORKBENCH, Terminal, is_asleep
from tests.drills.zoo import ZOO, trap_of
from tests.waiting import until
from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.store.runs import Run

Times = Callable[[int, int], int]

CROWDED = ["escapes", "a strange state", "far apart", "pipes", "huge", "deep", "links up"]
AT_ONCE = 4
"""So many cages a test."""

MOST_KILOBYTES = 400_000
"""Of memory; 90,000 is what the screen of runs takes, and a chart another 60,000."""

_CSI = re.compile(r"\x1b\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]")
"""A control sequence: parameters, intermediates, a final character."""

_OURS = re.compile(
    r"\x1b\[(?:"
    r"[\d;]*[Hm]"  # cursor to its place, colours
    r"|\?(?:25|7|1000|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"  # modes
    r"|\?(?:2026|2048)\$p"  # and questions after them
    r"|>\d+u|<u"  # the keyboard's protocol
    r")"
)

_POINTER = "\x1b]22;default\x07"
"""The mouse pointer's shape: the one operating system command that Textual gives."""

_STEERING = re.compile("[\x00-\x06\x08-\x09\x0b-\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters of both sets, but BEL, CR and LF; and what reorders text."""


def steering(raw: bytes) -> str:
    """What of the bytes is neither text nor Textual's own; empty where there is none."""
    text = raw.decode().replace(_POINTER, "")
    for match in _CSI.finditer(text):
        if not _OURS.fullmatch(match[0]):
            return repr(match[0])
    found = _STEERING.search(_CSI.sub("", text))
    return repr(found[0]) if found else ""


@pytest.mark.parametrize(
    "command",
    ["\x1b]0;owned\x07", "\x1b]52;c;eA==\x07", "\x1bP1$r\x1b\\", "\x9b31m", "\x1b[2J", "\x1b[5n"],
)
def test_the_drill_would_see_it(command: str) -> None:
    assert steering(f"\x1b[1;1H\x1b[0m{_POINTER}text\x1b[?25l".encode()) == ""
    assert steering(f"text {command} text".encode()) != ""


@pytest.fixture(scope="session")
def trained_here(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A real finished run; nobody may change its folder."""
    from workbench.runner.attempts import train_run

    profile = RunProfile(
        name="tiny",
        data=DigitsProfile(train_per_class=12, test_per_class=5, validation=0.2),
        model=SEResNetProfile(blocks=1),
        training=TrainingProfile(epochs=2, batch_size=32),
    )
    return train_run(profile, tmp_path_factory.mktemp("trained"), device="cpu")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "runs"
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return folder


def caged(trained: Run, runs: Path, cages: list[str]) -> list[Run]:
    """Copies of the run, one for each cage, and their ids say which."""
    found = []
    for number, cage in enumerate(cages):
        run = Run(
            shutil.copytree(trained.path, runs / f"20260101-0000{number:02}-cage-{number:06x}")
        )
        ZOO[cage](run.path)
        found.append(run)
    return found


def peak_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0])


class Visit:
    """Somebody quick at the keys, who waits after each until the screen rests."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def await_screen(self) -> None:
        until(lambda: self.terminal.read() and b"\x1b[?1049h" in self.terminal.raw)
        self.rest()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.terminal.press(key)
            # Followed by another key too soon, it is the start of a sequence.
            self.rest(0.15 if key == ESCAPE else 0.03)

    def rest(self, seconds: float = 0.15) -> None:
        """Until it has written nothing for so long, and computes nothing."""
        while self.terminal.read(seconds) or not is_asleep(self.terminal.pid):
            assert self.terminal.process.poll() is None, self.terminal.raw[-2000:]


ESCAPE, ENTER, TAB, F3, F4 = "\x1b", "\r", "\t", "\x1bOR", "\x1bOS"

RUN = [*"12345.,lsagv+-0?", ESCAPE, "y", ESCAPE]
"""A run's screen: its panels, axes, scales, keys, what can be copied."""

FORM = ["e", TAB, TAB, ESCAPE, F3, TAB, ESCAPE, F4, TAB, ESCAPE]
"""Its profile in the form, as TOML, and how it differs from others."""

LIST = ["l", "h", " ", "m", ESCAPE, "t", ESCAPE, "s", ESCAPE, "c", ESCAPE, "n", ESCAPE, "v", "v"]
"""A line of the list: its preview, note, tags, the menus over it."""

TRASH = ["d", ENTER, "u"]


@pytest.mark.parametrize("first", range(0, len(ZOO), AT_ONCE))
def test_no_run_steers_the_terminal(
    first: int, trained_here: Run, runs: Path, times: Times
) -> None:
    if first >= times(AT_ONCE, len(ZOO)):
        pytest.skip("WORKBENCH_DRILLS=long visits the whole zoo")
    cages = [*CROWDED, *(cage for cage in ZOO if cage not in CROWDED)]
    found = caged(trained_here, runs, cages[first : first + times(2, AT_ONCE)])
    for run in found:
        with Terminal([*WORKBENCH, "watch", run.id], columns=120, rows=40) as terminal:
            visit = Visit(terminal)
            visit.await_screen()
            visit.press(*RUN, *FORM)
            check(terminal, run)
    with Terminal(WORKBENCH, columns=160, rows=40) as terminal:
        terminal.await_text("runs in")
        visit = Visit(terminal)
        for _ in found:
            visit.press(*LIST, "j")
        visit.press("/", "cage", ENTER, *TRASH, ESCAPE)
        check(terminal, found[0])


PLAIN: list[dict[str, str]] = [
    {"NO_COLOR": "1"},
    {"TERM": "linux"},
    {"TERM": "xterm", "LC_ALL": "C"},
]


@pytest.mark.parametrize("environment", PLAIN, ids=str)
def test_every_screen_opens_on_a_plain_terminal(
    environment: dict[str, str], trained_here: Run, runs: Path
) -> None:
    [run] = caged(trained_here, runs, ["untouched"])
    with Terminal(WORKBENCH, **environment) as terminal:
        terminal.await_text("runs in", "finished")
        visit = Visit(terminal)
        visit.press(*LIST, ENTER, *RUN, *FORM)
        terminal.await_text("data.augment")  # the form
        check(terminal, run)
    assert terminal.raw.isascii() or "NO_COLOR" in environment


def check(terminal: Terminal, run: Run) -> None:
    assert terminal.process.poll() is None, terminal.raw[-2000:]
    assert peak_kilobytes(terminal.pid) < MOST_KILOBYTES
    terminal.press("\x11")
    assert terminal.wait() == 0, terminal.raw[-2000:]
    assert steering(terminal.raw) == ""
    assert not trap_of(run.path).exists()
