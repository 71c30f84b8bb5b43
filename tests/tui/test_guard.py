"""What ends the screen, also one that does not close by itself; what it does to a training."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.drills.terminals import ROOT, Terminal

PROGRAM = """
import sys, time
from pathlib import Path
from workbench.tui.guard import Guard
from workbench.tui.outputs import Outputs

said = Path("said").open("w", buffering=1)

class OneTraining:
    end = time.monotonic() + float(sys.argv[1])
    @property
    def busy(self):
        return time.monotonic() < self.end
    def stop(self):
        self.end = 0
        print("stopped", file=said)

def leave():
    print("left", file=said)

with Outputs(Path("log")) as outputs, Guard(outputs, OneTraining(), leave) as guard:
    outputs.say("guarded")
    sys.argv[2] == "over" or time.sleep(60)
print("back")
"""


def guarded(folder: Path, trains: float, app: str = "hangs") -> Terminal:

    command = f'cd "{folder}" && exec "$@"'
    program = [sys.executable, "-c", PROGRAM, str(trains), app]
    terminal = Terminal(["sh", "-c", command, "sh", *program], PYTHONPATH=str(ROOT))
    terminal.await_text("guarded")
    return terminal


@pytest.mark.parametrize(
    ("number", "said"), [(signal.SIGTERM, ["stopped", "left"]), (signal.SIGHUP, ["left"])]
)
def test_a_signal_ends_a_screen_that_hangs(
    number: signal.Signals, said: list[str], tmp_path: Path
) -> None:
    with guarded(tmp_path, 0) as terminal:
        os.kill(terminal.pid, number)
        assert terminal.wait() == 128 + number
    assert (tmp_path / "said").read_text().splitlines() == said


def test_a_closed_terminal_ends_it_when_nothing_trains_any_more(tmp_path: Path) -> None:
    begun = time.monotonic()
    with guarded(tmp_path, 3) as terminal:
        terminal.close()
        assert terminal.process.wait(30) == 128 + signal.SIGHUP
    assert time.monotonic() - begun > 3
    assert (tmp_path / "said").read_text().splitlines() == ["left"]


def test_a_sigterm_after_the_terminal_went_still_stops_the_training(tmp_path: Path) -> None:
    with guarded(tmp_path, 50) as terminal:
        terminal.close()
        while not (tmp_path / "said").read_text():
            assert terminal.process.poll() is None
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.process.wait(30) == 128 + signal.SIGHUP
    assert (tmp_path / "said").read_text().splitlines() == ["left", "stopped"]


def test_a_screen_that_was_left_is_guarded_no_more(tmp_path: Path) -> None:
    with guarded(tmp_path, 0, "over") as terminal:
        assert terminal.wait() == 0
    assert terminal.raw == b"guarded\r\nback\r\n"
