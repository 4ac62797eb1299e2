"""Every port tells a persona the same: rows, names, masks, or the refusal with its rule, its words and its status."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from mesh_platform.access.plain import plain
from tests.ports.answers import Answered, Refused
from tests.ports.port import FIRST, PORTS, RARELY, TEXT_ONLY, Port

P, V = "customer.profiles", "customer.visits"
ENDED = "analytics"
"""For which the analyst's contract over the visits ended long ago."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `rule` where it is refused, with its exit code."""

    id: str
    sql: str
    rule: str = ""
    code: int = 3
    persona: str = "analyst"
    purpose: str | None = "service"
    parameters: Sequence[object] = ()


TABLE = (
    Asked("granted", f"select segment, count(*) as n from {P} group by all order by segment"),
    Asked("masked", f"select email, card, postcode, birth_date, latitude, segment from {P} order by card"),
    Asked("select star", f"select * from {P} order by card"),
    Asked("raw", f"select customer_id, segment from {P} order by 1", purpose="analytics"),
    Asked("a purpose below", f"select segment from {P} order by 1", purpose="service.repair"),
    Asked("a filter on a mask", f"select count(*) as n from {P} where email like 'ana%'"),
    Asked("bound", f"select slot, city from {V} where slot < ? and city = ? order by slot", parameters=(20, "Porto")),
    Asked("many kinds", f"select slot, amount, taken, tags, {{'a': slot}} as pair, null as none, 0.1::double as third, true as yes, "
          f"9007199254740993 as far, date '2026-02-28' as day, 'a,\"b\"\n' as text from {V} where slot < 9 order by slot"),
    Asked("intervals", f"select to_days(slot) as days, to_months(slot) as months, to_seconds(slot) as seconds from {V} where slot < 3 order by slot"),
    Asked("no rows", f"select city from {V} where slot < 0"),
    Asked("no product", "select 1 as one"),
    Asked("denied column", f"select region from {P}", "CORE-09"),
    Asked("denied column in a filter", f"select count(*) from {P} where region = 'north'", "CORE-09"),
    Asked("denied SQL", "select * from read_text('x')", "SQL-04"),
    Asked("two statements", f"select 1; select 2 from {P}", "SQL-05"),
    Asked("other region", f"select segment from {P}", "CORE-07", persona="abroad"),
    Asked("no grant", f"select segment from {P}", "CORE-13", persona="engineer"),
    Asked("no purpose", f"select segment from {P}", "CORE-14", purpose=None),
    Asked("strange purpose", f"select segment from {P}", "CORE-14", purpose="gossip"),
    Asked("other purpose", f"select segment from {P}", "CORE-08", purpose="marketing"),
    Asked("ended grant", f"select city from {V}", "CORE-13", purpose=ENDED),
    Asked("unknown product", "select * from customer.nothing", "NAME-02", 4),
    Asked("unknown column", f"select surname from {P}", "SQL-08", 2),
    Asked("no SQL", "selec 1", "SQL-01", 2),
    Asked("fails on a row", f"select cast(segment as integer) from {P}", "SQL-10", 2),
)  # fmt: skip


BY_DAY = ("masked", "many kinds", "denied column", "denied SQL", "other region", "no purpose", "unknown product", "no SQL")
"""What ports that open everything for each question are asked by day."""
CASES = [
    (asked, name)
    for name in PORTS
    for asked in TABLE
    if name != FIRST and (name not in RARELY or asked.id in BY_DAY or os.environ.get("MESH_NIGHTLY"))
]


@pytest.mark.parametrize(("asked", "name"), CASES, ids=[f"{asked.id}-{name}" for asked, name in CASES])
def test_a_port_tells_the_same_as_the_first(port: Callable[[str], Port], asked: Asked, name: str) -> None:
    first, other = (port(each).ask(asked.persona, asked.sql, asked.purpose, asked.parameters) for each in (FIRST, name))
    if asked.rule:
        assert isinstance(first, Refused), first
        assert isinstance(other, Refused), other
        assert (first.rule, first.status) == (asked.rule, asked.code) == (other.rule, other.status)
        assert words(first.text) == words(other.text)
    else:
        assert isinstance(first, Answered), first
        assert isinstance(other, Answered), other
        assert other.columns == first.columns
        assert shown(other, name) == shown(first, name)
        if other.types and asked.id != "intervals":  # Parquet has no such type
            assert kinds(other) == kinds(first)


def shown(answer: Answered, port: str) -> list[list[object]]:
    """The rows as they compare: as JSON has them, or as CSV has them."""
    rows = [[plain(value) for value in row] for row in answer.rows]
    return [[text(value) for value in row] for row in rows] if port in TEXT_ONLY else rows


def text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return value.replace("T", " ").replace(".000000", "") if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def kinds(answer: Answered) -> list[str]:
    """The columns' types; what a list's values are called differs by format."""
    return [re.sub(r"<\w+:", "<", kind) if kind.startswith("list") else kind for kind in answer.types]


def words(told: str) -> tuple[str, str, str]:
    """Where, why and fix."""
    found = json.JSONDecoder().raw_decode(told)[0]
    found = found.get("error", found)
    return found["where"], found["why"], found["fix"]
