"""What the workbench remembers of how a person likes it, between two starts."""

from __future__ import annotations

import tomllib
from pathlib import Path

import tomli_w
from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.errors import WriteError
from workbench.plots.style import XAxis
from workbench.store.atomic import write_bytes
from workbench.store.cells import COLUMNS


class Settings(BaseModel):
    """Each has a default; what a file says wrongly or too much is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    theme: str = "workbench"
    bell: bool = True
    """Ring when a run ends."""
    columns: tuple[str, ...] = COLUMNS
    """Of the table of runs."""
    sort: str = "-id"
    """By which column; a minus for from large to small."""
    group: str = ""
    """By which value the runs stand together; empty for one table of all."""
    preview: bool = True
    """Show the selected run's curve beside the table."""
    x_axis: XAxis = "epoch"
    log_loss: bool = False
    smoothing: float = Field(-1.0, lt=1)
    """Weight of the curves' smoothing; below 0 it follows the number of steps."""
    raw: bool = True
    """Show the values as they are behind the smoothed ones."""


def settings_path() -> Path:
    return user_config_path("workbench", appauthor=False) / "tui.toml"


def load_settings(path: Path) -> Settings:
    """The settings of a file, as far as they are valid; the defaults where there is none."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return Settings()
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors()}
        return Settings.model_validate({k: v for k, v in table.items() if k not in wrong})


def save_settings(settings: Settings, path: Path) -> None:
    """Raises `WriteError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(path, error) from error
    write_bytes(path, tomli_w.dumps(settings.model_dump(mode="json")).encode())
