"""Appended rows are checked alone, their keys and the rules about the whole table against all."""

from __future__ import annotations

from typing import Any

import duckdb
import pandera.ibis as pi
import pytest

from mesh_platform.contract import Contract, ContractResult, check_contract, contract_of
from tests.contract.conftest import descriptor, failed
from tests.contract.oracles import NOW

COLUMNS = {"id": {"type": "integer", "unique": True}, "amount": {"type": "integer", "min": 0}}
NEW = "(SELECT * FROM orders WHERE id >= 1000 OR amount = 77)"


@pytest.fixture
def orders(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """A thousand published rows, every tenth of which would break a rule today."""
    con.execute(
        "CREATE TABLE orders AS SELECT i::BIGINT AS id, (CASE WHEN i % 10 = 0 THEN -1 ELSE i END)::BIGINT AS amount FROM range(1000) r(i)"
    )
    con.execute("UPDATE orders SET amount = 78 WHERE amount = 77")
    return con


def append(con: duckdb.DuckDBPyConnection, new: str, /, **more: Any) -> ContractResult:
    con.execute(f"INSERT INTO orders VALUES {new}")
    return check_contract(contract_of(descriptor(COLUMNS, **more)), con, "orders", now=NOW, new_rows=NEW)


def test_only_the_new_rows_are_counted(orders: duckdb.DuckDBPyConnection) -> None:
    result = append(orders, "(1000, 5), (1001, -5)")
    assert result.rows == 2
    assert failed(result) == {"amount.greater_than_or_equal_to": 1}
    assert result.measures == {"completeness": 100.0, "accuracy": 50.0, "timeliness": None}


def test_a_new_key_may_repeat_neither_a_new_nor_a_published_one(orders: duckdb.DuckDBPyConnection) -> None:
    assert append(orders, "(1000, 1), (1001, 1)").passed
    assert failed(append(orders, "(2000, 1), (2000, 2), (5, 77), (3000, 1)")) == {"id.unique": 3}


def test_the_row_count_and_rules_about_the_table_are_of_all_rows(orders: duckdb.DuckDBPyConnection) -> None:
    assert failed(append(orders, "(1000, 1)", rows={"min": 900, "max": 1000})) == {"table.rows": 1}
    schema = pi.DataFrameSchema(
        {
            "id": pi.Column(None),
            "amount": pi.Column(None, pi.Check(lambda data: data.table.amount.max() > 900, name="some are dear")),
        }
    )
    assert check_contract(Contract(schema), orders, "orders", now=NOW, new_rows=NEW).passed


def test_a_rule_that_compares_a_row_with_others_is_asked_of_all_rows(orders: duckdb.DuckDBPyConnection) -> None:
    check = pi.Check(lambda data: data.table.amount > data.table.amount.mean() - 10_000, name="near the mean")
    schema = pi.DataFrameSchema({"id": pi.Column(None), "amount": pi.Column(None, check)})
    orders.execute("INSERT INTO orders VALUES (1000, 1)")
    result = check_contract(Contract(schema), orders, "orders", now=NOW, new_rows=NEW)
    assert result.rows == 1001 and result.passed


def test_nothing_new_breaks_nothing_and_measures_nothing(orders: duckdb.DuckDBPyConnection) -> None:
    result = check_contract(contract_of(descriptor(COLUMNS)), orders, "orders", now=NOW, new_rows=NEW)
    assert result.rows == 0 and result.passed
    assert set(result.measures.values()) == {None}
