from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.store.liveness import Owner, is_alive, read_owner, remove_owner, write_owner
from workbench.store.status import Status, read_status, write_status


@pytest.fixture
def owner(tmp_path: Path) -> Owner:
    write_owner(tmp_path)
    owner = read_owner(tmp_path)
    assert owner is not None
    return owner


def _owner_of(process: subprocess.Popen[bytes], like: Owner) -> Owner:
    stat = Path(f"/proc/{process.pid}/stat").read_text()
    start_time = int(stat.rpartition(")")[2].split()[19])
    return like.model_copy(update={"pid": process.pid, "start_time": start_time})


def test_this_process_lives(owner: Owner) -> None:
    assert owner.pid == os.getpid()
    assert is_alive(owner, Status())


def test_a_run_that_was_let_go_is_held_by_nobody(tmp_path: Path) -> None:
    write_owner(tmp_path)
    remove_owner(tmp_path)
    assert not is_alive(read_owner(tmp_path), Status(updated=time.time()))


def test_a_damaged_owner_is_none(tmp_path: Path) -> None:
    (tmp_path / "owner.json").write_text('{"host": 3')
    assert read_owner(tmp_path) is None


def test_a_killed_process_is_dead_also_before_its_parent_notices(
    owner: Owner, wait_until: Callable[[Callable[[], object]], None]
) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        other = _owner_of(process, owner)
        assert is_alive(other, Status())
        process.kill()
        wait_until(lambda: not is_alive(other, Status(updated=time.time())))
        assert process.returncode is None  # a zombie still


def test_a_reused_pid_is_not_taken_for_the_owner(owner: Owner) -> None:
    earlier = owner.model_copy(update={"start_time": owner.start_time - 1})
    assert not is_alive(earlier, Status(updated=time.time()))


OTHERS = [
    {"host": "elsewhere"},
    {"boot_id": "before"},
    {"boot_id": ""},
    {"pid_namespace": "pid:[1]", "pid": 2**22 + 1},
]


@pytest.mark.parametrize("change", OTHERS)
@pytest.mark.parametrize(("age", "alive"), [(5, True), (-5, True), (90, False), (-9000, False)])
def test_a_process_of_another_host_or_container_lives_by_its_heartbeat(
    owner: Owner,
    change: dict[str, object],
    age: float,
    alive: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(time, "clock_gettime", lambda clock: 86_400.0)
    other = owner.model_copy(update=change)
    assert is_alive(other, Status(updated=time.time() - age)) is alive


def test_without_a_heartbeat_another_host_is_dead(owner: Owner) -> None:
    assert not is_alive(owner.model_copy(update={"host": "elsewhere"}), Status())


@pytest.mark.parametrize(("age", "alive"), [(5, True), (90, False)])
def test_a_host_whose_clock_is_wrong_lives_by_the_clock_of_the_disk(
    owner: Owner, age: float, alive: bool
) -> None:
    other, now = owner.model_copy(update={"host": "elsewhere"}), time.time()
    assert is_alive(other, Status(updated=now - 3600, changed=now - age)) is alive


def test_the_clock_of_the_disk_is_read_from_the_file(tmp_path: Path) -> None:
    write_status(tmp_path, Status())
    os.utime(tmp_path / "status.json", (1000.0, 1000.0))
    assert read_status(tmp_path).changed == 1000.0


@pytest.mark.parametrize(("up", "alive"), [(86_400.0, True), (10.0, False)])
def test_after_a_reboot_a_run_is_dead_at_once_but_a_machine_of_the_same_name_is_not(
    owner: Owner, up: float, alive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last heartbeat is of 20 s ago: this boot's, or the one's before."""
    monkeypatch.setattr(time, "clock_gettime", lambda clock: up)
    earlier, last = owner.model_copy(update={"boot_id": "before"}), time.time() - 20
    assert is_alive(earlier, Status(updated=last, changed=last)) is alive


def test_an_owner_that_an_earlier_version_wrote_lives_by_its_heartbeat(tmp_path: Path) -> None:
    write_owner(tmp_path)
    written = json.loads((tmp_path / "owner.json").read_text())
    del written["pid_namespace"]
    (tmp_path / "owner.json").write_text(json.dumps(written))
    earlier = read_owner(tmp_path)
    assert is_alive(earlier, Status(updated=time.time()))
    assert not is_alive(earlier, Status(updated=time.time() - 90))
