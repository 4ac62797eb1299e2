"""A contract over rows that are staged in the encrypted lake and not yet visible to anyone else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.contract import Contract, check_contract, contract_of
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place
from mesh_platform.product import ProductKey
from tests.contract.conftest import descriptor, failed
from tests.contract.oracles import NOW

ORDERS, CUSTOMERS = Place("westeurope", "sales", "orders"), Place("westeurope", "crm", "customers")
COLUMNS: list[tuple[str, str]] = [("id", "BIGINT"), ("customer", "BIGINT"), ("amount", "DECIMAL(12,2)")]
CRM = ProductKey("crm", "customers")


def orders(first: int, last: int) -> str:
    return f"SELECT i AS id, i % 10 AS customer, (i % 100)::DECIMAL(12,2) AS amount FROM range({first}, {last}) t(i)"


def contract(**amount: Any) -> Contract:
    columns = {
        "id": {"type": "integer", "unique": True},
        "customer": {"type": "integer", "references": "crm/customers.id"},
        "amount": {"type": "decimal(12,2)", **amount},
    }
    return contract_of(descriptor(columns, checks=[{"name": "paid", "sql": "amount >= 0"}], rows={"max": 1050}))


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    opened = Lake(tmp_path, LocalKeyring(tmp_path / "keys"), memory_limit="500MB", threads=1)
    for place, select, columns in (
        (CUSTOMERS, "SELECT i AS id, 'person' || i AS name FROM range(10) t(i)", [("id", "BIGINT"), ("name", "VARCHAR")]),
        (ORDERS, orders(0, 1000), COLUMNS),
    ):
        opened.provision_domain(place.domain, place.location)
        with opened.writer(place, wait=5) as writer:
            writer.stage(select, columns)
            writer.publish("test", "a first version")
    yield opened
    opened.close()


def test_staged_rows_are_checked_and_then_published(lake: Lake) -> None:
    with lake.writer(ORDERS, wait=5) as writer:
        customers = writer.attach_input(CUSTOMERS, "customers")
        writer.stage(orders(0, 20), COLUMNS)
        result = check_contract(contract(max=15), writer.con, writer.table, now=NOW, references={CRM: customers})
        assert not result.problems
        assert failed(result) == {"amount.less_than_or_equal_to": 4}
        assert result.examples("amount.less_than_or_equal_to", limit=1)
        writer.publish("test", "published all the same")
    with lake.reader() as reader:
        assert reader.fetch(ORDERS, "SELECT count(*) AS n FROM {t}").column("n")[0].as_py() == 20


def test_appended_rows_are_checked_alone_and_their_keys_against_all(lake: Lake) -> None:
    with lake.writer(ORDERS, wait=5) as writer:
        customers = writer.attach_input(CUSTOMERS, "customers")
        writer.stage(f"{orders(995, 1099)} UNION ALL SELECT 2000, 77, 5", COLUMNS, append=True)
        result = check_contract(
            contract(max=98), writer.con, writer.table, now=NOW, references={CRM: customers}, new_rows=writer.new_rows
        )
        writer.rollback()
    assert result.rows == 105
    assert failed(result) == {
        "id.unique": 5,
        "amount.less_than_or_equal_to": 1,
        "customer.reference": 1,
        "table.rows": 1,
    }
