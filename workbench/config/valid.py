"""What a value may be, in plain words, from its JSON schema."""

from __future__ import annotations

from workbench.config.schema import Node, child, choices_of, kinds
from workbench.config.wording import counted, listed, shown


def valid_values(node: Node) -> str:
    """Such as `a whole number from 1 to 64`, `relu, tanh or sigmoid`, `a path`."""
    if choices := choices_of(node):
        return listed([c if isinstance(c, str) else shown(c) for c in choices])
    if "anyOf" in node:
        return ", or ".join(valid_values(choice) for choice in node["anyOf"])
    if kinds(node):
        return f"a table of kind {listed(list(kinds(node)))}"
    words = {"string": _text, "integer": _number, "number": _number, "array": _list}
    if node.get("type") == "boolean":
        return "true or false"
    return words.get(str(node.get("type")), _table)(node)


def _table(node: Node) -> str:
    most = node.get("maxProperties")
    return "a table" if most is None else f"a table of at most {counted(most, 'value')}"


def _number(node: Node) -> str:
    noun = "a whole number" if node["type"] == "integer" else "a number"
    return noun + _range(node)


def _range(node: Node) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None and below is not None:
        return f" from {low} to below {below}"
    words = [
        f"{comparison} {limit}"
        for comparison, limit in (
            ("of at least", low),
            ("above", above),
            ("at most", high),
            ("below", below),
        )
        if limit is not None
    ]
    return " " + listed(words, "and") if words else ""


def _text(node: Node) -> str:
    if node.get("format") == "path":
        return "a path in quotes"
    return str(node.get("valid", "text in quotes"))


def _list(node: Node) -> str:
    least, most = node.get("minItems"), node.get("maxItems")
    if most is None:
        size = "any number of values"
    elif least == most:
        size = counted(most, "value")
    else:
        size = f"at most {counted(most, 'value')}"
    return f"a list of {size}, each {valid_values(child(node, 0))}"
