"""A consumer's SQL: what is judged as reading products and nothing else, and how it reads over their views."""

from __future__ import annotations

import pytest

from mesh_platform.access.statement import judged
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.product import ProductKey

ORDERS, LINES = ProductKey("sales", "orders"), ProductKey("sales", "lines")
VIEWS = {ORDERS: "__mesh_a", LINES: "__mesh_b"}


def over(sql: str) -> str:
    return judged(sql, lambda key: 10).over(VIEWS)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select id from sales.orders", "SELECT id FROM __mesh_a AS orders"),
        ('select id from "sales/orders"', 'SELECT id FROM __mesh_a AS "sales/orders"'),
        ("select o.id from sales.orders o", "SELECT o.id FROM __mesh_a AS o"),
        ("select sales.orders.id from sales.orders", "SELECT orders.id FROM __mesh_a AS orders"),
        ("select orders.* from Sales.ORDERS", "SELECT orders.* FROM __mesh_a AS ORDERS"),
        ("from sales.orders", "SELECT * FROM __mesh_a AS orders"),
    ],
)
def test_a_product_becomes_its_view(sql: str, said: str) -> None:
    assert over(sql).casefold() == said.casefold()


@pytest.mark.parametrize(
    "sql",
    [
        "with big as (select * from sales.orders where amount > 10) select count(*) from big",
        "select a.id, b.id from sales.orders a join sales.lines b using (id)",
        "select *, row_number() over (partition by id order by day) from sales.orders qualify row_number() over () = 1",
        "select * exclude (id) replace (upper(name) as name) from sales.orders",
        "select columns('a.*') from sales.orders",
        "select list_transform([1, 2], x -> x + 1), {'a': 1}.a, [x for x in [1, 2]] from sales.orders",
        "pivot sales.orders on kind in ('a', 'b') using sum(amount) group by id",
        "select * from (unpivot sales.orders on a, b into name k value v)",
        "with recursive t(n) as (select 1 union all select n + 1 from t where n < 5) select * from t",
        "select (select max(amount) from sales.lines l where l.id = o.id) from sales.orders o",
        "select * from sales.orders o, lateral (select o.id + 1 as next)",
        "select * from sales.orders a asof join sales.lines b on a.id = b.id and a.at >= b.at",
        "select * from sales.orders tablesample 10%",
        "select unnest(tags), 'it''s; select' from sales.orders limit 5 offset 2",
        "select id from sales.orders union all by name select id from sales.lines",
        "select name.trim().upper() from sales.orders where id = ? and kind in ('a', 'b') order by all",
        "values (1), (2)",
        "select count(*) filter (where amount > 1), grouping(id) from sales.orders group by grouping sets ((id), ())",
        "select * from range(3), unnest([1, 2]) as u(x)",
    ],
)
def test_ordinary_analytics_pass(sql: str) -> None:
    assert over(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select * from orders",
        "select * from lake.sales.orders",
        "select * from sales.orders at (version => 1)",
        "select * from sales.orders at (timestamp => now())",
        "select * from information_schema.tables",
        "select * from pg_catalog.pg_tables",
        "select * from main.data",
        "select * from 'file.parquet'",
        'select * from "file.csv"',
        "select * from read_parquet('x')",
        "select * from read_text('/etc/hosts')",
        "select * from glob('*')",
        "select * from duckdb_secrets()",
        "select * from pragma_table_info('x')",
        "select * from query('select 1')",
        "select * from query_table('sales.orders')",
        "select * from ducklake_snapshots('x')",
        "select * from sniff_csv('x')",
        "select getvariable('x')",
        "select current_setting('home_directory')",
        "select current_user",
        "select version()",
        "select nextval('s')",
        "select duckdb_columns()",
        "select system.main.version()",
        "summarize sales.orders",
        "describe sales.orders",
        "show tables",
        "explain select 1",
        "copy sales.orders to 'x'",
        "copy (select 1) to 'x'",
        "attach 'x' as y",
        "create table x as select 1",
        "insert into sales.orders values (1)",
        "delete from sales.orders",
        "update sales.orders set id = 1",
        "set memory_limit = '1TB'",
        "pragma database_list",
        "call ducklake_list_files('x')",
        "load httpfs",
        "export database 'x'",
        "prepare p as select 1",
        "select 1; select 2",
        "select * from __mesh_a",
        "with __mesh_a as (select 1) select * from __mesh_a",
        "select id as __MESH_a from sales.orders",
        "pivot sales.orders on kind using count(*)",
    ],
)
def test_anything_else_is_denied(sql: str) -> None:
    with pytest.raises(Denied) as refused:
        over(sql)
    assert refused.value.finding.rule in ("SQL-04", "SQL-05", "SQL-08")


def test_a_name_of_a_cte_does_not_stand_for_a_product() -> None:
    assert over("with sales as (select 1 as orders) select * from sales").startswith("WITH sales AS (SELECT 1")


def test_a_cte_of_the_products_name_does_not_hide_the_product() -> None:
    assert "__mesh_a" in over("with orders as (select 1 as id) select * from sales.orders")


def test_text_that_is_no_sql_is_told_as_such() -> None:
    with pytest.raises(UsageProblem, match="SQL-01"):
        over("selec id")


def test_a_product_that_is_not_there_is_told_by_whoever_knows() -> None:
    def nowhere(key: ProductKey) -> int:
        raise NotFound.because("NAME-02", str(key), "There is no such product.", "Name another.")

    with pytest.raises(NotFound):
        judged("select * from sales.nothing", nowhere)


@pytest.mark.parametrize(
    "sql", ["select " + "(" * 20_000 + "1" + ")" * 20_000, "select '" + "x" * 300_000 + "'", "select 1" + " + 1" * 60_000]
)
def test_a_monster_is_refused(sql: str) -> None:
    with pytest.raises((Denied, UsageProblem)):
        over(sql)


def test_a_star_that_stands_for_billions_is_refused() -> None:
    steps = ", ".join(f"c{i} as (select * from c{i - 1} p, c{i - 1} q)" for i in range(1, 30))
    with pytest.raises(Denied, match="SQL-07"):
        over(f"with c0 as (select * from sales.orders), {steps} select * from c29")
