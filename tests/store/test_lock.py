from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workbench.errors import ExitCode, RunBusyError, WriteError
from workbench.store.liveness import write_owner
from workbench.store.lock import RunLock

HOLD = """
import sys
from pathlib import Path
from workbench.store.lock import RunLock
with RunLock(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


@contextmanager
def _held_by_another_process(run: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", HOLD, str(run)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_another_process_finds_the_run_busy(tmp_path: Path) -> None:
    with _held_by_another_process(tmp_path):
        with pytest.raises(RunBusyError, match="another process") as caught, RunLock(tmp_path):
            pass
        assert caught.value.exit_code == ExitCode.BUSY


def test_the_holder_is_named(tmp_path: Path) -> None:
    write_owner(tmp_path)
    with (
        _held_by_another_process(tmp_path),
        pytest.raises(RunBusyError, match=r"process \d+ on "),
        RunLock(tmp_path),
    ):
        pass


def test_the_lock_of_a_killed_process_is_free(
    tmp_path: Path, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    with _held_by_another_process(tmp_path) as process:
        process.kill()
        process.wait()
        with RunLock(tmp_path):
            assert (tmp_path / "lock").exists()


def _is_busy_for_another_thread(run: Path) -> bool:
    outcome: list[bool] = []

    def take() -> None:
        try:
            with RunLock(run):
                outcome.append(False)
        except RunBusyError:
            outcome.append(True)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()
    return outcome[0]


def test_the_holding_thread_may_take_it_once_more_and_no_other(tmp_path: Path) -> None:
    with RunLock(tmp_path):
        with RunLock(tmp_path):
            assert _is_busy_for_another_thread(tmp_path)
        assert _is_busy_for_another_thread(tmp_path)
    assert not _is_busy_for_another_thread(tmp_path)


def test_a_folder_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="nowhere/lock"), RunLock(tmp_path / "nowhere"):
        pass
