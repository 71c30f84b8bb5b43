"""Going on with a run that ended early: whether it can be, and in which process."""

from __future__ import annotations

from workbench.store.runs import Run
from workbench.tui.app import WorkbenchApp
from workbench.tui.screens.dialogs import Answer, Question

RESUMABLE = ("stopped", "interrupted")
"""Failed and diverged runs go on only by force, on the command line."""

TEXT = """In this window: as soon as what trains here now is done.
In the background: a process of its own, which outlives it."""

ANSWERS = (
    Answer("here", "t", "This window"),
    Answer("detached", "b", "Background"),
    Answer("not", "escape", "Not now"),
)


def can_resume(app: WorkbenchApp, run: Run, state: object) -> bool:
    """Whether a run in this state can go on; False for one that waits or trains here already."""
    situation = app.situation
    jobs = [*([situation.job] if situation.job else []), *situation.waiting]
    here = [situation.run, *(job.what for job in jobs)]
    paths = {each.path.absolute() for each in here if isinstance(each, Run)}
    return state in RESUMABLE and run.path.absolute() not in paths


def ask_to_resume(app: WorkbenchApp, run: Run) -> None:
    """Ask where the run is to go on, and see to it."""

    def resume(answer: str | None) -> None:
        if answer == "here":
            busy = app.trainings.busy
            app.trainings.add(run)
            app.say(f"{run.id} {'waits for what trains now' if busy else 'goes on here'}")
        elif answer == "detached":
            app.resume_detached(run)

    app.push_screen(Question("Go on with this run?", f"{run.id}\n{TEXT}", ANSWERS), resume)
