from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from workbench.errors import RunBusyError
from workbench.events import Event
from workbench.store.ended import check_ended, known_status
from workbench.store.liveness import write_owner
from workbench.store.record import record
from workbench.store.runs import Run


def damage_status(run: Run) -> None:
    (run.path / "status.json").write_text("{")


def owned_elsewhere(run: Run) -> None:
    path = run.path / "owner.json"
    write_owner(run.path)
    path.write_text(json.dumps({**json.loads(path.read_text()), "host": "elsewhere"}))


def test_a_run_whose_status_cannot_be_read_ended_as_its_metrics_tell(
    run: Run, training: Callable[..., Iterator[Event]]
) -> None:
    list(record(training(), run))
    damage_status(run)
    assert run.status().state == "unreadable"
    assert known_status(run).state == "finished"
    check_ended(run)


def test_without_an_end_in_the_metrics_it_stays_unreadable(run: Run) -> None:
    damage_status(run)
    assert known_status(run).state == "unreadable"


def test_an_unreadable_status_of_another_hosts_run_counts_as_busy(run: Run) -> None:
    owned_elsewhere(run)
    damage_status(run)
    with pytest.raises(RunBusyError, match="on elsewhere") as caught:
        check_ended(run)
    assert "owner.json" in caught.value.hint
    (run.path / "owner.json").unlink()
    check_ended(run)


def test_an_unreadable_status_of_a_living_process_counts_as_busy(run: Run) -> None:
    write_owner(run.path)
    damage_status(run)
    with pytest.raises(RunBusyError):
        check_ended(run)
