"""Row checks: a domain team's own SQL over one row."""

from __future__ import annotations

import pytest

from mesh_platform.contract import contract_of, contract_problems
from tests.contract.conftest import Check, descriptor, failed

COLUMNS = {"a": {"type": "integer", "nullable": True}, "b": {"type": "integer", "nullable": True}, "s": {"type": "string"}}
ROWS = "SELECT * FROM (VALUES (1::BIGINT, 2::BIGINT, '1'), (2, 1, 'x'), (NULL, 1, '2')) AS rows(a, b, s)"


def one(sql: str) -> list[dict[str, str]]:
    return [{"name": "rule", "sql": sql}]


@pytest.mark.parametrize(
    ("sql", "broken"),
    [
        ("a < b", 2),
        ("a < b OR a IS NULL", 1),
        ("s = 'x' -- a remark", 2),
        ("a + b = 3 /* both ways */", 1),
        ("cast(s AS INTEGER) > 0", 1),
        ("try_cast(s AS INTEGER) > 0 OR s = 'x'", 0),
        ("list_filter([a, b], v -> v > 1) <> []", 1),
        ("regexp_matches(s, '^[0-9]$')", 1),
        ("CASE WHEN a IS NULL THEN true ELSE a > 0 END", 0),
        ("a > 0) AND (b > 0", 1),
        ("true", 0),
        ("NULL::BOOLEAN", 3),
    ],
)
def test_a_row_passes_only_where_the_expression_is_true(check: Check, sql: str, broken: int) -> None:
    result = check(ROWS, COLUMNS, checks=one(sql))
    assert not result.problems
    assert failed(result) == ({"row.rule": broken} if broken else {})


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("a > 0) FROM secrets; DROP TABLE t; --", "not one SQL expression"),
        ("a > 0; DELETE FROM t", "not one SQL expression"),
        ("1) AS x, (2", "not one SQL expression"),
        ("1) FROM t WHERE (true", "not one SQL expression"),
        ("1) GROUP BY (a", "not one SQL expression"),
        ("1) LIMIT (1", "not one SQL expression"),
        ("", "not one SQL expression"),
        ("a >", "not one SQL expression"),
        ("a IN (SELECT a FROM t)", "a subquery"),
        ("EXISTS (FROM read_csv('/etc/passwd'))", "a subquery"),
        ("count(*) OVER () > 1", "a window function"),
        ("COLUMNS(*) > 0", "a star"),
        ("a > $1", "a parameter"),
        ("sum(a) > 0", "Binder Error"),
        ("nowhere > 0", "Binder Error"),
        ("a", "it gives BIGINT and not a boolean"),
        ("a > 0, b > 0", "not a boolean"),
        ("random() < 2", "volatile"),
        ("no_such_function(a)", "no function that the engine knows"),
        ("current_setting('temp_directory') <> ''", "tells of more than its inputs"),
        ("getenv('HOME') <> ''", "tells of more than its inputs"),
        ("a > 'many'", "Conversion Error"),
    ],
)
def test_anything_but_one_boolean_expression_over_the_row_is_refused(sql: str, why: str) -> None:
    (problem,) = contract_problems(contract_of(descriptor(COLUMNS, checks=one(sql))))
    assert problem.rule == "CONTRACT-13" and problem.blocks
    assert why in problem.why


def test_examples_of_a_failed_row_check_are_whole_rows(check: Check) -> None:
    assert check(ROWS, COLUMNS, checks=one("a < b OR a IS NULL")).examples("row.rule") == [{"a": 2, "b": 1, "s": "x"}]


def test_a_row_check_counts_for_accuracy_together_with_the_other_rules(check: Check) -> None:
    columns = {**COLUMNS, "s": {"type": "string", "values": ["1", "2"]}}
    assert check(ROWS, columns, checks=one("b > 1 OR s = 'x'")).measures["accuracy"] == pytest.approx(100 / 3)
