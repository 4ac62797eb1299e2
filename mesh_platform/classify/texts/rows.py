"""Rows below a line of headings (`name,dob,phone`): each value is what its heading says."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts.cues import CLASSES
from mesh_platform.classify.texts.keyed import DATE
from mesh_platform.classify.texts.keywords import NOTHING, meaning_of
from mesh_platform.classify.texts.span import Span

MOST_ROWS = 2000
_MARKS = re.compile(r"[,;\t|]")
_HEADING = re.compile(r"[ \"']*[^\W\d_][^\W\d]{1,24}(?:[ -][^\W\d_]{2,16}){0,2}[ \"']*")
_WORDS = "name full_name fullname customer_name client_name first_name last_name firstname lastname surname given_name family_name contact patient vorname nachname kunde nom prénom prenom nombre apellidos nome cognome sobrenome naam imię nazwisko jméno příjmení namn navn nimi név nume имя фамилия імʼя όνομα ad soyad 姓名 氏名 이름 성명 nama họ_tên الاسم שם"
_NAMED = frozenset(_WORDS.split())
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_NUMBERED = frozenset(
    {
        Entity.PHONE,
        Entity.USER_ID,
        Entity.MEDICAL_ID,
        Entity.NATIONAL_ID,
        Entity.PASSPORT,
        Entity.DRIVER_LICENSE,
        Entity.BANK_ACCOUNT,
        Entity.VEHICLE_ID,
    }
)


def rows(text: str) -> Iterator[Span | tuple[int, int]]:
    """The values of every table of two lines or more whose first line is of headings alone, at least two for something personal.

    A cell below a heading for places or wares comes as its bare begin and end: no name in it is anybody's.
    """
    lines = [(m.start(), m.group()) for m in re.finditer(r"[^\n]+", text)][:MOST_ROWS]
    at = 0
    while at < len(lines) - 1:
        mark, meanings = _headings(lines[at][1])
        below = at + 1
        while meanings and below < len(lines) and lines[below][1].count(mark) == len(meanings) - 1:
            yield from _row(*lines[below], mark, meanings)
            below += 1
        at = max(below if meanings else at + 1, at + 1)


def _headings(line: str) -> tuple[str, list[str | None]]:
    marks = _MARKS.findall(line)
    if not marks or len(set(marks)) > 1 or len(line) > 400:
        return "", []
    cells = line.split(marks[0])
    if not all(_HEADING.fullmatch(cell) for cell in cells):
        return "", []
    meanings = [_meaning(cell.strip(" \"'").lower()) for cell in cells]
    return marks[0], meanings if sum(m not in (None, NOTHING, _ELSEWHERE) for m in meanings) >= 2 else []


def _meaning(heading: str) -> str | None:
    if heading.replace(" ", "_") in _NAMED or "name" in CLASSES.get(heading, ()):
        return Entity.PERSON
    return _ELSEWHERE if heading.replace(" ", "_") in _THINGS else meaning_of(heading)


_ELSEWHERE = "ELSEWHERE"
_THING_WORDS = "city town country state region place branch store product item article brand company firm supplier ort stadt land filiale firma produkt artikel ville pays région produit société ciudad país tienda producto empresa città paese prodotto azienda cidade loja produto stad plaats winkel miasto kraj sklep město obchod kaupunki maa tuote by butik vara şehir ülke ürün город страна товар місто країна πόλη 都市 城市 도시"
_THINGS = frozenset(_THING_WORDS.split())


def _row(start: int, line: str, mark: str, meanings: list[str | None]) -> Iterator[Span | tuple[int, int]]:
    at = start
    for cell, meaning in zip(line.split(mark), meanings, strict=True):
        value = cell.strip(" \"'")
        begin = at + cell.find(value) if value else at
        at += len(cell) + 1
        if not value or len(value) > 60:
            continue
        if meaning == _ELSEWHERE:
            yield begin, begin + len(value)
            continue
        digits = len(_DIGIT.findall(value))
        if (
            (meaning == Entity.PERSON and _LETTER.search(value) and not digits)
            or (meaning == Entity.DATE_OF_BIRTH and DATE.fullmatch(value))
            or (meaning in _NUMBERED and digits >= 3)
            or (meaning == Entity.USERNAME and len(value) >= 3 and " " not in value)
        ):
            yield Span(begin, begin + len(value), Entity(str(meaning)), 0.85, "value below its heading")
