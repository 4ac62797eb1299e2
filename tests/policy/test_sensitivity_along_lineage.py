"""A column is as sensitive as what it derives from, whatever the SQL does to hide it; only registered declassifiers lower it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mesh_platform.policy import Facts, gate, rules
from mesh_platform.product import ProductKey
from mesh_platform.product.lineage import lineage_of
from mesh_platform.product.sql import ShapeCache
from tests.policy.vectors import DOMAINS, GOVERNANCE, PROFILES, TODAY, changed
from tests.product.assemble import assemble

READER = ProductKey("sales", "derived")
DECLASSIFIERS = {
    "counts": {"lowersTo": "internal", "condition": "aggregate", "minGroup": 5},
    "keyed_token": {"lowersTo": "internal", "condition": "attested", "columns": ["sales/derived.shown"]},
    "coarsen": {"lowersTo": "internal", "condition": "attested", "columns": ["sales/derived.shown"]},
}
SOURCE = changed(
    PROFILES,
    {
        "columns": {"address": {"type": "json", "sensitivity": "restricted"}},
        "dataContracts": [
            {"consumer": "sales", "purpose": "enrichment", "fields": ["email", "segment", "region", "address", "updated_at"]}
        ],
    },
)


def refused(sql: str | None, columns: Mapping[str, Any], **more: Any) -> set[str]:
    """The columns of a product over `profiles`, made by this SQL or by Python, whose label CORE-11 finds too low."""
    reader = {
        "inputs": [{"product": "customer/profiles", "purpose": "enrichment"}],
        "purposes": {"enrichment": "contract"},
        "columns": {name: {"type": "string", "sensitivity": "internal", **said} for name, said in columns.items()},
        **more,
    }
    mesh = assemble(
        {"customer/profiles": SOURCE, str(READER): reader},
        DOMAINS,
        {**GOVERNANCE, "declassifiers": DECLASSIFIERS},
        {str(READER): sql} if sql else None,
    )
    product = mesh.products[READER]
    lineage = lineage_of(mesh, product, ShapeCache(None))
    assert [finding for finding in lineage.findings if finding.blocks] == []
    found = gate(Facts(mesh, product, TODAY, lineage=lineage), rules()).findings
    return {f.why.split("'")[1] for f in found if f.rule == "CORE-11" and "is labelled" in f.why}


TRICKS = {
    "a rename behind a star": "select * exclude (address, updated_at, customer_id, segment, region), from (select * rename (email as shown) from profiles)",
    "an alias": "select email as shown from profiles",
    "CASE over it": "select case when email like '%@a.test' then 'a' else 'b' end as shown from profiles",
    "a value of CASE": "select case when segment = 'gold' then email else '' end as shown from profiles",
    "a concatenation": "select segment || '/' || email as shown from profiles",
    "concat": "select concat_ws('-', region, email) as shown from profiles",
    "a substring": "select substr(email, 1, 3) as shown from profiles",
    "a slice": "select email[1:3] as shown from profiles",
    "a pattern": "select regexp_extract(email, '@(.*)', 1) as shown from profiles",
    "a hash": "select md5(lower(email)) as shown from profiles",
    "a CTE": "with a as (select email as b from profiles), c as (select b as d from a) select d as shown from c",
    "a window": "select first_value(email) over (partition by segment order by updated_at) as shown from profiles",
    "a rank by it": "select cast(rank() over (order by email) as varchar) as shown from profiles",
    "one arm of a union": "select segment as shown from profiles union all select email from profiles",
    "a struct and out of it": "select s.x as shown from (select {'x': email, 'y': segment} as s from profiles)",
    "a field of a document": "select address->>'street' as shown from profiles",
    "a list and out of it": "select unnest([email, segment]) as shown from profiles",
    "JSON": "select cast(to_json({'m': email}) as varchar) as shown from profiles",
    "an aggregate": "select max(email) as shown from profiles group by segment",
    "a list of all": "select string_agg(email, ',') as shown from profiles group by segment",
    "a subquery": "select (select min(p.email) from profiles p) as shown from profiles",
    "a join with itself": "select b.email as shown from profiles a join profiles b on a.segment = b.segment",
    "a positional name": "select #2 as shown from (select segment, email from profiles)",
    "coalesce": "select coalesce(segment, email) as shown from profiles",
}


@pytest.mark.parametrize("sql", TRICKS.values(), ids=TRICKS)
def test_what_shows_a_restricted_column_is_restricted(sql: str) -> None:
    assert refused(sql, {"shown": {}}) == {"shown"}
    assert refused(sql, {"shown": {"sensitivity": "restricted"}}) == set()


def test_what_derives_from_other_columns_is_not_restricted_by_it() -> None:
    assert refused("select segment as shown, region from profiles where email is not null", {"shown": {}, "region": {}}) == set()


def test_python_that_does_not_say_where_a_column_comes_from_inherits_the_highest() -> None:
    assert refused(None, {"shown": {}, "told": {"derivedFrom": ["customer/profiles.segment"]}}) == {"shown"}


def test_a_dropped_column_leaves_nothing_behind() -> None:
    assert (
        refused("select * exclude (email, address, updated_at, customer_id) from profiles", {"segment": {}, "region": {}})
        == set()
    )


COUNTED = "select segment, cast(count(distinct email) as varchar) as shown from profiles group by segment having count(*) >= 5"
GROUPS = {"aggregate": {"minGroup": 5, "count": "shown"}}


def test_an_aggregate_over_large_groups_lowers() -> None:
    shown = {"segment": {}, "shown": {"declassify": "counts"}}
    assert refused(COUNTED, shown, **GROUPS) == set()
    assert refused(COUNTED, shown) == {"shown"}
    assert refused(COUNTED, shown, aggregate={"minGroup": 2, "count": "shown"}) == {"shown"}


def test_no_aggregate_is_lowered_as_one() -> None:
    sql = "select segment, email as shown from profiles"
    assert refused(sql, {"segment": {}, "shown": {"declassify": "counts"}}, **GROUPS) == {"shown"}


@pytest.mark.parametrize(
    ("sql", "declassifier"),
    [
        ("select md5(email) as shown, segment from profiles", "keyed_token"),
        ("select cast(year(updated_at) as varchar) || left(email, 1) as shown, segment from profiles", "coarsen"),
    ],
    ids=["a keyed token", "a generalised value"],
)
def test_an_attested_declassifier_lowers_the_columns_that_it_names_and_no_other(sql: str, declassifier: str) -> None:
    said = {"declassify": declassifier}
    assert refused(sql, {"shown": said, "segment": {}}) == set()
    assert refused(sql.replace("shown", "other"), {"other": said, "segment": {}}) == {"other"}
    assert refused(sql, {"shown": {**said, "sensitivity": "public"}, "segment": {}}) == {"shown"}
