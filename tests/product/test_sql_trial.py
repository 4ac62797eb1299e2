"""What would stop a run is found before it: the engine binds a transform over the declared types of its inputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.product.sql import ShapeCache, shape_of

FIELDS = ("customer_id", "segment", "amount", "ordered_at")
SCHEMA = {"orders": FIELDS}
TYPES = {"orders": tuple(zip(FIELDS, ("VARCHAR", "VARCHAR", "DECIMAL(12,2)", "TIMESTAMP"), strict=True))}


@pytest.mark.parametrize(
    ("sql", "line", "why"),
    [
        ("select sum(segment) as s\nfrom orders", 1, "No function takes arguments of these types: sum(VARCHAR)."),
        ("select customer_id,\n       date_trunc('month', segment) as m\nfrom orders", 2, "date_trunc(STRING_LITERAL, VARCHAR)"),
        ("select customer_id, count(*) as n\nfrom orders", 1, "Column 'customer_id' is neither grouped by nor aggregated."),
        ("select customer_id\nfrom orders\nwhere sum(amount) > 1", 3, "An aggregate stands where there are single rows."),
        ("select x.nope\nfrom (select segment, #1 as y from orders) x", 1, "'nope'"),
        ("select o.segment\nfrom orders a join orders b using (customer_id)", 1, "'o'"),
        ("select segment from orders a, orders b", 1, "More than one of its tables has a column 'segment'."),
    ],
)
def test_what_the_engine_would_refuse_is_told_with_its_line(sql: str, line: int, why: str) -> None:
    [problem] = shape_of(sql, SCHEMA, TYPES).problems
    assert (problem.rule, problem.line) in {("SQL-08", line), ("SQL-06", line)}
    assert why in problem.why


def test_no_word_of_the_statement_s_constants_is_told() -> None:
    [problem] = shape_of("select amount from orders where amount > interval 'ana@example.com'", SCHEMA, TYPES).problems
    assert "ana@" not in f"{problem.why} {problem.fix}"


@pytest.mark.parametrize(
    ("call", "fix"), [("datetrunc_('m', ordered_at)", "Did you mean 'datetrunc'?"), ("zzzzzz(1)", "DuckDB documents")]
)
def test_an_unknown_function_is_told_whether_or_not_types_are_known(call: str, fix: str) -> None:
    [problem] = shape_of(f"select\n{call} as m from orders", SCHEMA).problems
    assert (problem.rule, problem.line) == ("SQL-08", 2)
    assert fix in problem.fix


def test_the_columns_that_a_star_or_an_untraced_query_hides_are_known_with_their_types() -> None:
    shape = shape_of("select * from orders limit 0", SCHEMA, TYPES)
    assert shape.staged == TYPES["orders"]
    untraced = shape_of("select #3 as amount, count(*) as n from orders group by all;", SCHEMA, TYPES)
    assert (untraced.columns, untraced.yields) == (None, ("amount", "n"))


def test_a_statement_over_a_table_of_unknown_types_is_not_bound() -> None:
    assert shape_of("select * from orders, source", {**SCHEMA, "source": ()}, TYPES).staged is None


def test_a_trial_leaves_nothing_behind() -> None:
    first = shape_of("select segment from orders", SCHEMA, TYPES)
    other = shape_of("select segment from orders", SCHEMA, {"orders": (("segment", "INTEGER"),)})
    assert (first.staged, other.staged) == ((("segment", "VARCHAR"),), (("segment", "INTEGER"),))


def test_a_shape_is_kept_with_what_the_trial_told(tmp_path: Path) -> None:
    cache = ShapeCache(tmp_path)
    first = cache.shape("select segment\n, amount from orders", SCHEMA, TYPES)
    assert cache.shape("select segment\n, amount from orders", SCHEMA, TYPES) == first
    assert (first.lines, first.staged) == ({"segment": 1, "amount": 2}, (("segment", "VARCHAR"), ("amount", "DECIMAL(12,2)")))
    assert len(list(tmp_path.iterdir())) == 1
