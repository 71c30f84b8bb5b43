from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from workbench.config.profile import RunProfile
from workbench.errors import ProfileError, RunNotFoundError, WorkbenchError
from workbench.store import layout, liveness, runs
from workbench.store.liveness import read_owner, remove_owner
from workbench.store.runs import Run, RunStore, open_store, write_env
from workbench.store.status import Status, write_status


@pytest.fixture
def names(store: RunStore) -> list[str]:
    """Three run folders and some that are none, newest last."""
    names = [
        "20261122-090000-report-000001",
        "20261123-090000-report-00000a",
        "20261123-100000-vgg-00000b",
    ]
    for name in [*names, "scratch", ".trash"]:
        (store.root / name).mkdir(parents=True)
    (store.root / "20261123-110000-file-00000c").touch()
    (store.root / "20261123-120000-link-00000d").symlink_to(store.root / names[0])
    return names


def test_a_new_run_is_queued_and_owned(store: RunStore) -> None:
    profile = RunProfile(name="quick", seed=7)
    run = store.create(profile)
    assert re.fullmatch(r"\d{8}-\d{6}-quick-[0-9a-f]{6}", run.id)
    assert run.load_profile() == profile
    assert run.profile["seed"] == 7
    assert run.status().state == "queued"
    assert run.status().created is not None


def test_a_run_is_in_no_list_until_it_has_an_owner(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []

    def write_owner_late(path: Path) -> None:
        listed.append(store.list())
        liveness.write_owner(path)

    monkeypatch.setattr(runs, "write_owner", write_owner_late)
    run = store.create(RunProfile())
    assert listed == [[]]
    assert [each.id for each in store.list()] == [run.id]
    assert [path.name for path in store.root.iterdir()] == [run.id]


def test_a_missing_runs_folder_is_made_parents_too(tmp_path: Path) -> None:
    run = open_store(str(tmp_path / "a" / "b")).create(RunProfile())
    assert run.path.parent == tmp_path / "a" / "b"


def test_two_stores_that_draw_the_same_id_claim_two_runs(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["000001", "000001", "000002"])
    monkeypatch.setattr(layout, "new_id", lambda name, now: f"20261123-120000-{name}-{next(drawn)}")
    first = store.create(RunProfile(name="quick", seed=1))
    second = RunStore(store.root).create(RunProfile(name="quick", seed=2))
    assert [first.load_profile().seed, second.load_profile().seed] == [1, 2]
    assert [first.id, second.id] == [
        "20261123-120000-quick-000001",
        "20261123-120000-quick-000002",
    ]


def test_a_runs_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").touch()
    with pytest.raises(WorkbenchError, match="runs: it is a file") as caught:
        RunStore(tmp_path / "runs").create(RunProfile())
    assert "--runs" in caught.value.hint


def test_a_runs_folder_whose_name_is_too_long_is_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path / ("x" * 300))
    for use in (lambda: store.create(RunProfile()), store.list, lambda: store.find("latest")):
        with pytest.raises(WorkbenchError, match=r"xxx: File name too long") as caught:
            use()
        assert "--runs" in caught.value.hint


def test_a_runs_folder_that_cannot_be_written_is_named(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(WorkbenchError, match="runs: Permission denied"):
        store.create(RunProfile())


def test_a_run_that_cannot_be_written_leaves_nothing(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(runs, "write_bytes", refuse)
    with pytest.raises(OSError, match="No space"):
        store.create(RunProfile())
    assert list(store.root.iterdir()) == []


def test_runs_are_listed_newest_first(store: RunStore, names: list[str]) -> None:
    assert [run.id for run in store.list()] == names[::-1]
    assert [run.id for run in store.list(limit=2)] == names[:0:-1]


def test_a_missing_runs_folder_is_empty(store: RunStore) -> None:
    assert list(store.list()) == []
    with pytest.raises(RunNotFoundError, match="no runs in") as caught:
        store.find("latest")
    assert "workbench run" in caught.value.hint


@pytest.mark.parametrize(
    ("reference", "index"),
    [
        ("latest", 2),
        ("vgg", 2),
        ("1122-09", 0),
        ("00000a", 1),
        ("20261123-090000-report-00000a", 1),
    ],
)
def test_a_run_is_found_by_any_part_that_fits_it_alone(
    store: RunStore, names: list[str], reference: str, index: int
) -> None:
    assert store.find(reference).id == names[index]


def test_an_ambiguous_part_lists_the_candidates(store: RunStore, names: list[str]) -> None:
    with pytest.raises(RunNotFoundError, match="'report' fits 2 runs") as caught:
        store.find("report")
    assert caught.value.hint == f"name one of: {names[1]}, {names[0]}"


@pytest.mark.parametrize("reference", ["resnet", "../runs", "scratch", "file", "link"])
def test_what_fits_no_run_is_not_found(store: RunStore, names: list[str], reference: str) -> None:
    with pytest.raises(RunNotFoundError, match="no run"):
        store.find(reference)


@pytest.mark.parametrize("state", ["queued", "running", "paused"])
def test_a_run_whose_owner_is_gone_is_interrupted(run: Run, state: str) -> None:
    write_status(run.path, Status(state=state, step=5))
    assert run.status().state == state
    remove_owner(run.path)
    assert run.status().state == "interrupted"
    assert run.status().step == 5


@pytest.mark.parametrize("state", ["finished", "stopped", "failed", "diverged"])
def test_a_run_that_ended_stays_ended_without_an_owner(run: Run, state: str) -> None:
    write_status(run.path, Status(state=state))
    remove_owner(run.path)
    assert run.status().state == state


def test_a_run_that_ends_while_it_is_looked_at_is_not_interrupted(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends_meanwhile(path: Path) -> None:
        write_status(path, Status(state="finished"))
        remove_owner(path)

    monkeypatch.setattr(runs, "read_owner", ends_meanwhile)
    assert run.status().state == "finished"


def test_an_unreadable_profile_is_empty_with_the_reason(run: Run) -> None:
    (run.path / "profile.toml").write_text("name = \x1b")
    assert Run(run.path).profile == {}
    assert Run(run.path).profile_problem.startswith("profile.toml: ")
    with pytest.raises(ProfileError):
        run.load_profile()


def test_text_from_a_profile_is_cleaned_where_it_is_shown(run: Run) -> None:
    (run.path / "profile.toml").write_text(r'name = "\u001b[2J"')
    assert run.profile == {"name": "␛[2J"}
    assert run.profile_problem == ""


def test_the_environment_is_read_as_written(run: Run) -> None:
    assert run.environment == {}
    write_env(run, {"torch": "2.7", "threads": 2})
    assert run.environment == {"torch": "2.7", "threads": 2}


def test_listing_reads_no_file_of_a_run(
    store: RunStore, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(os, "open", refuse)
    assert len(store.list(limit=1)) == 1


def test_a_new_run_belongs_to_this_process(run: Run) -> None:
    owner = read_owner(run.path)
    assert owner is not None
    assert owner.pid == os.getpid()


def test_an_empty_reference_means_no_run(tmp_path: Path) -> None:
    """`workbench stop "$ID"` with ID unset must not stop whatever trains."""
    store = RunStore(tmp_path)
    store.create(RunProfile())
    with pytest.raises(RunNotFoundError, match="empty"):
        store.find("")
