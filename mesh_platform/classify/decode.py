"""What a text may hide: encodings undone, a few deep and bounded in size. The caller believes a result only if it scans positive.

A decoder answers None unless the text has its form and what comes out is readable. Compressed bytes are opened up to a limit, so that a
bomb costs no more than `MOST` bytes.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterator
from urllib.parse import unquote_plus

LONGEST = 20_000
"""Characters of an encoded text that are tried."""
MOST = 100_000
"""Bytes that come out of one text at most."""
DEEPEST = 3
_B64 = re.compile(r"[A-Za-z0-9+/]{6,}={0,2}|[A-Za-z0-9_-]{6,}={0,2}")
_HEX = re.compile(r"(?:0x|\\x)?(?:[0-9a-fA-F]{2}[:\s]?){4,}")
_B32 = re.compile(r"[A-Z2-7]{8,}={0,6}|[a-z2-7]{8,}={0,6}")
_UNICODE = re.compile(r"\\u\{?[0-9a-fA-F]{2,4}|\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}|%u[0-9a-fA-F]{4}|U\+[0-9a-fA-F]{4}")
_PREFIX = re.compile(
    r"data:[\w/.+-]{0,60}(?:;[\w=-]{1,30}){0,3},|(?:enc|b64|base64|hex|v\d|encoded|url|gzip|gz|zlib|json|str|b32|base32)[:.$|](?!//)",
    re.IGNORECASE,
)
_OCTAL = re.compile(r"(?:\\[0-7]{3}){4,}")
_JWT = re.compile(r"eyJ[\w-]{6,4000}={0,2}\.([\w-]{6,8000}={0,2})(?:\.[\w-]{0,2000}={0,2})?")


def _readable(data: bytes) -> str | None:
    """`data` as text if nearly all of it is printable; compressed bytes are opened first."""
    data = _opened(data) or data
    for encoding in (
        ("utf-8", "utf-16")
        if data[:2] in (b"\xff\xfe", b"\xfe\xff") or (len(data) > 7 and data[1::2].count(0) > len(data) // 3)
        else ("utf-8",)
    ):
        try:
            text = data[:MOST].decode(encoding)
        except UnicodeDecodeError:
            continue
        if text and sum(c.isprintable() or c in "\t\r\n" for c in text) >= 0.97 * len(text):
            return text
    return None


def _opened(data: bytes) -> bytes | None:
    for window in (31, 15, -15):
        if window == 31 and data[:2] != b"\x1f\x8b":
            continue
        if window == 15 and (len(data) < 6 or data[0] & 0x0F != 8 or (data[0] * 256 + data[1]) % 31):
            continue
        if window == -15 and len(data) < 8:
            continue
        try:
            out = zlib.decompressobj(window).decompress(data, MOST)
        except zlib.error:
            continue
        if out and (window != -15 or out.isascii()):
            return out
    if data[:3] == b"BZh" or data[:6] == b"\xfd7zXZ\x00":
        import bz2
        import lzma

        try:
            return (
                bz2.BZ2Decompressor().decompress(data, MOST)
                if data[:3] == b"BZh"
                else lzma.LZMADecompressor().decompress(data, MOST)
            )
        except (OSError, EOFError, lzma.LZMAError):
            return None
    return None


def from_base64(text: str) -> str | None:
    body = re.sub(r"\s", "", text)
    if not _B64.fullmatch(body) or len(body.rstrip("=")) % 4 == 1:
        return None
    plain = body.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        return _readable(base64.b64decode(plain + "=" * (-len(plain) % 4)))
    except (binascii.Error, ValueError):
        return None


def from_hex(text: str) -> str | None:
    if not _HEX.fullmatch(text):
        return None
    plain = re.sub(r"0x|\\x|[:\s]", "", text)
    return _readable(bytes.fromhex(plain)) if len(plain) % 2 == 0 else None


def from_base32(text: str) -> str | None:
    if not _B32.fullmatch(text):
        return None
    plain = text.rstrip("=").upper()
    try:
        return _readable(base64.b32decode(plain + "=" * (-len(plain) % 8)))
    except (binascii.Error, ValueError):
        return None


def from_base85(text: str) -> str | None:
    if len(text) < 8 or " " in text or not text.isascii():
        return None
    for decode in (base64.a85decode, base64.b85decode):
        try:
            body = text.removeprefix("<~").removesuffix("~>")
            found = _readable(decode(body))
        except (ValueError, binascii.Error):
            continue
        if found and len(found) >= 5:
            return found
    return None


_B58 = {c: i for i, c in enumerate("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_B62 = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")}
_B36 = {c: i for i, c in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}


def _from_radix(alphabet: dict[str, int]) -> Callable[[str], str | None]:
    def decode(text: str) -> str | None:
        if not 8 <= len(text) <= 400 or any(c not in alphabet for c in text):
            return None
        number = 0
        for c in text:
            number = number * len(alphabet) + alphabet[c]
        found = _readable(number.to_bytes((number.bit_length() + 7) // 8 or 1, "big"))
        return found if found and len(found) >= 5 else None

    return decode


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
    return _readable(bytes(out))


def from_url(text: str) -> str | None:
    return unquote_plus(text) if re.search(r"%[0-9A-Fa-f]{2}", text) else None


def from_html(text: str) -> str | None:
    return html.unescape(text) if re.search(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z]{2,10});", text) else None


def from_unicode(text: str) -> str | None:
    if not _UNICODE.search(text):
        return None
    plain = re.sub(
        r"\\u\{([0-9a-fA-F]{2,6})\}|\\u([0-9a-fA-F]{4})|%u([0-9a-fA-F]{4})|U\+([0-9a-fA-F]{4,6}) ?",
        lambda m: _char(next(filter(None, m.groups()))),
        text,
    )
    return re.sub(r"\\x([0-9a-fA-F]{2})|\\U([0-9a-fA-F]{8})", lambda m: _char(next(filter(None, m.groups()))), plain)


def _char(code: str) -> str:
    return chr(int(code, 16)) if int(code, 16) < 0x110000 else ""


def from_codes(text: str) -> str | None:
    """Numbers of characters: decimal, octal, binary, with blanks, commas or backslashes between them."""
    if _OCTAL.fullmatch(text):
        return _readable(bytes(int(code, 8) % 256 for code in text.split("\\")[1:]))
    parts = [p for p in re.split(r"[\s,;.\\/-]+", text.strip("[]() \\")) if p]
    if not 5 <= len(parts) <= 2000 or not all(p.isdigit() and len(p) <= 8 for p in parts):
        return None
    for base, longest in ((2, 8), (10, 3), (8, 3)):
        try:
            numbers = [int(p, base) for p in parts if len(p) <= longest]
        except ValueError:
            continue
        if len(numbers) == len(parts) and all(32 <= n < 256 for n in numbers):
            return _readable(bytes(numbers))
    return None


def from_bits(text: str) -> str | None:
    return _readable(int(text, 2).to_bytes(len(text) // 8, "big")) if re.fullmatch(r"(?:[01]{8}){5,1000}", text) else None


_MORSE = {m: c for c, m in zip("abcdefghijklmnopqrstuvwxyz0123456789@._-+", [".-", "-...", "-.-.", "-..", ".", "..-.", "--.", "....", "..", ".---", "-.-", ".-..", "--", "-.", "---", ".--.", "--.-", ".-.", "...", "-", "..-", "...-", ".--", "-..-", "-.--", "--..", "-----", ".----", "..---", "...--", "....-", ".....", "-....", "--...", "---..", "----.", ".--.-.", ".-.-.-", "..--.-", "-....-", ".-.-."], strict=True)}  # fmt: skip


def from_morse(text: str) -> str | None:
    if not re.fullmatch(r"[.\-/ ]{12,4000}", text):
        return None
    return "".join(" " if part == "/" else _MORSE.get(part, "\ufffd") for part in text.split())


def from_rot13(text: str) -> str | None:
    return codecs.decode(text, "rot13") if re.search(r"[A-Za-z]{2}", text) else None


_ROT47 = str.maketrans({chr(33 + i): chr(33 + (i + 47) % 94) for i in range(94)})


def from_rot47(text: str) -> str | None:
    return text.translate(_ROT47) if text.isascii() and not text.isalnum() else None


def from_atbash(text: str) -> str | None:
    small, large = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return text.translate(str.maketrans(small + large, small[::-1] + large[::-1]))


def from_reversed(text: str) -> str | None:
    return text[::-1]


def from_quoted_printable(text: str) -> str | None:
    return _readable(quopri.decodestring(text.encode("utf-8"))) if re.search(r"=[0-9A-F]{2}", text) else None


def from_uuencode(text: str) -> str | None:
    try:
        return _readable(binascii.a2b_uu(text.encode("ascii"))) if 4 <= len(text) <= 90 else None
    except (binascii.Error, UnicodeEncodeError):
        return None


def from_punycode(text: str) -> str | None:
    if "xn--" not in text:
        return None
    try:
        return text.encode("ascii").decode("idna")
    except UnicodeError:
        return None


def from_jwt(text: str) -> str | None:
    match = _JWT.search(text)
    return from_base64(match[1]) if match else None


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
    "base58": _from_radix(_B58),
    "base62": _from_radix(_B62),
    "base36": _from_radix(_B36),
    "base45": from_base45,
    "uuencode": from_uuencode,
}
"""Decoders whose result is rarely readable by chance."""
WEAK: dict[str, Callable[[str], str | None]] = {
    "rot13": from_rot13,
    "reversed": from_reversed,
    "rot47": from_rot47,
    "atbash": from_atbash,
}
"""Decoders that make something of any text: only a proof such as an e-mail address is believed behind them."""


def decodings(text: str) -> Iterator[tuple[str, str]]:
    """One step: each decoder that takes `text`, with what comes out."""
    text = _PREFIX.sub("", text.strip(), count=1)
    if not 4 <= len(text) <= LONGEST:
        return
    for name, decode in STRONG.items():
        try:
            found = decode(text)
        except (ValueError, OverflowError):
            continue
        if found and found != text:
            yield name, found


def chains(text: str, depth: int = DEEPEST) -> Iterator[tuple[tuple[str, ...], str]]:
    """All that comes out of `text` in up to `depth` steps, nearest first."""
    level: list[tuple[tuple[str, ...], str]] = [((), text)]
    for _ in range(depth):
        level = [((*names, name), found) for names, held in level for name, found in decodings(held)][:24]
        yield from level
