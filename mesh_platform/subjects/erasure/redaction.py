"""What tells of a person, taken out of texts and documents: the rest stays as it is, and a document is read as one afterwards.

Identifiers go wherever they stand; names go where the row is the person's own, and where the classifier reads one beside an identifier of theirs.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from mesh_platform.classify.entities import Entity
from mesh_platform.subjects.erasure.readings import Span, readings
from mesh_platform.subjects.erasure.recognise import Recogniser

MARK = "[erased]"
"""What stands in the place of what went."""
_SENTENCE = re.compile(r"[.!?;\n](?:\s|$)|\n")
_LINKED = re.compile(r"[^\w]*(?:(?:e-?mail|mail|tel|phone|is|at|from|called|by|of)[^\w]+){0,3}", re.IGNORECASE)
_HALVES = re.compile("[\ud800-\udfff]")
"""Half of a pair, which a document may spell and no text can hold."""
_NEAR = 40
_OPENS, _CLOSES, _BETWEEN = ("{", "["), ("}", "]"), (":", ",")
_SIGNS = (*_OPENS, *_CLOSES, *_BETWEEN)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|\s+|[^\s{}\[\],:"]+', re.DOTALL)
_BESIDE = frozenset({Entity.PERSON, Entity.STREET_ADDRESS, Entity.DATE_OF_BIRTH})


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes one person (or everybody who is suppressed) out of texts; `names` are the words of the person's own names."""

    found: Recogniser
    names: re.Pattern[str] | None = None

    def cell(self, text: str, own: bool = False) -> str:
        """A text or a document without the person."""
        return self.document(text, own) if _is_document(text) else self.text(text, own)

    def text(self, text: str, own: bool = False) -> str:
        """A text without the person; `own`: it stands in a row of theirs."""
        hits = self.found.spans(text, own)
        if own and self.names is not None:
            hits += [match.span() for match in self.names.finditer(_folded(text))]
            hits += [said.span(match.span()) for said in readings(text) for match in self.names.finditer(_folded(said.text))]
        if not hits:
            return text
        return _without(text, [*hits, *_beside(text, hits, own)])

    def document(self, text: str, own: bool = False, nulled: Collection[str] = ()) -> str:
        """A JSON document without the person, every other byte as it was; the values of its outermost keys `nulled` become null."""
        tokens = _TOKEN.findall(text)
        out, depth, key, leaving = list[str](), 0, "", False
        for number, token in enumerate(tokens):
            names_next = token[0] == '"' and _next(tokens, number) == ":"
            if names_next and depth == 1:
                key = json.loads(token, strict=False)
            goes = depth == 1 and key in nulled and not names_next and token not in (*_BETWEEN, *_CLOSES) and not token.isspace()
            depth += (token in _OPENS) - (token in _CLOSES)
            if leaving:
                leaving = depth > 1
            elif goes:
                out.append("null")
                leaving = token in _OPENS
            else:
                out.append(token if token in _SIGNS or token.isspace() else self._scalar(token, own))
        return "".join(out)

    def _scalar(self, token: str, own: bool) -> str:
        if token[0] != '"':
            return "null" if self.found.spans(token, own) else token
        held = json.loads(token, strict=False)
        bare = self.cell(held, own)
        return token if bare == held else json.dumps(bare, ensure_ascii=_HALVES.search(bare) is not None)


def names_pattern(names: Iterable[str]) -> re.Pattern[str] | None:
    """The words of a person's names, as they are found in a folded text."""
    words = sorted({word for name in names for word in re.findall(r"\w+", _folded(name)) if len(word) > 1})
    return re.compile(rf"(?<![\w@+])(?:{'|'.join(map(re.escape, words))})(?![\w@])") if words else None


def _folded(text: str) -> str:
    """The text in small letters without accents, sign for sign."""
    return "".join(_letter(sign) for sign in text) if not text.isascii() else text.lower()


def _letter(sign: str) -> str:
    bare = unicodedata.normalize("NFKD", sign)[0].lower()
    return bare if len(bare) == 1 else sign


def _is_document(text: str) -> bool:
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return False
    return True


def _next(tokens: list[str], number: int) -> str:
    return next((token for token in tokens[number + 1 : number + 3] if not token.isspace()), "")


def _beside(text: str, hits: list[Span], own: bool) -> Iterator[Span]:
    """Names, addresses and dates of birth that stand beside an identifier; in what is somebody else's, right beside it."""
    from mesh_platform.classify.texts import read

    for span in read(text).spans:
        if span.entity in _BESIDE and any(_is_beside(text, (span.start, span.end), hit, own) for hit in hits):
            yield span.start, span.end


def _is_beside(text: str, span: Span, hit: Span, own: bool) -> bool:
    first, second = sorted((span, hit))
    gap = text[first[1] : second[0]]
    if own:
        return len(gap) <= _NEAR and _SENTENCE.search(gap) is None
    return _LINKED.fullmatch(gap) is not None and _SENTENCE.search(gap) is None


def _without(text: str, spans: list[Span]) -> str:
    """The text with one mark in the place of each run of spans."""
    out, at = list[str](), 0
    for start, end in sorted(spans):
        if at and (start <= at or text[at:start].isspace()):
            at = max(at, end)
            continue
        out += [text[at:start], MARK]
        at = end
    return "".join((*out, text[at:]))
