"""Strokes to coloured text: the inside of a chart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.plots.axes import Scale, positions
from workbench.plots.raster import Cells, Indices, braille_curve, plain_curve
from workbench.plots.strokes import Stroke
from workbench.plots.text import Row, Span

LETTER_DISTANCE = 20
"""Columns between a curve's letters."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """Where in a drawing the curves lie, in cells, and what values its edges stand for."""

    left: int
    top: int
    columns: int
    rows: int
    x_scale: Scale
    y_scale: Scale

    def x_at(self, column: int) -> float:
        """The value on the x axis in the middle of a column of the canvas, counted from 0."""
        return self.x_scale.value_at(column / max(self.columns - 1, 1))

    def column_of(self, x: float) -> int:
        """The column of the canvas in which a value of the x axis lies; it may lie outside."""
        place = float(self.x_scale.places(positions(np.array([x]), self.x_scale.axis))[0])
        return round(place * (self.columns - 1)) if np.isfinite(place) else -1


def paint(strokes: list[Stroke], canvas: Canvas) -> list[Row]:
    """Draw the strokes, the later ones over the earlier ones, as the canvas' rows."""
    text, owner = _cells(strokes, canvas)
    styles = ["", *(stroke.pen.style for stroke in strokes)]
    lines = text.view(f"<U{canvas.columns}").ravel().tolist()
    return [_spans(line, owners, styles) for line, owners in zip(lines, owner, strict=True)]


def _cells(strokes: list[Stroke], canvas: Canvas) -> tuple[Cells, Indices]:
    """Draw over each other: each cell's character, and its stroke's number from 1.

    A cell has one colour, so the later stroke takes all of it.
    """
    rows, columns = canvas.rows, canvas.columns
    text, owner = np.full((rows, columns), " "), np.zeros((rows, columns), dtype=np.intp)
    for number, stroke in enumerate(strokes, start=1):
        x, y = canvas.x_scale.places(stroke.x), canvas.y_scale.places(stroke.y)
        if stroke.pen.glyph:
            cells = plain_curve(x, y, rows, columns, stroke.pen.glyph)
        else:
            cells = braille_curve(x, y, rows, columns)
        drawn = cells != " "
        text[drawn], owner[drawn] = cells[drawn], number
    for number, stroke in enumerate(strokes, start=1):
        if stroke.pen.letter:
            _write_letters(text, owner == number, stroke.pen.letter, number / (len(strokes) + 1))
    return text, owner


def _write_letters(text: Cells, own: NDArray[np.bool_], letter: str, offset: float) -> None:
    """Write a letter on a curve every so many columns; `offset`, 0...1, staggers the curves."""
    columns = np.flatnonzero(own.any(axis=0))
    if columns.size == 0:  # hidden behind others
        return
    count = max(1, columns.size // LETTER_DISTANCE)
    for column in columns[((np.arange(count) + offset) * columns.size / count).astype(np.intp)]:
        rows = np.flatnonzero(own[:, column])
        text[rows[rows.size // 2], column] = letter


def _spans(line: str, owner: Indices, styles: list[str]) -> Row:
    """One row of the canvas, a span for each run of cells with the same owner."""
    starts = [0, *(np.flatnonzero(owner[1:] != owner[:-1]) + 1).tolist()]
    owners, stops = owner[starts].tolist(), [*starts[1:], len(line)]
    return tuple(
        Span(line[start:stop], styles[number])
        for start, stop, number in zip(starts, stops, owners, strict=True)
    )
