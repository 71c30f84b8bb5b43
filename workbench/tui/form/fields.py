"""The fields of a section, as its schema describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from workbench.config.defaults import defaults, is_section, same
from workbench.config.schema import Node, child, choices_of, fields, kinds
from workbench.tui.form.text import text_of


class Absent:
    """No value: a key that is not written, a default that there is none of."""

    def __repr__(self) -> str:
        return "absent"


ABSENT: Final = Absent()


@dataclass(frozen=True, eq=False)
class Field:
    """One key of a table and what is known of it."""

    name: str
    node: Node
    default: Any = ABSENT
    choices: tuple[Any, ...] = ()
    """The values of which one is to be chosen; empty where text is typed."""
    help: str = ""

    def value(self, table: dict[str, Any]) -> Any:
        """What holds: the value written, else the default."""
        return table.get(self.name, self.default)

    def text(self, table: dict[str, Any]) -> str:
        """What is written, as a line of text; empty where nothing is."""
        return text_of(table[self.name], self.node) if self.name in table else ""

    @property
    def default_text(self) -> str:
        return "" if self.default is ABSENT else text_of(self.default, self.node)

    def resembles(self, other: Field) -> bool:
        """Whether what shows the one can show the other; their help may differ."""
        return (self.name, self.node, self.default) == (other.name, other.node, other.default)

    def differs(self, table: dict[str, Any]) -> bool:
        """Whether it is written and not the default. An item's kind has none to differ from."""
        if self.name == "kind" and self.default is ABSENT:
            return False
        return self.name in table and not same(table[self.name], self.default)


def fields_of(node: Node) -> tuple[Field, ...]:
    """Of one section, without its kind and the sections in it."""
    has = defaults(node)
    return tuple(
        Field(name, inner, has.get(name, ABSENT), _choices(inner), _help(inner))
        for name, inner in fields(node).items()
        if name != "kind" and not is_section(inner) and not is_section(child(inner, 0))
    )


def kind_field(union: Node, node: Node) -> Field:
    """Of a section with kinds; `node` is the one of its kind, {} where that is unknown."""
    choices = tuple(kinds(union))
    known = {"enum": choices, "type": "string"}
    default = union.get("default", {}).get("kind", ABSENT)
    return Field("kind", known, default, choices, _help(node))


def _choices(node: Node) -> tuple[Any, ...]:
    return (False, True) if node.get("type") == "boolean" else tuple(choices_of(node))


def _help(node: Node) -> str:
    return " ".join(str(node.get("description", "")).split())
