"""The head fits its rows, whatever the labels."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.plots.legend import head
from workbench.plots.text import Row, Span, row_width

LABELS = ("train/loss", "val/loss", "test/loss")


def entry(label: str) -> Row:
    return Span("--", "36"), Span(f" {label}")


def lines(labels: tuple[str, ...], width: int, most: int) -> list[str]:
    rows = head((Span("Loss"),), [entry(label) for label in labels], width, most)
    return ["".join(span.text for span in row) for row in rows]


def test_title_and_entries_share_a_row_that_is_wide_enough() -> None:
    assert lines(LABELS, 80, 2) == ["Loss   -- train/loss   -- val/loss   -- test/loss"]


def test_what_does_not_fit_goes_to_the_next_row() -> None:
    assert lines(LABELS, 25, 3) == ["Loss   -- train/loss", "-- val/loss", "-- test/loss"]


def test_entries_without_room_are_counted() -> None:
    assert lines(LABELS, 25, 2) == ["Loss   -- train/loss", "-- val/loss   +1 more"]


def test_a_long_label_is_cut() -> None:
    assert lines(("a" * 50,), 10, 2) == ["Loss", "-- aaaaaaa"]


@given(
    labels=st.lists(st.text(max_size=30), max_size=12).map(tuple),
    width=st.integers(20, 100),
    most=st.integers(1, 6),
)
def test_rows_are_never_too_many_nor_too_wide(
    labels: tuple[str, ...], width: int, most: int
) -> None:
    rows = head((Span("Loss"),), [entry(label) for label in labels], width, most)
    assert 1 <= len(rows) <= most
    assert all(row_width(row) <= width for row in rows)
