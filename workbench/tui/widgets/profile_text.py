"""A run's profile, notes and environment, as text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import tomli_w
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from workbench.store.notes import Notes
from workbench.store.runs import Run

_TABLE, _KEY = r"(?m)^\s*\[+.*\]+$", r"(?m)^\s*[\w.\"-]+(?= =)"


class ProfileText(VerticalScroll):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "Down", show=False, tooltip="Scroll down"),
        Binding("up,k", "scroll_up", "Up", show=False, tooltip="Scroll up"),
    ]

    def compose(self) -> ComposeResult:
        yield Static(id="profile-toml")
        yield Static(id="profile-about")

    def show(self, run: Run) -> None:
        about = Text("\n\n").join([*notes_words(run.notes), environment_words(run.environment)])
        self.query_one("#profile-about", Static).update(about)
        self.query_one("#profile-toml", Static).update(profile_words(run))


def profile_toml(run: Run) -> str:
    """The profile as TOML, its texts cleaned; empty where it cannot be read."""
    try:
        return tomli_w.dumps(run.profile)
    except (TypeError, ValueError, RecursionError):  # of a stranger's profile
        return ""


def profile_words(run: Run) -> Text:
    text = Text(profile_toml(run) or run.profile_problem or "the profile is empty")
    text.highlight_regex(_TABLE, "bold")
    text.highlight_regex(_KEY, "cyan")
    return text


def notes_words(notes: Notes) -> list[Text]:
    words = [Text(" ".join(f"#{tag}" for tag in notes.tags), "bold")] if notes.tags else []
    return [*words, *([Text(notes.note)] if notes.note else [])]


def environment_words(environment: Mapping[str, Any]) -> Text:
    """A paragraph for each part: versions, machine, data and so on."""
    parts = [
        Text.assemble((name.replace("_", " "), "bold"), "\n", _flat(value))
        for name, value in environment.items()
        if value
    ]
    return Text("\n\n").join(parts) if parts else Text("no environment was recorded", "dim")


def _flat(value: object) -> str:
    match value:
        case Mapping():
            return "\n".join(f"{key} {_flat(item)}" for key, item in value.items())
        case list():
            return ", ".join(map(_flat, value)) or "none"
        case None | "":
            return "none"
        case bool():
            return str(value).lower()
        case _:
            return str(value)
