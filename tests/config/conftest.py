"""Any valid profile, drawn from the JSON schema: `st.from_type(RunProfile)`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from workbench.config.problems import validated
from workbench.config.profile import RunProfile
from workbench.config.schema import Node, child, fields, kinds, run_schema

PATHS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")).map(
    "./{}".format
)
PLAIN = st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=5)
PLAIN = PLAIN | st.floats(allow_nan=False, allow_infinity=False) | st.lists(PLAIN, max_size=3)


def values(node: Node) -> st.SearchStrategy[Any]:
    """What a JSON schema allows, for the parts of JSON schema that profiles use."""
    if "enum" in node or "const" in node:
        return st.sampled_from(node.get("enum", [node.get("const")]))
    if "anyOf" in node:
        return st.one_of([values(choice) for choice in node["anyOf"]])
    if kinds(node):
        return st.one_of([values(choice) for choice in kinds(node).values()])
    of_type = {"boolean": _booleans, "integer": _integers, "number": _numbers}
    of_type |= {"string": _strings, "array": _lists, "object": _tables}
    return of_type[node["type"]](node)


def _booleans(_node: Node) -> st.SearchStrategy[Any]:
    return st.booleans()


def _integers(node: Node) -> st.SearchStrategy[Any]:
    below = node.get("exclusiveMaximum", node.get("maximum", 2**40) + 1)
    return st.integers(node["minimum"], below - 1)


def _strings(node: Node) -> st.SearchStrategy[Any]:
    if node.get("format") == "path":
        return PATHS
    fitting = st.from_regex(node["pattern"].replace("$", r"\Z"))
    return fitting.filter(lambda text: len(text) <= node.get("maxLength", len(text)))


def _tables(node: Node) -> st.SearchStrategy[Any]:
    if node.get("additionalProperties"):
        return st.dictionaries(st.from_regex(r"\A[a-z_]\w{0,9}\Z"), PLAIN, max_size=3)
    return st.fixed_dictionaries({key: values(field) for key, field in fields(node).items()})


def _numbers(node: Node) -> st.SearchStrategy[Any]:
    low = node.get("minimum", node.get("exclusiveMinimum", -1e9))
    high = node.get("maximum", node.get("exclusiveMaximum", 1e9))
    return st.floats(
        low,
        high,
        exclude_min="exclusiveMinimum" in node,
        exclude_max="exclusiveMaximum" in node,
    )


def _lists(node: Node) -> st.SearchStrategy[Any]:
    if "prefixItems" in node:
        return st.tuples(*(values(child(node, i)) for i in range(node["maxItems"]))).map(list)
    if "maxItems" in node:  # per channel or class: all of one length, or not given
        some = st.lists(values(child(node, 0)), min_size=3, max_size=3)
        return some if node.get("minItems") else st.just([]) | some
    return st.lists(values(child(node, 0)), max_size=3)


def _profile(table: dict[str, Any]) -> RunProfile:
    """What JSON schema cannot say is put right here."""
    if table["optimizer"].get("momentum") == 0:
        table["optimizer"]["nesterov"] = False
    training = table["training"]
    training["gradient_accumulation"] = min(
        training["gradient_accumulation"], training["batch_size"]
    )
    for augmentation in table["data"]["augment"]:
        for interval in {"scale", "ratio", "sigma"} & augmentation.keys():
            augmentation[interval].sort()
        if "kernel_size" in augmentation:
            augmentation["kernel_size"] |= 1
    return validated(table, Path("/profiles"))


st.register_type_strategy(RunProfile, values(run_schema()).map(_profile))
