"""Texts that stand for bytes as digits of a larger base: the alphabets of base 10, 32, 36, 58, 62 and 85 that are in use, packed bits and numbers.

A decoder answers None unless the text is written in its alphabet and what comes out is readable.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping

from mesh_platform.classify.readable import readable

_LOWER, _UPPER, _DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
_LONGEST = 400
_PACKED = {
    "hex order": _DIGITS + _UPPER[:22],
    "Crockford": "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
    "human order": "YBNDRFG8EJKMCPQXOT1UWISZA345H769",
    "geohash": "0123456789BCDEFGHJKMNPQRSTUVWXYZ",
}
_OF_58 = (
    "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    "123456789abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ",
    "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
)
_OF_62 = (_DIGITS + _UPPER + _LOWER, _DIGITS + _LOWER + _UPPER, _UPPER + _LOWER + _DIGITS, _LOWER + _UPPER + _DIGITS)
_Z85 = {c: i for i, c in enumerate(_DIGITS + _LOWER + _UPPER + ".-:+=^!/*?&<>()[]{}@%$#")}
_XX = {c: i for i, c in enumerate("+-" + _DIGITS + _UPPER + _LOWER)}


def _packed(values: Mapping[str, int], text: str, bits: int) -> bytes | None:
    """The bytes whose bits stand in groups of `bits` in the characters of `text`."""
    number = 0
    for c in text:
        if c not in values:
            return None
        number = number << bits | values[c]
    spare = len(text) * bits % 8
    return (number >> spare).to_bytes(len(text) * bits // 8, "big")


_GROUPS = [{c: i for i, c in enumerate(alphabet)} for alphabet in _PACKED.values()]


def from_other_base32(text: str) -> str | None:
    """Base 32 in the alphabets beside that of RFC 4648 section 6."""
    body = text.rstrip("=")
    if not 8 <= len(body) <= _LONGEST or not body.isalnum() or not (body.islower() or body.isupper()) or body.isalpha():
        return None
    for values in _GROUPS:
        data = _packed(values, body.upper(), 5)
        if data and (found := readable(data)) and len(found) >= 5:
            return found
    return None


def _number(values: Mapping[str, int], text: str) -> bytes | None:
    number = 0
    for c in text:
        if c not in values:
            return None
        number = number * len(values) + values[c]
    return number.to_bytes((number.bit_length() + 7) // 8 or 1, "big")


def _from_number(*alphabets: str) -> Callable[[str], str | None]:
    held = [{c: i for i, c in enumerate(alphabet)} for alphabet in alphabets]

    def decode(text: str) -> str | None:
        if not 8 <= len(text) <= _LONGEST:
            return None
        for values in held:
            data = _number(values, text)
            for some in (data, data[1:-4]) if data and len(data) > 10 and len(values) == 58 else (data,):
                found = readable(some) if some else None
                if found and len(found) >= 5:
                    return found
        return None

    return decode


from_base58 = _from_number(*_OF_58)
"""Also with a version before and a checksum behind."""
from_base62 = _from_number(*_OF_62)
_from_36 = _from_number(_DIGITS + _LOWER)
_from_10 = _from_number(_DIGITS)


def from_base36(text: str) -> str | None:
    return _from_36(text.lower()) if text.isalnum() and (text.islower() or text.isupper()) else None


def from_decimal(text: str) -> str | None:
    """Bytes as one large number, most or least significant first."""
    if not (text.isdecimal() and text.isascii() and 20 <= len(text) <= _LONGEST):
        return None
    found = _from_10(text)
    if found is None:
        number = int(text)
        found = readable(number.to_bytes((number.bit_length() + 7) // 8, "little"))
    return found


def from_z85(text: str) -> str | None:
    """ZeroMQ RFC 32; texts whose length is no multiple of four are filled up with zeros."""
    if not 10 <= len(text) <= 4000 or len(text) % 5:
        return None
    out = bytearray()
    for i in range(0, len(text), 5):
        data = _number(_Z85, text[i : i + 5])
        if data is None or len(data) > 4:
            return None
        out += data.rjust(4, b"\0")
    return readable(bytes(out).rstrip(b"\0"))


def from_xxencode(text: str) -> str | None:
    """The length as one character, then four characters for three bytes."""
    length = _XX.get(text[0])
    if not length or len(text) % 4 != 1 or not length <= len(text) * 3 // 4 <= length + 3:
        return None
    data = _packed(_XX, text[1:], 6)
    return readable(data[:length]) if data else None
