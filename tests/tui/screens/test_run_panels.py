"""Which panels are in sight."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.tui.screens.run_panels import LIVE, in_sight, roomy


@pytest.mark.parametrize(
    ("chosen", "size", "names"),
    [
        ("charts", (80, 24), {"charts"}),
        ("rates", (80, 24), {"rates"}),
        ("charts", (120, 40), {"charts", "filters"}),
        ("log", (120, 40), {"log"}),
        ("log", (200, 60), LIVE),
        ("profile", (200, 60), {"profile"}),
    ],
)
def test_more_room_shows_more_panels(chosen: str, size: tuple[int, int], names: set[str]) -> None:
    assert in_sight(chosen, *size) == names


@given(st.floats(1e-6, 1e12))
def test_an_axis_has_room_beyond_its_curve_but_not_much(last: float) -> None:
    assert last <= roomy(last, 0) <= 1.3 * last


def test_an_axis_ends_with_the_training() -> None:
    assert roomy(9, 9.5) == 9.5
    assert roomy(0, 20) == 20
    assert roomy(30, 20) == 32
