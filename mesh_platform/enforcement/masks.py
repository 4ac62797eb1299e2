"""Cases of masks: what the engine makes of a value, by the expression that stands in every governed read."""

from __future__ import annotations

import re

import duckdb

from mesh_platform.access.masks import REDACT, masked

_NUMBER = "4111111111111111"
"""A number for tests that no issuer gave out."""


def _few_digits(mask: str) -> bool:
    """Whether what a mask leaves of a card number is six digits and four at most."""
    with duckdb.connect() as con:
        sql = f"SELECT {masked(mask, 'card', 'VARCHAR', None)} FROM (SELECT ? AS card)" if mask else "SELECT ?"
        shown = str((con.execute(sql, [_NUMBER]).fetchone() or ("",))[0] or "")
    return len(re.sub(r"\D", "", shown)) <= 10


def card_cut() -> bool:
    return _few_digits("bin_last4")


def card_last_four() -> bool:
    return _few_digits("last4")


def card_redacted() -> bool:
    return _few_digits(REDACT)


def card_whole() -> bool:
    return _few_digits("")
