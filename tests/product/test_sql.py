"""What a transform's SQL may read, and from what its columns derive: every way round that was tried."""

from __future__ import annotations

import time

import pytest

from mesh_platform.product.sql import shape_of

FIELDS = ("customer_id", "segment", "email", "signed_up_at")
SCHEMA = {"accounts": FIELDS, "orders": ("order_id", "customer_id", "amount")}
EMAIL = ("accounts", "email")


def rules(sql: str) -> set[str]:
    return {problem.rule for problem in shape_of(sql, SCHEMA).problems}


@pytest.mark.parametrize(
    "sql",
    [
        "select q.phone from accounts, lateral query('select phone from mesh_input_0.main.data') q",
        "select * from query('select 1')",
        "select path from accounts, lateral query_table('x')",
        "select * from read_csv('landing/x.csv')",
        "select * from accounts, lateral read_csv('/etc/passwd')",
        "select * from read_text('**')",
        "select * from 'landing/x.csv'",
        'select b.* from (with "landing/x.csv" as (select 1 as z) select z from "landing/x.csv") s, "landing/x.csv" b',
        "with a as (select * from duckdb_databases), duckdb_databases as (select 1) select * from a",
        "with duckdb_databases as (select * from duckdb_databases) select * from duckdb_databases",
        "select (with sqlite_master as (select 1) select 1) x from sqlite_master",
        "select * from information_schema.tables",
        "select * from mesh_own.main.data",
        "select * from __ducklake_metadata_mesh_own.main.ducklake_data_file",
        "select * from accounts at (version => 1)",
        "select * from other",
        "select current_setting('temp_directory') as x from accounts",
        "select getvariable('x') as x from accounts",
        "from duckdb_secrets()",
        "summarize accounts",
        "show tables",
    ],
)
def test_nothing_but_the_inputs_can_be_read(sql: str) -> None:
    assert rules(sql) == {"SQL-04"}


@pytest.mark.parametrize(
    "sql",
    ["select 1; select 2", "copy accounts to 'x'", "attach 'x' as y", "drop table accounts", "pragma version", "set threads = 1",
     "pivot accounts on email using count(*)", "select * from (pivot accounts on email using count(*))", "explain select 1"],
)  # fmt: skip
def test_anything_but_one_select_is_refused(sql: str) -> None:
    assert rules(sql) & {"SQL-05", "SQL-04", "SQL-01"}


@pytest.mark.parametrize(
    "expression_and_source",
    [
        "#2 as a from (select customer_id, email from accounts)",
        "a from (select segment as a, 'x' as b from accounts where false union all by name select segment as b, email as a from accounts)",
        "(select max(d.email) from c as d) as a from accounts",
        "u.x as a from accounts, unnest([email]) as u(x)",
        "l.e as a from accounts, lateral (select accounts.email as e) l",
        "t.segment as a from accounts as t(customer_id, segment2, segment, signed_up_at)",
        "t.segment as a from (select segment, email from accounts) as t(email, segment)",
        "coalesce(gold, silver) as a from accounts pivot (first(email) for segment in ('gold', 'silver') group by customer_id) p",
        "(select max(f) from (select e as f from c x) y) as a from accounts",
        "(select y.email from c y union all select z.email from c z limit 1) as a from accounts",
        "array(select y.email from c y)[1] as a from accounts",
        "v.x as a from (values ((select max(email) from accounts))) v(x)",
        "count(*) over w as a from accounts window w as (order by email)",
        "case when email like 'a%' then 1 else 0 end as a from accounts",
        "substr(email, 1, 2) || segment as a from accounts",
        "row_number() over (partition by email) as a from accounts",
        "first(email) as a from accounts group by segment",
        "to_json(accounts) as a from accounts",
        "accounts as a from accounts",
        "{'e': email}.e as a from accounts",
        "list(email) as a from accounts group by segment",
        "q.a from (with w as (select email as a from c) select a from w) q",
        "columns('email') as a from accounts",
        "struct_pack(e := email) as a from accounts",
        "max(email) filter (where true) as a from accounts",
    ],
)
def test_what_shows_an_e_mail_derives_from_it(expression_and_source: str) -> None:
    shape = shape_of(f"with c as (select email, segment from accounts) select {expression_and_source}", SCHEMA)
    assert shape.problems == () or {problem.rule for problem in shape.problems} <= {"SQL-04", "SQL-06"}
    assert shape.problems or shape.origins is None or EMAIL in shape.origins["a"], shape.origins


def test_what_can_be_traced_is_traced_exactly() -> None:
    sql = "with o as (select customer_id, sum(amount) as total from orders group by all) select a.segment, o.total, count(*) as n from accounts a join o using (customer_id) group by all"
    shape = shape_of(sql, SCHEMA)
    assert shape.origins == {"segment": {("accounts", "segment")}, "total": {("orders", "amount")}, "n": frozenset()}
    assert shape.aggregated == {"n"}
    assert shape.tables == ("orders", "accounts") or set(shape.tables) == {"orders", "accounts"}


def test_a_recursive_cte_sees_itself() -> None:
    sql = "with recursive r as (select 1 as k, segment from accounts union all select k + 1, segment from r where k < 3) select k, segment from r"
    shape = shape_of(sql, SCHEMA)
    assert shape.problems == ()


def test_a_list_of_values_may_be_joined() -> None:
    shape = shape_of("select v.word as a from accounts join (values ('gold', 'best')) v(segment, word) using (segment)", SCHEMA)
    assert shape.problems == ()


@pytest.mark.parametrize("sql", ["select phone as p from accounts", "select segment from accounts where phone = 1",
                                 "select a.segment from accounts a join orders o on a.phone = o.customer_id"])  # fmt: skip
def test_a_column_that_no_input_gives_is_named(sql: str) -> None:
    [problem] = shape_of(sql, SCHEMA).problems
    assert problem.rule == "SQL-06"
    assert "'phone'" in problem.why


def test_a_syntax_error_names_its_line_and_word() -> None:
    [problem] = shape_of("select segment\nform accounts", SCHEMA).problems
    assert (problem.rule, problem.line) == ("SQL-01", 2)
    assert "accounts" in problem.why


def test_sql_too_large_to_be_traced_is_a_finding_and_no_stall() -> None:
    many = " or ".join(f"amount = {i}" for i in range(6000))
    begun = time.process_time()
    assert rules(f"select order_id from orders where {many}") == {"SQL-07"}
    chain = ", ".join(f"c{i + 1} as (select a.x || b.x as x from c{i} a, c{i} b)" for i in range(14))
    shape_of(f"with c0 as (select email as x from accounts), {chain} select x from c14", SCHEMA)
    assert time.process_time() - begun < 20


DOUBLED = ", ".join(f"a{i} + a{i} as a{i + 1}" for i in range(40))
STARS = ", ".join(f"c{i + 1} as (select * from c{i} p, c{i} q)" for i in range(40))
NESTED = "select * from accounts a, accounts b"


@pytest.mark.parametrize(
    "sql",
    [
        f"select n from (select 1 as a0, {DOUBLED}, 1 as n)",
        f"with c0 as (select 1 as x), {STARS} select count(*) as n from accounts where exists (select * from c40)",
        f"with c0 as ({NESTED}), {STARS} select x from c40 union all select 1",
        f"with recursive c0 as (select 1 as x union all select * from c0), {STARS} select * from c40 order by all",
    ],
)
def test_few_words_that_stand_for_a_billion_are_not_written_out(sql: str) -> None:
    begun = time.process_time()
    assert [problem.rule for problem in shape_of(sql, SCHEMA).problems] == ["SQL-07"]
    assert time.process_time() - begun < 5


def test_a_wide_table_and_a_chain_of_aliases_are_not_too_large() -> None:
    wide = {"wide": tuple(f"c{i}" for i in range(600))}
    assert (
        shape_of("with a as (select * from wide), b as (select * from a) select *, c1 as d, d as e from b", wide).problems == ()
    )


@pytest.mark.parametrize("sql", ["select 1" + " + 1" * 700 + " as n", "select 1" + " + 1" * 5000 + " as n"])
def test_a_statement_that_is_nested_too_deeply_is_a_problem_and_no_crash(sql: str) -> None:
    assert [problem.rule for problem in shape_of(sql, {}).problems] in (
        ["SQL-07"],
        ["SQL-01"],
    )  # the engine's own parser gives up first


def test_constants_that_would_fill_the_memory_are_not_worked_out() -> None:
    assert shape_of("select len(range(2000000000)) + len(repeat('a', 2000000000)) as n", {}, {}).staged is None
