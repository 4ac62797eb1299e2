"""YAML with the line of every key, so that a finding can point at it; bounded, and without the traps of plain YAML.

Refused: duplicate keys, keys that are not text, documents too large or too deep, aliases that multiply. As in YAML 1.2, `no` and `on`
are words, `012` is no octal and `12:30` no number of minutes; and `version: 1.10` is not 1.1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.errors import Finding

MOST_BYTES = 4_000_000
MOST_NODES = 100_000
DEEPEST = 40
AS_WRITTEN = ("version", "notice")
_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
_TEXT = "tag:yaml.org,2002:str"
_TRAP = {
    "tag:yaml.org,2002:bool": re.compile(r"(?i:yes|no|on|off)"),
    "tag:yaml.org,2002:int": re.compile(r"[-+]?(0[0-9_]+|[0-9_]+(:[0-9]+)+|.*_.*)"),
    "tag:yaml.org,2002:float": re.compile(r".*[:_].*"),
    "tag:yaml.org,2002:value": re.compile(r"="),
}

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
    return parse_yaml(read_text(path, name), name)


def read_text(path: Path, name: str) -> str:
    """The text in `path`; raises `Unreadable` with DESC-01 where it is too large, not UTF-8 or not readable."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device would never end
            raise _refused(name, 1, "It is no ordinary file.", "Put the file itself there.")
        if path.stat().st_size > MOST_BYTES:
            raise _refused(name, 1, f"The file is larger than {MOST_BYTES:,} bytes.", "Split the product or shorten the file.")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _refused(name, 1, f"It is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.") from None
    except OSError as error:
        raise _refused(name, 1, f"It cannot be read: {error.strerror}.", "Make the file readable.") from None


def parse_yaml(text: str, name: str) -> Document:
    """The document that `text` holds; raises as `read_yaml` does."""
    loader = _Loader(text)
    walk = _Walk(loader, name)
    try:
        data = walk.document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        why = f"It is not valid YAML: {error.problem or error.context}."
        raise _refused(name, mark.line + 1 if mark else 1, why, "Mend the line; mind the indentation.") from None
    except yaml.YAMLError:
        raise _refused(name, 1, "It is not valid YAML: it holds a character that YAML does not allow.", "Remove it.") from None
    except (ValueError, OverflowError):
        raise _refused(name, walk.line, "It holds a date or number that does not exist.", "Mend or quote it.") from None
    finally:
        loader.dispose()
    return Document(name, data, walk.lines)


class _Walk:
    """Builds the values from the parser's events, so that depth and size are bounded before anything nests (libyaml's own composer
    recurses without a bound and takes the process down on a file of brackets)."""

    def __init__(self, loader: Any, name: str) -> None:
        self.loader, self.name = loader, name
        self.lines: dict[KeyPath, int] = {(): 1}
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.nodes, self.line = 0, 1

    def document(self) -> Any:
        self._next()
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return None
        data = self.value(self._next(), (), 0)
        self._next()
        if not isinstance(self._next(), yaml.StreamEndEvent):
            raise _refused(self.name, self.line, "A second document begins.", "Keep one document in a file.")
        return data

    def _next(self) -> Any:
        event = self.loader.get_event()
        self.line = event.start_mark.line + 1
        return event

    def value(self, event: Any, path: KeyPath, depth: int) -> Any:
        first = self.nodes
        self._count(1)
        if depth > DEEPEST:
            raise self._too_much()
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor)
        if event.tag not in _PLAIN_TAGS and not isinstance(event, yaml.ScalarEvent):
            raise _refused(self.name, self.line, "A tag stands where none is known.", "Remove the word that begins with `!`.")
        if isinstance(event, yaml.MappingStartEvent):
            found: Any = self._mapping(path, depth)
        elif isinstance(event, yaml.SequenceStartEvent):
            found = self._sequence(path, depth)
        else:
            found = event.value if path and path[-1] in AS_WRITTEN else self._scalar(event)
        if event.anchor:
            self.anchors[event.anchor] = found, self.nodes - first
        return found

    def _count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MOST_NODES:
            raise self._too_much()

    def _too_much(self) -> Unreadable:
        return _refused(self.name, self.line, "It is too large or too deep.", "Split it; do without aliases that multiply.")

    def _alias(self, anchor: str | None) -> Any:
        if anchor is None or anchor not in self.anchors:
            raise _refused(self.name, self.line, "An alias has no anchor before it.", "Write the value out.")
        found, nodes = self.anchors[anchor]
        self._count(nodes)
        return found

    def _sequence(self, path: KeyPath, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            here = (*path, len(found))
            self.lines[here] = self.line
            found.append(self.value(event, here, depth + 1))
        return found

    def _mapping(self, path: KeyPath, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event)
            here = (*path, key)
            if key in found:
                why = f"The key {key!r} stands twice, first on line {self.lines[here]}."
                raise Unreadable(Finding("DESC-05", f"{self.name}:{self.line}", why, "Keep one of them."))
            self.lines[here] = self.line
            found[key] = self.value(self._next(), here, depth + 1)
        return found

    def _key(self, event: Any) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise _refused(self.name, self.line, "A key is not text.", "Write a plain word as the key.")
        if event.implicit[0] and event.value == "<<":
            raise _refused(self.name, self.line, "Merge keys (<<) are not used here.", "Write the keys out.")
        key = self._scalar(event)
        if not isinstance(key, str):
            raise _refused(self.name, self.line, "A key is not text.", f'Put it in quotes, like "{event.value}".')
        return key

    def _scalar(self, event: Any) -> Any:
        tag = event.tag
        if tag is None or tag == "!":
            if not event.implicit[0]:
                return event.value
            tag = self.loader.resolve(yaml.ScalarNode, event.value, event.implicit)
            if tag == _TEXT or (tag in _TRAP and _TRAP[tag].fullmatch(event.value)):
                return event.value
        return self.loader.construct_object(yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark))


def _refused(name: str, line: int, why: str, fix: str) -> Unreadable:
    return Unreadable(Finding("DESC-01", f"{name}:{line}", why, fix))
