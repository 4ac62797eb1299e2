"""Which statements ask for aggregates, and which for rows."""

from __future__ import annotations

import pytest

from mesh_platform.access.aggregates import rows_refused
from mesh_platform.errors import Denied
from mesh_platform.product import ProductKey

MEMBERS, SHOPS = ProductKey("customer", "members"), ProductKey("sales", "shops")
VIEWS = {MEMBERS: "members", SHOPS: "shops"}

AGGREGATES = [
    "select count(*) from members",
    "select region, sum(spent) from members group by region",
    "select region, sum(spent) from members group by all order by 2 desc limit 3",
    "select distinct region from members",
    "select region, sum(spent) over (order by region) from (select region, sum(spent) as spent from members group by 1)",
    "with m as (select * from members) select region, avg(spent) from m group by 1",
    "with m as (select region, count(*) n from members group by 1) select * from m where n > 3",
    "select * from (select region, count(*) from members group by 1) a join shops b using (region)",
    "select * from shops",
    "select region, count(*) from members group by rollup (region)",
    "select max(n) from (select count(*) as n from members group by region)",
    "select region, n / (select count(*) from members) from (select region, count(*) n from members group by 1)",
    "select count(*) from members union all select count(*) from members where region = 'north'",
    "pivot members on region in ('north', 'south') using sum(spent)",
    "select s.name from shops s where s.region in (select region from members)",
]
ROWS = [
    "select * from members",
    "select region from members limit 1",
    "select m from members m",
    "with m as (select * from members) select * from m",
    "select * from (select region from members where spent > 10)",
    "select spent, row_number() over () from members",
    "select sum(spent) over (partition by region) from members",
    "select (select spent from members limit 1)",
    "select count(*) from members union all select visits from members",
    "select a.name, b.spent from shops a join members b using (region)",
    "with shops as (select * from members) select * from shops",
]


@pytest.mark.parametrize("sql", AGGREGATES)
def test_an_aggregate_is_answered(sql: str) -> None:
    rows_refused(sql, VIEWS, [MEMBERS])


@pytest.mark.parametrize("sql", ROWS)
def test_rows_are_refused(sql: str) -> None:
    with pytest.raises(Denied, match="ACCESS-30 customer/members"):
        rows_refused(sql, VIEWS, [MEMBERS])


@pytest.mark.parametrize("sql", ROWS)
def test_rows_of_what_is_not_read_in_groups_are_not_looked_at(sql: str) -> None:
    rows_refused(sql, VIEWS, [])
