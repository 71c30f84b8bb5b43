from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.store.cells import cell

NAMES = ("created", "seconds", "best", "best.epoch", "epochs", "optimizer.lr")


@pytest.mark.parametrize("seconds", [1e20, -1e14, float("nan"), float("inf"), 1e300])
def test_a_time_that_no_calendar_has_is_a_dash(seconds: float) -> None:
    assert cell({"created": seconds}, "created") == "-"


def test_a_time_is_a_date_and_a_time_of_day() -> None:
    assert cell({"created": 86_400.0 * 365}, "created").startswith("19")


@given(name=st.sampled_from(NAMES), value=st.floats() | st.integers() | st.text() | st.none())
def test_any_value_has_a_text(name: str, value: object) -> None:
    assert cell({name: value}, name)
