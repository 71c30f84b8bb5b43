"""What the line above the table of runs selects: words and conditions, all of which must hold."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from dataclasses import dataclass

from workbench.config.wording import nearest
from workbench.errors import WorkbenchError
from workbench.store.rows import Condition, Row, parse_condition

_SPACED_OPERATOR = re.compile(r"\s*(<=|>=|!=|==|=|<|>)\s*")
_OPERATOR = re.compile(r"[<>=]")


@dataclass(frozen=True)
class Filter:
    words: tuple[str, ...] = ()
    """Case-folded."""
    conditions: tuple[Condition, ...] = ()
    problem: str = ""
    """What part of the line cannot be understood, and is left out."""

    def holds(self, row: Row) -> bool:
        """Whether each word stands in some value of the row, and each condition holds."""
        if not all(_holds(condition, row) for condition in self.conditions):
            return False
        if not self.words:
            return True
        text = "\n".join(map(str, row.values())).casefold()
        return all(word in text for word in self.words)


def parse_filter(line: str, names: Collection[str]) -> Filter:
    """The filter of a line; `names` are those that a condition may have."""
    words, conditions, problem = [], [], ""
    for part in _parts(line):
        if not _OPERATOR.search(part):
            words.append(part.casefold())
            continue
        try:
            condition = parse_condition(part)
        except WorkbenchError:
            problem = f"write optimizer.lr<=1e-3 or state=finished; {part} is no condition"
            continue
        if names and condition.name not in names:
            problem = _unknown(condition.name, names)
        else:
            conditions.append(condition)
    return Filter(tuple(words), tuple(conditions), problem)


def _parts(line: str) -> list[str]:
    joined = _SPACED_OPERATOR.sub(r"\1", line)
    try:
        return shlex.split(joined)
    except ValueError:  # a quotation mark that is not closed yet
        return joined.split()


def _unknown(name: str, names: Collection[str]) -> str:
    near = nearest(name, names)
    return f"no value {name}" + (f"; did you mean {near}?" if near else "")


def _holds(condition: Condition, row: Row) -> bool:
    """As the condition says; a run has several tags, and `tags=a` asks for one of them."""
    if condition.name != "tags" or condition.comparison not in ("=", "!="):
        return condition.holds(row)
    has = str(condition.value) in str(row.get("tags", "")).split(", ")
    return has == (condition.comparison == "=")
