"""The probe of consent at reads: the filter of every read over staged rows, before and after somebody who is shown has said no.

The no is said in memory alone, in both ways in which a read hears of it: as the bit that a publication writes beside a row, and as one of those whom the
ledger names since. Their rows have to be gone, and everybody else's have to be there. Without a purpose, or for one that the product does not
serve, nothing may be read at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import duckdb

from mesh_platform.access.decision import Decision
from mesh_platform.access.filters import RowFilter
from mesh_platform.errors import Denied
from mesh_platform.lake import quote_name
from mesh_platform.lake.hidden import CONSENT
from mesh_platform.product import Product
from mesh_platform.publish.probing.asked import Asked
from mesh_platform.publish.probing.sample import Sample
from mesh_platform.publish.probing.seen import Seen

LEFT_OUT, REFUSED, NOBODY = "left out", "refused", "nobody is named"
SHOWN, OTHERS, UNFILTERED = "still shown", "others left out too", "not filtered"
_ABSENT = (UNFILTERED, SHOWN, OTHERS)
_NOBODY_IN = "Nobody of its own domain is let in for any of its purposes, so no row is shown."
Filtered = Callable[[Decision], RowFilter | None]
"""The filter of the read on which that was decided."""


def probe_consent(
    product: Product, asked: Sequence[Asked], unlawful: Sequence[Decision], filtered: Filtered, sample: Sample
) -> Seen:
    """Whether reads are for a purpose with its basis alone, and leave out whoever said no.

    Args:
        product: the product.
        asked: what a reader is told for each purpose for which they are let in.
        unlawful: what they are told without a purpose, and for one that the product does not serve.
        filtered: the filter of every read.
        sample: of the staged rows.
    """
    if any(one.allowed for one in unlawful):
        return Seen(False, "A read is let in that names no purpose, or one that the product does not serve.", sample.rows)
    if not asked:
        return Seen(None, _NOBODY_IN)
    if not product.descriptor.subject_columns:
        return Seen(True, "A read without a purpose that it serves is refused, and no row names a person who could say no.")
    if not sample.rows:
        return Seen(None, "It has no rows of people who could say no.")
    try:
        found = {one.lowest.purpose: _judged(one.lowest, filtered, sample) for one in asked}
    except duckdb.Error as error:
        return Seen(False, f"The filter of reads does not run over its rows ({type(error).__name__}).", sample.rows)
    return Seen(_holds(found), _words(found, sample.rows), sample.rows, purposes=found)


def _judged(decision: Decision, filtered: Filtered, sample: Sample) -> str:
    """What became of somebody's rows for that purpose once they had said no."""
    try:
        rows = filtered(decision)
    except Denied:
        return REFUSED
    if rows is None:
        return UNFILTERED
    opened = f"(SELECT * REPLACE ({CONSENT} | {1 << rows.bit} AS {CONSENT}) FROM {sample.relation})"
    for relation in (sample.relation, opened):  # where nobody is shown, everybody is as if they had agreed
        if (who := _somebody(rows, relation, sample)) is not None:
            return min(_tried(who, rows, relation, sample), key=(*_ABSENT, LEFT_OUT).index)
    return NOBODY


def _somebody(rows: RowFilter, relation: str, sample: Sample) -> int | None:
    """One whose rows are shown."""
    who = f"coalesce({', '.join(map(quote_name, rows.subjects))})"
    found = sample.con.execute(f"SELECT {who} FROM {rows.over(relation)} WHERE {who} IS NOT NULL LIMIT 1").fetchone()
    return None if found is None else int(found[0])


def _tried(who: int, rows: RowFilter, relation: str, sample: Sample) -> Iterator[str]:
    """Both ways of saying no, each with what it came to."""
    theirs = " OR ".join(f"coalesce({quote_name(name)} = {who}, false)" for name in rows.subjects)
    bits = f"CASE WHEN {theirs} THEN {CONSENT} & ~{1 << rows.bit}::BIGINT ELSE {CONSENT} END"
    unbitten = f"(SELECT * REPLACE ({bits} AS {CONSENT}) FROM {relation})"
    named = replace(rows, closed=",".join(filter(None, (rows.closed, str(who)))))
    each = enumerate((rows.over(relation), rows.over(unbitten), named.over(relation)))
    counts = f"count(*) FILTER (WHERE {theirs}), count(*) FILTER (WHERE NOT ({theirs}))"
    asked = " UNION ALL ".join(f"SELECT {i} AS i, {counts} FROM {one}" for i, one in each)
    (_, _, others), *after = sample.con.execute(f"{asked} ORDER BY i").fetchall()
    for _, gone, left in after:
        yield SHOWN if gone else OTHERS if left != others else LEFT_OUT


def _holds(found: Mapping[str, str]) -> bool | None:
    states = set(found.values())
    return False if states & {*_ABSENT} else True if LEFT_OUT in states else None


def _words(found: Mapping[str, str], rows: int) -> str:
    told = [f"{state} for {purpose}" for purpose, state in found.items() if state in _ABSENT]
    if told:
        return f"Of somebody who said no, and of everybody else: {', '.join(told)}."
    if _holds(found) is None:
        return "No row of the sample names a person whom a read could leave out."
    return f"In {rows} rows, somebody who says no is left out, and nobody else, for {', '.join(p for p, s in found.items() if s == LEFT_OUT)}."
