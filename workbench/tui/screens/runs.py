"""Home: the table of all runs, live, with a filter, and a preview of the one selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Static

from workbench.errors import WorkbenchError
from workbench.store.rows import sorted_rows
from workbench.store.runs import Run
from workbench.store.text import clean
from workbench.tui.groups import grouped
from workbench.tui.listing import Entry, Listing, with_jobs
from workbench.tui.screens.run_view import curve_style
from workbench.tui.screens.runs_actions import RUN_KEYS
from workbench.tui.screens.runs_columns import names_of
from workbench.tui.screens.runs_filter import Filter, parse_filter
from workbench.tui.screens.runs_menu import Menu
from workbench.tui.screens.runs_new import as_line, starts
from workbench.tui.screens.runs_view import RunsView
from workbench.tui.widgets.filter_line import FilterLine
from workbench.tui.widgets.heading import Heading
from workbench.tui.widgets.run_preview import RunPreview
from workbench.tui.widgets.run_table import RunTable

LOOK_SECONDS = 0.5
"""Between two looks at the folder."""

READ_SECONDS = 0.01
"""What one look may read for, so that a key never waits long."""

FIRST_READ_SECONDS = 0.1
"""Of the first look: the lines in sight are there at once."""

EMPTY = """No runs yet.
A run is one training of an image classifier; each leaves a folder in {root}.
Press enter for the quickstart: a small network on bundled digits, in a minute.
Press n for other profiles to begin with."""


class RunsScreen(RunsView):
    # Textual declares these as instance variables, so they cannot be ClassVar.
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - see above
    VERTICAL_BREAKPOINTS = [(0, "-low"), (20, "-tall")]  # noqa: RUF012 - see above
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", tooltip="Open the run: curves, filters, log, profile"),
        Binding("enter", "begin", "Quickstart", tooltip="A small network on bundled digits"),
        Binding("n", "new", "New", tooltip="A new run, from a profile to choose"),
        Binding("slash", "filter", "Filter", tooltip="Show only the runs that match"),
        Binding("s", "sort", "Sort", tooltip="Choose by what the runs are sorted"),
        Binding("c", "columns", "Columns", tooltip="Choose what the table shows"),
        *RUN_KEYS,
        Binding("b", "group", "Group", tooltip="Choose by what the runs stand together"),
        Binding("space", "mark", "Mark", show=False, tooltip="Mark the run, for tags and trash"),
        Binding("v", "preview", "Preview", show=False, tooltip="Show or hide the preview"),
        Binding("escape", "clear", "Clear", show=False, tooltip="Take back marks, then the filter"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._filter = Filter()
        self._problem: WorkbenchError | None = None
        self._possible: tuple[object, ...] = ()
        self._goes_on = False

    def parts(self) -> Iterable[Widget]:
        with Container(id="runs"):
            yield RunTable(unicode=self.app.look.unicode)
            yield RunPreview()
        yield Static("", id="runs-empty")
        yield FilterLine()

    def on_mount(self) -> None:
        self.listing = Listing(self.app.store)
        self.table = self.query_one(RunTable)
        self.set_class(self.app.settings.preview, "-preview")
        self._look(FIRST_READ_SECONDS)
        self.table.focus()
        self.set_interval(LOOK_SECONDS, self._tick)
        self.watch(self.app, "situation", self.show, init=False)

    def on_screen_resume(self) -> None:
        self._tick()  # Textual calls Page's own method too

    # What is shown

    def _tick(self) -> None:
        # Not `is_current`: that is also true of the screen below an opaque one.
        if self.app.screen is self:
            self._look(READ_SECONDS)

    def _look(self, seconds: float) -> None:
        try:
            changed = self.listing.look(seconds)
            problem = None
        except WorkbenchError as error:
            changed, problem = str(error) != str(self._problem), error
        if changed or (problem is None) != (self._problem is None):
            self._problem = problem
            self.show()
        if self.listing.is_behind and problem is None and not self._goes_on:
            self._goes_on = True
            self.set_timer(READ_SECONDS / 2, self._go_on)

    def _go_on(self) -> None:
        """Take up what is left to read, but for the next key's turn."""
        self._goes_on = False
        self._tick()

    def show(self) -> None:
        """Bring the table up to what is known; only what differs is drawn."""
        entries = with_jobs(self.listing.entries, self.app.situation)
        self.marks &= {entry.key for entry in entries}
        shown = self._selected(entries)
        settings = self.app.settings
        groups = grouped(shown, settings.group, settings.sort)
        self.table.show(groups, settings.columns, settings.sort, self.marks)
        self._show_empty(not entries)
        self._tell_filter(len(shown), len(entries))
        if shown and self.focused is None:  # the table was hidden while there was nothing
            self.call_after_refresh(self.table.focus)
        place = f"runs in {clean(str(self.app.store.root))}"
        self.query_one(Heading).place = f"{place}: {len(entries):,}" if entries else place
        self._refresh_keys()

    def _selected(self, entries: Sequence[Entry]) -> list[Entry]:
        """Those that the filter lets through, sorted; what waits in this window comes first."""
        names = names_of(entry.row for entry in entries) if self.line else ()
        self._filter = parse_filter(self.line, names)
        jobs = [entry for entry in entries if entry.run is None]
        runs = {str(e.row["id"]): e for e in entries if e.run and self._filter.holds(e.row)}
        rows = sorted_rows((entry.row for entry in runs.values()), self.app.settings.sort)
        return [*jobs, *(runs[str(row["id"])] for row in rows)]

    def _show_empty(self, is_empty: bool) -> None:
        self.set_class(is_empty or self._problem is not None, "-empty")
        if self._problem is not None:
            text = f"{self._problem}\n{self._problem.hint}"
        else:
            text = EMPTY.format(root=clean(str(self.app.store.root)))
        self.query_one("#runs-empty", Static).update(Text(text))

    def _tell_filter(self, shown: int, of: int) -> None:
        found = f"{shown:,} of {of:,}" if shown else "nothing matches: escape shows all"
        text = found if self.line else ""
        self.query_one(FilterLine).tell(text, self._filter.problem)

    def _refresh_keys(self) -> None:
        """Have the line of keys drawn again, if other ones make sense now."""
        actions = {each.action for _, each, *_ in self.active_bindings.values()}
        possible = tuple(sorted(a for a in actions if "." not in a and self.check_action(a, ())))
        if possible != self._possible:
            self._possible = possible
            self.refresh_bindings()

    def on_run_table_moved(self, event: RunTable.Moved) -> None:
        event.stop()
        self._refresh_keys()
        self.show_preview()

    def show_preview(self) -> None:
        self.query_one(RunPreview).show(self.entry, curve_style(self.app.settings))

    # What the actions on runs need

    @property
    def entry(self) -> Entry | None:
        return self.table.entry

    def look_again(self, *runs: Run) -> None:
        for run in runs:
            self.listing.look_at(run.id)
        self._look(READ_SECONDS)

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if not hasattr(self, "table"):
            return False
        match action:
            case "open":
                possible = self.entry is not None
            case "begin":
                possible = not self.listing.entries and self._problem is None
            case "filter":
                possible = bool(self.listing.entries) and self.focused is self.table
            case "sort" | "group" | "columns" | "preview":
                possible = bool(self.listing.entries)
            case "clear":
                possible = bool(self.marks or self.line)
            case _:
                return super().check_action(action, parameters)
        return possible

    def on_run_table_opened(self, event: RunTable.Opened) -> None:
        self.action_open()

    def action_open(self) -> None:
        """Open the run under the cursor."""
        if self.entry is not None and self.entry.run is not None:
            self.app.open_run(self.entry.run)
        elif self.entry is not None:
            self.app.say(f"{self.entry.row['id']} has no run yet")

    def action_begin(self) -> None:
        """Without any runs: the form of the quickstart."""
        self._begin(0)

    def _begin(self, choice: int | None) -> None:
        if choice is None:
            return
        try:
            start = starts()[choice]
        except WorkbenchError as error:
            self.app.tell(error)
        else:
            self.app.edit(start.table, start.path)

    def action_new(self) -> None:
        try:
            choices = starts()
        except WorkbenchError as error:
            self.app.tell(error)
            self.app.edit({})
            return
        width = max(len(start.name) for start in choices)
        lines = [as_line(start, width) for start in choices]
        self.app.push_screen(Menu("A new run from", lines), self._begin)
