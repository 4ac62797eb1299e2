"""The forms of values by which card data, codes, days and places show themselves, as patterns of the engine; and what a column's name says of its values."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mesh_platform.policy.shapes import CARD_WORDS, name_words

_BEFORE = r"(?:^|[^A-Za-z])"
_SAID = r"[\"']?\s*(?:on the (?:back|card)\s+)?(?:[:=#：-]|->|is|was)?\s*[\[({\"']{0,2}"
_TRACK = r"%?[Bb][0-9]{12,19}\^[^^]{2,26}\^[0-9]{4}|;[0-9]{12,19}=[0-9]{7}|\b[3-6][0-9]{12,18}=[0-9]{7}"
_CODE = (
    rf"(?i){_BEFORE}(?:(?:credit|debit)?[ _-]?(?:card|cc|payment)[ _-]?)?"
    r"(?:(?:cvv|cvc|cvn|cav|c[ .]v[ .][vc][.]?)2?|(?:card|cc)[ _-]?(?:verification|security|validation)(?:[ _-]?(?:code|value|number))|[\"']security_?code(?:[\"']))"
    rf"(?:[ _-]?(?:code|value|number|no))?{_SAID}\p{{Nd}}{{3,4}}(?:\P{{Nd}}|$)"
)
_PIN = rf"(?i){_BEFORE}(?:encrypted[ _-]?)?(?:pin[ _-]?block|card[ _-]?pin|atm[ _-]?pin){_SAID}(?:[0-9A-F]{{16}}|[0-9]{{4,12}})\b"
_BARE_PIN = (
    r"(?i)(?:^|[^A-Za-z0-9\s]\s*|\b(?:my|the|your|his|her|our|new|old|card|with|and|code|secret|debit|credit|bank|atm|meine?|die|neue)\s+)"
    r"pin(?:\s*(?:code|number|no\.?|nr\.?))?\s*(?:[:=]|\b(?:is|ist|was)\b)\s*[\"'(\[]?[0-9]{4}(?:[^0-9A-Za-z]|$)"
)
"""A PIN that a text tells, of four digits; not that of a door, a SIM card or a connector, whose word stands before it."""
_CUT = r"(?:[*xX•·…][ -]?){4,}[0-9]{4}(?:[^0-9]|$)"
BASE64 = r"(?:^|[^A-Za-z0-9+/_-])((?:Mz|ND|NT|Nj)[A-Za-z0-9+/_-]{15,26})={0,2}(?:[^A-Za-z0-9+/_=-]|$)"
"""What begins as a card number does in base64."""
ANY = f"{_TRACK}|{_CODE}|{_PIN}|{_BARE_PIN}|{_CUT}|{BASE64}"
FORMS: Mapping[str, str] = {"track": _TRACK, "cvv": _CODE, "pin": f"{_PIN}|{_BARE_PIN}", "truncated": _CUT}
"""What of a card stands anywhere in a text."""
NUMBERS: Mapping[str, str] = {
    "cvv": r"^\s*[0-9]{3,4}\s*$",
    "pin": r"^\s*(?:[0-9]{4,12}|[0-9A-Fa-f]{16})\s*$",
    "truncated": r"^\s*(?:[0-9]{1,4}|[0-9]{6}|[0-9]{8})\s*$",
}
"""Whole values that are such a thing where the column's name says so."""
FIRST_DIGITS, LAST_DIGITS = r"^[3-6](?:[0-9]{5}|[0-9]{7})$", r"^[0-9]{5,13}$"
CARD_LIKE = r"^[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7}$|^3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}$"
BRAND = r"(?i)^(?:visa|master ?card|maestro|amex|american express|discover|diners(?: club)?|jcb|union ?pay|girocard)(?: (?:debit|credit))?$"
UNTIL = r"^(?:0[1-9]|1[0-2])[/-](?:20)?[2-4][0-9]$"
"""What stands on a card beside its code."""
_HEXADECIMAL = r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128}"
DIGEST = rf"^(?:{_HEXADECIMAL}|[A-Za-z0-9+/_-]{{43}}=?|[0-9A-Fa-f]{{8}}-(?:[0-9A-Fa-f]{{4}}-){{3}}[0-9A-Fa-f]{{12}})$"
HASH = rf"^(?:[A-Za-z0-9]{{1,12}}[:$_-])?(?:{_HEXADECIMAL}|[A-Za-z0-9+/_-]{{43}}=?|[A-Z2-7]{{52,56}}=*)$"
"""A digest, whatever word stands before it; no random UUID, as providers of payments give them out."""
DIGEST_BYTES = (16, 20, 28, 32, 48, 64)
OPAQUE = (
    rf"^.{{0,12}}(?:{_HEXADECIMAL}|[A-Z2-7]{{52,56}}=*|[0-9A-Fa-f]{{8}}-(?:[0-9A-Fa-f]{{4}}-){{3}}[0-9A-Fa-f]{{12}}).{{0,4}}$"
)
SHORT_HASH = r"^(?:[0-9]+[a-f]|[a-f]+[0-9])[0-9a-f]{10,}$|^(?:[0-9]+[A-F]|[A-F]+[0-9])[0-9A-F]{10,}$"
CODE = r"^[A-Za-z]{0,6}[-_/#. ]?[0-9A-Za-z]*[0-9][0-9A-Za-z]*(?:[-_/.][0-9A-Za-z]+)*$"
LONG_NUMBER = r"^[0-9]{10,}$"
URL = r"(?i)(?:\b(?:https?|ftp)://|\bwww\.)[^\s]"
_MONTHS = r"(?:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-zä]*\.?"
_YEAR, _MONTH, _DAY = "(?:19|20)[0-9]{2}", "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
FIRST_OF_YEAR = rf"{_YEAR}[-/.]0?1[-/.]0?1\b|\b0?1[-/.]0?1[-/.]{_YEAR}"
"""A day that stands for its year alone, as the transform `year` leaves it."""
DAY = (
    rf"(?i)(?:^|[^0-9])(?:{_YEAR}[-/.]{_MONTH}[-/.]{_DAY}|{_DAY}[-/.]{_DAY}[-/.]{_YEAR}|{_DAY}/{_DAY}/[0-9]{{2}})(?:[^0-9]|$)"
    rf"|\b{_MONTHS} {_DAY}(?:st|nd|rd|th)?,? {_YEAR}\b|\b{_DAY}(?:st|nd|rd|th|\.)? {_MONTHS},? {_YEAR}\b"
    rf"|^{_YEAR}-(?:0[2-9]|1[0-2])$"
)
BARE_DAY = rf"^{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])$"
BARE_YEAR = r"^(?:19|20)[0-9]{2}0101$"
MOMENT = r"^[1-4][0-9]{9}(?:[0-9]{3}){0,3}$"
"""Seconds since 1970, or thousandths of them and less."""
OLD = r"(?i)\b(?:9[0-9]|1[0-2][0-9])[ -]?(?:years?[ -]old|y/?o\b|yrs?\b)|\baged?:? (?:9[0-9]|1[0-2][0-9])\b"
OLD_NUMBER = r"^\s*(?:9[0-9]|1[0-9]{2})(?:\.0*)?\s*$"
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|DC|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|PR|RI|SC|SD|TN|TX|UT|VT"
    "|VA|WA|WV|WI|WY"
)
PLACE = rf"\b(?:{_STATES}),? [0-9]{{5}}(?:-[0-9]{{4}})?\b|(?i)\bzip(?:[ _-]?code)?\W{{0,3}}[0-9]{{5}}\b"
FEW_PEOPLE = [
    "036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893",
]  # fmt: skip
"""Beginnings of ZIP codes whose places have 20,000 people or fewer, by the census of 2000 that the guidance on 45 CFR 164.514(b) cites."""

_VERIFICATION = frozenset(["cvv", "cvc", "cvn", "cav"])
_SECRET, _VALUE = frozenset(["security", "verification", "validation"]), frozenset(["code", "value", "number"])
_AGE = frozenset(["age", "ages", "alter", "edad"])
_BIRTH = frozenset(["birth", "born", "dob", "birthdate", "birthday", "birthyear", "yob"])
_POSTAL = frozenset(["zip", "zips", "zipcode", "postcode", "postal", "postalcode", "plz"])
_TIME = frozenset(["at", "on", "ts", "time", "timestamp", "date", "day", "epoch", "dob", "birth", "born", "admitted", "admission", "discharged", "discharge", "visit", "seen"])  # fmt: skip
_NUMBER = frozenset(["id", "ids", "no", "nr", "num", "number", "code", "key", "ref", "reference", "identifier", "token"])


def called(name: str, beside_cards: bool) -> str:
    """What of a card the name says that the column holds: `cvv`, `pin`, `truncated` or nothing.

    `beside_cards`: the product speaks of cards elsewhere, so that a word that means other things too means this one.
    """
    said, folded = name_words(name), re.sub(r"[^a-z0-9]", "", name.casefold())
    cards = beside_cards or not said.isdisjoint(CARD_WORDS)
    if not said.isdisjoint(_VERIFICATION) or re.search(r"(?:card|cc)(?:cvv|cvc|cvn|cav)|^(?:cvv|cvc|cvn|cav)", folded):
        return "cvv"
    if cards and ({"cid"} & said or {"csc"} & said or (said & _SECRET and said & _VALUE) or folded == "cardcode"):
        return "cvv"
    if "pinblock" in folded or folded in ("cardpin", "atmpin", "encryptedpin"):
        return "pin"
    parts = re.search(r"last_?(?:4|four)|first_?(?:6|six|8|eight)", name.casefold())
    return "truncated" if cards and (parts or {"bin", "iin"} & said) else ""


def may_be_a_code(name: str) -> bool:
    """Whether a name that means other things too may be that of a verification code, where the columns beside it speak of cards."""
    return called(name, True) == "cvv" and not called(name, False)


def is_cid(name: str) -> bool:
    """The name of one issuer's verification code, and of many a number of customers."""
    return name.strip().casefold() == "cid"


def of_an_age(name: str) -> bool:
    said = name_words(name)
    return not said.isdisjoint(_AGE) or {"years", "old"} <= said


def of_a_birth(name: str) -> bool:
    return not name_words(name).isdisjoint(_BIRTH)


def of_a_place(name: str) -> bool:
    return not name_words(name).isdisjoint(_POSTAL)


def of_a_time(name: str) -> bool:
    return not name_words(name).isdisjoint(_TIME)


def of_a_number(name: str) -> bool:
    """Whether the name says that its values are numbers of things or persons."""
    return not name_words(name).isdisjoint(_NUMBER)
