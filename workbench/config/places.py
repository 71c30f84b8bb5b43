"""Where the program keeps what it can make or fetch again."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def user_cache() -> Path:
    """The folder that WORKBENCH_CACHE names, or the user's cache for workbench."""
    chosen = os.environ.get("WORKBENCH_CACHE")
    return Path(chosen).absolute() if chosen else platformdirs.user_cache_path("workbench")


def datasets_folder() -> Path:
    """Where data sets are downloaded to, unless a profile names another place."""
    return user_cache() / "datasets"
