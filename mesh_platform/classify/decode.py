"""What a text may hide: encodings undone, a few deep and bounded in size. The caller believes a result only if it scans positive."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache, partial

from mesh_platform.classify.encodings import (
    from_base32,
    from_base45,
    from_base64,
    from_base85,
    from_base91,
    from_frame,
    from_hex,
    from_jwt,
    from_uuencode,
)
from mesh_platform.classify.escapes import (
    from_atbash,
    from_bits,
    from_codes,
    from_digit_words,
    from_html,
    from_letter_numbers,
    from_mime_word,
    from_morse,
    from_punycode,
    from_quoted_printable,
    from_reversed,
    from_rot13,
    from_rot47,
    from_spaced,
    from_spelling,
    from_unicode,
    from_url,
    from_utf7,
    from_wrapped_text,
    shifted,
    swapped,
)
from mesh_platform.classify.radix import (
    from_base36,
    from_base58,
    from_base62,
    from_decimal,
    from_other_base32,
    from_xxencode,
    from_z85,
)
from mesh_platform.classify.readable import MOST

LONGEST = 20_000
"""Characters of an encoded text that are tried."""
DEEPEST = 3
_PREFIX = re.compile(
    r"data:[\w/.+-]{0,60}(?:;[\w=-]{1,30}){0,3},|(?:enc|b64|base64|hex|v\d|encoded|url|gzip|gz|zlib|json|str|b32|base32)[:.$|](?!//)",
    re.IGNORECASE,
)
_MARK = re.compile(r"[.:$|;~, ]|--")
STRONG: dict[str, Callable[[str], str | None]] = {
    "JSON web token": from_jwt,
    "hex": from_hex,
    "base64": from_base64,
    "base32": from_base32,
    "URL encoding": from_url,
    "HTML entities": from_html,
    "unicode escapes": from_unicode,
    "character codes": from_codes,
    "bits": from_bits,
    "morse": from_morse,
    "quoted-printable": from_quoted_printable,
    "punycode": from_punycode,
    "base85": from_base85,
    "base58": from_base58,
    "base62": from_base62,
    "base36": from_base36,
    "base45": from_base45,
    "uuencode": from_uuencode,
    "base91": from_base91,
    "MIME word": from_mime_word,
    "digit words": from_digit_words,
    "a binary frame": from_frame,
    "another base32": from_other_base32,
    "base85 of ZeroMQ": from_z85,
    "xxencode": from_xxencode,
    "a decimal number": from_decimal,
    "a spelling alphabet": from_spelling,
    "numbers of letters": from_letter_numbers,
    "single characters": from_spaced,
    "UTF-7": from_utf7,
    "a wrapping": from_wrapped_text,
}
"""Decoders whose result is rarely readable by chance."""
WEAK: dict[str, Callable[[str], str | None]] = {
    "rot13": from_rot13,
    "reversed": from_reversed,
    "rot47": from_rot47,
    "atbash": from_atbash,
    "swapped case": swapped,
    **{f"a shift by {by}": partial(shifted, by) for by in (-1, 1, -2, 2, -3, 3, -5, 5, -7, 7, -13, 13)},
}
"""Decoders that make something of any text: only a proof such as an e-mail address is believed behind them."""


def decodings(text: str) -> tuple[tuple[str, str], ...]:
    """One step: each decoder that takes `text`, with what comes out."""
    return _known(text) if len(text) <= 400 else tuple(_decodings(text))


@lru_cache(maxsize=512)
def _known(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(_decodings(text))


def _decodings(text: str) -> Iterator[tuple[str, str]]:
    text = _PREFIX.sub("", text.strip(), count=1)
    if not 4 <= len(text) <= LONGEST:
        return
    for part in _parts(text):
        for name, decode in STRONG.items():
            try:
                found = decode(part)
            except (ValueError, OverflowError):
                continue
            if found and found != part:
                yield name, found


def _parts(text: str) -> list[str]:
    """`text`, and the longest pieces of it between marks: the payload beside an id, a time or a signature."""
    pieces = sorted((piece for piece in _MARK.split(text) if 12 <= len(piece) < len(text)), key=len, reverse=True)
    return [text, *(piece for piece in pieces[:2] if len(piece) >= 0.25 * len(text))]


def chains(text: str, depth: int = DEEPEST) -> Iterator[tuple[tuple[str, ...], str]]:
    """All that comes out of `text` in up to `depth` steps, nearest first."""
    level: list[tuple[tuple[str, ...], str]] = [((), text)]
    for _ in range(depth):
        level = [((*names, name), found) for names, held in level for name, found in decodings(held)][:24]
        yield from level


__all__ = ["DEEPEST", "LONGEST", "MOST", "STRONG", "WEAK", "chains", "decodings"]
