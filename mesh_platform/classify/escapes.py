"""Texts that stand for texts, character by character: escapes, entities, codes, alphabets, spelt digits.

A decoder answers None unless the text has its form.
"""

from __future__ import annotations

import codecs
import html
import quopri
import re
from email.header import decode_header, make_header
from urllib.parse import unquote_plus

from mesh_platform.classify.readable import readable

_UNICODE = re.compile(r"\\u\{?[0-9a-fA-F]{2,4}|\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}|%u[0-9a-fA-F]{4}|U\+[0-9a-fA-F]{4}")
_OCTAL = re.compile(r"(?:\\[0-7]{3}){4,}")


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
        return readable(bytes(int(code, 8) % 256 for code in text.split("\\")[1:]))
    parts = [p for p in re.split(r"[\s,;.\\/-]+", text.strip("[]() \\")) if p]
    if not 5 <= len(parts) <= 2000 or not all(p.isdigit() and len(p) <= 8 for p in parts):
        return None
    for base, longest in ((2, 8), (10, 3), (8, 3)):
        try:
            numbers = [int(p, base) for p in parts if len(p) <= longest]
        except ValueError:
            continue
        if len(numbers) == len(parts) and all(32 <= n < 256 for n in numbers):
            return readable(bytes(numbers))
    return None


def from_bits(text: str) -> str | None:
    return readable(int(text, 2).to_bytes(len(text) // 8, "big")) if re.fullmatch(r"(?:[01]{8}){5,1000}", text) else None


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
    return readable(quopri.decodestring(text.encode("utf-8"))) if re.search(r"=[0-9A-F]{2}", text) else None


def from_punycode(text: str) -> str | None:
    if "xn--" not in text:
        return None
    try:
        return text.encode("ascii").decode("idna")
    except UnicodeError:
        return None


_MIME = re.compile(r"=\?[\w-]{3,20}\?[bBqQ]\?[^?\s]{2,2000}\?=")


def from_mime_word(text: str) -> str | None:
    """RFC 2047."""
    if not _MIME.search(text):
        return None
    try:
        return str(make_header(decode_header(text)))
    except (UnicodeError, LookupError, ValueError):
        return None


_DIGIT_WORDS = {
    word: str(digit)
    for line in (
        "zero one two three four five six seven eight nine", "oh one two three four five six seven eight niner", "null eins zwei drei vier fünf sechs sieben acht neun", "null ein zwo drei vier fuenf sechs sieben acht neun",
        "zéro un deux trois quatre cinq six sept huit neuf", "zero une deux trois quatre cinq six sept huit neuf", "cero uno dos tres cuatro cinco seis siete ocho nueve", "zero um dois três quatro cinco seis sete oito nove",
        "zero uno due tre quattro cinque sei sette otto nove", "nul een twee drie vier vijf zes zeven acht negen", "zero jeden dwa trzy cztery pięć sześć siedem osiem dziewięć", "noll ett två tre fyra fem sex sju åtta nio",
        "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän", "sıfır bir iki üç dört beş altı yedi sekiz dokuz", "nula jedna dva tři čtyři pět šest sedm osm devět", "ноль один два три четыре пять шесть семь восемь девять",
    )
    for digit, word in enumerate(line.split())
}  # fmt: skip


def from_digit_words(text: str) -> str | None:
    """Numbers spelt out digit by digit, as one dictates them."""
    parts = re.findall(r"[^\W\d_]+", text.lower())
    known = [_DIGIT_WORDS[part] for part in parts if part in _DIGIT_WORDS]
    if len(known) < 6 or len(known) < 0.8 * len(parts):
        return None
    return "+" + "".join(known)
