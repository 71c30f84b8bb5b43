"""The charts of a run: drawn anew as it goes on, those of a long one prepared in a thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.widget import Widget

from workbench.plots.style import CurveStyle
from workbench.store.runs import Run
from workbench.tui.screens.run_control import RunPage
from workbench.tui.screens.run_panels import no_curve, no_points, roomy
from workbench.tui.screens.run_view import CurveView, Reach
from workbench.tui.widgets.chart import ChartView

if TYPE_CHECKING:
    from workbench.plots.chart import Chart
    from workbench.plots.run_charts import Preparation, RunCharts

CHART_SECONDS = 0.5
CHART_SHARE = 20
"""Charts wait so many times what their last drawing cost: they take 5 % of a core at most."""

CURVES = ("loss", "accuracy", "learning_rate", "gradient_norm")
"""Names of the charts' widgets, and of the methods of `RunCharts`."""


class ChartsPage(RunPage):
    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.view = CurveView()
        self._charts: RunCharts | None = None
        self._is_stale = False
        self._is_preparing = False
        self._due = 0.0

    def loss_and_accuracy(self) -> Iterable[Widget]:
        yield ChartView(id="loss")
        yield ChartView(id="accuracy")

    def rates(self) -> Iterable[Widget]:
        yield ChartView(id="learning_rate")
        yield ChartView(id="gradient_norm")

    def new_steps(self) -> None:
        """The history has grown: the charts follow at their own pace."""
        self._is_stale = True

    def draw_if_due(self) -> None:
        if self._is_stale and time.monotonic() >= self._due:
            self.draw_charts()

    def draw_charts(self) -> None:
        """Draw all charts that are in sight; those of a long run in a new style a little later."""
        history = self.feed.history
        if history is None or self._is_preparing or not self.has_widgets:
            return  # what is being prepared is drawn then, in the style of that moment
        from workbench.plots.run_charts import RunCharts

        self._charts = self._charts or RunCharts(history)
        # Only a training that clips has gradient norms.
        self.chart("gradient_norm").display = "grad_norm" in history.steps
        names = [name for name in CURVES if _is_in_sight(self.chart(name))]
        if preparation := self._charts.preparation(self.view.style, names):
            self._is_preparing = True
            self._prepare(self._charts, preparation)
        else:
            self._draw_now(self._charts, names)

    @work
    async def _prepare(self, charts: RunCharts, preparation: Preparation) -> None:
        """Compute away from the screen, then draw; or compute again, if the wish has changed."""
        try:
            await asyncio.to_thread(_compute, preparation)
        finally:
            self._is_preparing = False
        charts.adopt(preparation)
        self.draw_charts()

    def _draw_now(self, charts: RunCharts, names: Iterable[str]) -> None:
        start = time.monotonic()
        for name in names:
            self._draw(self.chart(name), getattr(charts, name))
        self._is_stale = False
        cost = time.monotonic() - start
        self._due = start + cost + max(CHART_SECONDS, CHART_SHARE * cost)
        self.refresh_keys()

    def _draw(self, view: ChartView, make: Callable[[CurveStyle], Chart]) -> None:
        chart = make(self.view.style)
        if chart.lines:
            view.show(self._with_room(chart), self.view.cursor, no_points(chart))
        elif view.id == "accuracy" and not self.chart("loss").has_chart:
            view.say("")  # the loss above says it already
        else:
            what = "step" if view.id == "loss" else chart.title.lower()
            view.say(no_curve(self.feed.now, what))

    def _with_room(self, chart: Chart) -> Chart:
        """While it trains, with an x axis that seldom changes: then few rows of it do."""
        if self.view.style.limits is not None or not self.feed.now.is_active:
            return chart
        last = max((float(line.x[-1]) for line in chart.lines if line.x.size), default=0.0)
        limits = self._roomy(chart.x_label, last)
        return replace(chart, x_axis=replace(chart.x_axis, limits=limits))

    def _roomy(self, axis: str, last: float) -> tuple[float, float]:
        status = self.feed.now.status
        whole = {"epoch": status.epochs, "step": status.steps}.get(axis, 0)
        return 0.0, roomy(last, whole)

    def reach(self) -> Reach | None:
        """How far cursor and zoom may go; None while there is nothing to go on."""
        curve = self._charts.reach(self.view.style.x) if self._charts else None
        charted = self.charted()
        if curve is None or not charted:
            return None
        if not self.feed.now.is_active:
            return Reach(curve, curve)
        return Reach(curve, self._roomy(charted[0].x_label, curve[1]))

    @property
    def has_widgets(self) -> bool:
        """False before they are made; and once the app is left, which makes and keeps none."""
        return self.is_mounted and self.is_attached

    def chart(self, name: str) -> ChartView:
        return self.query_one(f"#{name}", ChartView)

    def charted(self) -> list[ChartView]:
        """The charts in sight that have curves, be these within the limits or not."""
        charts = [self.chart(name) for name in CURVES] if self.has_widgets else []
        return [chart for chart in charts if _is_in_sight(chart) and chart.has_chart]

    def drawn(self) -> list[ChartView]:
        """Those whose curves are to be seen."""
        return [chart for chart in self.charted() if chart.canvas is not None]


def _compute(preparation: Preparation) -> None:
    """In a thread: all that can be done before a drawing."""
    import workbench.plots.drawing  # noqa: F401 - 30 ms, plotext's for the most part; it comes next

    preparation.run()


def _is_in_sight(widget: Widget) -> bool:
    return widget.size.area > 0 and all(
        node.display for node in widget.ancestors_with_self if isinstance(node, Widget)
    )
