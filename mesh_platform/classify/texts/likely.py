"""What of the tagger's names is likely: a second look by rules that no template teaches.

Words written small are names only where a list knows them or nothing in the text is written large; the name of a field (`IBAN`, `Kontonummer`)
is none; a small word behind a name (`Herrn Maier angerufen`) is not part of it. A name with a number (`Galaxy S24`) is an address only where
something else speaks for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mesh_platform.classify.texts.cues import CLASSES, STREET_ENDS
from mesh_platform.classify.texts.keywords import meanings, squeezed
from mesh_platform.classify.texts.lists import Lists, shipped
from mesh_platform.classify.texts.tagger import Tagged
from mesh_platform.classify.texts.tokens import Token, tokens


def likely(text: str, found: Iterable[Tagged]) -> Iterator[Tagged]:
    """The spans that hold, some of them shorter."""
    lists = shipped()
    large = any(char.isupper() for char in text)
    codes = [match.span() for match in _CODES.finditer(text)]
    for span in found:
        if any(start < span.end and span.start < end for start, end in codes):
            continue
        if span.label == "ADR":
            if _LETTERS.search(text, span.start, span.end) and (span.confidence >= SURE or _place(text, span)):
                yield from _parts(text, span)
            continue
        words = [word for word in tokens(text[span.start : span.end]) if word.kind in ("word", "alone", "number")]
        words = _without_tail(words, lists)
        if (
            all(word.kind == "number" for word in words)
            or _field(words, lists)
            or (large and _small(words, lists))
            or _thing(words, lists)
            or _storm(text, span)
        ):
            continue
        yield span._replace(end=span.start + words[-1].end) if words[-1].end < _last(text, span) else span


_CODES = re.compile(r"(?<![\w-])(?=[0-9a-fA-F-]*\d)[0-9a-fA-F]{6,}(?:-[0-9a-fA-F]{4,}){1,6}(?![\w-])")
"""Identifiers in hex, whose letters are no words."""
_LETTERS = re.compile(r"(?<![^\W_])[^\W\d_]{3,}(?![^\W_])|[\u3040-\u9fff\uac00-\ud7a3]{2}")
"""A word: numbers and codes alone are no address."""
_CUT = re.compile(
    r"[ \t>]*\n[ \t>]*,?[ \t]*|(?<=\w|\.),[ \t]{1,4}(?=\w)|(?<=\w)[ \t](?=(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Box|Piso|Puerta|Interno|Whg|Top|App|Lgh|kv|кв|офис)\b\.?\s?\w)",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\d{1,6}[ \t]+(?=\d{1,5}[ \t]+[^\W\d_]{2}|[^\n,]*[^\W\d_]{3}[^\n,]*\d)")


def _parts(text: str, span: Tagged) -> Iterator[Tagged]:
    """An address in its parts, as they stand on an envelope: number, street, flat, place, line by line. `7 Oak Lane, Leeds` gives two."""
    start = span.start
    if head := _HEAD.match(text, start, span.end):
        yield span._replace(end=start + len(head.group().rstrip()))
        start = head.end()
    for end, following in ((cut.start(), cut.end()) for cut in _CUT.finditer(text, start, span.end)):
        if not _counted(text, start, end):
            yield span._replace(start=start, end=end)
        start = following
    if not _counted(text, start, span.end):
        yield span._replace(start=start)


def _counted(text: str, start: int, end: int) -> bool:
    """Whether a part is a long number alone, or begins with the name of a field: `meter 004711`, `lot 12`."""
    if not re.search(r"[^\W\d_]", text[start:end]):
        return re.fullmatch(r"0{2}\d+|\d{7,}", text[start:end]) is not None
    words = tokens(text[start:end], 1)
    word = words[0].text.lower() if words and words[0].kind == "word" else ""
    return word in meanings() and "street" not in CLASSES.get(word, ()) and not {"place", "family"} & set(shipped().of(word))


SURE = 0.97
"""From this confidence on an address needs no word for a street."""


def _place(text: str, span: Tagged) -> bool:
    """Whether something speaks for an address besides a name and a number: a word for streets, a town behind, or a word before it."""
    inside = tokens(text[span.start : span.end])
    if inside[0].kind == "number" or any(word.text in (",", "\n") or word.kind == "alone" for word in inside):
        return True
    if any(
        "street" in CLASSES.get(word, ()) or (len(word) > 5 and word.endswith(STREET_ENDS))
        for word in (w.text.lower() for w in inside)
    ):
        return True
    before = tokens(text[max(0, span.start - 48) : span.start])[-7:]
    return any("address" in CLASSES.get(word.text.lower(), ()) for word in before)


def _last(text: str, span: Tagged) -> int:
    """Where the span's last word ends, from its start."""
    return next((word.end for word in reversed(tokens(text[span.start : span.end])) if word.kind != "sign"), 0)


def _known(word: Token, lists: Lists) -> bool:
    return not {"given", "family"}.isdisjoint(lists.of(word.text.lower()))


def _without_tail(words: list[Token], lists: Lists) -> list[Token]:
    """Without small words behind a large one, unless a list knows them as names."""
    while (
        len(words) > 1
        and words[-1].text.islower()
        and words[0].text[:1].isupper()
        and not _known(words[-1], lists)
        and words[-1].kind == "word"
    ):
        words = words[:-1]
    return words


def _field(words: list[Token], lists: Lists) -> bool:
    return squeezed("".join(word.text for word in words)) in meanings() and not any(_known(word, lists) for word in words)


def _thing(words: list[Token], lists: Lists) -> bool:
    """Whether an everyday word written large ends it (`Olivia Blender`), as wares are named and people are not."""
    last = words[-1]
    return (
        len(words) > 1
        and last.text[:1].isupper()
        and not last.text.isupper()
        and lists.of(last.text.lower()) == ("common",)
        and "part" not in CLASSES.get(words[0].text.lower(), ())
    )


_BESIDE = re.compile(r"([^\W\d_]{3,12})[ \t]$")


def _storm(text: str, span: Tagged) -> bool:
    """Whether a word for a storm stands right before it: `Hurricane Agnes`."""
    before = _BESIDE.search(text, max(0, span.start - 16), span.start)
    return before is not None and "storm" in CLASSES.get(before[1].lower(), ())


def _small(words: list[Token], lists: Lists) -> bool:
    """Whether all is written small and no list has it as a name, or as a name only where it is an everyday word too."""
    if not all(word.text.islower() for word in words):
        return False
    names = [word for word in words if _known(word, lists) and "part" not in CLASSES.get(word.text, ())]
    return not names or all("common" in lists.of(word.text) for word in words)
