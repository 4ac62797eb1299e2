"""The confined job that compiles `contract.py`: domain code comes in, SQL goes out, and nobody who holds a key has imported the file.

The file may define `columns`, a mapping from column to pandera checks, and `checks`, pandera checks over the whole table, both from
`pandera.ibis`. Each is compiled against the declared columns; one that reads the table a second time has no place in the one scan and is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

import ibis
import ibis.expr.operations as ops
import pandera.ibis as pa
import sqlglot
from sqlglot import exp

from mesh_platform.confine.domain_code import DomainCodeError, kind, line_in, run
from mesh_platform.contract.contract import LONGEST
from mesh_platform.contract.predicate import NotCompiled, compile_check
from mesh_platform.contract.shape import shape_of, unbound
from mesh_platform.contract.sql import FAILING, ROWS


def answer(text: str, name: str, columns: list[tuple[str, str]], result_fd: int) -> None:
    """Run the file and write what it gives as JSON: `checks`, and `problems` with `what` and `why`.

    Args:
        text: what the file holds.
        name: its name.
        columns: the declared columns and their DuckDB types.
        result_fd: where the answer goes.
    """
    with os.fdopen(result_fd, "w", encoding="utf-8") as out:
        try:
            given = list(_given(run(text, name), name))
        except DomainCodeError as error:
            json.dump({"checks": [], "problems": [_unusable(name, error)]}, out)
            return
        table = unbound(shape_of(columns), ROWS)
        compiled = [_compiled(check, column, table, name) for column, check in given]
        checks = [entry for entry in compiled if "sql" in entry]
        json.dump({"checks": checks, "problems": [entry for entry in compiled if "sql" not in entry]}, out)


def _unusable(name: str, error: DomainCodeError) -> dict[str, str]:
    return {"what": name, "why": f"the file does not give checks ({error.why} at line {error.line})"}


def _given(module: Any, name: str) -> Iterator[tuple[str | None, pa.Check]]:
    try:
        columns: Mapping[str, Any] = dict(getattr(module, "columns", {}))
        for column, checks in columns.items():
            yield from ((str(column), check) for check in _listed(checks))
        yield from ((None, check) for check in _listed(getattr(module, "checks", ())))
    except Exception as error:  # noqa: BLE001 - a mapping of domain code may raise anything
        raise DomainCodeError(kind(error), line_in(error, name)) from None


def _listed(given: Any) -> tuple[pa.Check, ...]:
    checks = (given,) if isinstance(given, pa.Check) else tuple(given)
    if not all(isinstance(check, pa.Check) for check in checks):
        raise TypeError("a check is a pandera.ibis.Check")
    return checks


def _compiled(check: pa.Check, column: str | None, table: Any, name: str) -> dict[str, Any]:
    what = f"{name}, {f'column {column}' if column else f'check {check.name}'}"
    if column is not None and column not in table.columns:
        return {"what": what, "why": "the descriptor does not declare that column"}
    try:
        predicate = compile_check(check, table, column)
        around = bool(predicate.failing.op().find((ops.Reduction, ops.Analytic, ops.WindowFunction)))
        sql = _row(predicate.failing, table) if predicate.per_row else _table(predicate.failing)
    except NotCompiled as error:
        return {"what": what, "why": str(error)}
    except BaseException as error:  # noqa: BLE001 - a check is domain code
        return {"what": what, "why": f"compiling it raised {kind(error)}"}
    return {
        "column": column,
        "name": str(check.name)[:LONGEST],
        "says": str(check.error or check.name)[:LONGEST],
        "warns": bool(check.raise_warning),
        "sql": sql,
        "per_row": predicate.per_row,
        "around": around,
        "columns": sorted({field.name for field in predicate.failing.op().find(ops.Field)}),
    }


def _row(failing: Any, table: Any) -> str:
    """The expression alone, over the row's columns."""
    query = str(ibis.to_sql(table.select(failing=failing), dialect="duckdb", pretty=False))
    tree = sqlglot.parse_one(query, dialect="duckdb")
    if (
        not isinstance(tree, exp.Select)
        or len(list(tree.find_all(exp.Select))) > 1
        or not isinstance(tree.args["from_"].this, exp.Table)
    ):
        raise NotCompiled("it reads the table a second time")
    for node in tree.find_all(exp.Column):
        node.set("table", None)
    return str(tree.expressions[0].unalias().sql(dialect="duckdb"))


def _table(failing: Any) -> str:
    return str(ibis.to_sql(failing.name(FAILING).as_table(), dialect="duckdb", pretty=False))
