"""Run folders of strangers: whatever lies in one, every command ends soon and does no harm."""

from __future__ import annotations

import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.drills.zoo import ZOO, elsewhere_of, imported_of, trap_of
from workbench.cli.main import COMMANDS, cli
from workbench.config.data import DigitsProfile
from workbench.config.model import SEResNetProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.store.rows import row_of
from workbench.store.runs import Run
from workbench.store.status import State, write_status

ROOT = Path(__file__).parents[2]

NO_RUN = {"run", "init", "check", "schema", "doctor"}
"""Commands that look at no run folder."""

READING: dict[str, list[list[str]]] = {
    "runs": [
        ["--columns", "id,state,reason,created,best,best.metric,best.epoch,seconds,steps"],
        ["--json"],
        ["--sort", "-created", "--where", "epochs>=0"],
    ],
    "show": [["RUN"], ["RUN", "--profile", "--log"], ["RUN", "--json"]],
    "watch": [["RUN", "--plain"], ["RUN", "--json"]],
    "prune": [["RUN", "--dry-run"], ["RUN", "--dry-run", "--json"]],
    "trash": [[], ["--empty", "--dry-run"]],
    "restore": [["RUN"]],
    "tag": [["RUN"], ["RUN", "--json"]],
    "note": [["RUN"], ["RUN", "--json"]],
}
"""Calls that change no folder."""

CHANGING = [
    ["pause", "RUN"],
    ["stop", "RUN"],
    ["tag", "RUN", "seen"],
    ["note", "RUN", "seen"],
    ["evaluate", "RUN", "--device", "cpu"],
    ["resume", "RUN", "--device", "cpu", "--quiet"],
    ["prune", "RUN", "--yes"],
    ["trash", "RUN"],
    ["restore", "RUN"],
    ["trash", "RUN"],
    ["trash"],
    ["trash", "--empty", "--yes"],
]
"""In this order over each folder."""

RUN_CODE = {"evaluate", "resume"}
"""Commands that need the network, and so the code that a profile names for it."""

SECONDS = 10
MOST_KILOBYTES = 400_000
"""Of a command that only looks; 36,000 is what a list of runs takes, 70,000 a drawing."""

_OWN = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\d*[A-DGJK]|\x1b\[\?25[lh]")
"""Colours, and the cursor of rich's progress bar."""

_STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
"""Control characters of both sets, and what reorders or hides text."""


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
def caged(trained_here: Run, tmp_path: Path) -> Callable[..., Run]:
    """A copy of the run that one of the zoo's cages spoiled."""

    def make(name: str, state: State = "finished") -> Run:
        run = Run(shutil.copytree(trained_here.path, tmp_path / "runs" / trained_here.id))
        write_status(run.path, run.status().model_copy(update={"state": state}))
        ZOO[name](run.path)
        return run

    return make


def contents(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Kind, length and time of every file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        length = 0 if stat.S_ISDIR(status.st_mode) else status.st_size
        found[str(path)] = (status.st_mode, length, status.st_mtime_ns)
    return found


def call(run: Run, arguments: list[str]) -> None:
    """Run one command in this process and look at what it says and does."""
    what = f"workbench {' '.join(arguments)}"
    with ended_within(SECONDS, what):
        result = CliRunner().invoke(cli, words_of(run, arguments))
    assert isinstance(result.exception, SystemExit | None), what
    check(result.output, result.exit_code, what)
    check_traps(run, arguments[0])


class OverdueError(BaseException):
    """Not an `Exception`: nothing that a command catches."""


@contextmanager
def ended_within(seconds: float, what: str) -> Iterator[None]:
    """Fail where the block hangs or takes longer: it is interrupted then."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise OverdueError(f"{what} took {seconds} s")

    # A command sets signals of its own, but not this one.
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


LAUNCHER = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
with open(sys.argv[1], "w") as file:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=file)
sys.exit(code)
"""
"""A process between: what a process takes counts from that of its parent on."""


def call_on_terminal(run: Run, arguments: list[str]) -> int:
    """The same on a terminal, in a process of its own; returns its largest memory in kB."""
    ours, theirs = pty.openpty()
    peak = run.path.parents[1] / "peak"
    program = [sys.executable, "-m", "workbench", *words_of(run, arguments)]
    process = subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(peak), *program],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    overdue = threading.Timer(
        2 * SECONDS, os.killpg, (process.pid, signal.SIGKILL)
    )  # torch alone takes seconds to import
    overdue.start()
    raw = b"".join(iter(lambda: read_some(ours), b""))
    os.close(ours)
    exit_code = process.wait()
    overdue.cancel()
    check(raw.decode(), exit_code, f"workbench {' '.join(arguments)}")
    check_traps(run, arguments[0])
    return int(peak.read_text())


def read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side is closed
        return b""


def words_of(run: Run, arguments: list[str]) -> list[str]:
    return ["--runs", str(run.path.parent), *(run.id if a == "RUN" else a for a in arguments)]


def check(output: str, exit_code: int, what: str) -> None:
    assert exit_code in {0, 1, 2, 75}, f"{what}: {exit_code}: {output}"
    assert "Traceback" not in output, what
    assert "where in the program" not in output, f"{what}: {output}"
    # A terminal's lines end in CR LF, and a progress bar begins its line anew.
    found = _STEERING.search(_OWN.sub("", output).replace("\r", ""))
    assert found is None, f"{what}: {output[max(found.start() - 40, 0) :][:80]!r}"


def check_traps(run: Run, command: str) -> None:
    assert not trap_of(run.path).exists(), command
    imported = imported_of(run.path)
    assert command in RUN_CODE or not imported.exists(), command
    imported.unlink(missing_ok=True)


def test_every_command_that_takes_a_run_is_drilled() -> None:
    drilled = READING.keys() | {arguments[0] for arguments in CHANGING} | NO_RUN
    assert COMMANDS.keys() <= drilled


def test_a_command_that_hangs_is_interrupted() -> None:
    with pytest.raises(OverdueError), ended_within(0.01, "a wait"):
        threading.Event().wait(60)


@pytest.mark.parametrize("cage", ZOO)
def test_looking_at_it_ends_soon_and_writes_nothing(cage: str, caged: Callable[..., Run]) -> None:
    run = caged(cage)
    before = contents(run.path)
    for command, calls in READING.items():
        for arguments in calls:
            call(run, [command, *arguments])
    assert contents(run.path) == before


@pytest.mark.parametrize("cage", ZOO)
def test_using_it_ends_soon_and_it_can_be_thrown_away(cage: str, caged: Callable[..., Run]) -> None:
    run = caged(cage, "stopped")
    elsewhere = contents(elsewhere_of(run.path))
    for arguments in CHANGING:
        call(run, arguments)
    assert contents(elsewhere_of(run.path)) == elsewhere
    assert list(run.path.parent.rglob("*")) == [run.path.parent / ".trash"]


CROWDED = ["escapes", "a strange state", "huge", "deep", "far apart", "pickles", "pipes"]
"""The cages that are shown on a terminal in the short form too."""


def test_on_a_terminal_it_cannot_steer_it_nor_fill_memory(
    caged: Callable[..., Run], times: Callable[[int, int], int]
) -> None:
    calls = [[command, *arguments] for command, some in READING.items() for arguments in some]
    for cage in [*CROWDED, *(cage for cage in ZOO if cage not in CROWDED)][: times(7, len(ZOO))]:
        run = caged(cage)
        chosen = [
            ["show", "RUN", "--profile"],
            ["runs", "--columns", "id,state,reason,best.metric"],
        ]
        for arguments in chosen if times(0, 1) == 0 else calls:
            assert call_on_terminal(run, arguments) < MOST_KILOBYTES, (cage, arguments)
        for arguments in CHANGING[: times(0, len(CHANGING))]:
            call_on_terminal(run, arguments)
        shutil.rmtree(run.path.parent)


def test_random_damage_is_shown_in_its_place(
    caged: Callable[..., Run], times: Callable[[int, int], int]
) -> None:
    run = caged("untouched")
    names = ["profile.toml", "status.json", "env.json", "metrics/0001.jsonl", "notes.toml"]
    (run.path / "notes.toml").write_text('tags = ["a", "b"]\nnote = "seen"\n')
    whole = {name: (run.path / name).read_bytes() for name in names}

    @settings(max_examples=times(60, 1000), deadline=None)
    @given(
        st.sampled_from(names),
        st.floats(0, 1),
        st.integers(0, 40),
        st.one_of(st.binary(max_size=8), st.sampled_from(SPANNERS)),
    )
    def damage(name: str, place: float, length: int, put: bytes) -> None:
        data = whole[name]
        start = int(place * len(data))
        (run.path / name).write_bytes(data[:start] + put + data[start + length :])
        fresh = Run(run.path)
        assert row_of(fresh)["id"] == run.id
        assert fresh.history().dropped >= 0
        for arguments in (["show", "RUN"], ["runs"], ["show", "RUN", "--json"]):
            call(run, arguments)
        (run.path / name).write_bytes(data)

    damage()


SPANNERS = [
    b"1e999",
    b"NaN",
    b"null",
    b"-1",
    b"true",
    b"[]",
    b"{}",
    b'"',
    b"\xff",
    b"\n",
    b"9" * 30,
]
"""What a parser may take for the value that stood there."""
