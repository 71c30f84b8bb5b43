"""Arrays that grow at the end and are cut there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

T = TypeVar("T", bound=np.generic)

_FIRST_CAPACITY = 16


class Columns:
    """Named columns over one strictly ascending index; NaN where a column has a gap.

    Appending n values costs amortised O(n): the capacity doubles. What is given
    out are read-only views, valid until the next `append` or `cut`.
    """

    def __init__(self) -> None:
        self.cuts = 0
        """How often rows were dropped: what was computed from them before is out of date."""
        self._size = 0
        self._index: IntArray = np.empty(_FIRST_CAPACITY, np.int64)
        self._columns: dict[str, FloatArray] = {}

    def __len__(self) -> int:
        return self._size

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __getitem__(self, name: str) -> FloatArray:
        """Values of shape (len(self),). Raises `KeyError` for an unknown column."""
        return _view(self._columns[name], self._size)

    @property
    def index(self) -> IntArray:
        """Shape (len(self),)."""
        return _view(self._index, self._size)

    @property
    def names(self) -> tuple[str, ...]:
        """In the order of their first appearance."""
        return tuple(self._columns)

    def append(self, index: IntArray, columns: Mapping[str, FloatArray]) -> None:
        """Add rows.

        Raises `ValueError` where the index does not ascend past the end, or lengths differ.
        """
        if any(column.shape != index.shape for column in columns.values()):
            raise ValueError("columns of unequal length")
        if not self._ascends(index):
            raise ValueError("index does not ascend")
        start, self._size = self._size, self._size + len(index)
        self._reserve(self._size)
        self._index[start : self._size] = index
        for name in columns:
            if name not in self._columns:
                self._columns[name] = np.full(len(self._index), np.nan)
        for name, column in self._columns.items():
            column[start : self._size] = columns.get(name, np.nan)

    def cut(self, index: int) -> None:
        """Drop the rows at `index` and after."""
        size = int(np.searchsorted(self._index[: self._size], index))
        self.cuts += size < self._size
        self._size = size

    def _ascends(self, index: IntArray) -> bool:
        if not len(index):
            return True
        follows = not self._size or bool(self._index[self._size - 1] < index[0])
        return follows and bool(np.all(index[1:] > index[:-1]))

    def _reserve(self, size: int) -> None:
        if size <= len(self._index):
            return
        capacity = max(size, 2 * len(self._index))
        self._index = _grown(self._index, capacity)
        self._columns = {name: _grown(column, capacity) for name, column in self._columns.items()}


def _view(array: npt.NDArray[T], size: int) -> npt.NDArray[T]:
    view = array[:size]
    view.flags.writeable = False
    return view


def _grown(array: npt.NDArray[T], capacity: int) -> npt.NDArray[T]:
    grown = np.empty(capacity, array.dtype)
    grown[: len(array)] = array
    return grown
