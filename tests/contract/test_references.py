"""Every value stands in another product's column."""

from __future__ import annotations

import duckdb
import pytest

from mesh_platform.contract import check_contract, contract_of
from mesh_platform.product import ProductKey
from tests.contract.conftest import Check, descriptor, failed
from tests.contract.oracles import NOW

CUSTOMERS = ProductKey("crm", "customers")
COLUMNS = {"customer": {"type": "integer", "nullable": True, "references": "crm/customers.id"}}
ORDERS = "SELECT unnest([1, 2, 3, NULL]::BIGINT[]) AS customer"


@pytest.mark.parametrize(
    ("known", "broken"),
    [
        ("[1, 2, 3]::BIGINT[]", 0),
        ("[1, 1, 1]::BIGINT[]", 2),
        ("[1, NULL]::BIGINT[]", 2),
        ("[NULL]::BIGINT[]", 3),
        ("[]::BIGINT[]", 3),
        ("[1, 2, 3]::INTEGER[]", 0),
    ],
)
def test_values_that_stand_nowhere_are_counted_and_missing_ones_are_not(check: Check, known: str, broken: int) -> None:
    result = check(ORDERS, COLUMNS, references={CUSTOMERS: f"(SELECT unnest({known}) AS id, 'Ana' AS name)"})
    assert failed(result) == ({"customer.reference": broken} if broken else {})
    assert result.measures["accuracy"] == 100 * (4 - broken) / 4


def test_a_product_that_cannot_be_read_blocks(check: Check) -> None:
    result = check(ORDERS, COLUMNS)
    assert [finding.rule for finding in result.findings()] == ["CONTRACT-14"]
    assert not result.passed and result.measures["accuracy"] is None


def test_a_column_that_the_other_product_lacks_blocks(check: Check) -> None:
    result = check(ORDERS, COLUMNS, references={CUSTOMERS: "(SELECT 1::BIGINT AS key)"})
    assert [finding.rule for finding in result.findings()] == ["CONTRACT-14"]


def test_a_column_of_another_type_blocks_instead_of_being_cast(check: Check) -> None:
    result = check(ORDERS, COLUMNS, references={CUSTOMERS: "(SELECT 'one' AS id)"})
    assert "has another type" in result.findings()[0].why and not result.passed


def test_a_table_may_refer_to_itself(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("CREATE TABLE staff AS SELECT * FROM (VALUES (1::BIGINT, NULL::BIGINT), (2, 1), (3, 9)) AS rows(id, boss)")
    columns = {"id": {"type": "integer"}, "boss": {"type": "integer", "nullable": True, "references": "hr/staff.id"}}
    contract = contract_of(descriptor(columns))
    assert failed(check_contract(contract, con, "staff", now=NOW, references={ProductKey("hr", "staff"): "staff"})) == {
        "boss.reference": 1
    }


def test_examples_name_the_values_that_stand_nowhere(check: Check) -> None:
    result = check(ORDERS, COLUMNS, references={CUSTOMERS: "(SELECT 1::BIGINT AS id)"})
    assert result.examples("customer.reference", limit=1) in ([{"customer": 2}], [{"customer": 3}])
