"""Texts that stand for bytes: hex, base 32 to 91, uuencode, tokens.

A decoder answers None unless the text has its form and what comes out is readable.
"""

from __future__ import annotations

import base64
import binascii
import re

from mesh_platform.classify.readable import readable, within

_B64 = re.compile(r"[A-Za-z0-9+/]{6,}={0,2}|[A-Za-z0-9_-]{6,}={0,2}")
_HEX = re.compile(r"(?:0x|\\x|[xX]'|\$|#)?(?:(?:0x|\\x)?[0-9a-fA-F]{2}[:\s,;_.-]{0,2}){4,}['hH]?")
_B32 = re.compile(r"[A-Z2-7]{8,}={0,6}|[a-z2-7]{8,}={0,6}")
_PLAIN = re.compile(rb"[\w.@+:/-]{6,}")
_JWT = re.compile(r"eyJ[\w-]{6,4000}={0,2}\.([\w-]{6,8000}={0,2})(?:\.[\w-]{0,2000}={0,2})?")


def from_base64(text: str) -> str | None:
    body = re.sub(r"\s", "", text)
    if not _B64.fullmatch(body) or len(body.rstrip("=")) % 4 == 1:
        return None
    plain = body.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return readable(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError):
        return None


def from_hex(text: str) -> str | None:
    if not _HEX.fullmatch(text):
        return None
    plain = re.sub(r"0x|\\x|[^0-9a-fA-F]", "", text)
    return readable(bytes.fromhex(plain)) if len(plain) % 2 == 0 else None


def from_base32(text: str) -> str | None:
    if not _B32.fullmatch(text):
        return None
    plain = text.rstrip("=").upper()
    try:
        return readable(base64.b32decode(plain + "=" * (-len(plain) % 8)))
    except (binascii.Error, ValueError):
        return None


def from_base85(text: str) -> str | None:
    if len(text) < 8 or " " in text or not text.isascii():
        return None
    for decode in (base64.a85decode, base64.b85decode):
        try:
            body = text.removeprefix("<~").removesuffix("~>")
            found = readable(decode(body))
        except (ValueError, binascii.Error):
            continue
        if found and len(found) >= 5:
            return found
    return None


def from_base45(text: str) -> str | None:
    """RFC 9285."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
    if not 6 <= len(text) <= 4000 or len(text) % 3 == 1 or any(c not in alphabet for c in text):
        return None
    out = bytearray()
    for i in range(0, len(text), 3):
        part = [alphabet.index(c) for c in text[i : i + 3]]
        number = sum(value * 45**power for power, value in enumerate(part))
        if number > (0xFFFF if len(part) == 3 else 0xFF):
            return None
        out += number.to_bytes(len(part) - 1, "big")
    return readable(bytes(out))


_B91 = {c: i for i, c in enumerate('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&()*+,./:;<=>?@[]^_`{|}~"')}


def from_base91(text: str) -> str | None:
    if not 10 <= len(text) <= 4000 or any(c not in _B91 for c in text):
        return None
    value, bits, held, out = -1, 0, 0, bytearray()
    for c in text:
        if value < 0:
            value = _B91[c]
            continue
        value += _B91[c] * 91
        held |= value << bits
        bits += 13 if (value & 8191) > 88 else 14
        value = -1
        while bits > 7:
            out.append(held & 255)
            held >>= 8
            bits -= 8
    if value >= 0:
        out.append((held | value << bits) & 255)
    found = readable(bytes(out).rstrip(b"\0"))
    return found if found and len(found) >= 6 else None


def from_uuencode(text: str) -> str | None:
    try:
        return readable(binascii.a2b_uu(text.encode("ascii"))) if 4 <= len(text) <= 90 else None
    except (binascii.Error, UnicodeEncodeError):
        return None


def from_jwt(text: str) -> str | None:
    match = _JWT.search(text)
    return from_base64(match[1]) if match else None


def from_frame(text: str) -> str | None:
    """Text within the binary data that base64 or hex stands for."""
    body = re.sub(r"\s", "", text)
    try:
        if re.fullmatch(r"(?:[0-9a-fA-F]{2}){8,}", body):
            return within(bytes.fromhex(body))
        if _B64.fullmatch(body) and len(body) >= 12 and len(body.rstrip("=")) % 4 != 1:
            plain = body.rstrip("=").replace("-", "+").replace("_", "/")
            return within(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError):
        return None
    return None


def keyless(text: str) -> list[str]:
    """What the bytes of hex or base64 are under each key of one byte, where that is an address or a link throughout."""
    body = re.sub(r"[\s:]", "", text)
    try:
        if re.fullmatch(r"(?:[0-9a-fA-F]{2}){8,200}", body):
            data = bytes.fromhex(body)
        elif _B64.fullmatch(body) and 12 <= len(body) <= 400:
            plain = body.rstrip("=").replace("-", "+").replace("_", "/")
            data = base64.b64decode(plain + "=" * (-len(plain) % 4))
        else:
            return []
    except (binascii.Error, ValueError):
        return []
    if max(data) ^ min(data) > 0x7F:
        return []
    found = (bytes(byte ^ key for byte in data) for key in range(1, 256))
    return [out.decode("ascii") for out in found if _PLAIN.fullmatch(out)]
