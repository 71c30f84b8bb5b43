"""What the app starts in processes of their own, without holding the screen up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from workbench.config.profile import RunProfile
    from workbench.runner.detach import Background
    from workbench.store.runs import Run
    from workbench.tui.app import WorkbenchApp


async def train_profile(app: WorkbenchApp, profile: RunProfile) -> None:
    from workbench.runner.detach import train_profile_detached

    await _start(app, profile.name, lambda: train_profile_detached(profile, app.store.root))


async def resume(app: WorkbenchApp, run: Run) -> None:
    from workbench.runner.detach import resume_detached

    await _start(app, run.id, lambda: resume_detached(run))


async def _start(app: WorkbenchApp, name: str, start: Callable[[], Background]) -> None:
    app.say(f"{name}: a process in the background prepares")
    try:
        background = await asyncio.to_thread(start)
    except WorkbenchError as error:
        app.tell(error)
    else:
        app.say(f"{background.run_id} trains in the background (process {background.pid})")
