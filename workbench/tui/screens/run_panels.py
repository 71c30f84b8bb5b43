"""Which panels of a run are in sight, and what stands in an empty one: without a screen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench.store.status import Status
from workbench.tui.screens.run_feed import Snapshot
from workbench.tui.widgets.tabs import Panel

if TYPE_CHECKING:
    from workbench.plots.chart import Chart

CHARTS, RATES, FILTERS, LOG, PROFILE = PANELS = (
    Panel("1", "charts", "Charts"),
    Panel("2", "rates", "Learning rate"),
    Panel("3", "filters", "Filters"),
    Panel("4", "log", "Log"),
    Panel("5", "profile", "Profile"),
)
LIVE = frozenset({CHARTS.name, RATES.name, FILTERS.name, LOG.name})
"""All that changes as the run trains."""

WIDE, HUGE = (110, 24), (160, 44)
"""From so many columns and rows on filters stand beside the charts; all live panels at once."""

LOW = 30
"""With fewer rows nothing stands empty."""

LOWEST = 18
"""With fewer rows the loss stands alone, and the first line of the state: all else has no room."""

ROUND = (1, 1.25, 1.6, 2, 2.5, 3.2, 4, 5, 6.4, 8, 10, 12.5)
"""Ends of an axis, times a power of ten."""


def in_sight(chosen: str, columns: int, rows: int) -> frozenset[str]:
    """The names of the panels that a terminal of this size shows."""
    if chosen in LIVE and columns >= HUGE[0] and rows >= HUGE[1]:
        return LIVE
    if chosen == CHARTS.name and columns >= WIDE[0] and rows >= WIDE[1]:
        return frozenset({CHARTS.name, FILTERS.name})
    return frozenset({chosen})


def roomy(last: float, whole: float) -> float:
    """The end of an axis whose curve has come to `last`: a round number above it.

    Not beyond `whole`, the end of the whole training, where that is known.
    """
    if not 0 < last < math.inf:
        return whole or 1.0
    power = 10.0 ** math.floor(math.log10(last))
    end = next(factor * power for factor in ROUND if factor * power >= last)
    return min(end, whole) if whole >= last else end


def no_curve(now: Snapshot, what: str) -> str:
    """Why there is no curve of `what`."""
    if now.is_gone:
        return "the folder of this run is gone"
    if _prepares(now.status):
        return "the run prepares: curves come with its first steps"
    return f"no {what} yet" if now.is_active else f"no {what} was recorded"


def no_points(chart: Chart) -> str:
    """Why none of a chart's points can stand on its axes; empty where one can."""
    import numpy as np

    if not any(np.isfinite(line.x).any() for line in chart.lines):
        return f"no {chart.x_label}s were recorded: a shows another axis"
    if chart.y_axis.scale == "log" and not any((line.y > 0).any() for line in chart.lines):
        return "nothing above 0 for a logarithmic axis: g shows the linear one"
    return ""


def no_filters(now: Snapshot) -> str:
    if now.is_active:
        return "no filters yet: they come after the first epoch"
    return "no filters were recorded"


def no_log(now: Snapshot) -> str:
    return "nothing in the log yet" if now.is_active else "the log is empty"


def _prepares(status: Status) -> bool:
    return status.state == "queued"
