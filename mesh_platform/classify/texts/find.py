"""All personal data in a text: what proves itself by its form, what a word beside it explains, and names and addresses by the tagger.

A text is read up to `LONGEST_CELL` characters, and `Reading.unread` says how many were left; nothing is left out silently.
"""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from mesh_platform.classify import patterns
from mesh_platform.classify.decode import chains
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns import LONGEST_CELL
from mesh_platform.classify.texts.accounts import accounts, secrets
from mesh_platform.classify.texts.hosts import nobody, version_like
from mesh_platform.classify.texts.keyed import DATE, Cues, keyed
from mesh_platform.classify.texts.keywords import NOTHING
from mesh_platform.classify.texts.likely import likely
from mesh_platform.classify.texts.port import Engine, asked
from mesh_platform.classify.texts.rows import rows
from mesh_platform.classify.texts.span import Span
from mesh_platform.classify.texts.tagger import Tagged, shipped_tagger

_LABELS = {"PER": (Entity.PERSON, "name in the text"), "ADR": (Entity.STREET_ADDRESS, "address in the text")}


class Reading(NamedTuple):
    """The spans of a text in order, and the characters behind the limit that nobody read."""

    spans: tuple[Span, ...]
    unread: int


def read(text: str, engine: Engine | None = None) -> Reading:
    """What is personal in `text`; with an engine of the site's own, what it finds too.

    Raises:
        EngineFailed: the engine stumbled or answered in another form. Nothing is said of the text then.
    """
    shown = _LONE.sub("\ufffd", text[:LONGEST_CELL])
    bare, cues = _bared(shown), Cues(shown)
    tagged, until = shipped_tagger().tag_until(shown)
    cells = list(rows(shown)) if "\n" in shown else []
    elsewhere = [cell for cell in cells if not isinstance(cell, Span)]
    names = [t for t in likely(shown, tagged) if not any(start <= t.start and t.end <= end for start, end in elsewhere)]
    proofs = _proofs(bare) if _MAY_PROVE.search(bare) else ()
    numbers = _DIGIT.search(bare) is not None
    weighed = [
        *((40, span) for span in _decoded(bare)),
        *((24 if span.entity is Entity.NATIONAL_ID else 30, span) for span in proofs),
        *((25, span) for span in (keyed(shown, bare, cues) if numbers else ())),
        *((25, span) for span in accounts(bare, cues)),
        *((25, span) for span in secrets(bare, cues)),
        *((22, cell) for cell in cells if isinstance(cell, Span)),
        *((20 if cue else 8, span) for cue, span in (_shapes(bare, cues) if numbers else ())),
        *((7, span) for span in (_lone_phones(bare, cues) if numbers else ())),
        *((16, span) for span in (_beside_names(bare, names, cues) if numbers else ())),
        *((18, span) for span in (asked(engine, shown) if engine else ())),
        *((15, Span(t.start, t.end, *_named(t.label, t.confidence))) for t in names),
    ]
    return Reading(tuple(_apart(shown, weighed)), len(text) - until)


_GLUED = re.compile(
    r"[\u0e00-\u0e4e\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3](?=[A-Za-z0-9+(@])|(?<=[A-Za-z0-9)])[\u0e00-\u0e4e\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
)
_WIDE = {0xFF01 + i: 0x21 + i for i in range(94)}


def _bared(text: str) -> str:
    """The text for patterns of numbers: letters that are written against a number without a blank become one, wide signs become plain ones."""
    return text if text.isascii() else _GLUED.sub("\u3000", _FOREIGN_DIGIT.sub(_plain_digit, text.translate(_WIDE)))


_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
"""Digits of other scripts, which patterns and plans of numbers do not read."""


def _plain_digit(match: re.Match[str]) -> str:
    return str(unicodedata.digit(match.group()))


_DIGIT = re.compile(r"\d")
_MAY_PROVE = re.compile(r"[\d@/:=%$+]|[-_]\w{14}|(?i:(?<![^\W_])(?:dot|punkt|point|punto|ponto|kropka|begin)(?![^\W_]))")
"""What none of the proofs can do without."""
_LONE = re.compile("[\ud800-\udfff]")
"""Halves of surrogate pairs, which no encoder takes."""


def _named(label: str, confidence: float) -> tuple[Entity, float, str]:
    entity, rule = _LABELS[label]
    return entity, round(confidence, 3), rule


# what its form proves ----------------------------------------------------------------------------------------------------
_URL_EMAIL = re.compile(
    r"(?<![\w.%+-])[\w.+-]{1,64}(?:%2[bB][\w.-]{1,40})?%40[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}(?![\w@])"
)
_SPACED_AT = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}\s?[\[({<]\s?a\s?t\s?[\])}>]\s?[\w-]{1,63}(?:(?:\.|\s?[\[({<]\s?d\s?o\s?t\s?[\])}>]\s?)[\w-]{2,24}){1,4}",
    re.IGNORECASE,
)
_LAT_LON = re.compile(
    r"\blat(?:itude)?['\"]?\s?[:=]\s?['\"]?(-?\d{1,2}\.\d{3,})['\"]?[\s,;&|]{1,3}['\"]?(?:lon(?:g(?:itude)?)?|lng)['\"]?\s?[:=]\s?['\"]?(-?\d{1,3}\.\d{3,})",
    re.IGNORECASE,
)
_ENVELOPE = re.compile(r"^[\[(<'\"{]+|[\])>'\"}.,;]+$")


def _proofs(text: str) -> Iterator[Span]:
    yield from _ibans(text)
    for pattern in patterns.PROOFS:
        for start, end in pattern.spans(text) if pattern is not patterns.IBAN else ():
            if pattern.entity is Entity.IP_ADDRESS and nobody(text, start, end):
                continue
            if pattern is patterns.PASSWORD:
                continue  # read with its words in `keyed`, so that the span is the value alone
            if pattern is patterns.OBFUSCATED and not _disguise(text[start:end]):
                continue
            if pattern.entity is Entity.GEO_PRECISE:
                body = _ENVELOPE.sub("", text[start:end])
                start = text.index(body, start)
                end = start + len(body)
            if pattern is patterns.EMAIL:
                start = end - len(_URL_HEAD.sub("", text[start:end], count=1))
            yield Span(start, end, pattern.entity, 0.98, pattern.name)
    for match in _URL_EMAIL.finditer(text):
        yield Span(match.start(), match.end(), Entity.EMAIL, 0.98, "e-mail address in a URL")
    for match in _SPACED_AT.finditer(text):
        yield Span(match.start(), match.end(), Entity.EMAIL, 0.9, "e-mail address in disguise")
    for match in _LAT_LON.finditer(text):
        yield Span(match.start(1), match.end(2), Entity.GEO_PRECISE, 0.95, "precise coordinates")


def _ibans(text: str) -> Iterator[Span]:
    """Account numbers, without a short word behind them that the expression takes along."""
    for match in patterns.IBAN.regex.finditer(text):
        start, end = match.span()
        while end - start >= 15 and not patterns.IBAN.valid(text[start:end]):
            shorter = max(text.rfind(" ", start, end), text.rfind("-", start, end))
            end = shorter if shorter > start else start
        if end - start >= 15:
            yield Span(start, end, Entity.IBAN, 0.98, patterns.IBAN.name)


_URL_HEAD = re.compile(r"^[^@]*[=/?&#|](?=[^@])")
"""What stands before an address in a URL: signs that RFC 5321 allows in one and that nobody has."""
_SOUND_TLD = re.compile(r"(?i)(?:com|net|org|info|edu|gov|mail|name|online|email|[a-z]{2})$")


def _disguise(found: str) -> bool:
    """Whether `x at y.z` is an address in disguise and no sentence: one line, an ending that hosts have, and no blank around a plain dot."""
    spoken = re.search(r"(?i)\b(?:dot|punkt|point|punto|ponto)\b|[\[({<]\s?(?:at|@|ät|dot|\.)", found)
    return (
        "\n" not in found and _SOUND_TLD.search(found) is not None and (spoken is not None or not re.search(r"\.\s|\s\.", found))
    )


_COUNTED = re.compile(r"\d{4}/\d{2,6}|20\d\d-\d+(?:-\d+)*|\d{1,2}-\d{3,}-\d+|\d{3}-\d{4}|\d{3,6}-\d{4,}")
"""How orders and the like are numbered: by year, or in groups that no country dials."""
_SEPARATED = re.compile(r"[ ()./-]")


def _shapes(text: str, cues: Cues) -> Iterator[tuple[bool, Span]]:
    """Values whose form needs support: a word for them beside, or none that speaks against them."""
    for pattern in patterns.SHAPES:
        for start, end in pattern.spans(text):
            before = cues.before(start)
            meaning = before[0] if before else cues.after(end)
            explained = meaning == pattern.entity
            if meaning == NOTHING and before and pattern is not patterns.CARD:
                continue
            if pattern is patterns.PHONE and version_like(text, start, end):
                continue
            if meaning == NOTHING and before and len(text[before[1] : start].strip(" #:.=no")) <= 4:
                continue
            if before is None and cues.behind(end) == NOTHING and pattern is not patterns.CARD:
                continue
            if pattern is patterns.PHONE and meaning not in (
                None,
                Entity.PHONE,
                Entity.USERNAME,
                Entity.SECRET,
                Entity.EMAIL,
                Entity.DATE_OF_BIRTH,
                Entity.DEVICE_ID,
            ):
                continue  # `keyed` reads it as what its word says
            if explained or _stands(pattern, text[start:end], meaning):
                yield explained, Span(start, end, pattern.entity, 0.9 if explained else 0.75, pattern.name)


def _stands(pattern: patterns.Pattern, found: str, meaning: str | None) -> bool:
    """Whether a value may stand without a word for its kind."""
    if pattern in (patterns.CARD, patterns.IMEI):
        return True
    if pattern is patterns.VIN:
        return patterns.vin_checked(found)
    if pattern is patterns.PHONE:
        international = found.lstrip().startswith(("+", "00"))
        shaped = (bool(_SEPARATED.search(found)) and not _COUNTED.fullmatch(found)) or found.startswith("0")
        return not DATE.fullmatch(found) and (international or (shaped and patterns.phone_somewhere(found)))
    return meaning is None and pattern.entity is Entity.NATIONAL_ID and "-" in found


_ALONE = re.compile(r"(?m)^[ \t]*(\(?\+?\d[\d ()./-]{6,18}\d)[ \t]*$")
_THREES = re.compile(
    r"(?<![\w.,+-])\d{3} \d{3} \d{3}(?![\w-]|[.,]\d|\s\d|\s?(?:EUR|USD|PLN|GBP|zł|€|\$|kr|rows|ms|bytes|pcs|units|m²|km|kg|%))"
)


def _lone_phones(text: str, cues: Cues) -> Iterator[Span]:
    """Numbers that fill a line below a name, and nine digits in threes that some country's plan knows."""
    for expression in (_ALONE, _THREES):
        for match in expression.finditer(text):
            start, end = match.span(expression.groups)
            before = cues.before(start)
            found = text[start:end]
            number = patterns.digits(found)
            if cues.behind(end) == NOTHING:
                continue
            known = (before is None or expression is _ALONE or before[0] == Entity.PHONE) and (start > 0 or end < len(text))
            if (
                known
                and 8 <= len(number) <= 13
                and len(set(number)) > 3
                and not DATE.fullmatch(found)
                and patterns.phone_somewhere(found)
            ):
                yield Span(start, end, Entity.PHONE, 0.7, "phone number")


_BEFORE_DATE = re.compile(r"\s?[,(;|]?\s?(?P<mark>\*\s?|(?:[bsfrgn]|ur|geb|д\.?р|г\.?р|р)\.\s?)?")
_BESIDE_PATIENT = re.compile(r"(?P<born>\*\s?)|(?<=[^\W\d_])(?:,\s|\s\()(?=[\dA-Z])")
"""What stands before a date of birth in a text on a patient: `*3.4.1984`, `Pt Lee, May 3, 1984`."""
_FILE_NUMBER = re.compile(r"(?<![\w.,/+-])(?=[\w./-]*\d{4})[A-Z]{0,4}[-/]?\d[\d./-]{4,16}\d(?![\w%]|[.,/-]\d)")


def _beside_names(text: str, names: list[Tagged], cues: Cues) -> Iterator[Span]:
    """Dates of birth right behind a name (`Lee, 3.4.1984`), and in a text on a patient a number that nothing else explains."""
    for name in names:
        gap = _BEFORE_DATE.match(text, name.end) if name.label == "PER" else None
        date = DATE.match(text, gap.end()) if gap else None
        year = re.search(r"(?:19\d\d|200\d|201[0-5])", date.group()) if date else None
        said = cues.before(date.start()) if date else None
        if gap and date and (year or gap["mark"]) and gap.group() and (said is None or said[1] <= name.end):
            yield Span(date.start(), date.end(), Entity.DATE_OF_BIRTH, 0.7, "date behind a name")
    if not cues.clinical:
        return
    for match in _BESIDE_PATIENT.finditer(text):
        date = DATE.match(text, match.end())
        if (
            date
            and (match["born"] or re.search(r"(?:19\d\d|200\d|201[0-5])", date.group()))
            and cues.before(date.start()) is None
        ):
            yield Span(date.start(), date.end(), Entity.DATE_OF_BIRTH, 0.6, "date behind a patient")
    if not any(name.label == "PER" for name in names):
        return
    for match in _FILE_NUMBER.finditer(text):
        if cues.before(match.start()) is None and not DATE.fullmatch(match.group()) and cues.behind(match.end()) != NOTHING:
            yield Span(match.start(), match.end(), Entity.MEDICAL_ID, 0.6, "number in a text on a patient")


# what is hidden --------------------------------------------------------------------------------------------------------
_HIDDEN = re.compile(r"(?<![\w+%-])[A-Za-z0-9+_-][A-Za-z0-9+/_-]{15,4000}={0,2}(?![\w+/=])")


def _decoded(text: str) -> Iterator[Span]:
    """Encoded identifiers, believed only if what comes out is one as a whole, or one e-mail address and little else."""
    for match in _HIDDEN.finditer(text):
        token = match.group()
        if not _random_looking(token):
            continue
        ways = (*chains(token, 2), *((("base32",), plain) for plain in _base32hex(token)))
        for way, plain in ways:
            entity = next(
                (p.entity for p in (patterns.EMAIL, patterns.IBAN, patterns.PHONE_INTERNATIONAL) if p.whole(plain.strip())), None
            )
            if entity is None and any(2 * (end - start) >= len(plain) for start, end in patterns.EMAIL.spans(plain)):
                entity = Entity.EMAIL
            if entity:
                yield Span(match.start(), match.end(), entity, 0.97, f"{entity.value.lower()} behind {', '.join(way)}")
                break
    for match in _ESCAPED.finditer(text):
        token = match.group()
        plain = html.unescape(token) if token[0] == "&" else re.sub(r"[=%]([0-9A-Fa-f]{2})", _sign, token)
        if patterns.EMAIL.whole(plain):
            yield Span(match.start(), match.end(), Entity.EMAIL, 0.97, "email behind escaped signs")


_ESCAPED = re.compile(
    r"(?:&#x?[0-9a-fA-F]{2,5};){6,200}|(?<![\w.+%-])(?=[\w.+=%-]{0,300}[=%]40)[\w.+-]{0,80}(?:[=%][0-9A-Fa-f]{2}[\w.+-]{0,80}){1,120}"
)


def _sign(match: re.Match[str]) -> str:
    return chr(int(match.group(1), 16))


def _base32hex(token: str) -> Iterator[str]:
    body = token.rstrip("=")
    if re.fullmatch(r"[0-9A-V]{16,2000}", body):
        try:
            yield base64.b32hexdecode(body + "=" * (-len(body) % 8)).decode("ascii")
        except (binascii.Error, ValueError):
            return


def _random_looking(token: str) -> bool:
    hexadecimal = re.fullmatch(r"[0-9a-fA-F]+", token) is not None
    return (hexadecimal and len(token) % 2 == 0) or (
        not hexadecimal and bool(re.search(r"[A-Z0-9]", token)) and not re.fullmatch(r"[\w]*-[\w-]*-[\w-]*", token)
    )


# one span for each place ------------------------------------------------------------------------------------------------
def _apart(text: str, weighed: list[tuple[int, Span]]) -> list[Span]:
    """Spans that do not overlap: the surest kind of evidence first, then the longest."""
    kept: list[Span] = []
    for _, span in sorted(weighed, key=lambda item: (-item[0], item[1].start - item[1].end, item[1].start)):
        place = bisect_left(kept, span)
        free = (place == 0 or kept[place - 1].end <= span.start) and (place == len(kept) or kept[place].start >= span.end)
        if span.end > span.start and free:
            kept.insert(place, span)
    return kept
