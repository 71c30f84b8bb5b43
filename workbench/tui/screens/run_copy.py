"""`y`: what of a run can be copied to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from workbench.store.commands import command_for
from workbench.store.runs import Run
from workbench.store.status import Status
from workbench.tui.widgets.profile_text import profile_toml

WIDEST = 60


def values_of(run: Run, status: Status) -> dict[str, str]:
    """What can be copied, by its name; what the run has not got is not there."""
    resumable = status.state not in ("finished", "unreadable") and not status.is_active
    force = " --force" if status.state in ("failed", "diverged") else ""
    values = {
        "id": run.id,
        "path": str(run.path.absolute()),
        "best value": "" if status.best is None else repr(status.best.value),
        "profile": profile_toml(run),
        "command that resumes": command_for("resume", run) + force if resumable else "",
        "command that shows": command_for("show", run),
    }
    return {name: value for name, value in values.items() if value}


class CopyScreen(ModalScreen[str | None]):
    """Dismisses with the name of the value; with None on escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Close", show=False),
        Binding("j", "cursor(1)", show=False),
        Binding("k", "cursor(-1)", show=False),
    ]

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__()
        self._values = values

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog copy"):
            yield Static(Text("Copy"), classes="dialog-title")
            yield OptionList(*(Option(_line(*each), id=each[0]) for each in self._values.items()))
            yield Static(Text("enter copies, escape closes"), classes="dialog-hint")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(event.option_id)

    def action_cursor(self, rows: int) -> None:
        options = self.query_one(OptionList)
        (options.action_cursor_down if rows > 0 else options.action_cursor_up)()


def _line(name: str, value: str) -> Text:
    first, *others = value.splitlines()
    shown = f"{len(others) + 1} lines" if others else first
    text = Text.assemble((f"{name}  ", "bold"), (shown, "dim"), no_wrap=True)
    text.truncate(WIDEST, overflow="ellipsis")
    return text
