"""A terminal or pipe that goes away while a run trains."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import subprocess
import sys
import termios
from pathlib import Path

from workbench.cli.hangup import LastingStream, output_may_go
from workbench.store.runs import RunStore

ROOT = Path(__file__).parents[2]


def pipe() -> tuple[int, io.TextIOWrapper]:
    read, write = os.pipe()
    return read, os.fdopen(write, "w", encoding="utf-8")


def test_while_somebody_reads_all_arrives_at_once() -> None:
    read, file = pipe()
    stream = LastingStream(file)
    assert stream.write("épo") == 3
    assert os.read(read, 100) == "épo".encode()
    assert (stream.encoding, stream.isatty()) == ("utf-8", False)
    file.close()
    os.close(read)


def test_when_nobody_reads_any_more_writing_goes_on_silently() -> None:
    read, file = pipe()
    stream = LastingStream(file)
    os.close(read)
    for _ in range(3):
        assert stream.write("epoch\n") == 6
    file.write("also by others")
    file.close()  # raises nothing


def test_a_hangup_ends_nothing_while_a_run_trains_and_is_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGHUP)
    with output_may_go():
        signal.raise_signal(signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) is before


def test_a_run_whose_terminal_is_closed_trains_to_its_end(tiny: Path, runs: Path) -> None:
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "run", str(tiny), "--set", "training.epochs=20"],
        cwd=ROOT,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - no threads yet
    )
    os.close(theirs)
    shown = b""
    while b"val loss" not in shown:
        shown += os.read(ours, 1000)
    os.close(ours)
    assert process.wait(60) == 0
    [run] = RunStore(runs).list()
    assert (run.status().state, run.status().epochs_done) == ("finished", 20)
