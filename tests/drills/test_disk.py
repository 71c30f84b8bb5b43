"""What a run does when its disk fails: it goes on or stops cleanly, and says why.

Whatever was refused, a resume gives the curve and the weights of a run that
nothing disturbed, bit for bit.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.runner.small import curve
from workbench.config.data import DataProfile, DigitsProfile, ImageFolderProfile
from workbench.config.model import SEResNetProfile
from workbench.config.profile import RunProfile
from workbench.config.training import TrainingProfile
from workbench.errors import WriteError
from workbench.events import Event, Steps
from workbench.runner.attempts import Watch, resume_run, train_run
from workbench.store.runs import Run, RunStore
from workbench.store.status import Status

ROOT = Path(__file__).parents[2]
DISK_BYTES = 24 << 20
PAGE = 4096

Times = Callable[[int, int], int]
Happening = Callable[[], object]


def _profile(data: DataProfile) -> RunProfile:
    return RunProfile(
        name="tiny",
        data=data,
        model=SEResNetProfile(blocks=1),
        training=TrainingProfile(epochs=4, batch_size=32),
    )


TINY = _profile(DigitsProfile(train_per_class=12, test_per_class=5, validation=0.2))


def _only_run(runs: Path) -> Run:
    [run] = RunStore(runs).list()
    return run


def _at(number: int, happening: Happening) -> Watch:
    """Calls `happening` at the event of this number."""
    events = itertools.count()

    def watch(event: Event) -> None:
        if next(events) == number:
            happening()

    return watch


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train_run(TINY, tmp_path_factory.mktemp("undisturbed"), device="cpu")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many events the tiny training has, about: flushes are by time."""
    seen: list[Event] = []
    train_run(TINY, tmp_path_factory.mktemp("counted"), device="cpu", watch=seen.append)
    return len(seen)


def _mount(*arguments: object) -> None:
    subprocess.run(["mount", *map(str, arguments)], check=True, capture_output=True)


def _unmount(place: Path) -> None:
    subprocess.run(["umount", str(place)], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 24 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        _mount("-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", place)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs root and mount")
    yield place
    _unmount(place)


class Filler:
    """Another program's file, which takes the disk but for `room` bytes."""

    def __init__(self, disk: Path, room: int) -> None:
        self._path = disk / "filler"
        self._room = room

    def fill(self) -> None:
        with suppress(OSError), self._path.open("wb", buffering=0) as file:
            while file.write(b"x" * PAGE) == PAGE:
                pass
        os.truncate(self._path, max(0, self._path.stat().st_size - self._room))

    def free(self) -> None:
        self._path.unlink(missing_ok=True)


def _says_why(status: Status) -> bool:
    return status.state == "stopped" and status.reason.startswith("the disk refuses ")


@pytest.mark.parametrize("room", [0, 3 * PAGE, 100 * PAGE])
def test_a_full_disk_stops_it_or_lets_it_go_on_and_a_resume_makes_it_whole(
    disk: Path, times: Times, undisturbed: Run, events: int, room: int
) -> None:
    """No room for a line of the metrics; for the status; for all but a checkpoint."""
    draw = random.Random(room)
    for trial in range(times(3, 60)):
        runs, filler = disk / f"runs-{trial}", Filler(disk, room)
        with suppress(WriteError):
            train_run(TINY, runs, device="cpu", watch=_at(draw.randrange(events - 1), filler.fill))
        run = _only_run(runs)
        status, before = run.status(), run.checkpoints()
        assert status.state == "finished" or _says_why(status), status
        assert not before.damaged
        filler.free()
        if status.state != "finished":
            resume_run(run, device="cpu")
        assert run.status().state == "finished"
        assert not run.status().warning or status.state == "finished"
        assert curve(run) == curve(undisturbed), (trial, status)
        shutil.rmtree(runs)


def test_room_that_comes_back_is_used(
    disk: Path, times: Times, undisturbed: Run, events: int
) -> None:
    """Checkpoints are refused for a while: it trains through, and the last ones are there."""
    draw = random.Random(1)
    for trial in range(times(3, 60)):
        runs, filler = disk / f"runs-{trial}", Filler(disk, 40 * PAGE)
        begin = draw.randrange(events // 2)
        end = draw.randrange(begin + 1, events - events // 4)
        watches = (_at(begin, filler.fill), _at(end, filler.free))

        def watch(event: Event, watches: tuple[Watch, ...] = watches) -> None:
            for each in watches:
                each(event)

        run = train_run(TINY, runs, device="cpu", watch=watch)
        assert (run.status().state, run.status().warning) == ("finished", "")
        assert run.checkpoints().intact[0].step == undisturbed.status().step
        assert curve(run) == curve(undisturbed)
        shutil.rmtree(runs)


def test_a_disk_that_is_full_from_the_start_leaves_no_run(disk: Path) -> None:
    Filler(disk, 0).fill()
    with pytest.raises(Exception, match="No space left on device"):
        train_run(TINY, disk / "runs", device="cpu")
    assert not (disk / "runs").exists() or not any((disk / "runs").iterdir())


def test_a_resume_on_a_disk_that_is_still_full_changes_nothing(disk: Path, events: int) -> None:
    filler = Filler(disk, 0)
    with suppress(WriteError):
        train_run(TINY, disk / "runs", device="cpu", watch=_at(events // 2, filler.fill))
    run = _only_run(disk / "runs")
    filler.fill()
    before, steps = run.status(), run.history().steps["loss"].tolist()
    with pytest.raises(WriteError, match="No space left on device"):
        resume_run(run, device="cpu")
    assert run.status() == before
    assert run.history().steps["loss"].tolist() == steps


def test_a_run_folder_that_becomes_read_only_ends_it_and_a_resume_goes_on(
    disk: Path, undisturbed: Run, events: int
) -> None:
    """The status cannot say why; nor is anything lost."""
    runs = disk / "runs"

    def become_read_only() -> None:
        _mount("--bind", runs, runs)
        _mount("-o", "remount,bind,ro", runs)

    try:
        with pytest.raises(WriteError, match="Read-only file system"):
            train_run(TINY, runs, device="cpu", watch=_at(events // 3, become_read_only))
    finally:
        _unmount(runs)
    run = _only_run(runs)
    assert not run.checkpoints().damaged
    resume_run(run, device="cpu")
    assert curve(run) == curve(undisturbed)


@pytest.mark.parametrize("what", ["run", "runs", "metrics"])
def test_a_folder_that_is_deleted_ends_it_within_a_line(
    tmp_path: Path, events: int, what: str
) -> None:
    runs = tmp_path / "runs"

    def delete() -> None:
        run = _only_run(runs).path
        shutil.rmtree({"run": run, "runs": runs, "metrics": run / "metrics"}[what])

    with pytest.raises(WriteError, match="No such file or directory"):
        train_run(TINY, runs, device="cpu", watch=_at(events // 2, delete))


def test_data_that_goes_away_while_it_trains_is_not_missed(tmp_path: Path) -> None:
    """The decoded images are mapped: their folder is not asked again."""
    draw = np.random.default_rng(0)
    for split, count in (("train", 24), ("test", 8)):
        for name in ("cats", "dogs"):
            folder = tmp_path / "data" / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                pixels = draw.integers(0, 256, (8, 8, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(folder / f"{number}.png")
    profile = _profile(ImageFolderProfile(root=tmp_path / "data", image_size=8, validation=0.25))
    expected = train_run(profile, tmp_path / "first", device="cpu")

    def lose_data(event: Event) -> None:
        if isinstance(event, Steps):
            shutil.rmtree(tmp_path / "data", ignore_errors=True)

    run = train_run(profile, tmp_path / "second", device="cpu", watch=lose_data)
    assert not (tmp_path / "data").exists()
    assert run.status().state == "finished"
    assert run.history().steps["loss"].tolist() == expected.history().steps["loss"].tolist()


PROFILE = """
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
epochs = 4
batch_size = 32
"""


def _workbench(runs: Path, *arguments: object, limit: int = -1) -> tuple[int, dict[str, object]]:
    """Exit code and JSON of the program, where no file may become larger than `limit`."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = subprocess.run(
        [sys.executable, "-m", "workbench", *map(str, arguments), "--json", "-q"],
        cwd=ROOT,
        env={**os.environ, "WORKBENCH_RUNS": str(runs)},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=bound,
    )
    return process.returncode, json.loads(process.stdout)


def test_a_plain_resume_goes_on_when_there_is_room(
    tmp_path: Path, times: Times, undisturbed: Run
) -> None:
    """Files of no more than so many bytes: the way a full disk looks without being root."""
    (tmp_path / "tiny.toml").write_text(PROFILE)
    draw = random.Random(2)
    for trial in range(times(1, 30)):
        runs, limit = tmp_path / f"runs-{trial}", draw.randrange(17_000, 400_000)
        code, outcome = _workbench(
            runs, "run", tmp_path / "tiny.toml", "--device", "cpu", limit=limit
        )
        assert code == (0 if outcome["state"] == "finished" else 1)
        if code:
            assert outcome["state"] == "stopped"
            assert str(outcome["reason"]).startswith("the disk refuses ")
            assert _workbench(runs, "resume", "latest", "--device", "cpu")[0] == 0
        assert curve(_only_run(runs)) == curve(undisturbed)
