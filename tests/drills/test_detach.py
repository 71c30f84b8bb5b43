"""A training in the background outlives its terminal, its session and whoever started it."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.waiting import PATIENCE_SECONDS, children_of, is_gone, until
from workbench.cli.main import cli
from workbench.store.liveness import read_owner
from workbench.store.runs import Run, RunStore

Times = Callable[[int, int], int]

TINY = """
name = "tiny"
[data]
kind = "digits"
train_per_class = 12
test_per_class = 5
validation = 0.2
[model]
kind = "se_resnet"
blocks = 1
[training]
epochs = 6
batch_size = 32
"""
OWN_DATA = """
import time
from pathlib import Path

import numpy as np


def images(gate):
    while not Path(gate).exists():
        time.sleep(0.02)
    draw = np.random.default_rng(0)
    return draw.integers(0, 256, (1800, 8, 8), np.uint8), np.arange(1800) % 10
"""
"""Images that cannot be loaded until a file is there: so long a training prepares."""
ENDLESS = ("--set", "training.epochs=10000", "--set", "training.compile=off")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture
def gate(tmp_path: Path) -> Path:
    """The file for which a training of `gated` waits while it prepares."""
    return tmp_path / "gate"


@pytest.fixture
def gated(tmp_path: Path, gate: Path) -> Path:
    (tmp_path / "own_data.py").write_text(OWN_DATA)
    own = f'kind = "custom"\ncallable = "own_data:images"\narguments = {{ gate = "{gate}" }}'
    path = tmp_path / "gated.toml"
    path.write_text(TINY.replace('kind = "digits"', own))
    return path


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the runs; no process of any of them is left when the test ends."""
    folder = tmp_path / "runs"
    monkeypatch.setenv("WORKBENCH_RUNS", str(folder))
    yield folder
    for run in RunStore(folder).list():
        if (owner := read_owner(run.path)) is not None and run.status().is_active:
            os.kill(owner.pid, signal.SIGKILL)


def workbench(*args: object) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(cli, [*map(str, args)])


def starter(*args: object) -> subprocess.CompletedProcess[str]:
    """The program in a process of its own, which ends when another one trains."""
    return subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, args), "--detach"],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )


def detached(*args: object) -> tuple[Run, int]:
    """Start `workbench ARGS --detach`; the run and its process."""
    answer = starter(*args, "--json")
    assert answer.returncode == 0, answer.stderr
    facts = json.loads(answer.stdout)
    return Run(Path(facts["path"])), facts["pid"]


def only_run(runs: Path) -> Run:
    [run] = RunStore(runs).list()
    return run


def losses(run: Run) -> list[float]:
    return run.history().steps["loss"].tolist()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[float]:
    """The losses of the same profile, trained headless."""
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "tiny.toml").write_text(TINY)
    answer = workbench("run", folder / "tiny.toml", "--quiet", "--runs", folder / "runs")
    assert answer.exit_code == 0
    return losses(only_run(folder / "runs"))


def assert_complete(run: Run, undisturbed: list[float]) -> None:
    status = run.status()
    assert (status.state, status.epochs_done) == ("finished", 6)
    assert "test/accuracy" in status.metrics
    assert run.weights_path.is_file()
    assert losses(run) == undisturbed


def test_the_starter_is_back_while_it_trains_and_the_curve_is_the_headless_one(
    profile: Path, runs: Path, undisturbed: list[float], times: Times
) -> None:
    for _ in range(times(1, 20)):
        run, pid = detached("run", profile)
        until(lambda pid=pid: is_gone(pid))
        assert_complete(run, undisturbed)
        assert "epoch 1/6" not in run.log_path.read_text()


def test_nothing_of_the_starter_stays_open(profile: Path, runs: Path) -> None:
    run, pid = detached("run", profile, *ENDLESS)  # its pipes were read to their end
    open_files = {path.readlink() for path in Path(f"/proc/{pid}/fd").iterdir()}
    assert run.status().state == "running"
    assert not {path for path in open_files if path.name.startswith(("pipe:", "pts", "tty"))}
    assert os.getsid(pid) == pid
    assert workbench("stop", run.id).exit_code == 0
    until(lambda: is_gone(pid))


class Terminal:
    """A session on a terminal of its own, in which a command runs."""

    def __init__(self, *args: object) -> None:
        self.screen, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *map(str, args)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads yet
        )
        os.close(theirs)

    def close(self) -> None:
        """As when a window is closed: the terminal goes, its session hears of it."""
        os.close(self.screen)

    def hang_up(self) -> None:
        os.killpg(self.process.pid, signal.SIGHUP)

    def kill(self) -> None:
        self.process.kill()


LOSSES = [Terminal.kill, Terminal.close, Terminal.hang_up]


def test_it_outlives_a_starter_that_is_lost_while_it_prepares(
    gated: Path, gate: Path, runs: Path, times: Times
) -> None:
    gate.touch()
    assert workbench("run", gated, "--quiet").exit_code == 0
    undisturbed = losses(only_run(runs))
    for lose in islice(cycle(LOSSES), times(1, 20)):
        gate.unlink()
        before = {run.id for run in RunStore(runs).list()}
        terminal = Terminal("run", gated, "--detach")
        pid = child_of(terminal)
        until(lambda pid=pid: os.getsid(pid) == pid)
        lose(terminal)
        assert terminal.process.wait(PATIENCE_SECONDS) != 0
        gate.touch()
        until(lambda pid=pid: is_gone(pid))
        [run] = [run for run in RunStore(runs).list() if run.id not in before]
        assert_complete(run, undisturbed)


def test_it_outlives_the_terminal_it_was_started_on(
    profile: Path, runs: Path, undisturbed: list[float], times: Times
) -> None:
    for _ in range(times(1, 20)):
        before = {run.id for run in RunStore(runs).list()}
        terminal = Terminal("run", profile, "--detach")
        shown = b""
        while b"in the background" not in shown:
            shown += os.read(terminal.screen, 1000)
        terminal.close()
        [run] = [run for run in RunStore(runs).list() if run.id not in before]
        until(lambda run=run: not run.status().is_active)
        assert_complete(run, undisturbed)


def child_of(terminal: Terminal) -> int:
    """The process that the command on a terminal starts first."""
    until(lambda: children_of(terminal.process.pid))
    [pid] = children_of(terminal.process.pid)
    return pid


def test_it_is_stopped_watched_and_resumed_from_elsewhere(
    profile: Path, runs: Path, times: Times
) -> None:
    for _ in range(times(1, 20)):
        run, pid = detached("run", profile, *ENDLESS)
        assert workbench("pause", run.id).exit_code == 0
        until(lambda run=run: run.status().state == "paused")
        assert starter("resume", run.id).returncode == 0
        until(lambda run=run: run.status().state == "running")
        assert starter("resume", run.id).returncode == 75
        assert workbench("stop", run.id).exit_code == 0
        watched = workbench("watch", run.id)
        assert watched.exit_code == 0
        assert watched.stdout.startswith("stopped after ")
        until(lambda pid=pid: is_gone(pid))

        steps = run.status().step
        again, pid = detached("resume", run.id)
        assert again.id == run.id
        os.kill(pid, signal.SIGTERM)
        until(lambda pid=pid: is_gone(pid))
        assert run.status().state == "stopped"
        assert run.status().attempt == 2
        assert run.history().started.first_step == steps  # type: ignore[union-attr]  # it began


def test_an_interrupt_while_it_prepares_ends_both_and_leaves_no_run(
    gated: Path, runs: Path, times: Times
) -> None:
    for is_so_far in islice(cycle([catches_interrupts, has_torch]), times(2, 20)):
        terminal = Terminal("run", gated, "--detach")
        pid = child_of(terminal)
        until(lambda pid=pid, is_so_far=is_so_far: is_so_far(pid))
        os.write(terminal.screen, b"\x03")
        assert terminal.process.wait(PATIENCE_SECONDS) == 130
        assert is_gone(pid)
        assert not runs.exists()
        terminal.close()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, -15), (signal.SIGINT, 130)])
def test_a_signal_to_the_starter_while_it_prepares_ends_both_and_leaves_no_run(
    gated: Path, runs: Path, number: int, code: int
) -> None:
    terminal = Terminal("run", gated, "--detach")
    pid = child_of(terminal)
    until(lambda: catches_interrupts(pid))
    terminal.process.send_signal(number)
    assert terminal.process.wait(PATIENCE_SECONDS) == code
    assert is_gone(pid)
    assert not runs.exists()
    terminal.close()


def catches_interrupts(pid: int) -> bool:
    """Whether Python runs in the process already, and ends cleanly at a SIGINT."""
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) & 1 << (signal.SIGINT - 1))


def has_torch(pid: int) -> bool:
    return "libtorch" in Path(f"/proc/{pid}/maps").read_text()


def test_what_it_cannot_prepare_ends_both_with_the_same_words_and_code(
    profile: Path, runs: Path
) -> None:
    args = ("run", profile, "--set", "data.kind=image_folder", "--set", "data.root=/nowhere")
    here, there = workbench(*args), starter(*args)
    assert there.returncode == here.exit_code == 2
    assert (there.stdout, there.stderr) == ("", here.stderr)
    assert not runs.exists()


def test_a_process_that_dies_while_it_prepares_is_told(gated: Path, runs: Path) -> None:
    terminal = Terminal("run", gated, "--detach")
    os.kill(child_of(terminal), signal.SIGKILL)
    assert terminal.process.wait(PATIENCE_SECONDS) == 1
    assert b"the process that was to train was ended by signal 9" in os.read(terminal.screen, 1000)
    terminal.close()
    assert not runs.exists()
