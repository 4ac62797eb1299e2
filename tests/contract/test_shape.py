"""The table's shape: strict, whatever the schema says of itself."""

from __future__ import annotations

import ibis
import pandera.ibis as pi
import pyarrow as pa
import pytest

from mesh_platform.contract import Contract
from mesh_platform.product import ColumnType
from tests.contract.conftest import Check, failed
from tests.contract.oracles import audited

COLUMNS = {"id": {"type": "integer", "unique": True}, "name": {"type": "string", "nullable": True, "maxLength": 3}}


def test_missing_undeclared_and_mistyped_columns_are_told_and_their_rules_do_not_pass(check: Check) -> None:
    result = check("SELECT 'one' AS id, 1 AS extra", COLUMNS)
    assert {(finding.rule, finding.where) for finding in result.findings()} == {
        ("CONTRACT-03", "column id"),
        ("CONTRACT-01", "column name"),
        ("CONTRACT-02", "column extra"),
    }
    assert "VARCHAR where the contract declares BIGINT" in next(f.why for f in result.findings() if f.rule == "CONTRACT-03")
    assert {rule.id for rule in result.rules if not rule.evaluated} == {"id.not_null", "id.unique", "name.str_length"}
    assert not any(rule.passed for rule in result.rules)


def test_columns_are_told_apart_by_case(check: Check) -> None:
    assert {finding.rule for finding in check("SELECT 1::BIGINT AS Id, 'a' AS name", COLUMNS).findings()} == {
        "CONTRACT-01",
        "CONTRACT-02",
    }


def test_the_order_of_columns_is_free_unless_the_schema_orders_them(check: Check) -> None:
    assert check("SELECT 'a' AS name, 1::BIGINT AS id", COLUMNS).passed
    ordered = pi.DataFrameSchema({"a": pi.Column(None), "b": pi.Column(None)}, ordered=True)
    table = pa.table({"b": [1], "a": [1]})
    assert [finding.rule for finding in audited(table, Contract(ordered)).problems] == ["CONTRACT-04"]


def test_columns_of_the_platform_itself_are_no_part_of_the_contract(check: Check) -> None:
    rows = "SELECT 1::BIGINT AS id, 'a' AS name, 5::BIGINT AS _subject"
    assert not check(rows, COLUMNS).passed
    assert check(rows, COLUMNS, platform_columns=["_subject"]).passed


def test_a_schema_that_calls_itself_lenient_is_strict_all_the_same() -> None:
    schema = pi.DataFrameSchema({"a": pi.Column(None)}, strict=False)
    assert [finding.rule for finding in audited(pa.table({"a": [1], "b": [2]}), Contract(schema)).problems] == ["CONTRACT-02"]


def test_an_optional_column_may_be_missing_but_not_broken() -> None:
    schema = pi.DataFrameSchema({"a": pi.Column(None), "b": pi.Column(None, pi.Check.gt(1), required=False)})
    assert audited(pa.table({"a": [1]}), Contract(schema)).passed
    assert failed(audited(pa.table({"a": [1], "b": [1]}), Contract(schema))) == {"b.greater_than": 1}


TYPES = [
    "string",
    "boolean",
    "int8",
    "int16",
    "int32",
    "integer",
    "float",
    "double",
    "decimal(10,2)",
    "date",
    "time",
    "timestamp",
]


@pytest.mark.parametrize("text", [*TYPES, "timestamptz", "uuid", "json", "binary", "list<string>", "list<decimal(4,1)>"])
def test_a_column_of_each_declared_type_is_of_that_type_and_of_no_other(check: Check, text: str) -> None:
    kind = ColumnType.parse(text)
    nullable = {"x": {"type": text, "nullable": True}}
    assert check(f"SELECT NULL::{kind.duckdb} AS x", nullable).passed
    other = "VARCHAR" if text != "string" else "BIGINT"
    assert [finding.rule for finding in check(f"SELECT NULL::{other} AS x", nullable).findings()] == ["CONTRACT-03"]


@pytest.mark.parametrize("kind", ["UNION(a INTEGER, b VARCHAR)", "BIT", "TIMESTAMP_NS", "HUGEINT", "DECIMAL(10,3)", "INTEGER[]"])
def test_a_type_that_the_contract_does_not_declare_is_refused(check: Check, kind: str) -> None:
    findings = check(f"SELECT NULL::{kind} AS x", {"x": {"type": "decimal(10,2)", "nullable": True}}).findings()
    assert [finding.rule for finding in findings] == ["CONTRACT-03"]


def test_a_timestamp_declared_without_precision_takes_any() -> None:
    table = pa.table({"x": pa.array([1], pa.timestamp("us"))})
    assert audited(table, Contract(pi.DataFrameSchema({"x": pi.Column(ibis.dtype("timestamp"))}))).passed
    assert not audited(table, Contract(pi.DataFrameSchema({"x": pi.Column(ibis.dtype("timestamp(9)"))}))).passed


def test_a_contract_without_columns_refuses_every_column(check: Check) -> None:
    assert [finding.rule for finding in check("SELECT 1 AS x", {}).findings()] == ["CONTRACT-02"]
