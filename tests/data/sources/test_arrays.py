"""Which images of a set are taken."""

from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from workbench.data.sources.arrays import first_of_each_class


@given(st.lists(st.integers(0, 4)), st.integers(1, 5))
def test_the_first_of_each_class_are_taken_in_file_order(labels: list[int], limit: int) -> None:
    expected = [place for place, label in enumerate(labels) if labels[:place].count(label) < limit]
    assert first_of_each_class(torch.tensor(labels).long(), limit).tolist() == expected


@given(st.lists(st.integers(0, 4)))
def test_no_limit_takes_all(labels: list[int]) -> None:
    found = first_of_each_class(torch.tensor(labels).long(), 0)
    assert found.tolist() == list(range(len(labels)))
