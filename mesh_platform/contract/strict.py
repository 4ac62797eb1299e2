"""The shape of a table against the contract's: missing, undeclared and misplaced columns, and wrong types.

A contract is strict whatever the schema says of itself: an undeclared column is refused. What is wrong is told here once; the rules about
such a column are then reported as not evaluated, never as passed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from mesh_platform.contract.contract import Contract
from mesh_platform.contract.rules import Kind
from mesh_platform.contract.shape import Shape, duckdb_type, usable
from mesh_platform.errors import Finding


def shape_findings(contract: Contract, actual: Shape, platform_columns: Collection[str]) -> Iterator[Finding]:
    """One finding per column that is missing, of another type, or undeclared, and one where an ordered schema's order is not kept."""
    declared, fitting = contract.schema.columns, usable(contract.schema, actual)
    for name, column in declared.items():
        if name in actual and name not in fitting:
            yield _wrong_type(contract, name, column, actual[name])
        elif name not in actual and column.required:
            why, fix = "The contract declares it and the rows do not have it.", "Produce it in the transform, or take it out."
            yield contract.finding(Kind.MISSING, f"column {name}", why, fix, "columns", name)
    for name in actual:
        if name not in declared and name not in platform_columns:
            why, fix = "The rows have it and the contract does not declare it.", "Declare it, or drop it in the transform."
            yield contract.finding(Kind.UNDECLARED, f"column {name}", why, fix, "columns")
    if contract.schema.ordered:
        yield from _order(contract, [name for name in declared if name in actual], [name for name in actual if name in declared])


def _wrong_type(contract: Contract, name: str, column: Any, kind: Any) -> Finding:
    wanted = duckdb_type(column.dtype.type) if column.dtype is not None else "a type that this platform knows"
    found = "of a type that this platform does not know" if kind.is_unknown() else duckdb_type(kind)
    why, fix = (
        f"It is {found} where the contract declares {wanted}.",
        "Cast it in the transform, or declare the type that it has.",
    )
    return contract.finding(Kind.WRONG_TYPE, f"column {name}", why, fix, "columns", name, "type")


def _order(contract: Contract, declared: list[str], actual: list[str]) -> Iterator[Finding]:
    misplaced = next((pair for pair in zip(actual, declared, strict=True) if pair[0] != pair[1]), None)
    if misplaced:
        why, fix = f"It stands where the contract has {misplaced[1]}.", "Select the columns in the contract's order."
        yield contract.finding(Kind.ORDER, f"column {misplaced[0]}", why, fix, "columns")
