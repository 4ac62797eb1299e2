"""Masks: what stands in place of a value. Each is an expression of the engine over one column, and its result says no more than its name.

A token is made once, at publication, and stands beside the value in the lake; where it does not, the column is redacted. A null stays null:
whether a value is missing is not masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mesh_platform.product import Column

REDACT = "redact"
TOKEN = "token"  # noqa: S105 - the name of a mask


@dataclass(frozen=True, slots=True)
class Mask:
    """One mask: which types it takes, what it gives, and its SQL over a quoted column name."""

    takes: frozenset[str]
    gives: str
    sql: Callable[[str], str]
    says: str


_TEXT = frozenset({"string"})
_DATES = frozenset({"date", "timestamp", "timestamptz"})
_NUMBERS = frozenset({"double", "float", "decimal"})

MASKS: Mapping[str, Mask] = {
    "last4": Mask(
        _TEXT,
        "VARCHAR",
        lambda c: f"CASE WHEN length({c}) > 7 THEN '…' || right({c}, 4) WHEN {c} IS NOT NULL THEN '…' END",
        "the last four characters",
    ),
    "bin_last4": Mask(
        _TEXT,
        "VARCHAR",
        lambda c: f"CASE WHEN length({c}) > 12 THEN left({c}, 6) || '…' || right({c}, 4) WHEN {c} IS NOT NULL THEN '…' END",
        "a card's first six and last four digits",
    ),
    "email_domain": Mask(
        _TEXT,
        "VARCHAR",
        lambda c: f"CASE WHEN contains({c}, '@') THEN '…@' || split_part({c}, '@', -1) WHEN {c} IS NOT NULL THEN '…' END",
        "the address's domain",
    ),
    "year": Mask(_DATES, "DATE", lambda c: f"CAST(date_trunc('year', {c}) AS DATE)", "the first day of the year"),
    "month": Mask(_DATES, "DATE", lambda c: f"CAST(date_trunc('month', {c}) AS DATE)", "the first day of the month"),
    "age_band": Mask(
        _DATES,
        "VARCHAR",
        lambda c: (
            f"CASE WHEN {c} IS NOT NULL THEN CAST(10 * (date_diff('year', CAST({c} AS DATE), today()) // 10) AS VARCHAR) || 's' END"
        ),
        "the decade of the age",
    ),
    "zip3": Mask(
        _TEXT,
        "VARCHAR",
        lambda c: f"CASE WHEN length({c}) > 4 THEN left({c}, 3) || '…' WHEN {c} IS NOT NULL THEN '…' END",
        "the first three characters of the postcode",
    ),
    "geo": Mask(_NUMBERS, "DOUBLE", lambda c: f"round(CAST({c} AS DOUBLE), 1)", "a tenth of a degree, about 11 km"),
}
"""Masks that are an expression over the value; `redact` and `token` are not."""

KNOWN = (REDACT, TOKEN, *MASKS)


def mask_of(column: Column) -> str:
    """The mask that the column declares, where it is one that takes its type; else it is redacted."""
    mask = MASKS.get(column.mask or "")
    if column.mask == TOKEN or (mask is not None and column.type.text.partition("(")[0] in mask.takes):
        return str(column.mask)
    return REDACT


def masked(mask: str, name: str, kind: str, token: str | None) -> str:
    """The expression that stands for the column.

    Args:
        mask: one of `KNOWN`.
        name: the column, quoted.
        kind: its DuckDB type: a redacted column keeps it, so that statements over it still bind.
        token: the column that holds its tokens, quoted; None where the served version has none.
    """
    if mask == TOKEN and token is not None:
        return token
    if mask in MASKS:
        return MASKS[mask].sql(name)
    return f"CAST(NULL AS {kind if mask == REDACT else 'VARCHAR'})"
