"""The screen of runs where something could be lost, and where it cannot do what was asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from tests.training.small import a_profile
from tests.tui.screens.listed import Make, Queue, ids, opened
from tests.tui.snapshots import text_of
from tests.tui.waiting import until
from workbench.config.profile import RunProfile
from workbench.errors import WorkbenchError
from workbench.store.notes import Notes, write_notes
from workbench.store.runs import Run
from workbench.store.status import Status, write_status
from workbench.store.trash import Trash
from workbench.tui.listing import Listing
from workbench.tui.screens.runs import RunsScreen
from workbench.tui.trainings import Situation

DAMAGED = 'note = "a year of thought\ntags = ["kept"]\n'

# Marks and trash


async def test_a_marked_run_that_the_filter_hides_is_left_alone(make: Make, root: Path) -> None:
    hidden, seen = make(2), make(1, "failed")
    async with opened(root) as (pilot, _, table):
        await pilot.press("space", "slash", *"state=failed", "enter")
        await until(pilot, lambda: ids(table) == [seen.id])
        await pilot.press("d")
        await until(pilot, lambda: not seen.path.exists())
        assert hidden.path.exists()


async def test_a_marked_run_that_is_not_under_the_cursor_is_asked_for(
    make: Make, root: Path
) -> None:
    marked, other = make(2), make(1)
    async with opened(root) as (pilot, app, _):
        await pilot.press("space", "d")
        await until(pilot, lambda: f"Move {marked.id} to the trash?" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen))
        assert marked.path.exists()
        assert other.path.exists()


async def test_taking_back_can_be_tried_again_after_it_failed(make: Make, root: Path) -> None:
    run, _ = make(2), make(1)
    async with opened(root) as (pilot, app, table):
        await pilot.press("d")
        await until(pilot, lambda: len(table.entries) == 1)
        run.path.mkdir()  # in the way
        await pilot.press("u")
        await until(pilot, lambda: "is there already" in text_of(app))
        run.path.rmdir()
        await pilot.press("u")
        await until(pilot, lambda: run.id in ids(table))
        await until(pilot, lambda: "Undo" not in text_of(app).splitlines()[-1])


async def test_what_was_taken_back_elsewhere_cannot_be_taken_back_again(
    make: Make, root: Path
) -> None:
    make(2), make(1)
    async with opened(root) as (pilot, app, table):
        await pilot.press("d")
        await until(pilot, lambda: len(table.entries) == 1)
        trash = Trash(root)
        trash.restore([trash.find("latest")])
        await pilot.press("u")
        await until(pilot, lambda: len(table.entries) == 2)
        await until(pilot, lambda: "Undo" not in text_of(app).splitlines()[-1])


async def test_the_keys_of_the_table_are_there_again_after_all_runs_were_gone(
    make: Make, root: Path
) -> None:
    first, second = make(1), make(2)
    async with opened(root) as (pilot, app, table):
        await pilot.press("space", "space", "d", "t")
        await until(pilot, lambda: "No runs yet" in text_of(app))
        await pilot.press("u")
        await until(pilot, lambda: ids(table) == [second.id, first.id])
        await until(pilot, lambda: app.focused is table)
        await pilot.press("g", "j")
        await until(pilot, lambda: table.entry is not None and table.entry.key == first.id)


# Notes and tags


async def test_tags_never_replace_notes_that_cannot_be_read(make: Make, root: Path) -> None:
    run = make(1)
    (run.path / "notes.toml").write_text(DAMAGED)
    async with opened(root) as (pilot, app, _):
        await pilot.press("t")
        await until(pilot, lambda: "cannot read" in text_of(app))
        assert "mend the file" in text_of(app)
        assert isinstance(app.screen, RunsScreen)
    assert (run.path / "notes.toml").read_text() == DAMAGED


async def test_notes_damaged_while_one_types_are_kept_too(make: Make, root: Path) -> None:
    first, second = make(1, tags=("a",)), make(2, tags=("a",))
    async with opened(root) as (pilot, app, _):
        await pilot.press("space", "space", "t")
        await until(pilot, lambda: app.screen.query(Input))
        (first.path / "notes.toml").write_text(DAMAGED)
        await pilot.press(*", b", "enter")
        await until(pilot, lambda: "cannot read" in text_of(app))
    assert (first.path / "notes.toml").read_text() == DAMAGED
    assert second.notes.tags == ("a",)


async def test_a_tag_written_elsewhere_meanwhile_is_kept(make: Make, root: Path) -> None:
    run = make(1, tags=("a",))
    async with opened(root) as (pilot, app, _):
        await pilot.press("m")
        await until(pilot, lambda: app.screen.query(TextArea))
        write_notes(run.path, Notes(tags=("a", "b")))
        await pilot.press(*"mine", "ctrl+s")
        await until(pilot, lambda: run.notes == Notes(tags=("a", "b"), note="mine"))


async def test_a_note_that_cannot_be_written_is_told(make: Make, root: Path) -> None:
    run = make(1)
    (run.path / "notes.toml").mkdir()  # holds for root too, unlike permissions
    async with opened(root) as (pilot, app, _):
        await pilot.press("m")
        await until(pilot, lambda: "cannot read" in text_of(app))
        (run.path / "notes.toml").rmdir()
        await pilot.press("m")
        await until(pilot, lambda: app.screen.query(TextArea))
        run.path.rename("elsewhere")
        await pilot.press(*"mine", "ctrl+s")
        await until(pilot, lambda: "cannot write" in text_of(app))


# What waits and prepares


async def test_what_waits_and_prepares_has_a_line_and_can_be_dropped(
    make: Make, root: Path
) -> None:
    make(1)
    async with opened(root) as (pilot, app, table):
        trainings = app.trainings
        assert isinstance(trainings, Queue)
        for name in ("one", "two", "three"):
            trainings.add(RunProfile(name=name))
        trainings.prepare()

        def lines() -> list[str]:
            return [f"{e.row['id']} {e.row['state']}" for e in table.entries[:-1]]

        await until(pilot, lambda: lines() == ["one preparing", "two waiting", "three waiting"])
        await pilot.press("g")
        await until(pilot, lambda: "Stop" in text_of(app).splitlines()[-1])
        await pilot.press("j", "d")
        await until(pilot, lambda: lines() == ["one preparing", "three waiting"])
        await pilot.press("x")
        await until(pilot, lambda: lines() == ["one preparing"])
        for key in ("x", "d"):
            await pilot.press("g", key)
            await until(pilot, lambda: "Stop this training?" in text_of(app))
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is table.screen)
        assert trainings.stops == 0
        await pilot.press("d", "s")
        await until(pilot, lambda: trainings.stops == 1 and lines() == [])


async def test_a_training_that_has_begun_meanwhile_is_not_stopped_for_another(
    make: Make, root: Path
) -> None:
    make(1)
    async with opened(root) as (pilot, app, table):
        trainings = app.trainings
        assert isinstance(trainings, Queue)
        trainings.add(RunProfile(name="one")), trainings.add(RunProfile(name="two"))
        trainings.prepare()
        await until(pilot, lambda: len(table.entries) == 3)
        await pilot.press("g", "d")
        await until(pilot, lambda: "one is being prepared." in text_of(app))
        trainings.prepare()
        await pilot.press("s")
        await until(pilot, lambda: app.screen is table.screen)
        assert trainings.stops == 0


async def test_what_is_asked_before_it_is_stopped_keeps_the_queue(make: Make, root: Path) -> None:
    make(1)
    async with opened(root) as (pilot, app, table):
        trainings = app.trainings
        assert isinstance(trainings, Queue)
        one, two = trainings.add(RunProfile(name="one")), trainings.add(RunProfile(name="two"))
        trainings.prepare()
        await until(pilot, lambda: len(table.entries) == 3)
        await pilot.press("g", "d")
        await until(pilot, lambda: "one is being prepared." in text_of(app))
        assert (trainings.situation().job, trainings.stops) == (one, 0)
        await pilot.press("s")
        await until(pilot, lambda: trainings.stops == 1)
        assert trainings.situation().waiting == (two,)


async def test_a_run_that_prepares_to_go_on_is_not_gone_on_with_twice(
    make: Make, root: Path
) -> None:
    make(1, "stopped")
    async with opened(root) as (pilot, app, table):
        await pilot.press("r", "t")
        assert isinstance(app.trainings, Queue)
        app.trainings.prepare()
        await until(pilot, lambda: [e.row["state"] for e in table.entries] == ["preparing"])
        await until(pilot, lambda: "Resume" not in text_of(app).splitlines()[-1])
        app.trainings.now = Situation(app.trainings.now.job, "", app.trainings.now.run)
        await until(pilot, lambda: [e.row["state"] for e in table.entries] == ["stopped"])
        assert "Resume" not in text_of(app).splitlines()[-1]


async def test_going_on_in_the_background_leaves_the_queue_alone(
    make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(1, "stopped")
    resumed: list[Run] = []
    async with opened(root) as (pilot, app, _):
        monkeypatch.setattr(app, "resume_detached", resumed.append)
        await pilot.press("r")
        await until(pilot, lambda: "Go on with this run?" in text_of(app))
        await pilot.press("b")
        await until(pilot, lambda: [each.id for each in resumed] == [run.id])
        assert not app.trainings.busy


# A folder that cannot be read


async def test_a_folder_that_cannot_be_read_says_why_and_comes_back(
    make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make(1)

    def refuse() -> list[Run]:  # permissions would not do: root may read all
        raise WorkbenchError("cannot read the runs in runs: refused", hint="name another")

    async with opened(root) as (pilot, app, table):
        listed = app.store.list
        monkeypatch.setattr(app.store, "list", refuse)
        (root / "touched").mkdir()
        await until(pilot, lambda: "cannot read the runs in runs: refused" in text_of(app))
        assert "name another" in text_of(app)
        monkeypatch.setattr(app.store, "list", listed)
        (root / "again").mkdir()
        await until(pilot, lambda: run.id in text_of(app))
        await until(pilot, lambda: app.focused is table)
        assert ids(table) == [run.id]


async def test_a_date_that_no_calendar_has_is_a_dash(make: Make, root: Path) -> None:
    run = make(1)
    write_status(run.path, Status(state="finished", created=1e20))
    async with opened(root) as (pilot, app, _):
        app.remember(columns=("created", "id"))
        await pilot.press("space")
        await until(pilot, lambda: "created" in text_of(app).splitlines()[1])
        assert text_of(app).splitlines()[2].split()[1:3] == ["-", run.id]


async def test_marked_runs_and_not_the_waiting_one_under_the_cursor_are_asked_about(
    make: Make, root: Path
) -> None:
    make(1), make(2)
    async with opened(root) as (pilot, app, table):
        await pilot.press("space", "space")
        app.trainings.add(a_profile())
        await until(pilot, lambda: len(table.entries) == 3)
        await pilot.press("home", "d")
        await until(pilot, lambda: "Move 2 runs to the trash?" in text_of(app))
        assert len(app.trainings.situation().waiting) == 1


async def test_a_listing_that_stays_behind_is_gone_on_with_by_one_timer(
    make: Make, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(1)
    async with opened(root) as (_, app, _):
        looks: list[int] = []
        monkeypatch.setattr(Listing, "is_behind", True)
        monkeypatch.setattr(Listing, "look", lambda *_: looks.append(1))
        timers: list[float] = []
        monkeypatch.setattr(app.screen, "set_timer", lambda seconds, _: timers.append(seconds))
        for _ in range(20):
            app.screen.look_again()  # type: ignore[attr-defined]  # it is the list of runs
        assert len(looks) >= 20
        assert len(timers) == 1
