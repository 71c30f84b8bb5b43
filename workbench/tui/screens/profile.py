"""The form of a profile."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from workbench.config.wording import counted, printable, shortened
from workbench.errors import Problem
from workbench.tui.form.draft import Draft
from workbench.tui.form.groups import Group, ListGroup, without_strays
from workbench.tui.form.sources import taken
from workbench.tui.screens.page import Page
from workbench.tui.screens.pick import Pick
from workbench.tui.screens.profile_files import Files
from workbench.tui.screens.profile_keys import PROFILE_KEYS
from workbench.tui.screens.profile_others import Others
from workbench.tui.screens.profile_sheets import Preview
from workbench.tui.screens.profile_starting import Starting
from workbench.tui.themes import text_color
from workbench.tui.widgets.form import ProfileForm
from workbench.tui.widgets.form_group import AddItem
from workbench.tui.widgets.form_row import NORMAL_COLUMNS
from workbench.tui.widgets.form_sections import SectionList
from workbench.tui.widgets.heading import Heading


class ProfileScreen(Page):
    """Edits a copy of `table`; `path` is the file it came from, if it did."""

    AUTO_FOCUS = ""  # a field that was left stays left when a question has been answered
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NORMAL_COLUMNS, "-normal"), (120, "-wide")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*PROFILE_KEYS]

    def __init__(self, table: dict[str, Any], path: Path | None = None) -> None:
        super().__init__()
        start = taken(table, path)
        self.place = "profile"
        self.form = ProfileForm(Draft(start.table, start.base))
        self.files = Files(self, start.path)
        self.others = Others(self)
        self.starting = Starting(self)
        self._were_possible: dict[str, bool] = {}
        self._shown_others: tuple[Problem, ...] = ()

    def parts(self) -> Iterable[Widget]:
        yield Static("", id="form-others")
        with Horizontal(id="form-body"):
            yield SectionList()
            yield self.form
        yield Static("", id="form-help")

    def on_mount(self) -> None:
        self.form.call_after_refresh(self.form.focus_first)

    @property
    def draft(self) -> Draft:
        return self.form.draft

    def on_profile_form_changed(self) -> None:
        self._show()

    def on_descendant_focus(self) -> None:
        self._show()

    def on_add_item_asked(self, event: AddItem.Asked) -> None:
        self._ask_kind(event.group)

    def on_section_list_jump(self, event: SectionList.Jump) -> None:
        self.form.jump(event.title)

    def _show(self) -> None:
        """What stands around the form: where one is, what is wrong, help."""
        self.query_one(SectionList).show(self.form.marks(), self.form.section)
        problems = len(self.form.examined.problems)
        words = [
            printable(self.files.path.name) if self.files.path else "new profile",
            *(["not saved"] if self.draft.is_changed else []),
            *([counted(problems, "error")] if problems else []),
        ]
        self.query_one(Heading).place = "  ·  ".join(words)
        self._show_others()
        self.query_one("#form-help", Static).update(self._help(), layout=False)
        if self._possible() != self._were_possible:
            self._were_possible = self._possible()
            self.refresh_bindings()

    def _show_others(self) -> None:
        others = self.query_one("#form-others", Static)
        found = self.form.spread.others
        if found == self._shown_others:
            return
        self._shown_others = found
        others.set_class(bool(found), "-some")
        if found:
            more = f" and {len(found) - 1:,} more" if len(found) > 1 else ""
            hint = "\nctrl+g removes every unknown key" if self.form.strays else ""
            others.update(Text(shortened(str(found[0]), 200) + more + hint))

    def _help(self) -> Text:
        row = self.form.focused_row
        if isinstance(self.focused, AddItem):
            return Text(f"{self.focused.group.title}: enter adds an item, of a kind to choose")
        if row is None:
            return Text("tab goes to the fields, ? shows all keys", "dim")
        text = Text(row.path, "bold")
        if row.field.default_text:
            # The marks of the rows, with what they mean.
            mark = "• differs from default" if row.differs else "default"
            text.append(f"  {mark} {shortened(row.field.default_text)}", "not bold")
        if row.differs and row.field.name != "kind":
            text.append("  ctrl+r resets", "dim not bold")
        if row.problem:
            color = text_color(self.app.theme_variables, "text-error")
            text.append(f"\n! {row.problem}", f"not bold {color}")
        text.append(f"\n{row.field.help}", "not bold")
        return text

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of what can't be done here and now are not shown."""
        return self._possible().get(action, True)

    def _possible(self) -> dict[str, bool]:
        # Asked before the form is there, and while the program ends, when it is there no more.
        has_form = self.form.is_mounted and self.form.is_attached
        here = self.form.here if has_form else None
        in_item = isinstance(here, Group) and here.is_item
        row = self.form.focused_row if has_form else None
        return {
            "reset": row is not None and row.field.name != "kind",
            "next_problem": bool(self.form.spread.by_field),
            "clean": bool(self.form.strays),
            "add": has_form and self.form.list_here is not None,
            "remove": in_item,
            "shift": in_item,
        }

    def action_undo(self) -> None:
        if self.form.undo() is None:
            self.app.say("nothing to undo")

    def action_redo(self) -> None:
        if self.form.redo() is None:
            self.app.say("nothing to redo")

    def action_reset(self) -> None:
        if self.form.focused_row:
            self.form.reset(self.form.focused_row)

    def action_clean(self) -> None:
        found = counted(len(self.form.strays), "unknown key")
        self.form.replace(without_strays(self.draft.table))
        self.app.say(f"removed {found}; ctrl+z brings them back")

    def action_next_problem(self) -> None:
        self.form.focus_problem()

    def action_section(self, by: int) -> None:
        self.form.jump_by(by)

    def action_add(self) -> None:
        if self.form.list_here:
            self._ask_kind(self.form.list_here)

    def action_remove(self) -> None:
        here = self.form.here
        if isinstance(here, Group) and here.is_item:
            self.form.drop_item(here)

    def action_shift(self, by: int) -> None:
        here = self.form.here
        if isinstance(here, Group) and here.is_item:
            self.form.shift_item(here, by)

    def _ask_kind(self, group: ListGroup) -> None:
        kinds = [*group.kinds]

        def add(picked: int | str | None) -> None:
            if isinstance(picked, int):
                self.form.add_item(group, kinds[picked])

        self.app.push_screen(Pick(f"Add to {group.title}", kinds), add)

    def action_preview(self) -> None:
        self.app.push_screen(Preview(self.draft.table))

    def action_compare(self) -> None:
        self.others.compare()

    def action_load(self) -> None:
        self.files.load()

    def action_save(self) -> None:
        self.files.save()

    def action_save_as(self) -> None:
        self.files.save_as()

    def action_train(self) -> None:
        self.starting.train()

    def action_detached(self) -> None:
        self.starting.train_detached()

    def action_queue(self) -> None:
        self.starting.queue()

    def action_out(self) -> None:
        if self.focused is None:
            self.action_leave()
        else:
            self.set_focus(None)
            self._show()

    def action_leave(self) -> None:
        self.files.leave(self.app.pop_screen)

    def before_quitting(self, go: Callable[[], object]) -> None:
        self.files.leave(go)
