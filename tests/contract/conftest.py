from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest

from mesh_platform.contract import Contract, ContractResult, check_contract, contract_of
from mesh_platform.product import DataProduct
from tests.contract.oracles import NOW


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


def descriptor(columns: dict[str, Any], **more: Any) -> DataProduct:
    """A descriptor with these columns, in YAML's words."""
    document = {"name": "orders", "domain": "sales", "columns": columns, **more}
    return DataProduct.model_validate(document, by_alias=True, by_name=False)


Check = Callable[..., ContractResult]


@pytest.fixture
def check(con: duckdb.DuckDBPyConnection) -> Check:
    """Check a descriptor's contract over the rows that a SELECT gives."""

    def run(select: str, columns: dict[str, Any], /, **more: Any) -> ContractResult:
        arguments = {name: more.pop(name) for name in ("references", "new_rows", "platform_columns") if name in more}
        contract: Contract = contract_of(descriptor(columns, **more))
        return check_contract(contract, con, f"({select})", now=NOW, **arguments)

    return run


def failed(result: ContractResult) -> dict[str, int]:
    """Rules that failed and how many rows break them."""
    return {rule.id: rule.failed for rule in result.rules if rule.failed}
