"""Forms of a person in bytes of whatever kind: a log, a page of a database, what a compressed file holds."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

import pyarrow as pa

from mesh_platform.subjects.verifier.apart import CHUNK, Apart
from mesh_platform.subjects.verifier.forms import Form

OVERLAP = 4096
"""How many of the bytes that are looked at together are looked at twice, so that no form falls between two looks."""
LARGEST = 64 << 20
"""Bytes of what is unpacked at once; what is larger is looked at piece by piece."""
_NO_DIGITS = bytes(each for each in range(256) if not 48 <= each <= 57)
_BY_CHANCE, _TEXT = 4, 12
"""In bytes that are no text, every form of so few characters stands somewhere by chance (`C-7` once in fifteen million bytes, and behind each header
of a row that ends on its first letter more often): there it counts among so many characters of text."""
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")


@dataclass(frozen=True, slots=True)
class Needles:
    """The forms as they are looked for: as text, as JSON writes it, and among the digits of a text."""

    forms: tuple[Form, ...]

    @classmethod
    def of(cls, forms: Iterable[Form]) -> Needles:
        """Tokens are left aside: the ledger holds them, so that nobody comes back."""
        return cls(tuple(form for form in forms if form.name != "keyed token"))

    def hits(self, data: bytes, *, raw: bool = False) -> Counter[str]:
        """How often each kind of form stands in `data`; `raw`: in bytes as they lie in a file, which need be no text."""
        found: Counter[str] = Counter()
        if not self.forms:
            return found
        low, digits, text = data.lower(), data.translate(None, _NO_DIGITS), None
        for form in self.forms:
            if form.digits:
                if form.text.encode() not in digits:
                    continue
            elif form.text.isascii() and not any(way in low for way in _ways(form.text)):
                continue  # bytes know upper and lower case of ASCII alone
            if text is None:
                text = data.decode("utf-8", "replace")
            matches = form.pattern.finditer(text)
            if raw and len(form.text) <= _BY_CHANCE:
                found[form.name] += sum(_in_text(text, match) for match in matches) or _escaped(form, low)
            else:
                found[form.name] += sum(1 for _ in matches) or _escaped(form, low)
        return +found

    def masked(self, text: str) -> str:
        """`text` with a star for each character of a form."""
        for form in self.forms:
            text = form.pattern.sub(lambda match: "*" * len(match.group()), text)
            if (escapes := _escapes(form.text)) is not None and not form.digits:
                text = escapes.sub(lambda match: "*" * len(match.group()), text)
        return text


def _in_text(text: str, match: re.Match[str]) -> bool:
    """Whether characters of a text stand around it: enough of them, or up to both ends."""
    before, after = text[max(0, match.start() - _TEXT) : match.start()], text[match.end() : match.end() + _TEXT]
    left, right = _NO_TEXT.split(before)[-1], _NO_TEXT.split(after)[0]
    whole = len(left) == match.start() and match.end() + len(right) == len(text)
    return whole or len(left) + len(match.group()) + len(right) >= _TEXT


def _ways(text: str) -> set[bytes]:
    return {text.encode(), json.dumps(text)[1:-1].lower().encode()}


def _escaped(form: Form, data: bytes) -> int:
    escapes = _escapes(form.text)
    return sum(1 for _ in escapes.finditer(data.decode("ascii", "replace"))) if escapes is not None else 0


@lru_cache(maxsize=256)
def _escapes(text: str) -> re.Pattern[str] | None:
    """The text as JSON writes it, each letter in either case; None where that is the text itself."""
    if json.dumps(text)[1:-1] == text:
        return None
    ways = ({json.dumps(case)[1:-1] for case in (each, each.upper(), each.lower())} for each in text)
    return re.compile("".join(f"(?:{'|'.join(map(re.escape, sorted(each)))})" for each in ways), re.IGNORECASE)


def pieces(file: Path, apart: Apart) -> Iterator[bytes]:
    """What a file holds, as it lies there and, where it is packed (no database is), unpacked too; in overlapping pieces."""
    begin = apart.begin(file)
    yield from _with_overlap(apart.chunks(file))
    if begin.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(file) as packed:
            for name in packed.namelist():
                yield name.encode()
                with packed.open(name) as member:
                    yield from _overlapping(member)
    elif begin.startswith(b"\x1f\x8b"):
        with gzip.open(file) as unpacked:
            yield from _overlapping(unpacked)
    elif begin.startswith((b"\x28\xb5\x2f\xfd", b"BZh")):
        with pa.input_stream(str(file), compression="zstd" if begin[0] == 0x28 else "bz2") as stream:
            yield from _overlapping(stream)


def unpacked(cell: bytes) -> bytes:
    """A cell of a database, unpacked where zlib or gzip made it."""
    if cell[:1] == b"\x78" or cell[:2] == b"\x1f\x8b":
        try:
            return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(cell, LARGEST)
        except zlib.error:
            return cell
    return cell


def _overlapping(content: IO[bytes] | pa.NativeFile) -> Iterator[bytes]:
    yield from _with_overlap(iter(lambda: bytes(content.read(CHUNK)), b""))


def _with_overlap(chunks: Iterable[bytes]) -> Iterator[bytes]:
    last = b""
    for data in chunks:
        yield last + data
        last = data[-OVERLAP:]
