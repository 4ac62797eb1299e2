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

_UNICODE = re.compile(
    r"\\u\{?[0-9a-fA-F]{2,4}|\\x[0-9a-fA-F]{2}|\\U[0-9a-fA-F]{8}|%u[0-9a-fA-F]{4}|U\+[0-9a-fA-F]{4}|(?:\\(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{2,5} )){3}"
)
_OCTAL = re.compile(r"(?:\\[0-7]{3}){4,}")


def from_url(text: str) -> str | None:
    return unquote_plus(text) if re.search(r"%[0-9A-Fa-f]{2}", text) else None


def from_html(text: str) -> str | None:
    return (
        html.unescape(text) if re.search(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[A-Za-z]{2,10});|(?:&#\d{2,7}){3}", text) else None
    )


def from_unicode(text: str) -> str | None:
    if not _UNICODE.search(text):
        return None
    text = re.sub(r"\\(?:([0-9a-fA-F]{6})|([0-9a-fA-F]{2,5}) )", lambda m: _char(m[1] or m[2]), text)
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
    text = _CALL.sub(" ", text)
    if re.fullmatch(r"(?:[012]\d\d){5,1000}", text):
        return readable(bytes(int(text[i : i + 3]) % 256 for i in range(0, len(text), 3)))
    parts = [p.removeprefix("0b") for p in re.split(r"[\s,;.\\/+|-]+", text.strip("[](){} \\")) if p]
    if not 5 <= len(parts) <= 2000 or not all(p.isdigit() and len(p) <= 8 for p in parts):
        return None
    for base, longest in ((2, 8), (10, 3), (8, 3)):
        try:
            numbers = [int(p, base) for p in parts if len(p) <= longest]
        except ValueError:
            continue
        if len(numbers) == len(parts) and all(32 <= n < 256 for n in numbers) and (found := readable(bytes(numbers))):
            return found
    return None


_CALL = re.compile(r"(?i)\b(?:string\.)?(?:from)?(?:n?char?|chrw?|unichr|charcode)\s?\(|\)|&#?")
"""How programs write a character by its number."""


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


_SPELLING = {
    word: letter
    for line in (
        "alfa bravo charlie delta echo foxtrot golf hotel india juliett kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey xray yankee zulu",
        "alpha bravo charlie delta echo fox golf hotel indigo juliet kilo lima mike nancy ocean peter queen robert sugar tom union victor whisky x-ray yellow zebra",
        "anton berta caesar dora emil friedrich gustav heinrich ida julius kaufmann ludwig martha nordpol otto paula quelle richard samuel theodor ulrich viktor wilhelm xanthippe ypsilon zacharias",
        "adam baker charles david edward frank george henry ida john king lincoln mary nora ocean paul queen robert sam tom union victor william xray young zebra",
    )
    for letter, word in zip("abcdefghijklmnopqrstuvwxyz", line.split(), strict=True)
} | {"at": "@", "dot": ".", "point": ".", "period": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+", "punkt": ".", "arroba": "@", "ett": "@", "klammeraffe": "@"}  # fmt: skip


def from_spelling(text: str) -> str | None:
    """Words of a spelling alphabet, one for each letter; digits may stand for themselves or be spelt."""
    parts = [part for part in re.split(r"[\s,;/-]+", text.lower()) if part]
    if not 5 <= len(parts) <= 200:
        return None
    known = [_SPELLING.get(part) or _DIGIT_WORDS.get(part) or (part if len(part) == 1 else "") for part in parts]
    return "".join(known) if all(known) and any(len(part) > 1 for part in parts) else None


def from_letter_numbers(text: str) -> str | None:
    """1 to 26 for the letters, other signs as they are, with one mark between them."""
    for mark in "-. ":
        parts = text.split(mark)
        if len(parts) >= 8 and any(p.isdigit() and len(p) == 2 for p in parts) and all(len(p) <= 2 for p in parts):
            return "".join(chr(96 + int(p)) if p.isdigit() and 1 <= int(p) <= 26 else (p or mark) for p in parts)
    return None


def from_spaced(text: str) -> str | None:
    """Single characters with one and the same mark between them."""
    if len(text) < 11 or len(text) % 2 == 0 or text[1].isalnum() or len(set(text[1::2])) > 1:
        return None
    return text[::2] if len(set(text[::2])) > 4 else None


def from_utf7(text: str) -> str | None:
    """RFC 2152."""
    if not re.search(r"\+[A-Za-z0-9/]{3,}(?:-|$)", text) or not text.isascii():
        return None
    try:
        found = text.encode("ascii").decode("utf-7")
    except UnicodeDecodeError:
        return None
    return found if found.isprintable() else None


def from_wrapped_text(text: str) -> str | None:
    """What a name of an encoding, a call or brackets stand around: `ENC(…)`, `{…}`, `Basic …`."""
    found = re.fullmatch(
        r"[\w:. -]{0,16}[({\[<]\s?['\"]?([^\s(){}\[\]<>'\"]{12,})['\"]?\s?[)}\]>]|(?:[Bb]asic|[Bb]earer) (\S{8,})", text
    )
    return found and (found[1] or found[2])


def swapped(text: str) -> str | None:
    return text.swapcase() if re.search("[a-z]", text) and re.search("[A-Z]", text) else None


def shifted(by: int, text: str) -> str | None:
    """Each sign of ASCII moved by as many places."""
    return "".join(chr(ord(c) + by) if 32 < ord(c) + by < 127 else c for c in text) if text.isascii() else None
