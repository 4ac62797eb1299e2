"""A mask depends on its own column alone: whatever stands in a column that is denied, or masked beside it, the rest of the view is the same to the bit."""

from __future__ import annotations

from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.access.decision import ColumnAccess, Decision, Treatment
from mesh_platform.access.masks import KNOWN
from mesh_platform.access.views import TOKENS, view
from mesh_platform.product import ProductKey, Sensitivity
from mesh_platform.product.sql_engine import quoted

KINDS = {"VARCHAR": "string", "DATE": "date", "DOUBLE": "double"}
ENGINE = duckdb.connect()
NAMES = ("a", "b", 'c"d', "_e", "select", "é")
VALUES = {
    "VARCHAR": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=24),
    "DATE": st.none() | st.dates().map(str),
    "DOUBLE": st.none() | st.floats(-1e6, 1e6),
}
_OF_DATES, _OF_NUMBERS = frozenset({"year", "month", "age_band"}), frozenset({"geo"})


def fits(mask: str, kind: str) -> bool:
    return mask in ("redact", "token") or {"DATE": mask in _OF_DATES, "DOUBLE": mask in _OF_NUMBERS}.get(
        kind, mask not in _OF_DATES | _OF_NUMBERS
    )


@st.composite
def columns(draw: st.DrawFn) -> dict[str, tuple[str, Treatment, str | None]]:
    """Name → type, treatment and mask; one at least is granted."""
    found: dict[str, tuple[str, Treatment, str | None]] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True)):
        kind = draw(st.sampled_from(sorted(KINDS)))
        treatment = draw(st.sampled_from(Treatment)) if found else Treatment.MASK
        mask = draw(st.sampled_from([mask for mask in KNOWN if fits(mask, kind)])) if treatment is Treatment.MASK else None
        found[name] = kind, treatment, mask
    return found


def access(name: str, treatment: Treatment, mask: str | None) -> ColumnAccess:
    return ColumnAccess(name, treatment, "CORE-13", "", sensitivity=Sensitivity.RESTRICTED, mask=mask or "")


def shown(decided: dict[str, tuple[str, Treatment, str | None]], rows: list[dict[str, Any]]) -> Any:
    """What the view shows of rows, each value of which has its token beside it."""
    types = {name: kind for name, (kind, _, _) in decided.items()} | {TOKENS + name: "VARCHAR" for name in decided}
    decision = Decision(
        ProductKey("customer", "profiles"), "service", None, {name: access(name, t, m) for name, (_, t, m) in decided.items()}
    )
    with ENGINE.cursor() as con:
        con.execute(f"CREATE OR REPLACE TABLE t ({', '.join(f'{quoted(name)} {kind}' for name, kind in types.items())})")
        for row in rows:
            con.execute(f"INSERT INTO t VALUES ({', '.join('?' * len(types))})", [row[name] for name in types])
        found = con.execute(view(decision, types, "t"))
        return [each[0] for each in found.description], repr(found.fetchall())


@settings(max_examples=60)
@given(st.data())
def test_a_mask_never_depends_on_a_denied_column_nor_on_any_other(data: st.DataObject) -> None:
    decided = data.draw(columns())
    own = data.draw(st.sampled_from([name for name, (_, treatment, _) in decided.items() if treatment is not Treatment.DENY]))

    def row() -> dict[str, Any]:
        return {n: data.draw(VALUES[kind]) for n, (kind, _, _) in decided.items()} | {
            TOKENS + n: data.draw(st.text("abc", max_size=3)) for n in decided
        }

    rows = [row() for _ in range(2)]
    others = [{**row(), **{name: each[name] for name in (own, TOKENS + own)}} for each in rows]
    alone = {own: decided[own]}
    assert shown(alone, rows) == shown(alone, others)
    denied = {n: (kind, treatment if n == own else Treatment.DENY, mask) for n, (kind, treatment, mask) in decided.items()}
    assert shown(denied, rows) == shown(alone, rows) == shown(denied, others)
