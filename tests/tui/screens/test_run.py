"""The screen of a run, by its keys."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widget import Widget

from tests.tui.recorded import STEPS_PER_EPOCH, empty_run, recorded_run, settle
from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until
from workbench.store.control import is_pause_requested, is_stop_requested
from workbench.store.liveness import Owner
from workbench.store.runs import Run, RunStore
from workbench.store.status import State
from workbench.tui import hardware
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.screens.profile import ProfileScreen
from workbench.tui.screens.run import RunScreen
from workbench.tui.settings import load_settings
from workbench.tui.trainings import Job, Situation, Trainings
from workbench.tui.widgets.chart import ChartView
from workbench.tui.widgets.run_status import RunStatus

SIZES = [(80, 24), (120, 40), (200, 60)]
LOOK = Look()
SETTINGS = Path("settings/tui.toml")


class Queue(Trainings):
    """Trainings that never begin; `here` is the run that is said to train."""

    def __init__(self, runs: Path) -> None:
        super().__init__(runs)
        self.added: list[object] = []
        self.here: Run | None = None

    def situation(self) -> Situation:
        if self.here is None:
            return Situation()
        return Situation(job=Job(0, "quick", self.here), run=self.here)

    def add(self, what: object) -> Job:  # type: ignore[override]
        self.added.append(what)
        return Job(0, "quick", what)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of runs; the screen shows nothing of this machine."""
    monkeypatch.chdir(tmp_path)

    def no_meter(owner: Owner | None) -> None:
        return None

    monkeypatch.setattr(hardware, "meter_of", no_meter)
    return Path("runs")


@asynccontextmanager
async def opened(
    run: Run, size: tuple[int, int] = (80, 24), look: Look = LOOK
) -> AsyncIterator[tuple[Pilot[Any], WorkbenchApp, RunScreen]]:
    """The screen of a run whose record is read."""
    folder = run.path.parent
    app = WorkbenchApp(RunStore(folder), Queue(folder), look=look, settings=SETTINGS, run=run)
    async with app.run_test(size=size, notifications=True) as pilot:
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        screen = app.screen
        assert isinstance(screen, RunScreen)
        await until(pilot, lambda: "reading the record" not in text_of(app))
        yield pilot, app, screen


def keys(screen: RunScreen) -> set[str]:
    """What can be done now."""
    return {each.binding.action for each in screen.active_bindings.values()}


# What is seen

STATES: dict[str, Callable[[Path], Run]] = {
    "live": lambda root: recorded_run(root, "running"),
    "ended": lambda root: recorded_run(root, "finished"),
    "failed": lambda root: recorded_run(root, "failed", reason="RuntimeError: out of " * 8),
    "empty": empty_run,
}


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", STATES)
async def test_a_run(root: Path, name: str, size: tuple[int, int]) -> None:
    async with opened(STATES[name](root), size) as (pilot, app, _):
        await until(pilot, lambda: name == "empty" or "Loss" in text_of(app))
        await pilot.pause()
        await check_snapshot(pilot, f"run-{name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_damaged_run(root: Path, size: tuple[int, int]) -> None:
    run = recorded_run(root, "finished")
    with (run.path / "metrics" / "0001.jsonl").open("ab") as file:
        file.write(b"\x00 no line\nnor this\n")
    (run.path / "profile.toml").write_text("name = [")
    (run.path / "log.txt").write_bytes(b"\x1b[2J\xff\x00binary\n" * 3)
    async with opened(run, size) as (pilot, app, _):
        await until(pilot, lambda: "2 damaged lines" in text_of(app))
        await until(pilot, lambda: "Loss" in text_of(app))
        await check_snapshot(pilot, f"run-damaged-{size[0]}x{size[1]}")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("1", "train/loss"),
        ("2", "Learning rate"),
        ("3", "Filters after epoch 4"),
        ("4", "epoch 1 done"),
        ("5", 'name = "quick"'),
    ],
)
async def test_each_panel_has_a_key(root: Path, key: str, words: str) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, _):
        await pilot.press("5", key)
        await until(pilot, lambda: words in text_of(app))


async def test_a_tab_can_be_clicked(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, _):
        await pilot.click("#tab-log")
        await until(pilot, lambda: "epoch 1 done" in text_of(app))


async def test_without_unicode_everything_drawn_is_ascii(root: Path) -> None:
    look = Look(color=False, unicode=False)
    async with opened(recorded_run(root, "running"), (80, 24), look) as (pilot, app, screen):
        await until(pilot, lambda: "train/loss" in text_of(app))
        await pilot.press("left")
        panels = [screen.query_one(f"#{name}", ChartView) for name in ("loss", "accuracy")]
        for view in panels:
            rows = [view.render_line(y).text for y in range(view.size.height)]
            assert "".join(rows).isascii()


async def test_in_a_tiny_terminal_the_loss_stands_alone(root: Path) -> None:
    async with opened(recorded_run(root, "running"), (40, 10)) as (pilot, app, screen):
        await pilot.press("left", "2", "3", "4", "5", "1")
        await until(pilot, lambda: "Loss" in text_of(app) and "│" in text_of(app))
        assert "Accuracy" not in text_of(app)
        assert screen.is_current


# Curves


async def test_the_cursor_reads_the_curves_out(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, screen):
        await pilot.press("left")
        await until(pilot, lambda: "Loss at epoch 4.00" in text_of(app))
        assert "val/accuracy 80.00 %" in text_of(app)
        await pilot.press("h", "H")
        assert screen.view.cursor is not None
        assert screen.view.cursor < 4
        await pilot.press("escape")
        await until(pilot, lambda: "Loss at" not in text_of(app))


async def test_a_click_places_the_cursor(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, screen):
        await until(pilot, lambda: "train/loss" in text_of(app))
        await pilot.click("#loss", offset=(40, 4))
        await until(pilot, lambda: screen.view.cursor is not None)
        assert "Loss at epoch" in text_of(app)


async def test_zoom_shows_less_and_all_again(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, _, screen):
        await pilot.press("plus")
        limits = screen.view.style.limits
        assert limits is not None
        assert limits[1] - limits[0] == pytest.approx(2, abs=0.1)
        await pilot.press("0")
        assert screen.view.style.limits is None


async def test_what_is_chosen_is_remembered(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, _):
        await pilot.press("a", "s", "s", "v", "g")
        await until(pilot, lambda: "smoothed" in text_of(app))
    kept = load_settings(SETTINGS)
    assert (kept.x_axis, kept.smoothing, kept.raw, kept.log_loss) == ("time", 0.5, False, True)


async def test_new_steps_are_drawn(root: Path) -> None:
    run = recorded_run(root, "running")
    async with opened(run) as (pilot, app, screen):
        history = screen.feed.history
        assert history is not None
        line = (
            b'{"event":"steps","attempt":1,"epoch":4,"first_step":80,"loss":[0.123],'
            b'"accuracy":[0.9],"seconds":81}\n'
        )
        with (run.path / "metrics" / "0001.jsonl").open("ab") as file:
            file.write(line)
        await until(pilot, lambda: len(history.steps) == 4 * STEPS_PER_EPOCH + 1)
        settle(run, "running", epochs=5)
        await until(pilot, lambda: "step 100/200" in text_of(app))


# Filters


async def test_filters_are_scrubbed_over_the_epochs(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, _):
        await pilot.press("3")
        for key, words in [
            ("comma", "epoch 3 "),
            ("home", "epoch 1 "),
            ("full_stop", "epoch 2 "),
            ("end", "epoch 4 "),
        ]:
            await pilot.press(key)
            await until(pilot, lambda words=words: f"Filters after {words}" in text_of(app))


# Control


async def test_every_key_is_explained(root: Path) -> None:
    async with opened(recorded_run(root, "running")) as (pilot, _, screen):
        await until(pilot, lambda: "cursor(1)" in keys(screen))
        shown = [each for each in screen.active_bindings.values() if each.node is screen]
        await pilot.press("3")  # the filters have keys of their own
        await until(pilot, lambda: "scrub(-1)" in keys(screen))
        shown += [each for each in screen.active_bindings.values() if each.node is screen]
        assert {"scrub(-1)", "cursor(1)", "stop"} <= {each.binding.action for each in shown}
        assert all(each.binding.description for each in shown)


async def test_a_running_run_pauses_and_goes_on(root: Path) -> None:
    run = recorded_run(root, "running")
    async with opened(run) as (pilot, app, screen):
        await pilot.press("p")
        assert is_pause_requested(run)
        await until(pilot, lambda: "asked to pause" in text_of(app))
        assert "go_on" in keys(screen)
        await pilot.press("p")
        assert not is_pause_requested(run)


async def test_stop_asks_first(root: Path) -> None:
    run = recorded_run(root, "running")
    async with opened(run) as (pilot, app, screen):
        await pilot.press("x", "escape")
        assert not is_stop_requested(run)
        await pilot.press("x", "s")
        assert is_stop_requested(run)
        await until(pilot, lambda: "asked to stop" in text_of(app))
        assert not {"stop", "pause"} & keys(screen)


async def test_an_ended_run_cannot_be_paused_and_a_finished_one_not_resumed(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (_, _, screen):
        assert not {"pause", "go_on", "stop", "resume", "detach"} & keys(screen)


async def test_a_stopped_run_is_resumed_here(root: Path) -> None:
    run = recorded_run(root, "stopped")
    async with opened(run) as (pilot, app, _):
        await pilot.press("r", "t")
        assert isinstance(app.trainings, Queue)
        assert app.trainings.added == [run]


@pytest.mark.parametrize("state", ["failed", "diverged"])
async def test_a_run_that_ended_badly_says_what_going_on_takes(root: Path, state: State) -> None:
    run = recorded_run(root, state)
    async with opened(run) as (pilot, app, screen):
        await pilot.press("r")
        await until(pilot, lambda: f"workbench resume {run.id} --force" in text_of(app))
        await pilot.press("t", "b", "escape")
        await until(pilot, lambda: app.screen is screen)
        assert isinstance(app.trainings, Queue)
        assert not app.trainings.added


async def test_a_stopped_run_is_resumed_in_the_background(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, resumed = recorded_run(root, "stopped"), []
    async with opened(run) as (pilot, app, _):
        monkeypatch.setattr(app, "resume_detached", resumed.append)
        await pilot.press("r", "b")
        assert resumed == [run]


async def test_only_the_run_that_trains_here_is_detached(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, calls = recorded_run(root, "running"), []
    async with opened(run) as (pilot, app, screen):
        assert "detach" not in keys(screen)
        assert isinstance(app.trainings, Queue)
        app.trainings.here = run
        await until(pilot, lambda: "detach" in keys(screen))
        monkeypatch.setattr(app, "detach", lambda: calls.append("detach"))
        await pilot.press("d")
        assert calls == ["detach"]


async def test_its_profile_is_edited(root: Path) -> None:
    async with opened(recorded_run(root, "finished")) as (pilot, app, _):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ProfileScreen))


async def test_a_value_is_copied(root: Path) -> None:
    run = recorded_run(root, "finished")
    async with opened(run) as (pilot, app, _):
        await pilot.press("y", "enter")
        await until(pilot, lambda: app.clipboard == run.id)
        await pilot.press("y", "j", "j", "enter")
        await until(pilot, lambda: app.clipboard == "0.8")


# Trouble


async def test_a_folder_that_vanishes_leaves_what_was_read(root: Path) -> None:
    run = recorded_run(root, "running")
    async with opened(run) as (pilot, app, screen):
        await until(pilot, lambda: "train/loss" in text_of(app))
        shutil.rmtree(run.path)
        await until(pilot, lambda: "the folder of this run is gone" in text_of(app))
        assert "step 80/200" in text_of(app)
        assert not {"pause", "stop", "resume"} & keys(screen)


async def test_a_dead_owner_is_told_with_the_age_of_its_last_word(root: Path) -> None:
    run = recorded_run(root, "running")
    (run.path / "owner.json").unlink()
    async with opened(run) as (_, app, screen):
        assert "last heard of less than a minute ago" in text_of(app)
        assert "resume" in keys(screen)


async def test_what_files_say_is_never_markup(root: Path) -> None:
    run = recorded_run(root, "failed", reason="[bold]no[/] \x1b]52;c;aGk=\x07")
    (run.path / "log.txt").write_text("[red]plain[/red]\n")
    async with opened(run) as (pilot, app, _):
        assert "[bold]no[/]" in text_of(app)
        await pilot.press("4")
        await until(pilot, lambda: "[red]plain[/red]" in text_of(app))
        assert "\x1b" not in text_of(app)


@pytest.mark.parametrize("part", [RunScreen, RunStatus, ChartView])
async def test_who_leaves_while_it_opens_meets_no_error(
    part: type[Widget], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded_run(root, "finished")
    app = WorkbenchApp(RunStore(root), Queue(root), look=LOOK, settings=SETTINGS, run=run)
    compose = part.compose

    def leave(self: Widget) -> ComposeResult:
        app.exit("done")
        return compose(self)

    monkeypatch.setattr(part, "compose", leave)
    assert await app.run_async(headless=True, size=(80, 24)) == "done"
    assert app.return_code == 0


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
async def test_a_run_that_had_ended_before_is_not_told_to_end(root: Path, state: State) -> None:
    async with opened(recorded_run(root, state)) as (pilot, app, _):
        await pilot.pause()
        assert not [*app._notifications]


async def test_a_run_that_waits_here_says_so_and_is_not_resumed_twice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = recorded_run(root, "stopped")
    async with opened(run) as (pilot, app, screen):
        assert "resume" in keys(screen)
        waiting = Situation(waiting=(Job(1, "tiny", Run(run.path)),))
        monkeypatch.setattr(app.trainings, "situation", lambda: waiting)
        await until(pilot, lambda: "waits in this window" in text_of(app))
        assert "resume" not in keys(screen)
