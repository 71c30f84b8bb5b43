"""Going on with a run that ended early: whether it can be, and in which process."""

from __future__ import annotations

from workbench.store.runs import Run
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.dialogs import Answer, Question

RESUMABLE = ("stopped", "interrupted")

BY_FORCE = ("failed", "diverged")
"""The same would happen again, unless something was mended: these go on only by force."""

TEXT = """In this window: as soon as what trains here now is done.
In the background: a process of its own, which outlives it."""

FORCE = """Gone on with, it would most likely end so again: mend the cause first.
Its log and the last line of its state tell what it was.
If you have, or mean to see it once more, in a shell:
workbench resume {id} --force
"""

ANSWERS = (
    Answer("here", "t", "This window"),
    Answer("detached", "b", "Background"),
    Answer("not", "escape", "Not now"),
)


def can_resume(app: WorkbenchApp, run: Run, state: object) -> bool:
    """Whether a run in this state can go on; False for one that somebody here goes on with."""
    situation = app.trainings.situation()  # the app's own may be a moment old
    jobs = [*([situation.job] if situation.job else []), *situation.waiting]
    here = [situation.run, *(job.what for job in jobs), *app.starts.preparing]
    paths = {each.path.absolute() for each in here if isinstance(each, Run)}
    return state in (*RESUMABLE, *BY_FORCE) and run.path.absolute() not in paths


def ask_to_resume(app: WorkbenchApp, run: Run, state: object) -> None:
    """Ask where the run is to go on, and see to it; of one that failed, say what it takes."""
    if state in BY_FORCE:
        text = FORCE.format(id=run.id)
        app.push_screen(Question(f"This run {state}", text, (Answer("not", "escape", "Close"),)))
        return

    def resume(answer: str | None) -> None:
        if answer == "here":
            busy = app.trainings.busy
            app.trainings.add(run)
            app.say(f"{run.id} {'waits for what trains now' if busy else 'goes on here'}")
        elif answer == "detached":
            app.resume_detached(run)

    app.push_screen(Question("Go on with this run?", f"{run.id}\n{TEXT}", ANSWERS), resume)
