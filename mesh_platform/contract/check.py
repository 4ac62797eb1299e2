"""The room's door: check a contract over staged rows, or without any.

Pandera, ibis and pandas take about a second of CPU to import; they are imported by the first check and not with this room.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from mesh_platform.contract.contract import Contract
from mesh_platform.contract.result import ContractResult
from mesh_platform.contract.sql import Relation
from mesh_platform.errors import Finding
from mesh_platform.product import ProductKey

if TYPE_CHECKING:
    import duckdb


def check_contract(
    contract: Contract,
    con: duckdb.DuckDBPyConnection,
    table: Relation,
    *,
    now: datetime,
    references: Mapping[ProductKey, Relation] | None = None,
    new_rows: Relation | None = None,
    platform_columns: Collection[str] = (),
) -> ContractResult:
    """Whether the rows of `table` keep `contract`, and how good they are.

    Args:
        contract: what they should keep.
        con: the connection that sees them, with its open transaction if there is one; it is left as it was.
        table: a quoted table name, or a SELECT in parentheses.
        now: the moment against which freshness is judged; timezone-aware.
        references: a relation for each product that the contract's references name.
        new_rows: those rows of `table` that are new, where the others are published and were checked then: only they are checked now.
        platform_columns: columns that the platform itself wrote; the contract does not speak of them.

    Returns:
        The verdict. Rows are counted, never copied.

    Raises:
        Unavailable: memory or space ran out.
        CheckFailed: the engine stopped on a value. Neither quotes it.
    """
    from mesh_platform.contract.audit import run_audit

    return run_audit(contract, con, table, now, references or {}, new_rows, platform_columns)


def contract_problems(contract: Contract) -> tuple[Finding, ...]:
    """What of `contract` cannot be checked, told without any data: for `mesh check`."""
    from mesh_platform.contract.audit import declared_problems

    return declared_problems(contract)
