"""What is unique, what takes few values, and the one form that codes have. Exact, since a person takes a proposal at its word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from mesh_platform.cli.propose.seen import TABLE, ColumnProfile, Profile

_NEARLY = 0.85  # approx_count_distinct is off by a few percent; above this the exact count decides
_FEW = 24
_LONGEST_CODE = 40
# An address, a telephone number, nothing: no code, however often it is repeated.
_NO_CODE = re.compile(r"@|[0-9][0-9 ().-]{6,}|^\s*$")


def count_distinct(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    """Exact where it matters: for what may be unique, and for what takes few values."""
    estimates = {id(column): column.distinct or 0 for column in columns}
    for column in columns:
        column.distinct = None
    likely = [c for c in columns if c.present and estimates[id(c)] >= _NEARLY * c.present and c.type not in ("json", "boolean")]
    if likely:
        parts = ", ".join(f"count(DISTINCT {made.cell(column)})" for column in likely)
        for column, number in zip(likely, made.con.execute(f"SELECT {parts} FROM {TABLE}").fetchone() or (), strict=True):
            column.distinct, column.unique = number, number == column.present
    for column in columns:
        if column.type == "string" and column.is_text and column.longest <= _LONGEST_CODE:
            _look_for_codes(made, column, estimates[id(column)])


def _look_for_codes(made: Profile, column: ColumnProfile, estimate: int) -> None:
    cell = made.cell(column)
    if 0 < estimate <= 2 * _FEW:
        found = made.con.execute(f"SELECT DISTINCT {cell} FROM {TABLE} WHERE {cell} IS NOT NULL").fetchall()
        column.distinct = len(found)
        often = len(found) <= _FEW and column.present >= 5 * len(found) and column.present >= 2 * _FEW
        if often and not any(_NO_CODE.search(str(value)) for (value,) in found):
            column.values = tuple(sorted(str(value) for (value,) in found))
    if column.shows("code", 1.0):
        column.pattern = _pattern(made, cell)


def _pattern(made: Profile, cell: str) -> str | None:
    """The one form that all values of a code have, such as `^SKU-[0-9]+$`; None where there are several."""
    form = f"regexp_replace(regexp_replace({cell}, '[0-9]+', '9', 'g'), '[A-Z]', 'A', 'g')"
    query = f"SELECT {form}, min({cell}), max({cell}), count_if(regexp_matches({cell}, '[a-z]')) FROM {TABLE} WHERE {cell} IS NOT NULL"
    rows = made.con.execute(f"{query} GROUP BY 1 LIMIT 2").fetchall()
    if len(rows) != 1 or rows[0][3] or "9" not in rows[0][0]:
        return None
    first, last = (re.match(r"[A-Z]*", str(value)) for value in rows[0][1:3])  # what these two begin with, all in between do
    said = first[0] if first and last and first[0] == last[0] else ""
    return f"^{said}{_expression(str(rows[0][0])[len(said) :])}$"


def _expression(form: str) -> str:
    """`AAA-9` as `[A-Z]{3}-[0-9]+`."""
    parts = []
    for mark, run in groupby(form):
        length = len(list(run))
        if mark == "9":
            parts.append("[0-9]+")
        elif mark == "A":
            parts.append("[A-Z]" + (f"{{{length}}}" if length > 1 else ""))
        else:
            parts.append(re.escape(mark) * length if mark in ".+/" else mark * length)
    return "".join(parts)
