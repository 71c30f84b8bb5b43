"""The keys of a run's curves: how they are drawn, from where to where, and a cursor on them."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType

from workbench.tui.screens.run_charts import CURVES, ChartsPage
from workbench.tui.screens.run_view import CurveView, curve_style
from workbench.tui.widgets.chart import ChartView


class CurvesPage(ChartsPage):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "cursor(-1)", "Cursor", show=False, tooltip="Cursor to the left"),
        Binding("right,l", "cursor(1)", "Cursor", show=False, tooltip="Cursor to the right"),
        Binding("shift+left,H", "cursor(-10)", "Cursor", show=False, tooltip="Cursor far left"),
        Binding("shift+right,L", "cursor(10)", "Cursor", show=False, tooltip="Cursor far right"),
        Binding("escape", "no_cursor", "No cursor", tooltip="Take the cursor away"),
        Binding("plus,equals_sign", "zoom(0.5)", "Zoom in", show=False, tooltip="Zoom in"),
        Binding("minus", "zoom(2)", "Zoom out", show=False, tooltip="Zoom out"),
        Binding("0", "unzoom", "Whole", tooltip="Show the whole run"),
        Binding("s", "smooth(1)", "Smooth", tooltip="Smooth the curves more"),
        Binding("S", "smooth(-1)", "Smooth less", show=False, tooltip="Smooth the curves less"),
        Binding("v", "raw", "Raw", show=False, tooltip="Raw values behind the curves, or none"),
        Binding("g", "log", "Log axis", show=False, tooltip="Logarithmic axis of the loss"),
        Binding("a", "axis", "Axis", tooltip="Curves by epoch, step or time"),
    ]

    def begin_curves(self) -> None:
        """The widgets are there: draw as was last wanted, as soon as there is a record."""
        self.view = CurveView(curve_style(self.app.settings))
        for name in CURVES:
            self.chart(name).say("reading the record")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "cursor":
                possible = self._pointed_at() is not None
            case "zoom" | "axis":
                possible = bool(self.charted())
            case "smooth":
                possible = bool(self.charted()) and self._has_rung(parameters)
            case "raw":
                possible = bool(self.charted()) and self._has_raw
            case "log":
                possible = any(chart.id == "loss" for chart in self.charted())
            case "no_cursor":
                possible = self.view.cursor is not None
            case "unzoom":
                possible = self.view.style.limits is not None
            case _:
                return super().check_action(action, parameters)
        return possible

    def action_cursor(self, columns: int) -> None:
        chart, reach = self._pointed_at(), self.reach()
        if chart and chart.canvas and reach:
            self._turn(self.view.moved(columns, chart.canvas, reach))

    def action_no_cursor(self) -> None:
        self._turn(self.view.without_cursor())

    def action_zoom(self, factor: float) -> None:
        if reach := self.reach():
            self._turn(self.view.zoomed(factor, reach))

    def action_unzoom(self) -> None:
        self._turn(self.view.unzoomed())

    def action_smooth(self, rungs: int) -> None:
        self._turn(self.view.smoothed(rungs))
        smoothing = self.view.style.smoothing
        self.app.remember(smoothing=-1.0 if smoothing is None else smoothing)

    def action_raw(self) -> None:
        self._turn(self.view.with_raw(not self.view.style.raw))
        self.app.remember(raw=self.view.style.raw)

    def action_log(self) -> None:
        self._turn(self.view.with_log(not self.view.style.log))
        self.app.remember(log_loss=self.view.style.log)

    def action_axis(self) -> None:
        self._turn(self.view.with_next_axis())
        self.app.remember(x_axis=self.view.style.x)

    def on_chart_view_pointed(self, event: ChartView.Pointed) -> None:
        if reach := self.reach():
            self._turn(self.view.pointed(event.x, reach))

    def on_chart_view_zoomed(self, event: ChartView.Zoomed) -> None:
        if reach := self.reach():
            around = self.view.pointed(event.x, reach).zoomed(event.factor, reach)
            self._turn(CurveView(around.style, self.view.cursor))

    def _has_rung(self, parameters: tuple[object, ...]) -> bool:
        """Whether there is a smoothing beyond the one there is, in that direction."""
        rungs = [rung for rung in parameters if isinstance(rung, int)] or [1]
        return self.view.smoothed(rungs[0]) != self.view

    @property
    def _has_raw(self) -> bool:
        """Whether raw values can lie behind the curves: they are faint, which takes colours."""
        return self.app.look.color and self.view.style.smoothing != 0

    def _turn(self, view: CurveView) -> None:
        """Look at the curves in another way; a cursor that moves draws no curve anew."""
        before, self.view = self.view, view
        if view.style != before.style:
            self.draw_charts()
        elif view.cursor != before.cursor:
            for chart in self.drawn():
                chart.point(view.cursor)
        if (view.cursor is None) != (before.cursor is None):
            self.refresh_keys()

    def _pointed_at(self) -> ChartView | None:
        """The chart by whose columns the cursor moves: all have the same x axis."""
        drawn = self.drawn()
        focused = [chart for chart in drawn if chart.has_focus]
        return next(iter([*focused, *drawn]), None)
