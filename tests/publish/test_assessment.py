"""What `mesh check` finds in a transform before anything runs, on the line where it stands."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from mesh_platform.product import load_mesh
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish import check_mesh
from tests.product.conftest import HEAD, WHOLE, Project
from tests.publish.bakery import TOWNS_SQL, town_descriptor, write_product, write_project
from tests.publish.conftest import TOWNS

ORDERS = """  columns:
    order_id: {type: string, sensitivity: internal}
    amount: {type: "decimal(12,2)", sensitivity: internal}
    ordered_at: {type: timestamp, sensitivity: internal}
"""
REVENUE = """  inputs: [{product: crm/orders}]
  columns:
    day: {type: date, sensitivity: internal}
    revenue: {type: double, sensitivity: internal}
    note: {type: string, nullable: true, sensitivity: internal}
"""


def told(root: Path, sql: str) -> list[tuple[str, str]]:
    project = Project(root)
    project.product("crm/orders", HEAD + "  source: {path: landing/o.csv}\n" + ORDERS)
    project.product("crm/revenue", HEAD + REVENUE)
    project.write("domains/crm/revenue/transform.sql", sql)
    found = check_mesh(project.load(), ShapeCache(None), date(2026, 12, 1)).findings
    return sorted((f.rule, f.where.removeprefix("domains/crm/revenue/")) for f in found if f.rule.startswith(("SQL", "LAKE")))


def test_types_that_become_the_declared_ones_pass(tmp_path: Path) -> None:
    sql = "select cast(ordered_at as date) as day,\n sum(amount) as revenue,\n null as note from orders group by all"
    assert told(tmp_path, sql) == []


def test_a_type_that_staging_would_refuse_names_the_line_of_its_column(tmp_path: Path) -> None:
    sql = "select\n  strftime(ordered_at, '%Y') as day,\n  amount as revenue,\n  [order_id] as note\nfrom orders"
    assert told(tmp_path, sql) == [("LAKE-03", "transform.sql:2"), ("LAKE-03", "transform.sql:4")]


def test_columns_too_many_and_too_few_name_their_lines(tmp_path: Path) -> None:
    sql = "select cast(ordered_at as date) as day,\n  amount as revenue,\n  order_id as number\nfrom orders"
    assert told(tmp_path, sql) == [("SQL-02", "transform.sql:3"), ("SQL-03", "product.yaml:8")]


def test_columns_behind_a_star_are_told_too(tmp_path: Path) -> None:
    sql = "select #3::date as day, amount as revenue, x.* from (select *, order_id as z from orders) x"
    assert {rule for rule, _ in told(tmp_path, sql)} == {"SQL-02", "SQL-03"}


def test_a_function_of_wrong_types_is_told_before_the_run(tmp_path: Path) -> None:
    sql = "select cast(ordered_at as date) as day,\n  sum(order_id) as revenue, '' as note\nfrom orders group by all"
    assert told(tmp_path, sql) == [("SQL-08", "transform.sql:2")]


def test_over_a_source_whose_columns_nobody_declares_nothing_is_bound(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.product("crm/accounts", WHOLE)
    project.write("domains/crm/accounts/transform.sql", 'select "Id" as id from source')
    found = check_mesh(project.load(), ShapeCache(None), date(2026, 12, 1)).findings
    assert [f for f in found if f.rule.startswith(("SQL", "LAKE"))] == []


def test_an_input_that_does_not_exist_is_told_and_not_what_follows_from_it(tmp_path: Path) -> None:
    root = write_project(tmp_path / "project")
    entry = {"product": "bakery/orders@7", "purpose": "service", "fields": ["town", "amount"]}
    write_product(root, "office/towns", town_descriptor(inputs=[entry]), transform_sql=TOWNS_SQL)
    report = check_mesh(load_mesh(root), ShapeCache(None), date(2026, 12, 1), frozenset({TOWNS}))
    (finding,) = [finding for finding in report.findings if finding.blocks]
    assert (finding.rule, "There is bakery/orders (1.0.0)" in finding.fix) == ("DESC-09", True)
    assert "CORE-11" in " ".join(entry.rule for entry in report.not_evaluated)
    write_product(
        root, "office/towns", town_descriptor(inputs=[{**entry, "product": "bakery/orders", "fields": ["town", "sum"]}])
    )
    report = check_mesh(load_mesh(root), ShapeCache(None), date(2026, 12, 1), frozenset({TOWNS}))
    assert "CORE-11" not in {finding.rule for finding in report.findings}, "the field does not exist, and has no label either"
    write_product(root, "office/towns", town_descriptor(inputs=[{**entry, "product": "bakery/order"}]))
    found = check_mesh(load_mesh(root), ShapeCache(None), date(2026, 12, 1), frozenset({TOWNS})).findings
    assert "Did you mean bakery/orders?" in {finding.fix for finding in found}
