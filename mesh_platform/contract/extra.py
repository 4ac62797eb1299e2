"""`contract.py`: pandera checks that YAML cannot say, compiled to SQL by a confined process and judged here like any SQL of a domain team."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from mesh_platform.cache import JsonCache, key_of
from mesh_platform.confine import Confinement, NoAnswer
from mesh_platform.contract.contract import LONGEST, ExtraCheck, Problem
from mesh_platform.contract.sql import ROWS
from mesh_platform.errors import Severity
from mesh_platform.product import Product
from mesh_platform.product.sql_guard import reads

_JOB = "mesh_platform.contract.extra_child:answer"
_FORMAT = 2
Columns = Sequence[tuple[str, str]]
Extra = tuple[tuple[ExtraCheck, ...], tuple[Problem, ...]]


class _Check(BaseModel):
    """One compiled check, as the process tells it."""

    column: str | None
    name: str = Field(max_length=LONGEST)
    says: str = Field(max_length=LONGEST)
    warns: bool
    sql: str
    per_row: bool
    around: bool
    columns: tuple[str, ...]


class _Problem(BaseModel):
    what: str = Field(max_length=400)
    why: str = Field(max_length=400)


class _Told(BaseModel):
    """What the process answers; domain code ran in it, so that nothing but its shape is believed."""

    checks: tuple[_Check, ...]
    problems: tuple[_Problem, ...]


@dataclass(frozen=True, slots=True)
class ExtraCompiler:
    """Compiles the `contract.py` of products, each text once."""

    confinement: Confinement = Confinement()
    cache: Path | None = None
    """Where compiled checks are kept; nowhere where None."""

    def compile(self, product: Product) -> Extra:
        """The checks of the product's `contract.py`, and what of it could not become one.

        Raises:
            Unavailable: where domain code cannot be confined.
        """
        if product.contract_text is None:
            return (), ()
        columns = [(name, column.type.duckdb) for name, column in product.descriptor.columns.items()]
        cache, key = JsonCache(self.cache), key_of(_FORMAT, _versions(), columns, product.contract_text)
        try:
            return _judged(_Told.model_validate(cache.read(key)), columns)
        except ValidationError:  # nothing is kept
            pass
        given = {"text": product.contract_text, "name": "contract.py", "columns": columns}
        where = f"{product.where.rpartition('/')[0]}/contract.py"
        try:
            told = self.confinement.ask(_JOB, given, _Told.model_validate_json, what=where)
        except NoAnswer as error:
            return (), (Problem("contract.py", f"it does not give checks: {error}"),)
        cache.write(key, told.model_dump(mode="json"))
        return _judged(told, columns)


@cache
def _versions() -> tuple[str, ...]:
    return tuple(version(name) for name in ("pandera", "ibis-framework", "sqlglot"))


def _judged(told: _Told, columns: Columns) -> Extra:
    """The checks over declared columns whose SQL does no more than a check may, and a problem for each of the others."""
    declared = {None, *(name for name, _ in columns)}
    checks: list[ExtraCheck] = []
    problems = [Problem(entry.what, entry.why) for entry in told.problems]
    for entry in told.checks:
        query = f"SELECT (\n{entry.sql}\n) FROM {ROWS}" if entry.per_row else entry.sql
        refused = next(iter(reads(query, {ROWS: ()}).problems), None)
        if refused or not declared.issuperset((entry.column, *entry.columns)):
            why = refused.why.rstrip(".") if refused else "it asks for a column that the descriptor does not declare"
            problems.append(Problem(f"contract.py, check {entry.name}", why))
            continue
        severity = Severity.WARN if entry.warns else Severity.BLOCK
        checks.append(
            ExtraCheck(entry.column, entry.name, entry.says, severity, entry.sql, entry.per_row, entry.around, entry.columns)
        )
    return tuple(checks), tuple(problems)
