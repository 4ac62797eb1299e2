"""What a cell says behind encodings, one upon another, for whoever looks for a person in it: the verifier's own way of reading.

The whole of it as a browser, a program or an eye takes it, and each word of it that stands for something else. What removes reads by
`readings` and shares nothing with this but the decoders of the classifier.
"""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from mesh_platform.classify.decode import LONGEST, decodings
from mesh_platform.subjects.verifier.in_bytes import unpacked

Said = tuple[str, str]
"""Behind what, and the text."""
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
WIDE = "".join(chr(0xFF01 + at) for at in range(94))
NARROW = "".join(chr(0x21 + at) for at in range(94))
MAY_STAND_FOR = rf"%[0-9A-Fa-f]{{2}}|&#?[0-9A-Za-z]+;|\\u[0-9A-Fa-f]{{4}}|[A-Za-z0-9+/_-]{{16,}}|[A-Za-z0-9+/_-]{{2,}}[a-z0-9][A-Z][A-Za-z0-9+/_-]{{6,}}|[A-Za-z0-9+/_-][{INVISIBLE}]+[A-Za-z0-9+/_-]|[{WIDE}]"
"""Where something may stand for something else, as the engine looks for it."""
_PLAIN = str.maketrans(WIDE, NARROW, INVISIBLE)
_WORDS = re.compile(r"(?=[^\s\"'<>(){}\[\],|]*(?:[%&\\\\]|[A-Za-z0-9+/_-]{8}))[^\s\"'<>(){}\[\],|]{8,}")
_BINDING = re.compile(r"[=:/&?#;]+")
_CODE = re.compile(r"\\u([0-9A-Fa-f]{4})")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_DEPTH, _SHORTEST, _BROAD = 3, 8, 24


def behind(cell: str) -> Iterator[Said]:
    """All that stands behind a cell's signs or one of its words, nearest first; with it, the first encoding on the way."""
    met = set[str]()
    for said in (("", cell), *_through([("", cell)], met)):
        if said[0]:
            yield said
        words = {piece for word in _WORDS.findall(said[1]) for piece in (word, *_BINDING.split(word)) if len(piece) >= _SHORTEST}
        for word in sorted(words - met):
            met.add(word)
            yield from _within(said[0], word)


def _through(level: list[Said], met: set[str]) -> Iterator[Said]:
    """The whole text, read as a browser, a program or an eye takes it, and so on."""
    for _ in range(_DEPTH + 1):
        level = [(how or name, text) for how, held in level for name, text in _read(held) if text not in met]
        met |= {text for _, text in level}
        yield from level


def _within(how: str, word: str) -> Iterator[Said]:
    """What a word stands for, in up to three steps."""
    level = [(how, word)]
    for _ in range(_DEPTH):
        level = [(how or name, text) for how, held in level for name, text in (*_read(held), *_decoded(held))][:_BROAD]
        yield from level


def _read(text: str) -> Iterator[Said]:
    for name, plain in (
        ("signs that nobody sees", text if text.isascii() else unicodedata.normalize("NFC", text).translate(_PLAIN)),
        ("URL encoding", unquote(text) if "%" in text else text),
        ("HTML entities", html.unescape(text) if "&" in text else text),
        ("unicode escapes", _CODE.sub(lambda code: chr(int(code[1], 16)), text) if "\\u" in text else text),
        ("JSON", text.replace('\\"', '"').replace("\\\\", "\\") if "\\" in text else text),
    ):
        if plain != text:
            yield name, plain


def _decoded(word: str) -> Iterator[Said]:
    if len(word) <= LONGEST:
        yield from decodings(word)
    for name, data in (("base64", _from_base64(word)), ("hex", _from_hex(word))):
        if data:
            yield name, unpacked(data).decode("utf-8", "replace")


def _from_base64(word: str) -> bytes:
    """Whatever its length and whether or not it can be read: a document or a file that somebody put into a column."""
    bare = word.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except ValueError:
        return b""


def _from_hex(word: str) -> bytes:
    return bytes.fromhex(word) if _HEX.fullmatch(word) else b""
