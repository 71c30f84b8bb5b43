"""Curves become the dots that lie on them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from workbench.plots.raster import braille_curve, plain_curve

Floats = NDArray[np.float64]

NAN = float("nan")
places = arrays(np.float64, 12, elements=st.one_of(st.floats(0, 1), st.just(NAN)))


def plain(x: list[float], y: list[float], rows: int, columns: int) -> list[str]:
    cells = plain_curve(np.array(x), np.array(y), rows, columns, "*")
    return ["".join(row) for row in cells]


def braille(x: list[float], y: list[float], rows: int, columns: int) -> list[str]:
    return ["".join(row) for row in braille_curve(np.array(x), np.array(y), rows, columns)]


def test_a_rising_line_runs_from_corner_to_corner() -> None:
    assert plain([0, 1], [0, 1], 3, 3) == ["  *", " * ", "*  "]


def test_steep_and_flat_lines_have_no_holes() -> None:
    assert plain([0.5, 0.5], [0, 1], 3, 3) == [" * ", " * ", " * "]
    assert plain([0, 1], [0.5, 0.5], 3, 3) == ["   ", "***", "   "]


def test_a_gap_is_not_bridged() -> None:
    assert plain([0, 0.25, 0.5, 0.75, 1], [0, 0, NAN, 0, 0], 1, 5) == ["** **"]


def test_braille_has_eight_dots_a_cell() -> None:
    assert braille([0, 1], [0.5, 0.5], 1, 3) == ["⠐⠒⠒"]


def test_a_point_alone_is_large_enough_to_see() -> None:
    assert braille([0.5], [0.5], 3, 3) == ["   ", " • ", "   "]
    assert braille([0, 0.5, 1], [0, NAN, 1], 1, 3) == ["• •"]
    assert plain([0.5], [0.5], 3, 3) == ["   ", " * ", "   "]


@pytest.mark.parametrize("y", [[], [NAN], [NAN, NAN, NAN]])
def test_without_points_nothing_is_drawn(y: list[float]) -> None:
    x = [0.0] * len(y)
    assert plain(x, y, 2, 2) == ["  ", "  "]
    assert braille(x, y, 2, 2) == ["  ", "  "]


@settings(deadline=None)
@given(x=places, y=places, rows=st.integers(1, 20), columns=st.integers(1, 40))
def test_every_point_lies_in_the_cell_where_plotext_puts_a_tick(
    x: Floats, y: Floats, rows: int, columns: int
) -> None:
    for cells in (braille_curve(x, y, rows, columns), plain_curve(x, y, rows, columns, "*")):
        assert cells.shape == (rows, columns)
        for at_x, at_y in zip(x, y, strict=True):
            if np.isfinite(at_x) and np.isfinite(at_y):
                row = rows - 1 - int(np.floor((rows - 1) * at_y + 0.5))
                assert cells[row, int(np.floor((columns - 1) * at_x + 0.5))] != " "
