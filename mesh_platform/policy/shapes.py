"""What the form of staged values tells, as plain numbers: card data, codes, days, ages, postal codes. Never a value of the data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

CARD_WORDS = frozenset(
    [
        "card",
        "cards",
        "pan",
        "pans",
        "cc",
        "creditcard",
        "debitcard",
        "cardnumber",
        "ccnumber",
        "ccnum",
        "cardholder",
        "cardholders",
    ]
)


@cache
def name_words(name: str) -> frozenset[str]:
    """The words of a column's name, in whatever way they are put together; the numbers in it aside."""
    return frozenset(re.findall(r"[a-z]+", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).casefold()))


def speaks_of_a_card(name: str) -> bool:
    """Whether a column's name speaks of a card."""
    return not name_words(name).isdisjoint(CARD_WORDS)


@dataclass(frozen=True, slots=True)
class Shape:
    """One staged column: rows in all, and rows whose value has a form."""

    rows: int = 0
    track: int = 0
    """The content of a magnetic stripe."""
    cvv: int = 0
    """A card verification code, told by the words beside it or by the column's name."""
    pin: int = 0
    """A PIN or PIN block, told in the same way."""
    truncated: int = 0
    """A card number with its middle left out."""
    encoded: int = 0
    """A whole card number in base64."""
    split: int = 0
    """A part of a card number that is whole together with another column."""
    digests: int = 0
    """Nothing but the digits of a digest, or a token of that length."""
    hashes: int = 0
    """A digest, with or without a word before it; no random UUID."""
    codes: int = 0
    """A code that could be somebody's: a digest, or one of which nearly each row has its own. Counted under a claim alone."""
    distinct: int = 0
    days: int = 0
    """A day, or a moment: finer than a year."""
    urls: int = 0
    old: int = 0
    """An age above 89, or a day or year of birth that tells one."""
    fine_places: int = 0
    """A postal code of more than three digits, or three of a place with too few people."""


@dataclass(frozen=True, slots=True)
class Shapes:
    """The columns that were looked at, and how many people the rows are about; None where they name nobody.

    `elsewhere` says of other published products in how many columns they hold cut card numbers, and hashed ones.
    `base` is how many people the product of the mesh is about that is about the most, as far as any was published; None where none was.
    """

    columns: Mapping[str, Shape] = field(default_factory=dict)
    people: int | None = None
    base: int | None = None
    elsewhere: Mapping[str, tuple[int, int]] = field(default_factory=dict)
