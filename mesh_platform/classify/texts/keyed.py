"""Numbers and dates that words beside them explain: `passport no. K3L…`, `Kundennummer 4711`, `né le …`.

The nearest word to the left decides; one that says `order` or `build` protects from a wrong alarm just as `Reisepass` gives a right one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts.keywords import FILE, NOTHING, expression, meaning_of
from mesh_platform.classify.texts.span import Span

FAR, FAR_DATE = 34, 50
"""Characters that may stand between the word and its number."""
_MONTH = r"[^\W\d_]{3,12}\.?"
DATE = re.compile(
    rf"(?<![\w.])(?:\d{{4}}[-/.]\s?\d{{1,2}}[-/.]\s?\d{{1,2}}|\d{{1,2}}[-/.]\s?\d{{1,2}}[-/.]\s?(?:\d{{4}}|\d\d)|\d{{1,2}} \d{{1,2}} \d{{4}}|\d{{1,2}}(?:st|nd|rd|th|er|\.|º|ª|-го)?[ -](?:de |of |di )?{_MONTH},?[ -](?:de |del )?(?:\d{{4}}|\d\d)"
    rf"|\d{{1,2}}[. ]\s?(?:X|XI|XII|IX|IV|V?I{{1,3}}|V)[. ]\s?(?:19|20)\d\d|\d{{1,2}}[A-Za-z]{{3}}(?:19|20)\d\d|{_MONTH} \d{{1,2}}(?:st|nd|rd|th|\.)?,? \d{{4}}|\d{{4}}[ -]{_MONTH}[ -]\d{{1,2}}|\d{{4}}\s?[年년]\s?\d{{1,2}}\s?[月월]\s?\d{{1,2}}\s?[日일]?|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d)(?![\w]|[-/]\d)"
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
    Entity.DEVICE_ID: _Form(10, 64, 3, False),
    Entity.ONLINE_ID: _Form(8, 64, 2, False),
    Entity.PHONE: _Form(6, 18, 6, True),
    Entity.CREDIT_CARD: _Form(12, 19, 12, True),
}


class Cues:
    """The explaining words of a text, in order."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [
            (m.start(), m.end(), meaning)
            for m in expression().finditer(text)
            if not (m.start() and m.end() - m.start() <= 2 and text[m.start() - 1].isdigit())
            and (meaning := meaning_of(m.group()))
        ]
        self.clinical = _PATIENT.search(text) is not None or (
            any(meaning == Entity.DATE_OF_BIRTH for _, _, meaning in found) and _DOCTOR.search(text) is not None
        )
        file = Entity.MEDICAL_ID if self.clinical else NOTHING
        self.found = [(begin, end, file if meaning == FILE else meaning) for begin, end, meaning in found]
        self._ends = [end for _, end, _ in self.found]

    def before(self, start: int, far: int = FAR) -> tuple[str, int] | None:
        """What the nearest word left of `start` says, and where it ends; nothing beyond the end of a sentence or another number."""
        place = bisect_right(self._ends, start) - 1
        if place < 0:
            return None
        begin, end, meaning = self.found[place]
        if place and _SPEAKER.match(self.text, end):  # `your phone? user: 304…`: the question says what the answer is
            question = self.found[place - 1]
            between = self.text[question[1] : begin]
            if len(between) <= far and "?" in between and not _DIGIT.search(between):
                meaning = question[2]
        gap = self.text[end:start]
        if len(gap) > far or _DIGIT.search(gap) or (_ENDS.search(gap) and not _ANSWER.fullmatch(gap)):
            return None
        return meaning, end

    def behind(self, end: int, far: int = 14) -> str | None:
        """What the next word right of `end` says, within the same phrase: `4711-08 numaralı sipariş`."""
        place = bisect_left(self.found, (end, 0, ""))
        if place == len(self.found):
            return None
        begin, _, meaning = self.found[place]
        gap = self.text[end:begin]
        return meaning if len(gap) <= far and not _DIGIT.search(gap) and not _BREAK.search(gap) else None

    def after(self, end: int) -> str | None:
        """What `… is my passport number` says of the number before it."""
        match = _IS_MY.match(self.text, end)
        if not match:
            return None
        place = bisect_right(self._ends, match.end())
        if place < len(self.found) and self.found[place][0] <= match.end() + 1:
            return self.found[place][2]
        return None


_PATIENT = re.compile(
    r"(?i)(?<![^\W\d_])(?:patient|pat\.|pt\b|pacient|paciente|pacjent|potilas|hasta(?:nın)?\s(?!(?:la|el)\b)|пациент|пацієнт|ασθεν|admitted|diagnos|anamnes|symptom|discharged|prescri|überwiesen|befund|aufnahme|consulta|motivo|referido|derivad|hospital|klinik|clinic|ward|внутр|діагноз|диагноз|жалоб|скарж)"
    r"|المريض|مريض|בימר|מטופל|患者|病人|환자|診察|外来|ผู้ป่วย|मरीज|रोगी|bệnh nhân|pasien"
)
"""Words of medicine: a `file number` beside them is a patient's."""
_DOCTOR = re.compile(
    r"(?i)(?<![^\W\d_])(?:dr\b|doktor|doctor|dott|medic|médic|méd|lekarz|lékař|lekár|orvos|liječnik|лікар|врач|лекар|ιατρ|γιατρ|arzt|ärzt|läkare|læge|lege\b|lääkäri|bác sĩ|hekim|hosp)|الدكتور|طبيب|רופא|ד\"ר|डॉ|医师|医生|医師|의사"
)
_ANSWER = re.compile(
    r"[^?\d]{0,24}(?:[?？]\s{0,3}(?:[^\W\d_]{2,16}(?:\s[^\W\d_]{1,12})?\s?[:：]\s?)?|[.。!]\s{0,3}[^\W\d_]{2,16}(?:\s[^\W\d_]{1,12})?\s?[:：]\s?)"
)
"""A question's end, and who answers: `…your date of birth? Caller: 3.4.1984`."""
_BREAK = re.compile(r"[.,;:!?\n(]")
_SPEAKER = re.compile(r"\s?:\s")
_IS_MY = re.compile(
    r"\s?[,(]?\s?(?:(?:is|was|ist|war|est|es|è|é|jest|är|er|on|to|это|—|–|-)\s)?(?:my|the|his|her|their|our|your|meine?|die|der|das|seine|ihre|mon|ma|le|la|mi|su|el|il|mio|mia|o|a|meu|minha|mijn|moje|mój|min|mitt|мой|моя)\s",
    re.IGNORECASE,
)


_HEADED = re.compile(
    r"(?<!\d)[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3](?=\d)|(?<=\d)(?![年月日년월일])[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
)
"""A letter right at a number that is not the `年` of a date."""


def keyed(text: str, bare: str, cues: Cues) -> Iterator[Span]:
    """Every number and date that a word explains; `bare`: the text with blanks for letters that stand against a number."""
    yield from _births(text, cues)
    if bare != text:
        yield from _births(_HEADED.sub("\u3000", text), cues)
    yield from _numbers(bare, cues)
    for match in _SORT_CODE.finditer(bare):
        yield Span(match.start(), match.end(), Entity.BANK_ACCOUNT, 0.9, "sort code and account number")


_SORT_CODE = re.compile(r"(?<![\d-])\d\d-\d\d-\d\d(?: |, ?| ?/ ?)(?:(?i:a/?c|acc(?:ount)?)\.? ?(?i:no\.?)? ?)?\d{8}(?![\d-])")
"""A bank account of the United Kingdom, whose two parts no other number has."""


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
        if entity is Entity.BANK_ACCOUNT and not _fits(found, form, entity) and _MIXED.fullmatch(found):
            entity, form = Entity.USER_ID, _FORMS[Entity.USER_ID]
        if (
            entity is Entity.VEHICLE_ID
            and before
            and text[before[1] - 3 : before[1]].casefold() == "van"
            and not _PLATE.fullmatch(found)
        ):
            continue
        if entity is Entity.CREDIT_CARD and not _fits(found, form, entity) and _ID_CARD.fullmatch(found):
            entity, form = Entity.USER_ID, _FORMS[Entity.USER_ID]
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
        end - start <= (6 if "-" in text[start:end] else 4)
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


_MIXED = re.compile(r"(?=.*\d)[A-Z]{1,5}-?[\dA-Z]{3,12}")
_ID_CARD = re.compile(r"(?=(?:\D*\d){5})[A-Z\d](?:[A-Z\d]|[-/.](?=[A-Z\d])){5,17}|[A-Z]{1,3} \d{5,9}|\d{4}(?: \d{4}){1,2}")
_HEX = re.compile(r"[0-9a-f]{7,}|\d{4}-\d\d-\d\dT?\d*")
_PLATE = re.compile(r"(?=[A-Z\d -]*\d)(?=[A-Z\d -]*[A-Z])[A-Z\d]{1,4}(?:[ -]?[A-Z\d]{1,4}){1,3}")
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
    if entity is Entity.VEHICLE_ID and (DATE.match(found) or _HEX.fullmatch(found)):
        return False
    if entity is Entity.VEHICLE_ID:
        return 4 <= len(plain) <= 17 and (len(plain) > digits or digits >= 5)
    if entity in (Entity.PHONE, Entity.CREDIT_CARD):
        return digits == len(plain)
    return True
