"""Tiles stand in a grid of the asked room, dark for small and bright for large values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.plots.text import row_width
from workbench.plots.tiles import tile_rows

CORNER = np.array([[[1.0, 0.0], [0.0, 0.5]]])


def text(tiles: np.ndarray, columns: int, rows: int, *, unicode: bool) -> list[str]:
    drawn = tile_rows(tiles, columns, rows, color=False, unicode=unicode)
    return ["".join(span.text for span in row) for row in drawn]


def test_without_colour_greys_are_block_characters() -> None:
    assert text(CORNER, 4, 2, unicode=True) == ["██  ", "  ▒▒"]


def test_without_unicode_they_are_ascii() -> None:
    assert text(CORNER, 4, 2, unicode=False) == ["@@  ", "  =="]


def test_colours_put_two_weights_into_a_cell() -> None:
    (row,) = tile_rows(CORNER, 2, 1, color=True, unicode=True)
    assert [(span.text, span.style) for span in row] == [
        ("▀", "38;5;255;48;5;232"),
        ("▀", "38;5;232;48;5;244"),
    ]


def test_colours_without_unicode_are_backgrounds() -> None:
    first, _ = tile_rows(CORNER, 4, 2, color=True, unicode=False)
    assert [(span.text, span.style) for span in first] == [("  ", "48;5;255"), ("  ", "48;5;232")]


def test_sixteen_tiles_make_four_by_four_with_gaps() -> None:
    rows = text(np.ones((16, 1, 1)), 11, 7, unicode=True)
    assert rows == ["██ ██ ██ ██", " " * 11] * 3 + ["██ ██ ██ ██"]


def test_tiles_are_as_large_as_the_room_allows() -> None:
    assert text(np.ones((1, 2, 2)), 8, 9, unicode=True) == ["█" * 8] * 4


def test_kernels_need_not_be_square() -> None:
    tall = np.array([[[1.0], [0.0], [1.0]]])
    assert text(tall, 2, 3, unicode=True) == ["██", "  ", "██"]
    assert text(tall.transpose(0, 2, 1), 6, 1, unicode=True) == ["██  ██"]


def test_tiles_without_room_are_counted() -> None:
    rows = text(np.ones((64, 3, 3)), 27, 8, unicode=True)
    assert rows[-1] == "+56 more"
    assert rows[0] == "██████ ██████ ██████ ██████"


def test_no_tiles_are_no_rows() -> None:
    assert tile_rows(np.ones((0, 3, 3)), 20, 5, color=True, unicode=True) == ()


@pytest.mark.parametrize("value", [float("nan"), -3.0])
def test_a_value_that_is_no_grey_is_dark(value: float) -> None:
    assert text(np.array([[[value]]]), 2, 1, unicode=False) == ["  "]


@settings(deadline=None)
@given(
    count=st.integers(1, 80),
    height=st.integers(1, 11),
    width=st.integers(1, 11),
    columns=st.integers(0, 90),
    rows=st.integers(0, 40),
    color=st.booleans(),
    unicode=st.booleans(),
)
def test_any_number_of_tiles_stays_within_any_room(
    *, count: int, height: int, width: int, columns: int, rows: int, color: bool, unicode: bool
) -> None:
    drawn = tile_rows(
        np.full((count, height, width), 0.6), columns, rows, color=color, unicode=unicode
    )
    assert len(drawn) <= rows
    assert all(row_width(row) <= columns for row in drawn)
    assert bool(drawn) == (columns > 0 and rows > 0)
    assert all(color or not span.style for row in drawn for span in row)
