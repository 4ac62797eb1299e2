"""What a text says to whoever reads it: without signs that nobody sees, in plain letters and digits, and with what stands for other signs undone.

For what removes. Each reading knows of every sign where in the text as it stands it comes from, so that what is found there can be taken out here.
The verifier reads texts in its own way and never comes here.
"""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass

from mesh_platform.classify.readable import opened

Span = tuple[int, int]
Made = tuple[str, Span]
"""A sign or more, and where what it is made of stands."""

CODED = r"%[0-9A-Fa-f]{2}|&#?[0-9A-Za-z]+;|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|[A-Za-z0-9+/_-]{16,}={0,2}"
"""What may stand for something else; a word of letters alone is not taken for it."""
_UNSEEN = "\u00ad\u034f\u061c\u115f\u1160\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_OTHERS = "\u00b2\u00b3\u00b9\u0300-\u036f\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u2010-\u2015\u2070-\u209f\u2100-\u214f\u2212\u2460-\u24ff\ufe50-\ufe6b\uff01-\uff5e\U0001d400-\U0001d7ff"
_SHORT = r"[A-Za-z0-9+/_-]{2,}[a-z0-9][A-Z][A-Za-z0-9+/_-]{6,}"
"""A short word in Base64, as its letters change between small and large."""
HIDDEN = f"{CODED}|{_SHORT}|[{_UNSEEN}{_OTHERS}]"
"""Where a text may say something else than it shows, as both engines of expressions read it."""
_HIDDEN = re.compile(HIDDEN)
_CLUSTER = re.compile(r"[\x00-\x7f]?[\u0300-\u036f]+|[^\x00-\x7f][\u0300-\u036f]*")
_GONE = re.compile(f"[{_UNSEEN}]")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_ESCAPED = re.compile(
    r"(?P<entity>&#?[0-9A-Za-z]{2,10};)|\\u(?P<wide>[0-9A-Fa-f]{4})|\\x(?P<byte>[0-9A-Fa-f]{2})"
    r'|\\(?P<sign>["\\/])'
)
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_WORD = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_PART = re.compile(r"[A-Za-z0-9+_-]{8,}={0,2}")
_URL_SAFE = str.maketrans("-_", "+/")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){4,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ROUNDS, _LONGEST = 4, 4_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading: its text, and for each sign of it where what it stands for begins and ends."""

    text: str
    begins: list[int]
    ends: list[int]

    @classmethod
    def as_it_stands(cls, text: str) -> Reading:
        return cls(text, list(range(len(text))), list(range(1, len(text) + 1)))

    def span(self, found: Span) -> Span:
        """Where in the text as it stands a part of this reading comes from."""
        start, end = found
        return self.begins[start], max(self.ends[start:end])

    def made(self, pieces: Iterator[Made]) -> Reading:
        """This reading with some of its parts read otherwise."""
        text, begins, ends, at = list[str](), list[int](), list[int](), 0

        def as_before(end: int) -> None:
            text.append(self.text[at:end])
            begins.extend(self.begins[at:end])
            ends.extend(self.ends[at:end])

        for said, (start, end) in pieces:
            as_before(start)
            first, last = self.span((start, end))
            text.append(said)
            begins.extend([first] * len(said))
            ends.extend([last] * len(said))
            at = end
        as_before(len(self.text))
        return Reading("".join(text), begins, ends)


def readings(text: str) -> Iterator[Reading]:
    """What the text may say beside what it shows, nearest first; nothing where it hides nothing."""
    if _HIDDEN.search(text) is None:
        return
    reading = Reading.as_it_stands(text)
    for _ in range(_ROUNDS):
        for undo in (*(_seen, _unescaped, _percent) * _ROUNDS, _words):  # a word is whole once nothing else is left to undo
            after = reading.made(undo(reading.text))
            if after.text != reading.text:
                yield after
                reading = after
        if len(reading.text) > _LONGEST:
            return


def _seen(text: str) -> Iterator[Made]:
    """Signs as the eye takes them: unseen ones are gone, wide and foreign ones are the plain ones of the same meaning."""
    if text.isascii():
        return
    for match in _CLUSTER.finditer(text):
        said = "".join(map(_digit, unicodedata.normalize("NFKC", _GONE.sub("", match.group())).translate(_DASHES)))
        if said != match.group():
            yield said, match.span()


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def _unescaped(text: str) -> Iterator[Made]:
    for match in _ESCAPED.finditer(text):
        code = match["wide"] or match["byte"]
        said = html.unescape(match.group()) if match["entity"] else match["sign"] or chr(int(code, 16))
        if said != match.group():
            yield _sign(said), match.span()


def _percent(text: str) -> Iterator[Made]:
    """Sign by sign, so that neighbours stay; bytes that make no sign may belong to what is escaped otherwise, and wait."""
    for match in _PERCENT.finditer(text):
        data, start = bytes.fromhex(match.group().replace("%", "")), match.start()
        try:
            signs = [(sign, len(sign.encode())) for sign in data.decode()]
        except UnicodeDecodeError:
            signs = [(chr(byte) if byte < 128 else "", 1) for byte in data]
        for sign, size in signs:
            if sign:
                yield sign, (start, start + 3 * size)
            start += 3 * size


def _sign(said: str) -> str:
    """Half of a pair is no sign by itself."""
    return "\ufffd" if "\ud800" <= said <= "\udfff" else said


def _words(text: str) -> Iterator[Made]:
    """Words that are bytes written as letters; where the whole is none, the parts of a path."""
    for match in _WORD.finditer(text):
        whole = _decoded(match.group())
        if whole is not None:
            yield whole, match.span()
            continue
        for part in _PART.finditer(text, *match.span()) if "/" in match.group() else ():
            said = _decoded(part.group())
            if said is not None:
                yield said, part.span()


def _decoded(word: str) -> str | None:
    """What the bytes say; None where they say nothing that can be read."""
    bare = word.rstrip("=").translate(_URL_SAFE)
    try:
        data = bytes.fromhex(word) if _HEX.fullmatch(word) else b64decode(bare + "=" * (-len(bare) % 4))
    except (binascii.Error, ValueError):
        return None
    return _text(data) or _text(opened(data) or b"")


def _text(data: bytes) -> str | None:
    try:
        said = data.decode()
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(said) else said or None
