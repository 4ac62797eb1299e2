"""YAML with the line of every key, so that a finding can point at it; bounded, and without the traps of plain YAML.

Refused: duplicate keys, keys that are not text, documents too large or too deep, aliases that multiply.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.errors import Finding

MOST_BYTES = 4_000_000
MOST_NODES = 400_000
DEEPEST = 40

KeyPath = tuple[str | int, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Document:
    """The values of one file and the line on which each key stands."""

    name: str
    data: Any
    lines: Mapping[KeyPath, int]

    def where(self, path: KeyPath = ()) -> str:
        """`file:line` of the key at `path`, or of the nearest one above it."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


class Unreadable(Exception):
    """The file is not a usable document; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


def read_yaml(path: Path, name: str) -> Document:
    """The document in `path`, called `name` in findings.

    Raises:
        Unreadable: with the rule DESC-01 (not readable YAML) or DESC-05 (a key stands twice).
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(name, 1, f"The file is larger than {MOST_BYTES:,} bytes.", "Split the product or shorten the file.")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _refused(name, 1, f"It is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise _refused(name, 1, f"It cannot be read: {error.strerror}.", "Make the file readable.") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Document:
    """The document that `text` holds; raises as `read_yaml` does."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        walk = _Walk(loader, name)
        data = None if root is None else walk.value(root, (), 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = f"It is not valid YAML: {error.problem or error.context}."
        raise _refused(name, mark.line + 1 if mark else 1, why, "Mend the line; mind the indentation.") from None
    except yaml.YAMLError:
        raise _refused(name, 1, "It is not valid YAML: it holds a character that YAML does not allow.", "Remove it.") from None
    except (ValueError, OverflowError):
        raise _refused(name, 1, "It holds a date or number that does not exist.", "Mend or quote it.") from None
    finally:
        loader.dispose()
    return Document(name, data, walk.lines)


class _Walk:
    def __init__(self, loader: Any, name: str) -> None:
        self.loader, self.name = loader, name
        self.lines: dict[KeyPath, int] = {(): 1}
        self.nodes = 0

    def value(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        self.nodes += 1
        line = node.start_mark.line + 1
        if self.nodes > MOST_NODES or depth > DEEPEST:
            raise _refused(self.name, line, "It is too large or too deep.", "Split it; do without aliases that multiply.")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*path, i), depth) for i, child in enumerate(node.value)]
        return self.loader.construct_object(node)

    def _item(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        self.lines[path] = node.start_mark.line + 1
        return self.value(node, path, depth + 1)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.loader.construct_object(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if key_node.tag == "tag:yaml.org,2002:merge":
                raise _refused(self.name, line, "Merge keys (<<) are not used here.", "Write the keys out.")
            if not isinstance(key, str):
                raise _refused(self.name, line, "A key is not text.", f'Put it in quotes, like "{key_node.value}".')
            if key in found:
                first = self.lines[(*path, key)]
                raise Unreadable(
                    Finding(
                        "DESC-05",
                        f"{self.name}:{line}",
                        f"The key {key!r} stands twice, first on line {first}.",
                        "Keep one of them.",
                    )
                )
            self.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key), depth + 1)
        return found


def _refused(name: str, line: int, why: str, fix: str) -> Unreadable:
    return Unreadable(Finding("DESC-01", f"{name}:{line}", why, fix))
