"""Numbers and names of accounts that words beside them explain: `passport no. K3L…`, `user=…`, `Kundennummer 4711`, `né le …`.

The nearest word to the left decides; one that says `order` or `build` protects from a wrong alarm just as `Reisepass` gives a right one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts.keywords import NOTHING, expression, meaning_of
from mesh_platform.classify.texts.span import Span

FAR, FAR_DATE = 34, 50
"""Characters that may stand between the word and its number."""
_MONTH = r"[^\W\d_]{3,12}\.?"
DATE = re.compile(
    rf"(?<![\w.])(?:\d{{4}}[-/.]\s?\d{{1,2}}[-/.]\s?\d{{1,2}}|\d{{1,2}}[-/.]\s?\d{{1,2}}[-/.]\s?(?:\d{{4}}|\d\d)|\d{{1,2}} \d{{1,2}} \d{{4}}|\d{{1,2}}(?:st|nd|rd|th|er|\.|º|ª|-го)?[ -](?:de |of |di )?{_MONTH},?[ -](?:de |del )?(?:\d{{4}}|\d\d)"
    rf"|\d{{1,2}}[A-Za-z]{{3}}(?:19|20)\d\d|{_MONTH} \d{{1,2}}(?:st|nd|rd|th|\.)?,? \d{{4}}|\d{{4}}[ -]{_MONTH}[ -]\d{{1,2}}|\d{{4}}\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日일]?|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)(?![\w]|[-/]\d)"
)
_YEAR = re.compile(r"(?<![\w.,/-])(?:19[2-9]\d|20[01]\d)(?![\w]|[.,/-]\d)")
_WORD = re.compile(r"[^\W_]{1,60}(?:[-./*][^\W_]{1,60}){0,12}")
_ENDS = re.compile(r"[!?;。]|(?<![Nn]o)(?<![Nn]r)(?<!\b\w)\.\s+(?=[^\W\d_])|\n\s*\n")
_MONEY = re.compile(r"\s?(?:[€$£¥₹]|EUR|USD|GBP|CHF|PLN|SEK|BRL|zł|kr\b|euros?|dollars?|%)", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


class _Form(NamedTuple):
    """What a value of one kind may look like: letters and digits in all, least digits, and whether blanks may part it."""

    least: int
    most: int
    digits: int
    blanks: bool


_FORMS = {
    Entity.NATIONAL_ID: _Form(6, 22, 4, True),
    Entity.PASSPORT: _Form(6, 12, 1, True),
    Entity.DRIVER_LICENSE: _Form(5, 20, 2, True),
    Entity.VEHICLE_ID: _Form(3, 17, 1, True),
    Entity.BANK_ACCOUNT: _Form(6, 34, 6, True),
    Entity.MEDICAL_ID: _Form(4, 22, 3, True),
    Entity.USER_ID: _Form(3, 40, 2, False),
    Entity.DEVICE_ID: _Form(8, 64, 3, False),
    Entity.ONLINE_ID: _Form(8, 64, 2, False),
    Entity.PHONE: _Form(6, 18, 6, True),
    Entity.CREDIT_CARD: _Form(12, 19, 12, True),
}


class Cues:
    """The explaining words of a text, in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._found = [(m.start(), m.end(), meaning) for m in expression().finditer(text) if (meaning := meaning_of(m.group()))]
        self._ends = [end for _, end, _ in self._found]

    def before(self, start: int, far: int = FAR) -> tuple[str, int] | None:
        """What the nearest word left of `start` says, and where it ends; nothing beyond the end of a sentence or another number."""
        place = bisect_right(self._ends, start) - 1
        if place < 0:
            return None
        begin, end, meaning = self._found[place]
        if place and _SPEAKER.match(self.text, end):  # `your phone? user: 304…`: the question says what the answer is
            question = self._found[place - 1]
            between = self.text[question[1] : begin]
            if len(between) <= far and "?" in between and not _DIGIT.search(between):
                meaning = question[2]
        gap = self.text[end:start]
        if len(gap) > far or _ENDS.search(gap) or _DIGIT.search(gap):
            return None
        return meaning, end

    def after(self, end: int) -> str | None:
        """What `… is my passport number` says of the number before it."""
        match = _IS_MY.match(self.text, end)
        if not match:
            return None
        place = bisect_right(self._ends, match.end())
        if place < len(self._found) and self._found[place][0] <= match.end() + 1:
            return self._found[place][2]
        return None


_SPEAKER = re.compile(r"\s?:\s")
_IS_MY = re.compile(
    r"\s?[,(]?\s?(?:(?:is|was|ist|war|est|es|è|é|jest|är|er|on|to|это|—|–|-)\s)?(?:my|the|his|her|their|our|your|meine?|die|der|das|seine|ihre|mon|ma|le|la|mi|su|el|il|mio|mia|o|a|meu|minha|mijn|moje|mój|min|mitt|мой|моя)\s",
    re.IGNORECASE,
)


def keyed(text: str, cues: Cues) -> Iterator[Span]:
    """Every value that a word explains."""
    yield from _births(text, cues)
    yield from _numbers(text, cues)
    yield from _accounts(text, cues)
    yield from _secrets(text, cues)


def _births(text: str, cues: Cues) -> Iterator[Span]:
    for match in DATE.finditer(text):
        cue = cues.before(match.start(), FAR_DATE)
        if (cue and cue[0] == Entity.DATE_OF_BIRTH) or (not cue and cues.after(match.end()) == Entity.DATE_OF_BIRTH):
            yield Span(match.start(), match.end(), Entity.DATE_OF_BIRTH, 0.95, "date beside a word for birth")
    for match in _YEAR.finditer(text):
        cue = cues.before(match.start(), 6)
        if cue and cue[0] == Entity.DATE_OF_BIRTH:
            yield Span(match.start(), match.end(), Entity.DATE_OF_BIRTH, 0.7, "year beside a word for birth")


def _numbers(text: str, cues: Cues) -> Iterator[Span]:
    words = [m.span() for m in _WORD.finditer(text)]
    for i, (start, end) in enumerate(words):
        if not _DIGIT.search(text, start, end) and not _plate_head(text, words, i):
            continue
        before = cues.before(start)
        meaning = before[0] if before else cues.after(end)
        form = _FORMS.get(Entity(meaning)) if meaning and meaning != NOTHING else None
        if meaning is None or form is None or DATE.fullmatch(text, start, end):
            continue
        entity = Entity(meaning)
        if form.blanks:
            start, end = _widened(text, words, i, before[1] if before else 0)
        found = text[start:end]
        if entity is Entity.USER_ID and _YEAR.fullmatch(found):
            continue
        if _fits(found, form, entity) and not (_MONEY.match(text, end) and entity is not Entity.VEHICLE_ID):
            if entity is Entity.BANK_ACCOUNT and sum(map(str.isdigit, found)) < 8 and not found.isdigit():
                entity = Entity.USER_ID
            yield Span(start, end, entity, 0.9, f"value beside a word for {entity.value.lower().replace('_', ' ')}")


def _plate_head(text: str, words: list[tuple[int, int]], i: int) -> bool:
    """Whether the word begins a plate or number that is parted by blanks: `AE 8130`."""
    start, end = words[i]
    return (
        end - start <= 4
        and text[start:end].isupper()
        and i + 1 < len(words)
        and words[i + 1][0] - end == 1
        and text[end] == " "
        and bool(_DIGIT.search(text, *words[i + 1]))
    )


def _widened(text: str, words: list[tuple[int, int]], i: int, least: int) -> tuple[int, int]:
    """The value with the groups that follow it after one blank each, as long as they are short."""
    start, end = words[i]
    for after, stop in words[i + 1 : i + 9]:
        group, last = text[after:stop], text[start:end].rpartition(" ")[2]
        short = len(last) <= 6 or (len(group) == 1 and group.isupper())
        if (
            after - end != 1
            or text[end] not in " -"
            or not short
            or len(group) > 8
            or not (_DIGIT.search(group) or (group.isupper() and len(group) <= 4))
        ):
            break
        if DATE.match(text, after):
            break
        end = stop
    return start, end


_CAMEL_WORD = re.compile(r"[a-z]{3,}")


def _fits(found: str, form: _Form, entity: Entity) -> bool:
    plain = re.sub(r"[\W_]", "", found)
    digits = sum(map(str.isdigit, plain))
    if not form.least <= len(plain) <= form.most or digits < form.digits:
        return False
    if (
        entity in (Entity.PASSPORT, Entity.VEHICLE_ID, Entity.DRIVER_LICENSE)
        and _CAMEL_WORD.search(found)
        and not found.islower()
    ):
        return False
    if entity is Entity.VEHICLE_ID:
        return 4 <= len(plain) <= 17 and (len(plain) > digits or digits >= 5)
    if entity in (Entity.PHONE, Entity.CREDIT_CARD):
        return digits == len(plain)
    return True


# names of accounts ------------------------------------------------------------------------------------------------------
_LINK = re.compile(
    r"(?P<key>['\"]?\s{0,2}[:=]{1,2}>?\s{0,2}['\"]?|['\"]>|>)|(?P<is>\s(?:is|was|ist|lautet|est|es|è|é|jest|is:|är|er|:|=|to|is now|name|called|named|as|—|-)\s['\"@]?)|(?P<of>\s(?:of|for|von|de|di|van|des|du|för|av)\s['\"@]?)|(?P<quoted>\s['\"«“])|(?P<blank>\s@?)"
)
_ACCOUNT = re.compile(r"@?[^\W_](?:[^\W]|[.\-](?=\w)){1,38}")
_NO_ACCOUNT = frozenset(
    [
        "null",
        "none",
        "true",
        "false",
        "undefined",
        "unknown",
        "anonymous",
        "guest",
        "root",
        "admin",
        "system",
        "service",
        "name",
        "names",
        "names",
        "id",
        "ids",
        "account",
        "accounts",
        "password",
        "login",
        "logged",
        "failed",
        "success",
        "error",
        "not",
        "the",
        "and",
        "for",
        "was",
        "from",
        "with",
        "has",
        "have",
        "this",
        "that",
        "info",
        "status",
        "agent",
        "bot",
        "user",
        "users",
        "data",
        "type",
        "role",
        "group",
        "email",
        "mail",
        "phone",
        "interface",
        "experience",
        "story",
        "guide",
        "manual",
        "test",
        "nobody",
        "daemon",
        "www-data",
        "ubuntu",
        "ec2-user",
        "postgres",
        "nginx",
        "mysql",
        "oracle",
        "session",
        "token",
        "nil",
        "n/a",
        "is",
        "of",
        "in",
        "on",
        "at",
        "to",
        "by",
        "a",
        "my",
        "your",
    ]
)


def _accounts(text: str, cues: Cues) -> Iterator[Span]:
    for start, end, meaning in cues._found:
        if meaning != Entity.USERNAME:
            continue
        link = _LINK.match(text, end)
        match = _ACCOUNT.match(text, link.end()) if link else None
        if link is None or match is None:
            continue
        value = match.group().lstrip("@")
        begin = match.end() - len(value)
        if len(value) < 3 or value.casefold() in _NO_ACCOUNT or text[match.end() : match.end() + 1] in ("@", "(", "="):
            continue
        marked = bool(re.search(r"\d|[_.\-]", value))
        explicit = len(text[start:end]) > 5 or bool(link["key"])
        name_like = value[:1].isupper() and bool(re.match(r"\s[^\W\d_]{2,}", text[match.end() : match.end() + 4])) and not marked
        if link["key"] and link.group().endswith(" ") and len(value) > 6 and not _LETTER.search(value):
            continue  # `user: 020 7946 0018`: what somebody says, not who it is
        if value.isdigit() or re.fullmatch(r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\d[\dA-Za-z-]*", value):
            said = bool(link["key"]) and link.group().endswith(" ") and bool(_LETTER.match(text[match.end() :].lstrip(" ")[:1]))
            if not said and (link["key"] or len(value) >= 5):
                yield Span(begin, match.end(), Entity.USER_ID, 0.85, "value of a user key")
        elif (
            (link["key"] and not name_like and (marked or (value.islower() and _closed(text, link.group(), match.end()))))
            or (marked and not name_like)
            or (link["is"] and explicit and value.islower())
            or (link["quoted"] and not name_like and text[match.end() : match.end() + 1] in "'\"»”")
        ):
            yield Span(begin, match.end(), Entity.USERNAME, 0.85, "value beside a word for user name")
    for match in _PATH.finditer(text):
        entity = (
            Entity.USER_ID
            if re.fullmatch(r"[A-Z]{0,4}-?\d+|[0-9a-fA-F-]{32,36}|[0-9A-Z]{26}", match.group(1))
            else Entity.USERNAME
        )
        yield Span(match.start(1), match.end(1), entity, 0.8, "person in the path of a URL")
    for match in _SHORT_KEY.finditer(text):
        if match.group(1).casefold() not in _NO_ACCOUNT:
            entity = Entity.USER_ID if re.fullmatch(r"[0-9a-fA-F-]{32,36}|[0-9A-Z]{26}", match.group(1)) else Entity.USERNAME
            yield Span(match.start(1), match.end(1), entity, 0.8, "value of a user key")
    for match in _FROM_ADDRESS.finditer(text):
        if match.group(1) not in _NO_ACCOUNT:
            yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.8, "account that came from an address")
    for match in _SUBJECT.finditer(text):
        yield Span(match.start(), match.end(), Entity.USER_ID, 0.9, "subject of an identity provider")
    for match in _HANDLE.finditer(text):
        yield Span(match.start(1), match.end(1), Entity.USERNAME, 0.7, "handle")


def _closed(text: str, link: str, end: int) -> bool:
    """Whether an unmarked word is a value and no speech: `user=sky&`, `"user":"sky"`, but not `user: sure, here it is`."""
    return text[end : end + 1] in ("", "&", ";", "'", '"', "<", "]", "}", "\n", "|") or (
        not link.endswith(" ") and link.strip() != ":"
    )


_SHORT_KEY = re.compile(
    r"(?:(?<=[{,\s&?;|\[(])|(?<=^))(?:['\"](?:u|un|uname|usr|lgn|acct_?name|nickname|handle|owner|actor|by)['\"]\s?:\s?['\"]|(?:u|un|uname|lgn)=['\"]?)(?=[\w.-]*[a-z])([\w][\w.-]{2,38})(?=['\"\s&,;|)\]]|$)",
    re.IGNORECASE,
)
_PATH = re.compile(
    r"/(?:u|users?|profiles?|members?|customers?|accounts?|people|persons?|patients?|employees?|kunden|clients?|clientes|usuarios|utenti|contacts?|subscribers?|drivers?|guests?)/(?=[\w.-]*\d)([\w.-]{3,60})(?=[/?\s\"'&]|$)",
    re.IGNORECASE,
)
_FROM_ADDRESS = re.compile(
    r"(?<!\w)(?:for|user|by|login)\s(?:invalid\suser\s|user\s)?([a-z][\w.-]{2,30})\sfrom\s(?=\d{1,3}\.\d{1,3}\.|[0-9a-f]{1,4}:[0-9a-f:])"
)
_SUBJECT = re.compile(
    r"(?<![\w|])(?:auth0|google-oauth2|okta|github|facebook|apple|windowslive|saml|waad|oidc)\|[\w.@|-]{6,80}(?!\w)"
)
_HANDLE = re.compile(r"(?<![\w@./])@(?=\w*[\d_])([A-Za-z][\w]{3,29}(?:\.\w{1,20})?)(?![\w@])")

# secrets ---------------------------------------------------------------------------------------------------------------
_SECRET_VALUE = re.compile(
    r"(?:\s?[:=]\s?|\s(?:is|was|ist|lautet|est|es|è|é|jest|är|er|to|is now|:)\s|\s|['\"]\s?:\s?)['\"«“`]?([^\s'\"«»“”`,;<>]{5,300})"
)


def _secrets(text: str, cues: Cues) -> Iterator[Span]:
    for _start, end, meaning in cues._found:
        if meaning != Entity.SECRET:
            continue
        match = _SECRET_VALUE.match(text, end)
        if not match:
            continue
        value = re.split(r"&(?=[\w.-]{1,40}=)", match.group(1), maxsplit=1)[0].rstrip(".?)]}:")
        kinds = sum(bool(re.search(kind, value)) for kind in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w\s.:/-]"))
        sure = (len(value) >= 6 and kinds >= 3) or (len(value) >= 8 and kinds >= 2 and bool(_DIGIT.search(value)))
        if sure and not value.startswith(("$", "{", "<", "http", "/")):
            yield Span(match.start(1), match.start(1) + len(value), Entity.SECRET, 0.85, "value beside a word for a secret")
