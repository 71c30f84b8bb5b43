"""Nothing but the screen reaches the terminal while the screen is open."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from workbench.tui.outputs import MOST_BYTES

ROOT = Path(__file__).parents[2]

BEGIN = """
import os, sys
from pathlib import Path
from workbench.tui.outputs import Outputs
log, run_log = Path("state/screen.log"), Path("log.txt")
def speak(words):
    print("python", words)
    print("error", words, file=sys.stderr)
    os.write(1, f"library {words}\\n".encode())
    os.system(f"echo child {words} >&2")
"""


def on_terminal(program: str, folder: Path) -> str:
    """What the program sent to a terminal."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", BEGIN + program],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    raw = b""
    try:
        while data := os.read(ours, 1 << 16):
            raw += data
    except OSError:  # how Linux says that the other side is closed
        os.close(ours)
    assert process.wait() == 0, raw
    return raw.decode().replace("\r\n", "\n")


def test_what_is_printed_goes_to_the_log_and_only_the_screen_to_the_terminal(
    tmp_path: Path,
) -> None:
    shown = on_terminal(
        """
with Outputs(log) as outputs:
    speak("within")
    sys.__stderr__.write("a screen ✓\\n")
    sys.__stderr__.flush()
print("back")
""",
        tmp_path,
    )
    assert shown == "a screen ✓\nback\n"
    said = (tmp_path / "state" / "screen.log").read_text().splitlines()
    assert sorted(said) == ["child within", "error within", "library within", "python within"]


def test_while_a_run_trains_its_own_log_gets_it(tmp_path: Path) -> None:
    shown = on_terminal(
        """
with Outputs(log) as outputs:
    with outputs.to(run_log):
        speak("training")
    speak("after")
""",
        tmp_path,
    )
    assert shown == ""
    said = (tmp_path / "log.txt").read_text()
    assert said.splitlines() == [
        f"{who} training" for who in ("python", "error", "library", "child")
    ]
    assert "training" not in (tmp_path / "state" / "screen.log").read_text()


def test_the_screens_size_is_that_of_the_terminal(tmp_path: Path) -> None:
    """Textual asks `shutil`, which asks `sys.__stdout__`."""
    shown = on_terminal(
        """
import fcntl, shutil, struct, termios
os.environ.pop("COLUMNS", None), os.environ.pop("LINES", None)
fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 31, 97, 0, 0))
with Outputs(log) as outputs:
    outputs.say("{0.columns} {0.lines}".format(shutil.get_terminal_size()))
""",
        tmp_path,
    )
    assert shown == "97 31\n"


def test_without_unicode_only_ascii_leaves(tmp_path: Path) -> None:
    shown = on_terminal(
        """
with Outputs(log, unicode=False) as outputs:
    outputs.say("╭─ é ─╮")
""",
        tmp_path,
    )
    assert shown == "+- ? -+\n"


def test_a_terminal_that_has_gone_takes_what_is_written(tmp_path: Path) -> None:
    shown = on_terminal(
        """
with Outputs(log) as outputs:
    outputs.give_up_terminal()
    outputs.say("to nobody")
print("to nobody either")
""",
        tmp_path,
    )
    assert shown == ""


def test_a_long_log_begins_anew_and_one_that_cannot_be_written_stops_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "state").mkdir()
    log = tmp_path / "state" / "screen.log"
    log.write_bytes(b"x" * (MOST_BYTES + 1))
    on_terminal('with Outputs(log): print("new")', tmp_path)
    assert log.read_text() == "new\n"
    log.unlink()
    log.mkdir()
    assert on_terminal('with Outputs(log) as o: print("lost"); o.say("kept")', tmp_path) == "kept\n"


def test_textual_draws_on_the_stream_that_is_put_there_and_leaves_two_signals_alone(
    tmp_path: Path,
) -> None:
    """Its driver takes `sys.__stderr__`, and sets no handler of HUP and TERM."""
    shown = on_terminal(
        """
import asyncio, signal
from textual.app import App
handlers = {each: signal.getsignal(each) for each in (signal.SIGHUP, signal.SIGTERM)}
class Small(App):
    def on_ready(self):
        assert {each: signal.getsignal(each) for each in handlers} == handlers
        self.exit()
with Outputs(log) as outputs:
    asyncio.run(Small().run_async())
""",
        tmp_path,
    )
    assert "\x1b[?1049h" in shown
    assert "\x1b[?1049l" in shown
    assert (tmp_path / "state" / "screen.log").read_text() == ""
