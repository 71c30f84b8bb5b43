"""What outlives every screen: leaving, trainings that begin, starts in the background, themes."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.training.small import a_profile
from tests.tui.snapshots import text_of
from tests.tui.waiting import until
from workbench.config.profile import RunProfile
from workbench.errors import DetachedError
from workbench.runner.detach import Background
from workbench.store.runs import Run, RunStore
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.screens.dialogs import Prompt, Question
from workbench.tui.screens.keys import KeysScreen
from workbench.tui.screens.run import RunScreen
from workbench.tui.screens.runs_menu import Menu
from workbench.tui.settings import load_settings
from workbench.tui.trainings import Job, Result, Situation, Trainings


class Pretended(Trainings):
    """Its situation is what the test says."""

    def __init__(self, runs: Path) -> None:
        super().__init__(runs)
        self.now = Situation()

    def situation(self) -> Situation:
        return self.now

    def add(self, what: RunProfile | Run) -> Job:
        self.asked = Job(1, "tiny", what)
        return self.asked


Act = Callable[[Pilot[Any], WorkbenchApp, Pretended], Awaitable[None]]
Play = Callable[..., WorkbenchApp]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    def run(act: Act, **look: bool) -> WorkbenchApp:
        trainings = Pretended(tmp_path / "runs")
        app = WorkbenchApp(
            RunStore(tmp_path / "runs"), trainings, look=Look(**look), settings=tmp_path / "s.toml"
        )
        app.animation_level = "none"

        async def main() -> None:
            async with app.run_test(size=(80, 24), notifications=True) as pilot:
                await pilot.pause()
                await act(pilot, app, trainings)

        asyncio.run(main())
        return app

    return run


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return RunStore(tmp_path / "runs").create(a_profile())


@pytest.mark.parametrize("way", ["detach", "suspend_process", "quit"])
def test_an_unsaved_form_is_asked_about_before_what_trains(play: Play, run: Run, way: str) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        trainings.now = Situation(Job(1, "tiny", run), run=run)
        app.edit({"name": "a"})
        await until(pilot, lambda: app.screen.focused)
        await pilot.press("x")
        app.open_run(run)
        await pilot.pause()
        if way == "detach":
            app.detach()
        else:
            await app.run_action(way)
        await until(pilot, lambda: "not saved" in text_of(app))
        assert isinstance(app.screen, Question)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, RunScreen)
        assert app.is_running

    play(act)


def test_stopping_says_what_waits_and_is_dropped_by_it(play: Play, run: Run) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        waiting = (Job(2, "second", run), Job(3, "third", run))
        trainings.now = Situation(Job(1, "tiny", run), run=run, waiting=waiting)
        await pilot.press("ctrl+q")
        await until(pilot, lambda: isinstance(app.screen, Question))
        await until(pilot, lambda: "What waits is not trained then: second, third" in text_of(app))
        await pilot.press("s")

    assert play(act).return_value == "stop"


def test_the_run_that_was_asked_for_opens_by_itself(play: Play, run: Run) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        app.train(a_profile())
        trainings.now = Situation(trainings.asked, run=run)
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and app.screen.is_mounted)
        await pilot.pause()

    play(act)


def test_it_does_not_open_over_what_is_typed_meanwhile(play: Play, run: Run) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        app.train(a_profile())
        app.push_screen(Prompt("A line"))
        await pilot.pause()
        trainings.now = Situation(trainings.asked, run=run)
        await until(pilot, lambda: "w shows it" in text_of(app))
        assert isinstance(app.screen, Prompt)

    play(act)


def test_a_start_in_the_background_is_told_when_it_trains(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = Event()

    def start(*_: object) -> Background:
        begun.wait(60)
        return Background("an-id", 7)

    monkeypatch.setattr("workbench.runner.detach.train_profile_detached", start)

    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        app.train_detached(a_profile())
        await until(pilot, lambda: "in the background prepares" in text_of(app))
        assert app.starts.under_way == (a_profile().name,)
        begun.set()
        await until(pilot, lambda: "an-id trains in the background" in text_of(app))
        assert not app.starts.under_way

    play(act)


def test_leaving_does_not_wait_for_a_start_and_its_end_can_be_asked_for(
    play: Play, monkeypatch: pytest.MonkeyPatch, run: Run
) -> None:
    begun = Event()

    def start(*_: object) -> Background:
        begun.wait(60)
        raise DetachedError("no room", hint="make some")

    monkeypatch.setattr("workbench.runner.detach.resume_detached", start)

    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        app.resume_detached(run)
        await pilot.press("ctrl+q")

    app = play(act)
    assert app.starts.under_way == (run.id,)
    begun.set()
    app.starts.join()
    [started] = app.starts.done()
    assert str(started) == f"{run.id}: no room"
    assert app.starts.done() == []


@pytest.mark.parametrize("lacks", ["color", "palette"])
def test_a_terminal_that_can_show_one_theme_leaves_the_chosen_one_be(
    play: Play, lacks: str, tmp_path: Path
) -> None:
    settings = tmp_path / "s.toml"
    settings.write_text('theme = "nord"\n')

    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        await pilot.pause()
        assert app.theme != "nord"

    play(act, **{lacks: False})
    assert load_settings(settings).theme == "nord"


def test_a_theme_that_is_chosen_is_remembered(play: Play, tmp_path: Path) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        app.theme = "nord"
        await until(pilot, lambda: load_settings(tmp_path / "s.toml").theme == "nord")

    play(act)


def test_two_windows_keep_each_others_settings(play: Play, tmp_path: Path) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        other = WorkbenchApp(app.store, trainings, look=app.look, settings=tmp_path / "s.toml")
        other.remember(sort="best")
        app.remember(bell=False)
        kept = load_settings(tmp_path / "s.toml")
        assert (kept.sort, kept.bell) == ("best", False)

    play(act)


def test_what_the_palette_lists_is_done(play: Play) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        commands = {each.title: each.callback for each in app.get_system_commands(app.screen)}
        for title, then in (("Keys", KeysScreen), ("New", Menu)):
            await commands[title]()
            await until(pilot, lambda then=then: isinstance(app.screen, then))
            await pilot.press("escape")
            await until(pilot, lambda: len(app.screen_stack) == 2)

    play(act)


def test_a_training_that_fails_while_it_is_prepared_opens_nothing_later(play: Play) -> None:
    async def act(pilot: Pilot[Any], app: WorkbenchApp, trainings: Pretended) -> None:
        app.train(a_profile())
        screen = weakref.ref(app.screen)
        failed = Result(trainings.asked, None, DetachedError("no room"))
        trainings.now = Situation(results=(failed,))
        await until(pilot, lambda: "no room" in text_of(app))
        run = Run(app.store.root / "20260101-000000-tiny-000000")
        trainings.now = Situation(trainings.asked, run=run, results=(failed,))
        await until(pilot, lambda: app.situation is trainings.now)
        assert app.screen is screen()

    play(act)
