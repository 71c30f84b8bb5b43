"""The form of a profile, by its keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import DataTable, Input

from tests.tui.snapshots import check_snapshot, text_of
from tests.tui.waiting import until
from workbench.config.loading import load_profile
from workbench.config.profile import RunProfile
from workbench.config.reading import parse
from workbench.config.ready import ready_profiles
from workbench.config.schema import child, fields, kinds, run_schema
from workbench.errors import WorkbenchError
from workbench.runner.detach import Background
from workbench.store.runs import Run, RunStore
from workbench.tui.app import WorkbenchApp
from workbench.tui.look import Look
from workbench.tui.screens.dialogs import Prompt, Question
from workbench.tui.screens.keys import KeysScreen
from workbench.tui.screens.pick import Pick
from workbench.tui.screens.profile import ProfileScreen
from workbench.tui.screens.profile_sheets import DifferenceSheet, Preview
from workbench.tui.screens.runs import RunsScreen
from workbench.tui.trainings import Job, Situation, Trainings
from workbench.tui.widgets.form_row import FormRow
from workbench.tui.widgets.form_sections import SectionList


class Asked(Trainings):
    """Remembers what it was asked to train."""

    def __init__(self, runs: Path) -> None:
        super().__init__(runs)
        self.profiles: list[RunProfile | Run] = []
        self.shown = Situation()

    def add(self, what: RunProfile | Run) -> Job:
        self.profiles.append(what)
        job = Job(len(self.profiles), "job", what)
        self.shown = replace(self.shown, waiting=(*self.shown.waiting, job))
        return job

    def situation(self) -> Situation:
        return self.shown


class Form:
    """The form on a screen, and what a person does at it."""

    def __init__(self, pilot: Pilot[Any], screen: ProfileScreen, trainings: Asked) -> None:
        self.pilot = pilot
        self.screen = screen
        self.trainings = trainings

    @property
    def table(self) -> dict[str, Any]:
        return self.screen.draft.table

    @property
    def here(self) -> str:
        row = self.screen.form.focused_row
        return row.path if row else ""

    def row(self, path: str) -> FormRow:
        return next(row for row in self.screen.form.rows if row.path == path)

    async def go(self, path: str) -> FormRow:
        row = self.row(path)
        row.editor.focus()
        await until(self.pilot, lambda: self.here == path)
        return row

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def burst(self, *keys: str) -> None:
        """Press keys that come in one piece, as over a slow line."""
        for key in keys:
            self.pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await self.pilot.pause()

    async def on(self, screen: type) -> Any:
        await until(self.pilot, lambda: isinstance(self.pilot.app.screen, screen))
        await self.pilot.pause()
        return self.pilot.app.screen

    def shows(self) -> str:
        return text_of(self.pilot.app)


Act = Callable[[Form], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Play:
    monkeypatch.chdir(tmp_path)

    def run(
        act: Act,
        table: dict[str, Any] | None = None,
        path: Path | None = None,
        size: tuple[int, int] = (80, 24),
        **look: bool,
    ) -> None:
        async def main() -> None:
            trainings = Asked(tmp_path / "runs")
            store = RunStore(tmp_path / "runs")
            seen, settings = Look(**look), tmp_path / "tui.toml"
            app = WorkbenchApp(store, trainings, look=seen, settings=settings)
            app.animation_level = "none"
            async with app.run_test(size=size, notifications=True) as pilot:
                await pilot.pause()
                app.edit(table if table is not None else {"name": "a"}, path)
                screen = app.screen
                assert isinstance(screen, ProfileScreen)
                await until(pilot, lambda: len(screen.form.parts) == len(screen.form.groups))
                await until(pilot, lambda: screen.focused)
                await pilot.pause()
                await act(Form(pilot, screen, trainings))

        asyncio.run(main())

    return run


def test_the_form_opens_unchanged_at_its_first_field(play: Play) -> None:
    async def act(form: Form) -> None:
        assert form.here == "name"
        assert not form.screen.draft.is_changed
        assert not form.screen.draft.can_undo
        assert "new profile" in form.shows()

    play(act)


def test_what_is_typed_stays_and_its_error_stands_under_it(play: Play) -> None:
    async def act(form: Form) -> None:
        row = await form.go("optimizer.lr")
        await form.press("1", "e", "minus")
        assert row.problem
        assert "valid is a number" in form.shows()
        await form.press("3")
        assert not row.problem
        assert row.query_one(Input).value == "1e-3"
        assert form.table["optimizer"]["lr"] == 1e-3

    play(act)


def test_typing_makes_no_new_widgets(play: Play) -> None:
    async def act(form: Form) -> None:
        before = [*form.screen.form.query("*")]
        await form.go("seed")
        await form.press("1", "x", "backspace")
        assert [*form.screen.form.query("*")] == before

    play(act)


def test_undo_and_redo_bring_the_text_back(play: Play) -> None:
    async def act(form: Form) -> None:
        row = await form.go("seed")
        await form.press("1", "2")
        await form.press("ctrl+z")
        assert row.query_one(Input).value == ""
        assert "seed" not in form.table
        await form.press("ctrl+z")
        await until(form.pilot, lambda: "nothing to undo" in form.shows())
        await form.press("ctrl+y")
        assert row.query_one(Input).value == "12"

    play(act)


def test_a_field_gets_its_default_back(play: Play) -> None:
    async def act(form: Form) -> None:
        row = await form.go("seed")
        assert row.differs
        await form.press("ctrl+r")
        assert not row.differs
        assert "seed" not in form.table

    play(act, {"name": "a", "seed": 7})


def test_a_kind_swaps_the_fields_and_keeps_what_both_have(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.go("optimizer.kind")
        await form.press("right", "right")
        await until(form.pilot, lambda: form.table["optimizer"]["kind"] == "sgd")
        await form.pilot.pause()
        assert form.here == "optimizer.kind"
        assert form.table["optimizer"] == {"kind": "sgd", "lr": 0.5}
        assert form.row("optimizer.momentum")
        await form.press("ctrl+z", "ctrl+z")
        assert form.table["optimizer"] == {"kind": "adam", "lr": 0.5, "eps": 1.0}

    play(act, {"optimizer": {"kind": "adam", "lr": 0.5, "eps": 1.0}})


def test_the_way_out_is_shown_at_every_sort_of_field(play: Play) -> None:
    async def act(form: Form) -> None:
        for path in ("seed", "model.activation"):
            await form.go(path)
            await until(form.pilot, lambda: "esc Leave" in form.shows().splitlines()[-1])

    play(act)


def test_a_value_is_picked_from_the_list(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.go("model.activation")
        await form.press("enter")
        await form.on(Pick)
        await form.press(*"tanh", "enter")
        await form.on(ProfileScreen)
        assert form.table["model"]["activation"] == "tanh"

    play(act)


def test_items_are_added_moved_and_removed(play: Play) -> None:
    async def act(form: Form) -> None:
        for name in ("mixup", "affine"):
            await form.press("f8")
            await form.on(Pick)
            await form.press(*name, "enter")
            await form.on(ProfileScreen)
            await until(form.pilot, lambda name=name: form.screen.form.focused_row)
        await until(form.pilot, lambda: form.here == "data.augment.1.kind")
        await form.press("ctrl+up")
        await until(form.pilot, lambda: form.here == "data.augment.0.kind")
        assert [each["kind"] for each in form.table["data"]["augment"]] == ["affine", "mixup"]
        await form.press("f9")
        assert [each["kind"] for each in form.table["data"]["augment"]] == ["mixup"]

    play(act)


def test_a_valid_profile_is_trained(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("f5")
        (profile,) = form.trainings.profiles
        assert isinstance(profile, RunProfile)
        assert profile.name == "a"
        form.trainings.shown = Situation()
        await form.press("f7")
        assert len(form.trainings.profiles) == 2

    play(act)


def test_one_that_waits_already_is_trained_once_more_only_if_that_is_meant(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("f5", "f5")
        await form.on(Question)
        assert "waits already" in form.shows()
        await form.press("escape")
        assert len(form.trainings.profiles) == 1
        (job,) = form.trainings.shown.waiting
        form.trainings.shown = Situation(job=job, doing="loading torch")
        await form.press("f7")
        await form.on(Question)
        await form.press("t")
        assert len(form.trainings.profiles) == 2

    play(act)


def test_one_that_trains_already_is_trained_again_without_a_question(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("f5")
        (job,) = form.trainings.shown.waiting
        form.trainings.shown = Situation(job=job)
        await form.press("f5")
        assert len(form.trainings.profiles) == 2

    play(act)


OPTIMIZERS = [*kinds(child(run_schema(), "optimizer"))]


@pytest.mark.parametrize("turns", [1, 2, 3, 7, 20])
def test_a_choice_is_turned_before_the_next_key_acts(play: Play, turns: int) -> None:
    async def act(form: Form) -> None:
        await form.go("optimizer.kind")
        await form.burst(*["right"] * turns, "f5")
        wanted = OPTIMIZERS[(OPTIMIZERS.index("adam") + turns) % len(OPTIMIZERS)]
        (profile,) = form.trainings.profiles
        assert isinstance(profile, RunProfile)
        assert profile.optimizer.kind == form.table["optimizer"]["kind"] == wanted
        assert form.here == "optimizer.kind"
        shown = [row.field.name for row in form.screen.form.rows if row.path[:9] == "optimizer"]
        assert {*shown} == {"kind", *fields(kinds(child(run_schema(), "optimizer"))[wanted])}

    play(act)


def test_undo_in_the_same_breath_undoes_the_choice(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.go("seed")
        await form.burst("1", "2")
        await form.go("optimizer.kind")
        await form.burst("right", "ctrl+z")
        assert form.table["optimizer"]["kind"] == "adam"
        assert form.table["seed"] == 12
        assert form.row("optimizer.kind").group.table is form.table["optimizer"]

    play(act)


def test_a_letter_is_not_quicker_than_the_backspace_before_it(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.go("seed")
        await form.burst("1", "x", "backspace", "2", "left", "left", "3", "end", "4")
        assert form.table["seed"] == 3124

    play(act)


def test_letters_behind_a_move_are_typed_where_it_goes(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.go("name")
        await form.burst("x", "tab", "1", "2", "shift+tab", "y", "down", "3")
        assert (form.table["name"], form.table["seed"]) == ("axy", 123)
        await form.go("optimizer.kind")
        await form.burst("down", "1", "up", "right", "left", "down", "2")
        assert form.table["optimizer"]["lr"] == 12

    play(act)


def test_what_is_typed_or_turned_in_the_same_breath_is_saved(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\n')

    async def act(form: Form) -> None:
        await form.go("seed")
        await form.burst("1", "2", "ctrl+s")
        assert load_profile(path).profile.seed == 12
        await form.go("optimizer.kind")
        await form.burst("right", "ctrl+s")
        assert load_profile(path).profile.optimizer.kind != "adam"

    play(act, {"name": "mine"}, path)


def test_undoing_a_point_takes_it_off_the_field(play: Play) -> None:
    async def act(form: Form) -> None:
        row = await form.go("optimizer.lr")
        await form.press("1")
        await form.go("seed")
        await form.go("optimizer.lr")
        await form.press(".")
        assert form.table["optimizer"]["lr"] == 1.0
        await form.press("ctrl+z")
        assert row.query_one(Input).value == "1"

    play(act)


def test_it_is_trained_detached(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[RunProfile] = []
    monkeypatch.setattr(WorkbenchApp, "train_detached", lambda _, profile: started.append(profile))

    async def act(form: Form) -> None:
        await form.press("f6")
        assert [profile.name for profile in started] == ["a"]

    play(act)


def test_an_invalid_one_is_not_and_its_error_is_gone_to(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("f5")
        await until(form.pilot, lambda: form.here == "optimizer.lr")
        assert "2 errors: optimizer.lr: found 0" in " ".join(form.shows().split())
        assert not form.trainings.profiles

    play(act, {"training": {"epochs": 0}, "optimizer": {"kind": "sgd", "lr": 0}})


def test_it_is_saved_to_its_file_and_comments_are_asked_about(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("seed = 1 # why\n")

    async def act(form: Form) -> None:
        await form.go("seed")
        await form.press("2", "ctrl+s")
        question = await form.on(Question)
        assert "comments are lost" in form.shows(), question
        await form.press("w")
        await form.on(ProfileScreen)
        assert load_profile(path).profile.seed == 12
        assert not form.screen.draft.is_changed

    play(act, {"name": "mine", "seed": 1}, path)


def test_what_somebody_else_wrote_to_the_file_is_asked_about(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("seed = 1\n")

    async def act(form: Form) -> None:
        await form.go("seed")
        await form.press("2", "ctrl+s")
        assert load_profile(path).profile.seed == 12
        theirs = path.read_text() + "# theirs\n"
        path.write_text(theirs)
        await form.press("3", "ctrl+s")
        await form.on(Question)
        assert "changed on disk" in form.shows()
        await form.press("escape")
        assert path.read_text() == theirs
        await form.press("ctrl+s")
        await form.on(Question)
        await form.press("w")
        await form.on(ProfileScreen)
        assert load_profile(path).profile.seed == 123

    play(act, {"name": "mine", "seed": 1}, path)


@pytest.mark.parametrize("name", ["quickstart", "cifar10-small"])
def test_a_profile_that_comes_with_the_program_is_never_written_over(
    play: Play, name: str, tmp_path: Path
) -> None:
    path = ready_profiles() / f"{name}.toml"
    before = path.read_bytes()

    async def act(form: Form) -> None:
        await form.go("seed")
        await form.press("1", "ctrl+s")
        prompt = await form.on(Prompt)
        assert prompt.query_one(Input).value == f"{name}.toml"
        prompt.query_one(Input).value = str(path)
        await form.press("enter")
        assert "comes with the" in form.shows()
        prompt.query_one(Input).value = "mine.toml"
        await form.press("enter")
        await form.on(ProfileScreen)
        assert form.screen.files.path == Path("mine.toml")

    play(act, parse(path.read_text(), path), path=path)
    assert path.read_bytes() == before
    assert load_profile(tmp_path / "mine.toml").profile.seed != load_profile(path).profile.seed


def test_a_new_one_asks_for_its_place(play: Play, tmp_path: Path) -> None:
    async def act(form: Form) -> None:
        await form.press("ctrl+s")
        await form.on(Prompt)
        await form.press("enter")
        await form.on(ProfileScreen)
        assert load_profile(tmp_path / "a.toml").profile.name == "a"

    play(act)


def test_leaving_asks_about_changes(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("x", "escape", "escape")
        await form.on(Question)
        await form.press("escape")
        await form.on(ProfileScreen)
        await form.press("q")
        await form.on(Question)
        await form.press("x")
        await until(form.pilot, lambda: not isinstance(form.pilot.app.screen, Question))
        assert not isinstance(form.pilot.app.screen, ProfileScreen)

    play(act)


def test_saving_first_leaves_once_it_is_saved(play: Play, tmp_path: Path) -> None:
    async def act(form: Form) -> None:
        await form.press("x", "escape", "escape")
        await form.on(Question)
        await form.press("s")
        await form.on(Prompt)
        await form.press("enter")
        await until(form.pilot, lambda: isinstance(form.pilot.app.screen, RunsScreen))
        assert load_profile(tmp_path / "ax.toml").profile.name == "ax"

    play(act)


def test_leaving_the_program_asks_about_changes_too(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("x", "f1")
        await form.on(KeysScreen)
        await form.press("ctrl+q")
        await form.on(Question)
        await form.press("escape")
        await form.on(KeysScreen)
        await form.press("ctrl+q")
        await form.on(Question)
        await form.press("x")
        await until(form.pilot, lambda: form.pilot.app.return_value == "done")

    play(act)


def test_leaving_the_program_is_asked_about_once(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("x", "ctrl+q", "ctrl+q")
        await form.on(Question)
        await form.press("escape")
        await form.on(ProfileScreen)

    play(act)


def test_a_ready_profile_is_loaded(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("ctrl+o")
        await form.on(Pick)
        await form.press(*"quickstart", "enter")
        await until(form.pilot, lambda: form.table["name"] == "quickstart")

    play(act)


def test_a_path_in_the_home_of_nobody_is_refused_in_words(play: Play) -> None:
    async def act(form: Form) -> None:
        for key in ("ctrl+o", "f4"):
            await form.press(key)
            await form.on(Pick)
            await form.press(*"~nobody-here/x.toml", "enter")
            await form.on(ProfileScreen)
        await until(form.pilot, lambda: form.shows().count("spell the folder out") == 2)

    play(act)


def test_ready_profiles_are_offered_where_runs_cannot_be_read(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(store: RunStore, limit: int = 0) -> list[Run]:
        raise WorkbenchError("cannot read the runs")

    async def act(form: Form) -> None:
        monkeypatch.setattr(RunStore, "list", refuse)
        await form.press("ctrl+o")
        await form.on(Pick)
        assert "cannot read the runs" in form.shows()
        await form.press(*"quickstart", "enter")
        await until(form.pilot, lambda: form.table["name"] == "quickstart")

    play(act)


def test_the_toml_is_shown_short_and_whole(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.press("f3")
        await form.on(Preview)
        assert "seed" not in form.shows()
        await form.press("tab")
        assert "seed = 42" in form.shows()
        await form.press("escape")
        await form.on(ProfileScreen)

    play(act)


def test_a_value_of_another_profile_is_taken_over(play: Play, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text("name = 'a'\nseed = 5\n")

    async def act(form: Form) -> None:
        await form.press("f4")
        await form.on(Pick)
        await form.press(*"b.toml", "enter")
        await form.on(DifferenceSheet)
        assert form.pilot.app.screen.query_one(DataTable).row_count == 1
        await form.press("enter")
        await until(form.pilot, lambda: form.table.get("seed") == 5)
        await form.press("ctrl+z")
        assert "seed" not in form.table

    play(act)


def test_unknown_keys_are_told_and_removed_in_one_go(play: Play) -> None:
    async def act(form: Form) -> None:
        assert "unknown key" in form.shows()
        await form.press("ctrl+g")
        assert form.screen.form.examined.profile
        assert "model" in form.table

    play(act, {"model": [1], **{f"key{i}": i for i in range(10_000)}})


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (120, 40), (200, 60)])
def test_every_section_is_reached_at_every_size(play: Play, size: tuple[int, int]) -> None:
    async def act(form: Form) -> None:
        seen = []
        for _ in range(8):
            here = form.screen.form.here
            assert here
            seen.append(here.title)
            await form.press("pagedown")
        assert seen[:4] == ["run", "data", "data.augment", "model"]
        assert len({*seen}) == 8

    play(act, size=size)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_how_it_looks(play: Play, size: tuple[int, int]) -> None:
    async def act(form: Form) -> None:
        await form.go("optimizer.lr")
        await until(form.pilot, lambda: form.shows().count("found 0") == 2)
        await check_snapshot(form.pilot, f"profile-{size[0]}x{size[1]}")

    table = {
        "name": "small-steps",
        "data": {"kind": "digits", "augment": [{"kind": "random_crop", "padding": 2}]},
        "optimizer": {"kind": "sgd", "lr": 0, "momentum": 0.9},
    }
    play(act, table, size=size)


@pytest.mark.parametrize("lacks", ["color", "palette", "unicode"])
def test_a_terminal_that_can_show_less_shows_the_form(play: Play, lacks: str) -> None:
    async def act(form: Form) -> None:
        await form.go("training.epochs")
        await until(form.pilot, lambda: "found 0" in form.shows())

    play(act, {"training": {"epochs": 0}}, size=(120, 40), **{lacks: False})


def test_a_click_on_a_section_goes_there(play: Play) -> None:
    async def act(form: Form) -> None:
        titles = [mark.title for mark in form.screen.form.marks()]
        # One line of padding stands above the first.
        await form.pilot.click(SectionList, offset=(4, 1 + titles.index("optimizer")))
        await until(form.pilot, lambda: form.here == "optimizer.kind")

    play(act, size=(120, 40))


def test_the_next_error_is_gone_to_and_after_the_last_the_first(play: Play) -> None:
    async def act(form: Form) -> None:
        for path in ("optimizer.lr", "training.epochs", "optimizer.lr"):
            await form.press("ctrl+n")
            await until(form.pilot, lambda path=path: form.here == path)

    play(act, {"optimizer": {"kind": "sgd", "lr": 0}, "training": {"epochs": 0}})


def test_it_is_saved_to_another_file_which_is_its_own_from_then(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('name = "mine"\n')

    async def act(form: Form) -> None:
        await form.press("f2")
        prompt = await form.on(Prompt)
        prompt.query_one(Input).value = "other.toml"
        await form.press("enter")
        await form.on(ProfileScreen)
        assert load_profile(tmp_path / "other.toml").profile.name == "mine"
        assert "other.toml" in form.shows().splitlines()[0]

    play(act, {"name": "mine"}, path)


def test_a_key_for_an_item_that_is_gone_already_does_no_harm(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.go("data.augment.0.kind")
        await form.burst("f9", "ctrl+down", "f9")
        await until(form.pilot, lambda: form.table["data"]["augment"] == [])
        assert form.pilot.app.is_running

    play(act, {"data": {"kind": "digits", "augment": [{"kind": "horizontal_flip"}]}})


def test_news_of_a_training_that_come_while_the_program_ends_do_no_harm(play: Play) -> None:
    async def act(form: Form) -> None:
        await form.screen.form.remove()  # Textual takes away the parts of a screen before it
        form.pilot.app.situation = Situation(waiting=(Job(1, "b", RunProfile(name="b")),))
        await form.pilot.pause()
        assert form.screen.check_action("remove", ()) is False

    play(act)


@pytest.mark.parametrize("typed", ["true", "1.0"])
def test_what_only_looks_like_the_value_before_is_a_change(play: Play, typed: str) -> None:
    async def act(form: Form) -> None:
        await form.go("seed")
        await form.press("ctrl+a", "delete", *typed)
        await until(form.pilot, lambda: form.screen.draft.is_changed)
        assert "not saved" in form.shows()

    play(act, {"name": "a", "seed": 1})


def test_the_same_twice_in_the_background_is_asked_about(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    go, started = Event(), []

    def start(*_: object) -> Background:
        started.append(1)
        go.wait(60)
        return Background("an-id", 7)

    monkeypatch.setattr("workbench.runner.detach.train_profile_detached", start)

    async def act(form: Form) -> None:
        await form.press("f6", "f6")
        await form.on(Question)
        await form.press("escape")
        assert started == [1]
        go.set()

    play(act)


def test_a_form_in_the_narrowest_terminal_shows_the_way_out(play: Play) -> None:
    async def act(form: Form) -> None:
        assert "Leave" in form.shows().splitlines()[-1]

    play(act, size=(40, 10))
