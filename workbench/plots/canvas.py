"""The frame of a chart, drawn by plotext. No other file touches plotext.

plotext's module-level figure is global and not thread-safe, and its own size
clamps to the terminal's: each frame here has a figure of its own, without
limits. tests/plots/test_canvas.py pins the internals that this needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from workbench.plots.axes import Tick


@dataclass(frozen=True)
class Frame:
    """An empty chart: axes, ticks and their labels around a blank canvas."""

    rows: tuple[str, ...]
    """From top to bottom, all of the asked width."""
    left: int
    """The canvas' first column; it reaches to the right edge."""
    height: int
    """The canvas' rows; it starts at the top."""


@lru_cache(maxsize=64)
def draw_frame(
    width: int, height: int, x_ticks: tuple[Tick, ...], y_ticks: tuple[Tick, ...]
) -> Frame:
    """Draw axes and ticks in `width` x `height` cells, over a canvas from (0, 0) to (1, 1).

    It takes 10 to 20 ms, many times what the curves take, so frames are kept.
    """
    from plotext._figure import _figure_class  # 25 ms: only where something is drawn

    figure = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(width, height)
    figure.theme("clear")
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.scatter([0], [0], marker=" ")  # an axis without data gets no ticks
    figure.xlim(0, 1)
    figure.ylim(0, 1)
    figure.xticks([tick.place for tick in x_ticks], [tick.label for tick in x_ticks])
    figure.yticks([tick.place for tick in y_ticks], [tick.label for tick in y_ticks])
    figure.build()
    matrix = figure.monitor.matrix
    return Frame(
        rows=tuple("".join(row) for row in reversed(matrix.marker)),
        left=matrix.Cols_canvas.start,
        height=len(matrix.Rows_canvas),
    )
