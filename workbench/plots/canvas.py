"""The frame of a chart, drawn by plotext. No other file touches plotext.

plotext's module-level figure is global and not thread-safe, and its own size
clamps to the terminal's: each axis here has a figure of its own, without
limits. tests/plots/test_canvas.py pins the internals that this needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plotext._figure import _figure_class
from rich.cells import cell_len

from workbench.plots.axes import Tick

X_AXIS_ROWS = 2
"""Below the canvas: the line with its ticks, and their labels."""


@dataclass(frozen=True)
class Frame:
    """An empty chart: axes, ticks and their labels around a blank canvas."""

    rows: tuple[str, ...]
    """From top to bottom, all of the asked width."""
    left: int
    """The canvas' first column; it reaches to the right edge."""
    height: int
    """The canvas' rows; it starts at the top."""


def draw_frame(
    width: int, height: int, x_ticks: tuple[Tick, ...], y_ticks: tuple[Tick, ...]
) -> Frame:
    """Draw axes and ticks in `width` x `height` cells, over a canvas from (0, 0) to (1, 1).

    A figure of 160 x 40 takes plotext 7 ms, many times what the curves take. So the axes are
    drawn each by itself in a figure no larger than needed, in 1 ms, and kept: while a run
    trains, its x axis moves and its y axis mostly stays.
    """
    left = 1 + max((cell_len(tick.label) for tick in y_ticks), default=0)
    rows = height - X_AXIS_ROWS
    x_axis = _x_axis(width, left, _in_cells(x_ticks, width - left))
    y_axis = _y_axis(left, height, _in_cells(y_ticks, rows))
    blank = " " * (width - left)
    return Frame((*(edge + blank for edge in y_axis), *x_axis), left, rows)


def _in_cells(ticks: tuple[Tick, ...], cells: int) -> tuple[Tick, ...]:
    """Move ticks to the middles of their cells: the same picture then is the same drawing."""
    last = max(cells - 1, 1)
    return tuple(Tick(int(last * tick.place + 0.5) / last, tick.label) for tick in ticks)


@lru_cache(maxsize=64)
def _x_axis(width: int, left: int, ticks: tuple[Tick, ...]) -> tuple[str, ...]:
    corner = (Tick(0.0, " " * (left - 1)),)
    return _drawn(width, X_AXIS_ROWS + 1, ticks, corner)[-X_AXIS_ROWS:]


@lru_cache(maxsize=64)
def _y_axis(left: int, height: int, ticks: tuple[Tick, ...]) -> tuple[str, ...]:
    rows = _drawn(left + 2, height, (), ticks)
    return tuple(row[:left] for row in rows[:-X_AXIS_ROWS])


def _drawn(
    width: int, height: int, x_ticks: tuple[Tick, ...], y_ticks: tuple[Tick, ...]
) -> tuple[str, ...]:
    figure: Any = _figure_class()
    figure._limit_size(False, False)
    figure.plot_size(width, height)
    figure.theme("clear")
    figure.xaxes(True, False)
    figure.yaxes(True, False)
    figure.scatter([0], [0], marker=" ")  # an axis without data gets no ticks
    figure.xlim(0, 1)
    figure.ylim(0, 1)
    figure.xticks(
        [tick.place for tick in x_ticks] or [0], [tick.label for tick in x_ticks] or [" "]
    )
    figure.yticks([tick.place for tick in y_ticks], [tick.label for tick in y_ticks])
    figure.build()
    return tuple("".join(row) for row in reversed(figure.monitor.matrix.marker))
