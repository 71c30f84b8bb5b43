"""Curves to characters, in numpy: a million points cost little more than a thousand.

Points come as places, 0...1 along each axis with NaN for a gap. Results are
arrays of one-character strings of shape (rows, columns), from top to bottom,
blank where nothing is drawn. A place lies in the same cell as a tick there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workbench.plots.chart import Floats

Cells = NDArray[np.str_]
Indices = NDArray[np.intp]

# The eight dots of a braille cell, as bits of U+2800, rows from top to bottom.
BRAILLE_BITS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], dtype=np.uint32)
BRAILLE_BLANK = 0x2800
POINT = "•"
"""A point without neighbours: one dot would be overlooked."""


def braille_curve(x: Floats, y: Floats, rows: int, columns: int) -> Cells:
    """Draw a curve with 2 x 4 dots a cell."""
    dots = _dots(x, y, rows, columns, down=4, across=2)
    bits = dots.reshape(rows, 4, columns, 2).transpose(0, 2, 1, 3) * BRAILLE_BITS
    codes = bits.sum(axis=(2, 3), dtype=np.uint32)
    codes = np.where(codes > 0, codes + BRAILLE_BLANK, ord(" ")).astype(np.uint32)
    cells: Cells = codes.view("<U1")
    lone = _lone(x, y)
    row, column = _grid(y[lone], rows, 1), _grid(x[lone], columns, 1)
    cells[rows - 1 - row, column] = POINT
    return cells


def plain_curve(x: Floats, y: Floats, rows: int, columns: int, glyph: str) -> Cells:
    """Draw a curve with one character a cell."""
    return np.where(_dots(x, y, rows, columns, down=1, across=1), glyph, " ")


def _dots(
    x: Floats, y: Floats, rows: int, columns: int, *, down: int, across: int
) -> NDArray[np.bool_]:
    """Set the dots on the straight lines between points, (rows * down, columns * across)."""
    dots = np.zeros((rows * down, columns * across), dtype=np.bool_)
    finite = np.isfinite(x) & np.isfinite(y)
    row = np.where(finite, _grid(np.where(finite, y, 0), rows, down), 0)
    column = np.where(finite, _grid(np.where(finite, x, 0), columns, across), 0)
    dots[row[finite], column[finite]] = True
    joined = np.flatnonzero(finite[:-1] & finite[1:])
    row, column = _between(row, column, joined)
    dots[row, column] = True
    return dots[::-1]


def _between(row: Indices, column: Indices, starts: Indices) -> tuple[Indices, Indices]:
    """Dots of the segments from each start to the point after it, a dot a step."""
    rise, run = row[starts + 1] - row[starts], column[starts + 1] - column[starts]
    lengths = np.maximum(np.abs(rise), np.abs(run))
    segment = np.repeat(np.arange(starts.size), lengths)
    step = np.arange(segment.size) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    along = step / lengths[segment]
    return (
        np.rint(row[starts][segment] + along * rise[segment]).astype(np.intp),
        np.rint(column[starts][segment] + along * run[segment]).astype(np.intp),
    )


def _grid(places: Floats, cells: int, dots: int) -> Indices:
    """Dot of each place on an axis of `cells` cells with `dots` dots each.

    0 and 1 are the middles of the first and the last cell, as in plotext.
    """
    return np.floor(dots * ((cells - 1) * places + 0.5)).astype(np.intp)


def _lone(x: Floats, y: Floats) -> Indices:
    """Indices of finite points with a gap, or nothing, on both sides."""
    finite = np.pad(np.isfinite(x) & np.isfinite(y), 1)
    return np.flatnonzero(finite[1:-1] & ~finite[:-2] & ~finite[2:])
