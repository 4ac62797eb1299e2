"""Statements that isolate one person over exact rows, asked under an aggregate-only contract; and analysts' questions, which are answered.

The one gold member of the south is known to the attacker by region and segment; what he spent and owes is larger than what all others did together.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.access.aggregates.club import VICTIM, people
from tests.access.aggregates.conftest import Ask

SPENT, DEBT = VICTIM[4], VICTIM[6]
M = "customer.members"
HIM = "region = 'south' and segment = 'gold'"

TRACKERS = {
    "by what is known of him": [f"select sum(spent), count(*) from {M} where {HIM}"],
    "individual tracker": [f"select sum(spent) from {M}", f"select sum(spent) from {M} where not ({HIM})"],
    "complement": [
        f"select sum(spent) from {M} where region = 'south'",
        f"select sum(spent) from {M} where region = 'south' and segment <> 'gold'",
    ],
    "general tracker": [
        f"select sum(spent) from {M} where region = 'north'",
        f"select sum(spent) from {M} where region <> 'north'",
        f"select sum(spent) from {M} where region = 'north' or ({HIM})",
        f"select sum(spent) from {M} where region <> 'north' or ({HIM})",
    ],
    "overlapping ranges": [
        f"select sum(spent) from {M} where joined < '2026-01-15'",
        f"select sum(spent) from {M} where joined <= '2026-01-15'",
    ],
    "union of small cells": [
        f"select sum(spent) from {M} where segment = 'gold'",
        f"select sum(spent) from {M} where segment = 'gold' and region in ('north', 'west')",
    ],
    "ratio": [f"select avg(spent) * count(*) from {M}", f"select avg(spent) * count(*) from {M} where not ({HIM})"],
    "condition in a sum": [f"select sum(case when {HIM} then spent else 0 end) from {M}"],
    "filter of an aggregate": [f"select sum(spent) filter (where {HIM}), count(*) filter (where {HIM}) from {M}"],
    "grouping sets": [
        f"select region, segment, sum(spent) from {M} group by grouping sets ((), (region), (segment), (region, segment))"
    ],
    "rollup and cube": [
        f"select region, segment, sum(spent) from {M} group by rollup (region, segment)",
        f"select region, segment, sum(spent) from {M} group by cube (region, segment)",
    ],
    "windows over groups": [
        f"select distinct region, sum(s) over (partition by region) - s from (select region, segment, sum(spent) s from {M} group by 1, 2)"
    ],
    "distinct on": [f"select distinct on (region, segment) region, segment, spent from {M} order by all"],
    "quantiles": [
        f"select quantile_cont(spent, [0, 0.25, 0.5, 0.75, 0.99, 1]) from {M}",
        f"select median(spent), mode(spent) from {M}",
    ],
    "single values": [
        f"select max(spent), min(spent), any_value(spent), arg_max(region, spent), first(spent), last(spent) from {M}",
        f"select list(distinct spent) from {M}",
    ],
    "having as an oracle": [
        f"select region from {M} group by region having max(spent) > 50000",
        f"select region from {M} group by region having sum(spent) > 90000",
    ],
    "order and limit as an oracle": [
        f"select region, segment, max(spent) from {M} group by all order by max(spent) desc limit 1"
    ],
    "absent groups": [f"select coalesce(region, '?'), coalesce(segment, '?'), sum(spent) from {M} group by all"],
    "remainders that isolate": [
        f"select hash(region || segment || joined) % 97, sum(spent) from {M} group by 1",
        f"select spent % 10, sum(spent) from {M} group by 1",
    ],
    "predicates on the number": [
        f"select count(*), sum(spent) from {M} where spent > 50000",
        f"select count(*) from {M} where spent = {SPENT}",
    ],
    "join with itself": [
        f"select sum(a.spent - b.spent) from {M} a join {M} b on a.region = b.region and a.segment <> b.segment"
    ],
    "correlated": [f"select region, (select max(spent) from {M} b where b.region = a.region) from {M} a group by region"],
    "moments": [f"select var_pop(spent), stddev(spent), kurtosis(spent), entropy(spent) from {M} where region = 'south'"],
    "his debt": [
        f"select sum(debt), max(debt), count(debt) from {M} where {HIM}",
        f"select region, segment, sum(debt), count(debt) from {M} group by all",
    ],
    "texts of groups": [
        f"select string_agg(distinct region || segment || spent, ',') from {M}",
        f"select histogram(spent) from {M}",
        f"select approx_top_k(spent, 3) from {M}",
    ],
}

HONEST = [
    f"select count(*) from {M}",
    f"select sum(people) from {M}",
    f"select sum(spent), avg(spent) from {M}",
    f"select region, count(*) as members from {M} group by region order by members desc",
    f"select segment, avg(spent) from {M} group by segment",
    f"select region, segment, sum(spent) from {M} group by all order by all",
    f"select region, segment, count(*) from {M} group by 1, 2 having count(*) > 20",
    f"select joined, count(*) from {M} group by joined order by joined",
    f"select year(joined) y, quarter(joined) q, sum(spent) from {M} group by all order by all",
    f"select date_trunc('year', joined), sum(visits) from {M} group by 1",
    f"select region, sum(spent) from {M} where segment in ('silver', 'bronze') group by region",
    f"select region, sum(spent) / sum(visits) as per_visit from {M} group by region",
    f"select region, sum(spent) filter (where segment = 'silver') as silver from {M} group by region",
    f"select region, 100.0 * count(*) / sum(count(*)) over () as share from {M} group by region",
    f"select region, rank() over (order by sum(spent) desc) as place from {M} group by region",
    f"select joined, sum(sum(spent)) over (order by joined) as running from {M} group by joined",
    f"select joined, sum(spent) - lag(sum(spent)) over (order by joined) as change from {M} group by joined",
    f"select region, segment, sum(spent) from {M} group by rollup (region, segment)",
    f"select coalesce(region, 'all'), sum(spent) from {M} group by cube (region)",
    f"with by_region as (select region, sum(spent) s from {M} group by 1) select max(s) / min(s) from by_region",
    f"select distinct segment from {M} order by 1",
    f"select segment, min(joined), max(joined) from {M} group by segment",
    f"select case when segment = 'bronze' then 'basic' else 'better' end as tier, count(*) from {M} group by 1",
    f"select region, avg(visits) from {M} where joined >= date '2026-04-01' group by region order by 2 desc limit 2",
    f"select a.region, a.s / b.s from (select region, sum(spent) s from {M} group by 1) a, (select sum(spent) s from {M}) b",
    f"pivot (select region, segment, spent from {M}) on region in ('north', 'south', 'west') using sum(spent) group by segment",
    f"select count(*) from {M} where region = 'north' union all select count(*) from {M} where region = 'south'",
    f"select region, corr(spent, visits) from {M} group by region",
]


@pytest.mark.parametrize("name", TRACKERS)
def test_a_tracker_finds_no_value_of_his_nor_near_it(ask: Ask, name: str) -> None:
    answers = [_numbers(ask(sql)) for sql in TRACKERS[name]]
    everything = [number for numbers in answers for number in numbers]
    told = {*everything, *(a - b for a in everything for b in everything)}
    if len(answers) == 4:  # the formula of the general tracker
        (north,), (other,), (with_him,), (other_with_him,) = answers
        told |= {with_him + other_with_him - north - other}
    for secret in (SPENT, DEBT):
        assert not [number for number in told if abs(abs(number) - secret) < 0.3 * secret]


def _numbers(rows: Any) -> list[float]:
    if isinstance(rows, list | tuple | set):
        return [number for item in rows for number in _numbers(item)]
    if isinstance(rows, dict):
        return _numbers([*rows, *rows.values()])
    try:
        return [] if rows is None or isinstance(rows, bool) else [float(rows)]
    except (TypeError, ValueError):
        return [
            float(part)
            for part in str(rows).replace("gold", ",").replace("silver", ",").replace("bronze", ",").split(",")
            if _number(part)
        ]


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    "condition",
    [
        "case when segment = 'solo' then cast('x' || segment as integer) = 1 else true end",
        "case when spent > 200000 then cast('x' || segment as integer) = 1 else true end",
        "case when segment = 'gold' and region = 'south' then error('here') is null else true end",
    ],
)
def test_an_error_that_one_row_alone_would_raise_is_not_raised(ask: Ask, condition: str) -> None:
    [(count,)] = ask(f"select count(*) from {M} where {condition}")
    assert count > 300


def test_whether_a_small_group_is_there_cannot_be_told(ask: Ask) -> None:
    for name in ("solo", "no such segment"):
        assert ask(f"select count(*) from {M} where segment = '{name}'") == [(0,)]
        everybody = ask(f"select count(*) from {M}")
        assert ask(f"select count(*) from {M} where segment is distinct from '{name}'") == everybody


@pytest.mark.parametrize("sql", HONEST)
def test_an_analyst_is_answered(ask: Ask, sql: str) -> None:
    found = ask(sql)
    assert found
    assert any(value is not None for row in found for value in row)


def test_what_an_analyst_is_told_is_near_the_truth(ask: Ask) -> None:
    rows = people()[2:]
    [(count, spent)] = ask(f"select count(*), sum(spent) from {M}")
    assert count == pytest.approx(len(rows), rel=0.05)
    assert spent == pytest.approx(sum(row[4] for row in rows), rel=0.1)
    for segment, mean in ask(f"select segment, avg(visits) from {M} where segment is not null group by 1"):
        truth = [row[5] for row in rows if row[2] == segment]
        assert mean == pytest.approx(sum(truth) / len(truth), rel=0.1)
