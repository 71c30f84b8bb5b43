"""A run as one row of a list: every value by a dotted name, for columns, sorting and conditions."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.config.reading import value_of
from workbench.config.wording import nearest
from workbench.errors import WorkbenchError
from workbench.store.runs import Run

Row = Mapping[str, object]

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
_CONDITION = re.compile(r"\s*([^<>=!\s]+)\s*(<=|>=|!=|==|=|<|>)\s*([^<>=!\s].*?)\s*")


def row_of(run: Run) -> dict[str, object]:
    """State, progress, metrics and profile of a run, flat: `state`, `best`, `optimizer.lr`, ...

    A value that the run has not got is not there. A profile of another program
    may have keys of any name: they do not hide the run's own state.
    """
    status = run.status()
    row: dict[str, object] = {
        "id": run.id,
        "state": status.state,
        "reason": status.reason,
        "warning": status.warning,
        "epochs": status.epochs_done,
        "total_epochs": status.epochs,
        "steps": status.step,
        "total_steps": status.steps,
        "seconds": status.seconds,
        "images_per_second": status.images_per_second,
        "created": status.created,
    }
    if status.best is not None:
        row |= {"best": status.best.value, "best.metric": status.best.metric}
        row |= {"best.epoch": status.best.epoch}
    return row | dict(status.metrics) | flatten(run.profile) | row


def flatten(table: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """Nested tables and lists of tables as dotted keys: `data.augment.0.kind`."""
    flat: dict[str, object] = {}
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{name}.")
        elif isinstance(value, list) and any(isinstance(item, Mapping) for item in value):
            flat |= flatten({str(i): item for i, item in enumerate(value)}, f"{name}.")
        else:
            flat[name] = value
    return flat


@dataclass(frozen=True)
class Condition:
    """`optimizer.lr<=1e-3`: a name, a comparison, a TOML value."""

    name: str
    comparison: str
    value: object

    def holds(self, row: Row) -> bool:
        """False where the row lacks the name, or its value can't be compared."""
        if self.name not in row:
            return False
        try:
            return _OPERATORS[self.comparison](row[self.name], self.value)
        except TypeError:
            return False


def parse_condition(text: str) -> Condition:
    """Raises `WorkbenchError` for what is no condition; what isn't TOML is a string."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise WorkbenchError(
            f"{text!r} is not a condition",
            hint="write a name, one of < <= = != >= >, and a value, as in 'optimizer.lr<=1e-3'",
        )
    name, comparison, value = match.groups()
    return Condition(name, comparison.replace("==", "="), value_of(value))


def sorted_rows(rows: Iterable[Row], name: str) -> list[Row]:
    """By the value of `name`; `-name` from large to small. Rows without it come last."""
    key = name.removeprefix("-")
    rows = list(rows)
    having = [row for row in rows if _is_sortable(row.get(key))]
    lacking = [row for row in rows if not _is_sortable(row.get(key))]
    numbers = all(isinstance(row[key], int | float) for row in having)
    order: Callable[[Row], Any] = (lambda row: row[key]) if numbers else (lambda row: str(row[key]))
    return sorted(having, key=order, reverse=name.startswith("-")) + lacking


def check_names(names: Iterable[str], rows: Iterable[Row]) -> None:
    """Raise `WorkbenchError` for a name that no row has, with the nearest that one has."""
    known = {name for row in rows for name in row}
    for name in names:
        if known and name not in known:
            near = nearest(name, known)
            meant = f"did you mean {near!r}? " if near else ""
            raise WorkbenchError(
                f"no run has a value {name!r}",
                hint=f"{meant}workbench runs --json shows all names",
            )


def _is_sortable(value: object) -> bool:
    return value is not None and value == value  # noqa: PLR0124 - NaN is not itself
