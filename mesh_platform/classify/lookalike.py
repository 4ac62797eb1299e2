"""Texts written with other signs of the same look: full-width and foreign digits, invisible signs, letters borrowed from another script."""

from __future__ import annotations

import re
import unicodedata

_OTHER = re.compile(
    "[\u00a0\u00ad\u2000-\u200f\u2010-\u2015\u202a-\u202f\u205f-\u2064\u2212\u3000\ufe55-\ufe6b\ufeff\uff01-\uff5e]|[^\\D0-9]|[\U0001d400-\U0001d7ff]"
)
_INVISIBLE = dict.fromkeys(
    map(ord, "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\ufeff")
)
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
_MIXED = re.compile("[a-z][\u0370-\u03ff\u0400-\u04ff]|[\u0370-\u03ff\u0400-\u04ff][a-z]", re.IGNORECASE)
_LETTERS = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕКМНОРСТУХІЈЅοαερκνυΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aeopcyxijshdqwABEKMHOPCTYXIJSoaepkvuABEZHIKMNOPTYX"
)


def plain(text: str) -> str:
    """`text` in the signs that patterns are written for; ordinary texts of any script stay as they are."""
    if text.isascii():
        return text
    if _OTHER.search(text):
        text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_DASHES)
        text = "".join(str(unicodedata.decimal(c, c)) if c.isdecimal() else c for c in text)
    if _MIXED.search(text):
        text = text.translate(_LETTERS)
    return text.strip()
