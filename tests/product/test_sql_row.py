"""A row check is judged by the guard that judges transforms: it may call plain functions and reach nothing."""

from __future__ import annotations

import pytest

from mesh_platform.product.sql import shape_of
from mesh_platform.product.sql_row import row_refusal

OUTSIDE = [
    "current_setting('temp_directory')", "main.current_setting('x')", "a.getvariable()", "getvariable('x')", "getenv('HOME')",
    "read_text('/etc/passwd')", "read_blob('x')", "query('select 1')", "query_table('t')", "current_user", "current_schema",
    "current_database()", "version()", "stats(a)", "write_log('x')", "nextval('s')", "txid_current()", "json_serialize_plan('select 1')",
    "pg_catalog.pg_typeof(a)", "has_table_privilege('t', 'select')", "sleep_ms(1000)", "inet_client_addr()", "ducklake_secret('x')",
    "list_transform(['x'], v -> current_setting(v))", "[getvariable(v) for v in ['x']]",
]  # fmt: skip


@pytest.mark.parametrize("call", OUTSIDE)
def test_what_tells_of_more_than_the_row_is_refused_in_a_row_check(call: str) -> None:
    assert row_refusal(f"{call} IS NOT NULL")


@pytest.mark.parametrize("call", OUTSIDE)
def test_and_in_a_transform(call: str) -> None:
    found = {problem.rule for problem in shape_of(f"select {call} as x from t", {"t": ("a",)}).problems}
    assert found and found <= {"SQL-04", "SQL-08"}


@pytest.mark.parametrize(
    "expression",
    [
        "a > 0", "s LIKE 'a%' AND a BETWEEN 1 AND 2", "ordered_at <= current_timestamp AND day <= current_date", "a IN (1, 2)",
        "regexp_matches(s, '^x') OR s SIMILAR TO 'y.*'", "list_filter([a, b], v -> v > 1) <> []", "extract(year FROM day) > 2000",
        "coalesce(nullif(s, ''), 'x') || 'y' ILIKE '%x%'", "j->>'$.a' = 'x'", "day + INTERVAL 3 DAYS > day", "pg_typeof(a) = 'int'",
        "(a, b) = (1, 2)", "s[1:2] = 'ab'", "try_cast(s AS INTEGER) > 0", "CASE WHEN a IS NULL THEN true ELSE a % 2 = 0 END",
        "{'x': a}.x > 0", "position('a' IN s) > 0", "substring(s FROM 1 FOR 2) = 'ab'", "trim(BOTH 'x' FROM s) <> ''",
        "ordered_at AT TIME ZONE 'UTC' IS NOT NULL", "map {'a': 1}['a'] = a", "-a < 0 AND a ** 2 >= a", "greatest(a, b) > 0",
    ],
)  # fmt: skip
def test_plain_expressions_pass(expression: str) -> None:
    assert row_refusal(expression) is None


def test_a_function_behind_a_dot_is_refused_with_the_plain_call_as_the_fix() -> None:
    [problem] = shape_of("select a.upper() as x from t", {"t": ("a",)}).problems
    assert (problem.rule, problem.fix) == ("SQL-04", "Write upper(…).")


@pytest.mark.parametrize("sql", ["1) USING SAMPLE (10", "1) UNION (SELECT 2", "1) ORDER BY (1"])
def test_no_bracket_leads_out_of_the_expression(sql: str) -> None:
    assert row_refusal(sql) == "it is not one SQL expression"
