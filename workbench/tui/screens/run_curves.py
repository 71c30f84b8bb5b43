"""The curves of a run: which are drawn, from where to where, and a cursor on all of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from workbench.plots.style import CurveStyle
from workbench.store.runs import Run
from workbench.tui.screens.run_control import RunPage
from workbench.tui.screens.run_panels import no_curve, roomy
from workbench.tui.screens.run_view import CurveView
from workbench.tui.widgets.chart import ChartView

if TYPE_CHECKING:
    from workbench.plots.chart import Chart
    from workbench.plots.run_charts import RunCharts

CHART_SECONDS = 0.5
CHART_SHARE = 20
"""Charts wait so many times what their last drawing cost: they take 5 % of a core at most."""

CURVES = ("loss", "accuracy", "learning_rate", "gradient_norm")
"""Names of the charts' widgets, and of the methods of `RunCharts`."""


class CurvesPage(RunPage):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "cursor(-1)", "Cursor", show=False, tooltip="Cursor to the left"),
        Binding("right,l", "cursor(1)", "Cursor", show=False, tooltip="Cursor to the right"),
        Binding("shift+left,H", "cursor(-10)", "Cursor", show=False, tooltip="Cursor far left"),
        Binding("shift+right,L", "cursor(10)", "Cursor", show=False, tooltip="Cursor far right"),
        Binding("escape", "no_cursor", "No cursor", show=False, tooltip="Take the cursor away"),
        Binding("plus,equals_sign", "zoom(0.5)", "Zoom in", show=False, tooltip="Zoom in"),
        Binding("minus", "zoom(2)", "Zoom out", show=False, tooltip="Zoom out"),
        Binding("0", "unzoom", "Whole", show=False, tooltip="Show the whole run"),
        Binding("s", "smooth(1)", "Smooth", tooltip="Smooth the curves more"),
        Binding("S", "smooth(-1)", "Smooth less", show=False, tooltip="Smooth the curves less"),
        Binding("v", "raw", "Raw", show=False, tooltip="Raw values behind the curves, or none"),
        Binding("g", "log", "Log axis", show=False, tooltip="Logarithmic axis of the loss"),
        Binding("a", "axis", "Axis", tooltip="Curves by epoch, step or time"),
    ]

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.view = CurveView()
        self._charts: RunCharts | None = None
        self._is_stale = False
        self._due = 0.0

    def loss_and_accuracy(self) -> Iterable[Widget]:
        yield ChartView(id="loss")
        yield ChartView(id="accuracy")

    def rates(self) -> Iterable[Widget]:
        yield ChartView(id="learning_rate")
        yield ChartView(id="gradient_norm")

    def on_mount(self) -> None:
        settings = self.app.settings
        smoothing = None if settings.smoothing < 0 else settings.smoothing
        style = CurveStyle(settings.x_axis, settings.log_loss, smoothing, settings.raw)
        self.view = CurveView(style)
        for name in CURVES:
            self._chart(name).say("reading the record")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "cursor" | "zoom" | "smooth" | "raw" | "axis":
                return self._pointed_at() is not None
            case "log":
                return self._chart("loss") in self._drawn()
            case "no_cursor":
                return self.view.cursor is not None
            case "unzoom":
                return self.view.style.limits is not None
            case _:
                return super().check_action(action, parameters)

    def action_cursor(self, columns: int) -> None:
        if (chart := self._pointed_at()) and chart.canvas:
            self._turn(self.view.moved(columns, chart.canvas))

    def action_no_cursor(self) -> None:
        self._turn(self.view.without_cursor())

    def action_zoom(self, factor: float) -> None:
        if (chart := self._pointed_at()) and chart.canvas:
            self._turn(self.view.zoomed(factor, chart.canvas))

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
        self._turn(self.view.pointed(event.x))

    def on_chart_view_zoomed(self, event: ChartView.Zoomed) -> None:
        if event.view.canvas is not None:
            around = self.view.pointed(event.x).zoomed(event.factor, event.view.canvas)
            self._turn(CurveView(around.style, self.view.cursor))

    def new_steps(self) -> None:
        """The history has grown: the charts follow at their own pace."""
        self._is_stale = True

    def draw_if_due(self) -> None:
        if self._is_stale and time.monotonic() >= self._due:
            self.draw_charts()

    def draw_charts(self) -> None:
        """Draw all charts that are in sight."""
        history = self.feed.history
        if history is None:
            return
        from workbench.plots.run_charts import RunCharts

        start = time.monotonic()
        self._charts = self._charts or RunCharts(history)
        # Only a training that clips has gradient norms.
        self._chart("gradient_norm").display = "grad_norm" in history.steps
        for name in CURVES:
            view = self._chart(name)
            if _is_in_sight(view):
                self._draw(view, getattr(self._charts, name))
        self._is_stale = False
        cost = time.monotonic() - start
        self._due = start + cost + max(CHART_SECONDS, CHART_SHARE * cost)
        self.refresh_keys()

    def _draw(self, view: ChartView, make: Callable[[CurveStyle], Chart]) -> None:
        chart = make(self.view.style)
        if chart.lines:
            view.show(self._with_room(chart), self.view.cursor)
        elif view.id == "accuracy" and self._chart("loss").canvas is None:
            view.say("")  # the loss above says it already
        else:
            what = "step" if view.id == "loss" else chart.title.lower()
            view.say(no_curve(self.feed.now, what))

    def _with_room(self, chart: Chart) -> Chart:
        """While it trains, with an x axis that seldom changes: then few rows of it do."""
        if self.view.style.limits is not None or not self.feed.now.is_active:
            return chart
        last = max((float(line.x[-1]) for line in chart.lines if line.x.size), default=0.0)
        status = self.feed.now.status
        whole = {"epoch": status.epochs, "step": status.steps}.get(self.view.style.x, 0)
        limits = (0.0, roomy(last, whole))
        return replace(chart, x_axis=replace(chart.x_axis, limits=limits))

    def _turn(self, view: CurveView) -> None:
        """Look at the curves in another way; a cursor that moves draws no curve anew."""
        before, self.view = self.view, view
        if view.style != before.style:
            self.draw_charts()
        elif view.cursor != before.cursor:
            for chart in self._drawn():
                chart.point(view.cursor)
        if (view.cursor is None) != (before.cursor is None):
            self.refresh_keys()

    def _chart(self, name: str) -> ChartView:
        return self.query_one(f"#{name}", ChartView)

    def _drawn(self) -> list[ChartView]:
        """The charts that are in sight and have curves."""
        charts = [self._chart(name) for name in CURVES] if self.is_mounted else []
        return [chart for chart in charts if _is_in_sight(chart) and chart.canvas is not None]

    def _pointed_at(self) -> ChartView | None:
        """The chart by whose columns the cursor moves: all have the same x axis."""
        drawn = self._drawn()
        focused = [chart for chart in drawn if chart.has_focus]
        return next(iter([*focused, *drawn]), None)


def _is_in_sight(widget: Widget) -> bool:
    return widget.size.area > 0 and all(
        node.display for node in widget.ancestors_with_self if isinstance(node, Widget)
    )
