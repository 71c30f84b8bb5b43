"""A terminal workbench for PyTorch image classification experiments.

    from workbench import load_profile, open_store, train_run

    run = train_run(load_profile("profiles/quickstart.toml").profile)
    print(run.status().best, run.history().steps["loss"])

Names are imported when they are first used: browsing never waits for torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.analysis.filters import filter_tiles
    from workbench.config.loading import load_profile
    from workbench.config.profile import RunProfile
    from workbench.runner.attempts import resume_run, train_run
    from workbench.store.history import History
    from workbench.store.runs import Run, open_store

__all__ = [
    "History",
    "Run",
    "RunProfile",
    "filter_tiles",
    "load_profile",
    "open_store",
    "resume_run",
    "train_run",
]

_MODULES = {
    "History": "workbench.store.history",
    "Run": "workbench.store.runs",
    "RunProfile": "workbench.config.profile",
    "filter_tiles": "workbench.analysis.filters",
    "load_profile": "workbench.config.loading",
    "open_store": "workbench.store.runs",
    "resume_run": "workbench.runner.attempts",
    "train_run": "workbench.runner.attempts",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
