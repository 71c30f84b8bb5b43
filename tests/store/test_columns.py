from __future__ import annotations

import numpy as np
import pytest

from workbench.store.columns import Columns


def _append(columns: Columns, first: int, **values: list[float]) -> None:
    length = len(next(iter(values.values())))
    arrays = {name: np.array(column) for name, column in values.items()}
    columns.append(np.arange(first, first + length), arrays)


def test_rows_are_kept_over_one_index() -> None:
    columns = Columns()
    _append(columns, 0, loss=[3.0, 2.0])
    _append(columns, 5, loss=[1.0])
    assert columns.index.tolist() == [0, 1, 5]
    assert columns["loss"].tolist() == [3.0, 2.0, 1.0]


def test_a_gap_in_a_column_is_nan() -> None:
    columns = Columns()
    _append(columns, 0, loss=[2.0])
    _append(columns, 1, grad_norm=[9.0])
    np.testing.assert_array_equal(columns["loss"], [2.0, np.nan])
    np.testing.assert_array_equal(columns["grad_norm"], [np.nan, 9.0])
    assert columns.names == ("loss", "grad_norm")


def test_it_grows_past_any_capacity_and_is_cut_at_an_index() -> None:
    columns = Columns()
    for step in range(1000):
        _append(columns, step, loss=[float(step)])
    columns.cut(600)
    _append(columns, 600, loss=[-1.0])
    assert columns["loss"].tolist() == [*range(600), -1.0]


@pytest.mark.parametrize("first", [0, 1])
def test_an_index_that_does_not_ascend_is_refused(first: int) -> None:
    columns = Columns()
    _append(columns, 0, loss=[1.0, 2.0])
    with pytest.raises(ValueError, match="ascend"):
        _append(columns, first, loss=[3.0])
    assert len(columns) == 2


def test_columns_of_unequal_length_are_refused() -> None:
    with pytest.raises(ValueError, match="unequal"):
        _append(Columns(), 0, loss=[1.0], lr=[1.0, 2.0])


def test_what_is_given_out_cannot_be_written() -> None:
    columns = Columns()
    _append(columns, 0, loss=[1.0])
    with pytest.raises(ValueError, match="read-only"):
        columns["loss"][0] = 2.0


def test_it_counts_the_cuts_that_dropped_rows() -> None:
    columns = Columns()
    _append(columns, 0, loss=[1.0, 2.0])
    columns.cut(2)
    assert columns.cuts == 0
    columns.cut(1)
    assert columns.cuts == 1
