"""National numbers: written forms, and the check digits that python-stdnum knows."""

from __future__ import annotations

import re

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.patterns.finance import luhn
from mesh_platform.classify.patterns.pattern import BEFORE, BEHIND, Pattern, checked, digits, pattern


def _snils(text: str) -> bool:
    number = digits(text)
    total = sum(int(c) * (9 - i) for i, c in enumerate(number[:9])) % 101 % 100
    return total == int(number[9:])


def _taiwanese(text: str) -> bool:
    first = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(text[0]) + 10
    return (
        first // 10 + first % 10 * 9 + sum(int(c) * w for c, w in zip(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True))
    ) % 10 == 0


def _hong_kong(text: str) -> bool:
    letters, number = re.match(r"[A-Z]+", text.upper()), digits(text.partition("(")[0])
    head = letters[0].rjust(2) if letters else ""
    values = [36 if c == " " else ord(c) - 55 for c in head] + [int(c) for c in number]
    check = (11 - sum(v * w for v, w in zip(values, range(9, 1, -1), strict=True)) % 11) % 11
    return text.upper()[-2] == ("A" if check == 10 else str(check))


def _nric(text: str) -> bool:
    plain = text.upper()
    total = sum(int(c) * w for c, w in zip(plain[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)) + {"T": 4, "G": 4, "M": 3}.get(
        plain[0], 0
    )
    letters = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "KLJNPQRTUWX"}[plain[0]]
    return letters[10 - total % 11 if plain[0] == "M" else total % 11] == plain[8]


def _luhn_16(text: str) -> bool:
    return luhn(digits(text))


def _belarusian(text: str) -> bool:
    plain = text.upper()
    total = sum((int(c) if c.isdigit() else ord(c) - 55) * w for c, w in zip(plain[:13], (7, 3, 1) * 5, strict=False))
    return total % 10 == int(plain[13])


def _iranian(text: str) -> bool:
    number = digits(text)
    rest = sum(int(c) * (10 - i) for i, c in enumerate(number[:9])) % 11
    return len(set(number)) > 1 and int(number[9]) == (rest if rest < 2 else 11 - rest)


def _kazakh(text: str) -> bool:
    first = sum(int(c) * (i + 1) for i, c in enumerate(text[:11])) % 11
    again = sum(int(c) * ((i + 2) % 11 + 1) for i, c in enumerate(text[:11])) % 11
    return 1 <= int(text[2:4]) <= 12 and 1 <= int(text[4:6]) <= 31 and (again if first == 10 else first) == int(text[11])


def _salvadoran(text: str) -> bool:
    number = digits(text)
    return len(set(number)) > 1 and (10 - sum(int(c) * (9 - i) for i, c in enumerate(number[:8])) % 10) % 10 == int(number[8])


def _egyptian(text: str) -> bool:
    return 1 <= int(text[3:5]) <= 12 and 1 <= int(text[5:7]) <= 31 and (1 <= int(text[7:9]) <= 35 or text[7:9] == "88")


_CHECKED = tuple(
    pattern(Entity.NATIONAL_ID, name, rf"{BEFORE}(?:{expression}){BEHIND}", checked(module), proof, re.IGNORECASE if proof else 0)
    for name, module, expression, proof in (
        ("US social security number", "us.ssn", r"\d{3}-\d\d-\d{4}", False),
        ("US taxpayer number", "us.itin", r"9\d\d-\d\d-\d{4}", False),
        ("Brazilian CPF", "br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d\d", True),
        ("Spanish DNI or NIE", "es.nif", r"[XYZ]?-?\d{7,8}-?[A-HJ-NP-TV-Z]", True),
        ("Italian codice fiscale", "it.codicefiscale", r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]", True),
        ("French NIR", "fr.nir", r"[1-478] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d", True),
        ("Polish PESEL", "pl.pesel", r"\d{11}", False),
        ("Belgian national number", "be.nn", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d|\d{11}", False),
        ("Swedish personal number", "se.personnummer", r"(?:\d\d)?\d{6}[-+]\d{4}", True),
        ("Finnish personal code", "fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", True),
        ("Danish CPR number", "dk.cpr", r"\d{6}-\d{4}", False),
        ("Norwegian birth number", "no.fodselsnummer", r"\d{6} ?\d{5}", False),
        ("Czech or Slovak birth number", "cz.rc", r"\d{6}/\d{3,4}", True),
        ("Bulgarian EGN", "bg.egn", r"\d{10}", False),
        ("Romanian CNP", "ro.cnp", r"[1-8]\d{12}", False),
        ("Baltic personal code", "ee.ik", r"[1-8]\d{10}", False),
        ("Latvian personal code", "lv.pvn", r"\d{6}-\d{5}", True),
        ("Croatian OIB", "hr.oib", r"\d{11}", False),
        ("EMŠO or JMBG", "si.emso", r"\d{13}", False),
        ("Swiss AHV number", "ch.ssn", r"756\.?\d{4}\.?\d{4}\.?\d\d", True),
        ("German tax number", "de.idnr", r"[1-9]\d ?\d{3} ?\d{3} ?\d{3}", False),
        ("Austrian insurance number", "at.vnr", r"[1-9]\d{3} ?\d{6}", False),
        ("Dutch BSN", "nl.bsn", r"\d{9}", False),
        ("Irish PPS number", "ie.pps", r"\d{7}[A-W][A-IW]?", True),
        ("Icelandic kennitala", "is_.kennitala", r"\d{6}-\d{4}", True),
        ("Turkish TCKN", "tr.tckimlik", r"[1-9]\d{10}", False),
        ("Greek AMKA", "gr.amka", r"\d{11}", False),
        ("Portuguese citizen card", "pt.cc", r"\d{8} ?\d ?[A-Z0-9]{2}\d", True),
        ("Portuguese NIF", "pt.nif", r"[123]\d{8}", False),
        ("Indian Aadhaar", "in_.aadhaar", r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}|[2-9]\d{11}", False),
        ("Indian PAN", "in_.pan", r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", True),
        ("Chinese resident number", "cn.ric", r"\d{17}[\dX]", True),
        ("Korean resident number", "kr.rrn", r"\d{6}-\d{7}", True),
        ("Chilean RUT", "cl.rut", r"\d{1,2}\.\d{3}\.\d{3}-[\dK]|\d{7,8}-[\dK]", True),
        ("Argentine CUIT or CUIL", "ar.cuit", r"2[0347]-\d{8}-\d|2[0347]\d{9}", True),
        ("Mexican CURP", "mx.curp", r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d", True),
        ("Mexican RFC", "mx.rfc", r"[A-ZÑ&]{4}\d{6}[0-9A-Z]{3}", True),
        ("Canadian SIN", "ca.sin", r"\d{3}[ -]\d{3}[ -]\d{3}", True),
        ("South African ID", "za.idnr", r"\d{6} ?\d{4} ?[01]\d\d|\d{13}", False),
        ("Israeli ID", "il.idnr", r"\d{9}", False),
        ("Taiwanese or Malaysian ID", "my.nric", r"\d{6}-\d\d-\d{4}", True),
        ("Thai PIN", "th.pin", r"\d-?\d{4}-?\d{5}-?\d\d-?\d", False),
        ("Pakistani CNIC", "pk.cnic", r"\d{5}-\d{7}-\d", True),
        ("NHS number", "gb.nhs", r"\d{3}[ -]\d{3}[ -]\d{4}", True),
        ("Ecuadorian cédula", "ec.ci", r"[0-2]\d{9}", False),
        ("Dominican cédula", "do.cedula", r"\d{3}-\d{7}-\d", True),
        ("Russian INN", "ru.inn", r"\d{12}", False),
        ("Indonesian NIK", "id.nik", r"\d{16}", False),
        ("Japanese My Number", "jp.in_", r"\d{12}|\d{4} \d{4} \d{4}", False),
        ("Ukrainian RNTRC", "ua.rntrc", r"\d{10}", False),
        ("Lithuanian personal code", "lt.asmens", r"[3-6]\d{10}", False),
        ("Peruvian DNI with check", "pe.cui", r"\d{8}-?[0-9A-K]", False),
    )
)  # fmt: skip
NATIONAL: tuple[Pattern, ...] = (
    *_CHECKED,
    pattern(Entity.NATIONAL_ID, "UK national insurance number", rf"{BEFORE}(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]{BEHIND}"),
    pattern(Entity.NATIONAL_ID, "Russian SNILS", rf"{BEFORE}\d{{3}}-\d{{3}}-\d{{3}}[ -]\d\d{BEHIND}", _snils),
    pattern(Entity.NATIONAL_ID, "Taiwanese ID", rf"{BEFORE}[A-Z][12]\d{{8}}{BEHIND}", _taiwanese, proof=False),
    pattern(Entity.NATIONAL_ID, "Hong Kong ID", rf"{BEFORE}[A-Z]{{1,2}}\d{{6}}\([0-9A]\){BEHIND}", _hong_kong),
    pattern(Entity.NATIONAL_ID, "Singaporean NRIC", rf"{BEFORE}[STFGM]\d{{7}}[A-Z]{BEHIND}", _nric, proof=False),
)  # fmt: skip
NATIONAL += (
    pattern(Entity.NATIONAL_ID, "Emirates ID", rf"{BEFORE}784-?(?:19|20)\d\d-?\d{{7}}-?\d{BEHIND}", _luhn_16, proof=False),
    pattern(Entity.NATIONAL_ID, "Belarusian personal number", rf"{BEFORE}[1-6]\d{{6}}[ABCHKEM]\d{{3}}(?:PB|BA|BI)\d{BEHIND}", _belarusian, proof=False),
    pattern(Entity.NATIONAL_ID, "Iranian national code", rf"{BEFORE}(?:\d{{10}}|\d{{3}}-\d{{6}}-\d){BEHIND}", _iranian, proof=False),
    pattern(Entity.NATIONAL_ID, "Kazakh IIN", rf"{BEFORE}\d{{12}}{BEHIND}", _kazakh, proof=False),
    pattern(Entity.NATIONAL_ID, "Salvadoran DUI", rf"{BEFORE}\d{{8}}-\d{BEHIND}", _salvadoran, proof=False),
    pattern(Entity.NATIONAL_ID, "Egyptian national number", rf"{BEFORE}[23]\d{{13}}{BEHIND}", _egyptian, proof=False),
)  # fmt: skip
MRZ = pattern(
    Entity.PASSPORT,
    "machine-readable zone of a travel document",
    r"(?<![A-Z0-9<])(?:[PIAC][A-Z<][A-Z]{3}[A-Z]{1,30}(?:<[A-Z]{1,20}){0,3}<<[A-Z]{1,20}[A-Z<]{2,30}|[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}[A-Z0-9<]{2,16})",
)
"""ICAO Doc 9303."""
MRZ_NAME = pattern(
    Entity.PERSON,
    "name in the machine-readable zone",
    r"(?<![A-Z0-9<])[PIAC][A-Z<][A-Z]{3}[A-Z]{1,30}(?:<[A-Z]{1,20}){0,3}<<[A-Z]{1,20}[A-Z<]{2,30}",
)
MRZ_BIRTH = pattern(
    Entity.DATE_OF_BIRTH, "date of birth in the machine-readable zone", r"(?<![A-Z0-9<])[A-Z0-9<]{9}\d[A-Z<]{3}\d{7}[MFX<]\d{7}"
)
