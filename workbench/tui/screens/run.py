"""One run: its curves, filters, log and profile, live or ended."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from workbench.store.runs import Run
from workbench.store.status import State
from workbench.tui.screens.run_curves import CurvesPage
from workbench.tui.screens.run_feed import Snapshot
from workbench.tui.screens.run_panels import (
    CHARTS,
    FILTERS,
    LIVE,
    LOG,
    LOW,
    LOWEST,
    PANELS,
    PROFILE,
    RATES,
    WIDE,
    in_sight,
    no_filters,
    no_log,
)
from workbench.tui.stamps import stamp
from workbench.tui.tail import Tail
from workbench.tui.widgets.filters import FiltersView
from workbench.tui.widgets.log import LogView
from workbench.tui.widgets.meters import Meters
from workbench.tui.widgets.profile_text import ProfileText
from workbench.tui.widgets.run_status import RunStatus
from workbench.tui.widgets.tabs import Tab, Tabs

LOOK_SECONDS = 0.25
ENDED_LOOKS = 6
"""Of an ended run each sixth look is one: what happens to it elsewhere is seen soon enough."""

FURTHEST = 1_000_000
"""More than there are records of filters."""


class RunScreen(CurvesPage):
    """Reads the run's folder on a timer, and tells its parts what is new."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(p.key, f"panel('{p.name}')", p.label, show=False, tooltip=f"Show: {p.label}")
            for p in PANELS
        ),
        Binding(
            "comma,less_than_sign", "scrub(-1)", "Earlier", show=False, tooltip="Filters of before"
        ),
        Binding(
            "full_stop,greater_than_sign",
            "scrub(1)",
            "Later",
            show=False,
            tooltip="Filters of after",
        ),
        Binding("home", f"scrub(-{FURTHEST})", "First", show=False, tooltip="The first filters"),
        Binding("end", f"scrub({FURTHEST})", "Latest", show=False, tooltip="The latest filters"),
    ]

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self._panel = CHARTS.name
        self._tail = Tail(run.log_path)
        self._log_stamp: object = ()
        self._looks = 0
        self._has_looked = False
        self._trained_here = False

    def parts(self) -> Iterable[Widget]:
        self._fit()  # before there is anything whose style would have to be found anew
        yield RunStatus()
        with Horizontal(id="run-bar"):
            yield Tabs(PANELS)
            yield Meters()
        with Horizontal(id="panels"):
            with Vertical(id=CHARTS.name):
                yield from self.loss_and_accuracy()
            with Vertical(id="side"):
                with Vertical(id=RATES.name):
                    yield from self.rates()
                yield FiltersView(id=FILTERS.name)
                yield LogView(id=LOG.name)
            yield ProfileText(id=PROFILE.name)

    def on_mount(self) -> None:
        if not self.is_attached:
            return  # somebody leaves already: no widget comes any more
        self.begin_curves()
        self._show_panels()
        self.look()
        self._read_all()
        self.set_interval(LOOK_SECONDS, self._tick)

    def on_resize(self) -> None:
        if self.has_widgets:
            self._show_panels()

    def on_tab_chosen(self, event: Tab.Chosen) -> None:
        self.action_panel(event.name)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "scrub":
            if not self.has_widgets:
                return False
            filters = self.query_one(FiltersView)
            return bool(filters.display) and filters.count > 1
        return super().check_action(action, parameters)

    def action_panel(self, name: str) -> None:
        self._panel = name
        self._show_panels()
        widget = self.query_one(f"#{name}")
        if widget.focusable:
            widget.focus()
        else:
            self.set_focus(None)

    def action_scrub(self, places: int) -> None:
        self.query_one(FiltersView).scrub(places)

    def is_of(self, run: Run) -> bool:
        return run.path.absolute() == self.feed.run.path.absolute()

    def look(self) -> None:
        """Show where the run stands now."""
        before, self.feed.waits = self.feed.now, self.waits_here
        if self.feed.look():
            self.query_one(RunStatus).show(self.feed.now)
            if _kind(before) != _kind(self.feed.now):
                self._say_what_is_missing()
            self.refresh_keys()
            if self._has_looked:  # else it ended before somebody watched
                self._tell_end(before)
        self._has_looked = True
        # As long as it trains: the app forgets it, and tells its end, at some other moment.
        if self.feed.now.is_active:
            self._trained_here = self.trains_here

    def _tell_end(self, before: Snapshot) -> None:
        """Tell that the run has ended, if it trained elsewhere: of others the app tells it."""
        now, run = self.feed.now, self.feed.run
        if before.is_active and not (now.status.is_active or now.is_gone or self._trained_here):
            self.app.tell_end(str(run.profile.get("name", run.id)), now.status.state)

    def _tick(self) -> None:
        """A quarter of a second has passed."""
        if not self.has_widgets:
            return
        self._looks += 1
        is_idle = not self.feed.now.is_active
        if self.app.screen is not self or (is_idle and self._looks % ENDED_LOOKS):
            self.draw_if_due()
            return
        self.look()
        if self.feed.read():
            self._show_history()
        self._read_log()
        self._read_meters()
        self.draw_if_due()

    @work
    async def _read_all(self) -> None:
        """Read the whole record away from the screen: that of a long run takes half a second."""
        await asyncio.to_thread(self.feed.read_all)
        self.look()
        self._say_what_is_missing()
        self._show_history()
        self._read_log()
        self.draw_charts()

    def _show_history(self) -> None:
        self.new_steps()
        if self.feed.history is not None:
            self.query_one(FiltersView).show(self.feed.history.filters)

    def _say_what_is_missing(self) -> None:
        self.query_one(FiltersView).say(no_filters(self.feed.now))
        self.query_one(LogView).say(no_log(self.feed.now))
        self.new_steps()

    def _read_log(self) -> None:
        now = stamp(self.feed.run.log_path)
        if now == self._log_stamp or not self.query_one(LogView).display:
            return
        self._log_stamp = now
        if self._tail.read():
            self.query_one(LogView).show(self._tail.lines)

    def _read_meters(self) -> None:
        history = self.feed.history
        device = history.started.device if history and history.started else ""
        if self.feed.now.is_active:
            self.query_one(Meters).look(self.feed.run, device)
        else:
            self.query_one(Meters).forget()

    def _fit(self) -> frozenset[str]:
        """Classes for the size there is; the names of the panels in sight."""
        names = in_sight(self._panel, *self.app.size)
        self.set_class(names == LIVE, "-all")
        self.set_class(len(names) > 1, "-beside")
        self.set_class(self.app.size.height < LOW, "-low")
        self.set_class(self.app.size.height < LOWEST, "-lowest")
        self.set_class(self.app.size.width >= WIDE[0], "-broad")
        return names

    def _show_panels(self) -> None:
        names = self._fit()
        for panel in PANELS:
            self.query_one(f"#{panel.name}").display = panel.name in names
        self.query_one("#side").display = bool(names - {CHARTS.name, PROFILE.name})
        self.query_one(Tabs).light(names)
        if PROFILE.name in names:
            self.query_one(ProfileText).show(self.feed.run)
        self.call_after_refresh(self._fill_panels)

    def _fill_panels(self) -> None:
        """Panels that came into sight have a size now, and may be out of date."""
        if not self.has_widgets:
            return
        self._read_log()
        self.draw_charts()


def _kind(now: Snapshot) -> tuple[State, bool]:
    """What decides which words stand where nothing is."""
    return now.status.state, now.is_gone
