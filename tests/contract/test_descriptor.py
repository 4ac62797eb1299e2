"""A descriptor's words as rules."""

from __future__ import annotations

from typing import Any

import duckdb
import ibis
import pandera.ibis
import pytest
from pandera.errors import SchemaErrors

from mesh_platform.contract import contract_of, contract_problems
from tests.contract.conftest import Check, descriptor, failed

TEXT = {"type": "string", "nullable": True}


def test_every_kind_of_rule_finds_its_rows(check: Check) -> None:
    result = check(
        """SELECT * FROM (VALUES
            ('a', 1::BIGINT, 'DE', 'ab'), ('b', -1, 'XX', 'abcdef'), ('b', 101, NULL, 'A1'), (NULL, 3, 'FR', NULL)
        ) AS rows(id, amount, country, code)""",
        {
            "id": {"type": "string", "unique": True},
            "amount": {"type": "integer", "min": 0, "max": 100},
            "country": {"type": "string", "nullable": True, "values": ["DE", "FR"]},
            "code": {"type": "string", "nullable": True, "minLength": 2, "maxLength": 4, "pattern": "[a-z]+"},
        },
        rows={"min": 5},
        checks=[{"name": "cheap in FR", "sql": "country <> 'FR' OR amount < 3"}],
    )
    assert failed(result) == {
        "id.not_null": 1,
        "id.unique": 2,
        "amount.in_range": 2,
        "country.isin": 1,
        "code.str_length": 1,
        "code.str_matches": 1,
        "row.cheap in FR": 2,
        "table.rows": 1,
    }
    assert not result.passed


def test_a_pattern_is_about_the_whole_value(check: Check) -> None:
    result = check("SELECT unnest(['DE', 'DEU', 'xDE', 'DE' || chr(10)]) AS x", {"x": {**TEXT, "pattern": "DE|FR"}})
    assert failed(result) == {"x.str_matches": 3}


def test_a_column_of_the_primary_key_is_required_even_where_it_is_called_nullable(check: Check) -> None:
    result = check("SELECT NULL::BIGINT AS id", {"id": {"type": "integer", "nullable": True}}, primaryKey=["id"])
    assert failed(result) == {"id.not_null": 1}


def test_a_composite_key_counts_every_row_of_a_repeated_pair(check: Check) -> None:
    columns = {"a": {"type": "int32"}, "b": {"type": "int32"}}
    result = check("SELECT * FROM (VALUES (1, 1), (1, 2), (1, 2), (2, 1)) AS rows(a, b)", columns, unique=[["a", "b"]])
    assert failed(result) == {"a+b.unique": 2}


@pytest.mark.parametrize(
    ("kind", "rule", "rows", "broken"),
    [
        ("decimal(10,5)", {"min": 0.00005}, "[0.00004, 0.00005]::DECIMAL(10,5)[]", 1),
        ("decimal(38,10)", {"max": "0.0000000001"}, "[0.0000000001, 0.0000000002]::DECIMAL(38,10)[]", 1),
        ("decimal(12,2)", {"values": [1.1, 2]}, "[1.10, 2.00, 1.11]::DECIMAL(12,2)[]", 1),
        ("date", {"min": "2024-02-29"}, "['2024-02-28', '2024-02-29']::DATE[]", 1),
        ("timestamp", {"max": "2024-01-01"}, "['2024-01-01', '2024-01-01 00:00:00.000001']::TIMESTAMP[]", 1),
        (
            "timestamptz",
            {"min": "2024-01-01T00:00:00+02:00"},
            "['2023-12-31 21:59:00+00', '2023-12-31 22:00:00+00']::TIMESTAMPTZ[]",
            1,
        ),
        ("integer", {"max": 9007199254740993}, "[9007199254740993, 9007199254740994]::BIGINT[]", 1),
        ("int8", {"min": -5, "max": 1000}, "[-5, -6]::TINYINT[]", 1),
        ("boolean", {"values": [True]}, "[true, false]", 1),
        ("time", {"min": "12:00"}, "['11:59:59.999999', '12:00']::TIME[]", 1),
        (
            "uuid",
            {"values": ["00000000-0000-0000-0000-000000000001"]},
            "[uuid(), '00000000-0000-0000-0000-000000000001'::UUID]",
            1,
        ),
        ("double", {"min": 0.1}, "['0.1', '0.09999999999999999']::DOUBLE[]", 1),
        ("double", {"max": 0.30000000000000004}, "['0.30000000000000004', '0.3000000000000001']::DOUBLE[]", 1),
        ("double", {"values": [1e-7, 1e300]}, "['1e-7', '1e300', '1.0000000000000002e-7']::DOUBLE[]", 1),
        (
            "string",
            {"values": ["it's", 'say "x"', "back\\slash", "ü", "%"]},
            "['it''s', 'say \"x\"', 'back\\slash', 'ü', '%', '_']",
            1,
        ),
    ],
)
def test_bounds_are_values_of_the_columns_own_type(check: Check, kind: str, rule: dict[str, Any], rows: str, broken: int) -> None:
    result = check(f"SELECT unnest({rows}) AS x", {"x": {"type": kind, **rule}})
    assert not result.problems
    assert list(failed(result).values()) == [broken]


@pytest.mark.parametrize(
    ("column", "why"),
    [
        ({"type": "integer", "min": "many"}, "'many' is no value of type integer"),
        ({"type": "integer", "min": 1.5}, "1.5 is no value of type integer"),
        ({"type": "integer", "max": True}, "True is no value of type integer"),
        ({"type": "date", "max": "tomorrow"}, "'tomorrow' is no value of type date"),
        ({"type": "date", "max": "2024-01-01T10:00"}, "is no value of type date"),
        ({"type": "timestamp", "max": "2024-01-01T10:00+01:00"}, "is no value of type timestamp"),
        ({"type": "string", "min": 1}, "1 is no value of type string"),
        ({"type": "string", "values": []}, "the list of values is empty"),
        ({"type": "integer", "min": 5, "max": 4}, "min is above max"),
        ({"type": "integer", "minLength": 1}, "a column of type integer has no length"),
        ({"type": "integer", "pattern": "1"}, "a column of type integer takes no pattern"),
        ({"type": "json", "min": 1}, "a column of type json takes no bounds or values"),
        ({"type": "string", "pattern": "(?=a)b"}, "invalid perl operator"),
    ],
)
def test_a_rule_that_makes_no_sense_of_its_column_blocks(column: dict[str, Any], why: str) -> None:
    (problem,) = contract_problems(contract_of(descriptor({"x": column})))
    assert problem.rule == "CONTRACT-13" and problem.blocks
    assert why in problem.why


def test_what_cannot_be_checked_blocks_every_audit_and_the_other_rules_are_still_counted(check: Check) -> None:
    columns = {"x": {"type": "integer", "min": "many"}, "y": {"type": "integer", "max": 1}}
    result = check("SELECT 1::BIGINT AS x, 2::BIGINT AS y", columns)
    assert [finding.rule for finding in result.findings()] == ["CONTRACT-13", "CONTRACT-07"]
    assert not result.passed


def test_a_schema_is_an_ordinary_pandera_schema() -> None:
    schema = contract_of(descriptor({"x": {"type": "integer", "unique": True, "min": 1}, "y": {"type": "json"}})).schema
    assert isinstance(schema, pandera.ibis.DataFrameSchema)
    assert schema.strict is True and schema.unique == [["x"]] and schema.columns["x"].unique


@pytest.mark.parametrize(("amount", "broken"), [(2, []), (-1, ["greater_than_or_equal_to", "paid"]), (0, ["paid"])])
def test_pandera_itself_can_validate_with_the_schema(con: duckdb.DuckDBPyConnection, amount: int, broken: list[str]) -> None:
    columns = {"id": {"type": "integer", "unique": True}, "amount": {"type": "integer", "min": 0}}
    schema = contract_of(descriptor(columns, checks=[{"name": "paid", "sql": "amount > 0"}], rows={"min": 1, "max": 5})).schema
    con.execute(f"CREATE TABLE orders AS SELECT unnest([1, 2]::BIGINT[]) AS id, unnest([1, {amount}]::BIGINT[]) AS amount")
    table = ibis.duckdb.from_connection(con).table("orders")
    try:
        schema.validate(table, lazy=True)
        failed_checks = []
    except SchemaErrors as errors:
        failed_checks = [error.check.name for error in errors.schema_errors]
    assert failed_checks == broken


def test_hundreds_of_columns_are_checked_in_one_pass(check: Check) -> None:
    columns = {f"c{number}": {"type": "int32"} for number in range(300)}
    result = check(
        f"SELECT {', '.join(f'{number}::INTEGER AS c{number}' for number in range(299))}, NULL::INTEGER AS c299", columns
    )
    assert failed(result) == {"c299.not_null": 1}


def test_a_column_may_have_any_name(check: Check) -> None:
    names = ['we "ird"', "rows", "n", "times", "it's", "😀", "select", "value_x", "broken_0", "in_time", "a;b--", "x.y", "../up"]
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    columns = {name: {"type": "int32", "min": 1, "unique": True} for name in names}
    result = check(
        f"SELECT {', '.join(f'unnest([0, 1, 1]) AS {name}' for name in quoted)}",
        columns,
        unique=[names],
        checks=[{"name": name, "sql": f"{quoted[number]} = 1"} for number, name in enumerate(names)],
    )
    assert not result.problems
    assert all(failed(result)[f"{name}.unique"] == 2 and failed(result)[f"row.{name}"] == 1 for name in names)
    assert result.examples("n.unique") == [{"n": 1, "times": 2}]
