"""What stands inside texts: JSON, XML, `key=value` and fields between bars, taken apart into leaves. Keys count as names."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

from mesh_platform.classify.leaves import DEEPEST, MOST_KEYS, Leaf, key_name, spread, text_of

MOST_PARSED = 20_000
"""Distinct texts that are taken apart; all of them are searched for patterns in any case."""
LOOSE = 1_000
"""Of these, texts between marks that stand in any code."""
LONGEST_PARSED = 1_000_000
_XML = re.compile(r"<!\[CDATA\[(.{0,2000}?)\]\]>|<(/?)([\w:.-]{1,60})((?:\s[^<>]{0,2000})?)(/?)>|([^<>]{1,2000})", re.DOTALL)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,60})\s?=\s?(?:\"([^\"<>]{1,300})\"|'([^'<>]{1,300})')")
_TAGGED = re.compile(r"/([A-Z][A-Z0-9]{2,7})/([^/]{1,200})")
"""Fields between slashes, each behind the word for it, as in statements of banks."""
_WIDE = re.compile(r"\s{2,}")
_PAIR = re.compile(r"(?<![\w.])([A-Za-z_][\w.-]{0,40})\s?[=:]\s?(\"[^\"]{1,300}\"|'[^']{1,300}'|[^\s;,&|\"'<>]{1,300})")
_SPLIT = re.compile(r"\s*\"?([A-Za-z_][\w. ;-]{0,40}?)\"?\s?[=:]\s?(.*)", re.DOTALL)
_LABELS = (
    "q",
    "question",
    "frage",
    "pregunta",
    "feld",
    "campo",
    "champ",
    "param",
    "parameter",
    "p",
    "item",
    "id",
    "title",
    "header",
    "column",
    "col",
    "key_name",
    "nm",
    "t",
    "type",
    "k",
    "key",
    "kind",
    "name",
    "label",
    "field",
    "code",
    "attr",
    "attribute",
    "tag",
    "prop",
    "property",
    "n",
)
_CONTENTS = (
    "a",
    "answer",
    "antwort",
    "respuesta",
    "reponse",
    "response",
    "r",
    "wert",
    "valor",
    "valeur",
    "valore",
    "value_text",
    "val_text",
    "string_value",
    "stringvalue",
    "v",
    "value",
    "val",
    "data",
    "content",
    "text",
    "d",
)


def embedded(leaf: Leaf) -> tuple[str, list[Leaf]]:
    """What stands inside the texts of `leaf`: the form (`JSON`, `XML`, `key=value`, `fields`) and its leaves; nothing where it is plain."""
    values = [v for v in leaf.counts if 2 < len(v) <= LONGEST_PARSED]
    if not values or leaf.form != "text":
        return "", []
    values = spread(values, MOST_PARSED)
    probe = spread(values, 400)
    for form, test, take in (("JSON", _is_json, _from_json), ("XML", _is_xml, _from_xml), ("key=value", _is_pairs, _from_pairs)):
        if sum(map(test, probe)) >= max(1, 0.3 * len(probe)):
            found: dict[tuple[str, ...], Counter[str]] = {}
            weight = leaf.rows / max(1, sum(leaf.counts[value] for value in values))
            for value in values:
                for path, text in take(value):
                    place = path if path in found or len(found) < MOST_KEYS else ("(further keys)",)
                    found.setdefault(place, Counter())[text] += leaf.counts[value]
            return form, [
                Leaf((*leaf.names, *path), dict(counts), "text", [], True, weight=weight)
                for path, counts in _repeated(found, len(values)).items()
            ]
    return _fields(leaf, values, probe)


def _repeated(found: Mapping[tuple[str, ...], Counter[str]], rows: int) -> dict[tuple[str, ...], Counter[str]]:
    """`found` with the keys that hardly ever come again brought together under `*`: they are data rather than names."""
    kept: dict[tuple[str, ...], Counter[str]] = {}
    for path, counts in found.items():
        rare = rows > 50 and len(counts) < 0.01 * rows and counts.total() < 0.01 * rows
        kept.setdefault((*path[:-1], "*") if rare else path, Counter()).update(counts)
    return kept


def _is_json(text: str) -> bool:
    return (
        (text[0] == "{" and text[-1] == "}") or (text[0] == "[" and text[-1] == "]") or (text[:2] == '"{' and text[-2:] == '}"')
    )


def _from_json(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    try:
        held = json.loads(text)
        held = json.loads(held) if isinstance(held, str) else held
    except (ValueError, RecursionError):
        held = _literal(text)
        if held is None:
            yield from _from_pairs(text)
            return
    yield from walk(held)


def _literal(text: str) -> object:
    """A dictionary or list as Python writes it; nothing where it is none. Only literals are read, and no long ones."""
    try:
        return ast.literal_eval(text) if len(text) <= 5_000 and text.count("[") + text.count("{") <= 50 else None
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


MOST_ITEMS = 10_000


def walk(held: object, path: tuple[str, ...] = (), depth: int = 0) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each scalar with its path; `{"type": "phone", "value": …}` counts as a value named phone."""
    if held is None or isinstance(held, bool):
        return
    if depth > DEEPEST:  # searched as one text
        yield (*path[:1], "(deeper)"), json.dumps(held, ensure_ascii=False)[:20_000]
    elif isinstance(held, Mapping):
        label = _label(held)
        for key, value in held.items():
            name = key_name(label[1] if label and key == label[0] else str(key))
            if name == "*":  # a key that is data
                yield (*path, "(keys)"), str(key)[:20_000]
            yield from walk(value, (*path, name), depth + 1)
    elif isinstance(held, list):
        for value in held[:MOST_ITEMS]:
            yield from walk(value, path, depth + 1)
    elif text := text_of(held):
        yield path or ("value",), text[:20_000]


def _label(held: Mapping[str, Any]) -> tuple[str, str] | None:
    if not 2 <= len(held) <= 4:
        return None
    content = next((key for key in held if str(key).lower() in _CONTENTS), None)
    label = next(
        (
            held[key]
            for key in held
            if str(key).lower() in _LABELS and key != content and isinstance(held[key], str) and len(held[key]) <= 30
        ),
        None,
    )
    return (content, label) if content is not None and label else None


def _is_xml(text: str) -> bool:
    return (text[0] == "<" and text[-1] == ">" and "</" in text) or (text[0] == "<" and text.endswith("/>"))


def _from_xml(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text and attribute under its element, with the element that this one stands in."""
    within: list[str] = []
    for found in _XML.finditer(text[:100_000]):
        data, end, tag, attributes, empty, inner = found.groups()
        if tag is None:
            if plain := (data or inner or "").strip():
                yield tuple(within[-2:]) or ("value",), plain
        elif end:
            del within[-1:]
        else:
            within.append(tag.rpartition(":")[2])
            yield from (((*within[-2:], name), one or other) for name, one, other in _ATTRIBUTE.findall(attributes))
            if empty or len(within) > DEEPEST:
                del within[-1:]


def _is_pairs(text: str) -> bool:
    if text.startswith(("http://", "https://")):
        return "=" in text
    return len(text) < 5000 and (len(_PAIR.findall(text)) >= 2 or len(_TAGGED.findall(text)) >= 2)


def _from_pairs(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    if text.startswith(("http://", "https://")):
        parts = urlsplit(text)
        yield from (((key_name(key),), value) for key, value in parse_qsl(f"{parts.query}&{parts.fragment}") if value)
        return
    if text.startswith("/") and len(tagged := _TAGGED.findall(text[:20_000])) >= 2:
        yield from (((key_name(key.lower()),), value.strip()) for key, value in tagged if value.strip())
        return
    for mark in (";", "|", "\n", "&", ","):
        pieces = [piece for piece in text[:20_000].split(mark) if piece.strip()]
        pairs = [_SPLIT.match(piece) for piece in pieces]
        if len(pieces) >= 2 and all(pairs):
            yield from (((key_name(pair[1]),), _bare(pair[2])) for pair in pairs if pair and pair[2].strip())
            return
    yield from (((key_name(key),), _bare(value)) for key, value in _PAIR.findall(text[:20_000]))


def _bare(value: str) -> str:
    plain = value.strip().strip("\"'")
    return unquote_plus(plain) if re.search(r"%[0-9A-F]{2}", plain) else plain


def _fields(leaf: Leaf, values: list[str], probe: list[str]) -> tuple[str, list[Leaf]]:
    for mark in ("\n", "|", "\t", "^", "~", ";", "#", "::", "/", ",", "_", ":", "-"):
        parts = Counter(value.count(mark) for value in probe)
        number, hits = parts.most_common(1)[0]
        if number < (1 if mark in "\n|\t^~;#::" else 2) or hits < 0.9 * len(probe) or any(len(v) > 400 for v in probe):
            continue
        if mark == "," and any(" " in v.strip() for v in probe[:50]):
            continue
        if any(v.startswith(("http", "/")) for v in probe[:20]):
            continue
        found = [Counter[str]() for _ in range(number + 1)]
        for value in spread(values, LOOSE) if mark in "_:-" else values:
            pieces = value.split(mark)
            if len(pieces) == number + 1:
                for counter, piece in zip(found, pieces, strict=True):
                    if piece.strip():
                        counter[piece.strip()] += leaf.counts[value]
        return ("loose fields" if mark in "_:-" else "fields"), [
            Leaf((*leaf.names, str(i + 1)), dict(counter), "text", [], True) for i, counter in enumerate(found)
        ]
    return _in_columns(leaf, values, probe)


def _in_columns(leaf: Leaf, values: list[str], probe: list[str]) -> tuple[str, list[Leaf]]:
    """Rows of a form of fixed width: all as long as each other, with several blanks between their fields."""
    if len({len(value.rstrip()) for value in probe}) > 3 or len(probe) < 5 or not 15 <= len(probe[0]) <= 2_000:
        return "", []
    number, hits = Counter(len(_WIDE.split(value.strip())) for value in probe).most_common(1)[0]
    if number < 3 or hits < 0.6 * len(probe):
        return "", []
    found = [Counter[str]() for _ in range(number)]
    for value in values:
        pieces = _WIDE.split(value.strip())
        if len(pieces) == number:
            for counter, piece in zip(found, pieces, strict=True):
                counter[_NUMBERED.sub("", piece) or piece] += leaf.counts[value]
    return "fields", [Leaf((*leaf.names, str(i + 1)), dict(counter), "text", [], True) for i, counter in enumerate(found)]


_NUMBERED = re.compile(r"^\d{3,12}(?=[^\W\d_])")
"""A number without a blank before the next field."""
