"""One value of a run as a person reads it, in a table of any view."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from workbench.store.wording import duration, metric

COLUMNS = ("id", "state", "epochs", "best", "seconds")
"""What a list of runs shows unless it is told otherwise."""

STATE_COLORS = {
    "running": "green",
    "queued": "cyan",
    "paused": "yellow",
    "failed": "red",
    "diverged": "red",
    "interrupted": "yellow",
    "unreadable": "red",
}
"""The terminal's own colours; the other states have none."""


def cell(row: Mapping[str, object], name: str) -> str:
    """One value as a person reads it; a dash where the run has none."""
    value = row.get(name)
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if name == "epochs":
        return f"{value}/{row.get('total_epochs', '?')}"
    if name == "best.epoch" and isinstance(value, int):
        return str(value + 1)  # for people epochs count from 1, in JSON from 0
    return _float(row, name, value) if isinstance(value, float) else str(value)


def _float(row: Mapping[str, object], name: str, value: float) -> str:
    match name:
        case "created":
            return _date(value)
        case "seconds":
            return duration(value)
        case "best":
            name = str(row.get("best.metric", ""))
            return f"{name.partition('/')[0]} {metric(name, value)}"
        case _:
            return metric(name, value)


def _date(seconds: float) -> str:
    """A POSIX time in the local zone; a dash for what the calendar does not hold."""
    try:
        return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OSError, OverflowError, ValueError):
        return "-"
