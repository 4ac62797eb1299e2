"""Keys set in a YAML text without another character changed: comments, order, quotes and line ends stay as they are.

Only scalars of a mapping that stands in the text itself are set. What cannot be done so (an alias, a value of several lines) is refused,
and the result is read again: it says what it should and nothing else, or it is not given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from mesh_platform.product.yaml_file import KeyPath, Unreadable, parse_yaml


class CannotEdit(Exception):
    """The text is not of a form in which the keys can be set; its words say why."""


def with_keys(text: str, path: KeyPath, keys: Mapping[str, str]) -> str:
    """`text` with `keys` set in the mapping at `path`; those that say so already stay untouched.

    Raises:
        CannotEdit: where that is not possible without touching more.
    """
    wanted = _with(_data(text), path, keys)
    for key, value in keys.items():
        text = _with_key(text, path, key, value)
    if _data(text) != wanted:
        raise CannotEdit("its form is too unusual")
    return text


def _data(text: str) -> Any:
    try:
        return parse_yaml(text, "").data
    except Unreadable as error:
        raise CannotEdit(error.finding.why) from None


def _with(data: Any, path: KeyPath, keys: Mapping[str, str]) -> Any:
    if not isinstance(data, dict):
        raise CannotEdit("no keys stand there")
    if not path:
        return {**data, **keys}
    if path[0] not in data:
        raise CannotEdit(f"there is no {path[0]!r}")
    return {**data, path[0]: _with(data[path[0]], path[1:], keys)}


def _with_key(text: str, path: KeyPath, key: str, value: str) -> str:
    mapping = _mapping(text, path)
    before = next((held for name, held in mapping.value if name.value == key), None)
    if before is not None:
        return text if before.value == value else _replaced(text, mapping, key, before, value)
    return _in_line(text, mapping, key, value) if mapping.flow_style else _as_line(text, mapping, key, value)


def _mapping(text: str, path: KeyPath) -> yaml.MappingNode:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        raise CannotEdit("another key refers to what would change") from None
    for step in path:
        held = node.value if isinstance(node, yaml.MappingNode) else []
        inner = next((value for name, value in held if name.value == step), None)
        if node is None or not isinstance(inner, yaml.MappingNode) or not _inside(inner, node):
            raise CannotEdit(f"{step!r} is an alias of what stands elsewhere, or holds no keys")
        node = inner
    if not isinstance(node, yaml.MappingNode):
        raise CannotEdit("no keys stand there")
    return node


def _inside(inner: yaml.Node, outer: yaml.Node) -> bool:
    return bool(outer.start_mark.index <= inner.start_mark.index and inner.end_mark.index <= outer.end_mark.index)


def _replaced(text: str, mapping: yaml.MappingNode, key: str, before: yaml.Node, value: str) -> str:
    start, end = before.start_mark.index, before.end_mark.index
    if not isinstance(before, yaml.ScalarNode) or not _inside(before, mapping) or "\n" in text[start:end]:
        raise CannotEdit(f"the value of {key!r} is no plain word")
    return text[:start] + value + text[end:]


def _in_line(text: str, mapping: yaml.MappingNode, key: str, value: str) -> str:
    if not mapping.value:
        at = mapping.start_mark.index + 1
        return f"{text[:at]}{key}: {value}{text[at:]}"
    _, last = mapping.value[-1]
    at = last.end_mark.index
    if not _inside(last, mapping):
        raise CannotEdit("its last value is an alias")
    return f"{text[:at]}, {key}: {value}{text[at:]}"


def _as_line(text: str, mapping: yaml.MappingNode, key: str, value: str) -> str:
    """A line of its own, behind the `sensitivity` where there is one, else behind another value of one line."""
    lines = [
        (name, held)
        for name, held in mapping.value
        if isinstance(held, yaml.ScalarNode)
        and held.style not in ("|", ">")
        and "\n" not in text[name.start_mark.index : held.end_mark.index]
    ]
    if not lines:
        raise CannotEdit("none of its values stands on one line")
    name, held = next((pair for pair in lines if pair[0].value == "sensitivity"), lines[0])
    end = text.find("\n", max(held.end_mark.index, name.end_mark.index))
    newline = "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"
    line = f"{' ' * name.start_mark.column}{key}: {value}"
    if end < 0:
        return f"{text}{newline}{line}{newline}"
    return f"{text[: end + 1]}{line}{newline}{text[end + 1 :]}"
