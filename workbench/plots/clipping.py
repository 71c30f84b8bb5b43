"""A curve cut to the part that its axes show, so that it runs to their very edge.

Points come as positions (`axes.positions`): `x` (n,) is finite and ascends, `y` (n,) has NaN
for gaps. On a log axis a straight line between positions is what is drawn, so that is cut.
"""

from __future__ import annotations

import numpy as np

from workbench.plots.chart import Floats

Points = tuple[Floats, Floats]


def clip_x(x: Floats, y: Floats, low: float, high: float) -> Points:
    """Keep the points in low...high, and where the curve crosses an edge add a point on it."""
    first = int(np.searchsorted(x, low, side="left"))
    last = int(np.searchsorted(x, high, side="right"))
    kept_x, kept_y = [x[first:last]], [y[first:last]]
    if 0 < first < x.size and x[first] > low:
        kept_x.insert(0, np.array([low]))
        kept_y.insert(0, _y_at(low, x, y, first))
    if 0 < last < x.size and x[last - 1] < high:
        kept_x.append(np.array([high]))
        kept_y.append(_y_at(high, x, y, last))
    return np.concatenate(kept_x), np.concatenate(kept_y)


def clip_y(x: Floats, y: Floats, low: float, high: float) -> Points:
    """Make a gap of what lies below `low` or above `high`, from where the curve crosses them."""
    x, y = _with_crossings(x, y, low)
    x, y = _with_crossings(x, y, high)
    return x, np.where((y >= low) & (y <= high), y, np.nan)


def _y_at(edge: float, x: Floats, y: Floats, after: int) -> Floats:
    """The curve at `edge`, between the point `after` and the one before it; NaN in a gap."""
    share = (edge - x[after - 1]) / (x[after] - x[after - 1])
    return np.array([(1 - share) * y[after - 1] + share * y[after]])


def _with_crossings(x: Floats, y: Floats, level: float) -> Points:
    """Add a point on `level` between each two points on different sides of it."""
    above = y - level
    before = np.flatnonzero(np.sign(above[:-1]) * np.sign(above[1:]) < 0)  # false for NaN
    share = above[before] / (above[before] - above[before + 1])
    left, right = x[before], x[before + 1]
    # Rounding must not move a crossing past a point: x ascends.
    crossings = np.clip(left + share * (right - left), left, right)
    return np.insert(x, before + 1, crossings), np.insert(y, before + 1, level)
