"""The same rules asked of three engines: how many rows break each, by our compiler on DuckDB and by pandera on pandas and on polars.

Pandera on pandas is the oracle; polars (eager) is a second opinion. A rule on which an engine gives up counts as `None`.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb
import pandas as pd
import pandera.ibis
import pandera.pandas
import pandera.polars
import polars as pl
import pyarrow as pa
from pandera.errors import SchemaErrors

from mesh_platform.contract import Contract, ContractResult, check_contract

logging.getLogger("pandera").setLevel(logging.ERROR)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
MakeCheck = Callable[..., Any]
"""Pandera's `Check` class and the check's options → a check."""
Failed = dict[str, int | None]
"""Rule → rows that break it."""


@dataclass(frozen=True)
class Rules:
    """What is asked of a table: checks by column, checks of rows, which columns may be empty, and what must be unique."""

    checks: Mapping[str, Mapping[str, MakeCheck]] = field(default_factory=dict)
    rows: Mapping[str, MakeCheck] = field(default_factory=dict)
    required: Sequence[str] = ()
    unique: Sequence[str] = ()
    together: Sequence[Sequence[str]] = ()

    def schema(self, module: Any, columns: Sequence[str]) -> Any:
        """The rules as a schema of one of pandera's modules, without types."""
        declared = {
            name: module.Column(
                None,
                [make(module.Check, name=rule) for rule, make in self.checks.get(name, {}).items()],
                nullable=name not in self.required,
                unique=name in self.unique,
            )
            for name in columns
        }
        rows = [make(module.Check, name=rule) for rule, make in self.rows.items()]
        return module.DataFrameSchema(declared, checks=rows or None, unique=[list(group) for group in self.together] or None)

    def singly(self) -> Iterator[Rules]:
        """Each rule alone."""
        for column, checks in self.checks.items():
            yield from (Rules(checks={column: {rule: make}}) for rule, make in checks.items())
        yield from (Rules(rows={rule: make}) for rule, make in self.rows.items())
        yield from (Rules(required=[name]) for name in self.required)
        yield from (Rules(unique=[name]) for name in self.unique)
        yield from (Rules(together=[group]) for group in self.together)


def ours(table: pa.Table, rules: Rules) -> Failed:
    result = audited(table, Contract(rules.schema(pandera.ibis, table.column_names)))
    return {rule.id.removeprefix("row."): rule.failed if rule.evaluated else None for rule in result.rules}


def audited(table: pa.Table, contract: Contract, **arguments: Any) -> ContractResult:
    """The audit of an Arrow table."""
    con = duckdb.connect(config={"threads": 1})
    con.register("arrow", table)
    con.execute("CREATE TABLE checked AS SELECT * FROM arrow")
    return check_contract(contract, con, "checked", **{"now": NOW, **arguments})


def by_pandas(table: pa.Table, rules: Rules) -> Failed:
    return _pandera(rules, pandera.pandas, table.to_pandas(), table.column_names)


def by_polars(table: pa.Table, rules: Rules) -> Failed:
    rows = pl.from_arrow(table)
    failed: Failed = {}
    for single in rules.singly():  # pandera on polars cannot put together errors whose failure cases differ in type
        failed |= _pandera(single, pandera.polars, rows, table.column_names)
    return failed


def _pandera(rules: Rules, module: Any, rows: Any, columns: Sequence[str]) -> Failed:
    failed: Failed = dict.fromkeys(_ids(rules, columns), 0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rules.schema(module, columns).validate(rows, lazy=True)
    except SchemaErrors as errors:
        for error in errors.schema_errors:
            failed[_id(error, rules)] = _failed_rows(error, rows)
    return failed


def _ids(rules: Rules, columns: Sequence[str]) -> list[str]:
    ids = [f"{name}.not_null" for name in columns if name in rules.required]
    ids += [f"{column}.{rule}" for column, checks in rules.checks.items() for rule in checks]
    ids += list(rules.rows)
    return [*ids, *(f"{'+'.join(group)}.unique" for group in (*rules.together, *((name,) for name in rules.unique)))]


def _id(error: Any, rules: Rules) -> str:
    reason = error.reason_code.name
    if reason == "SERIES_CONTAINS_NULLS":
        return f"{error.schema.name}.not_null"
    if reason == "SERIES_CONTAINS_DUPLICATES":
        return f"{error.schema.name}.unique"
    if reason == "DUPLICATES":
        return f"{'+'.join(rules.together[0])}.unique"
    name = error.check.name
    return name if name in rules.rows else f"{error.schema.name}.{name}"


def _failed_rows(error: Any, rows: Any) -> int | None:
    """Pandera says that the rule failed; for how many rows is read off its output, or asked of the frame where pandera keeps none."""
    reason, polars = error.reason_code.name, isinstance(rows, pl.DataFrame)
    if reason == "CHECK_ERROR":
        return None
    if reason in ("DUPLICATES", "SERIES_CONTAINS_DUPLICATES"):
        keys = rows if reason == "DUPLICATES" else rows[[error.schema.name]]
        return int((keys.is_duplicated() if polars else keys.duplicated(keep=False)).sum())
    if reason == "SERIES_CONTAINS_NULLS" and not polars:
        return int(rows[error.schema.name].isna().sum())
    output = error.check_output
    if isinstance(output, pl.LazyFrame):
        output = output.collect()
    if isinstance(output, pl.DataFrame):
        return int((~output.to_series(output.width - 1)).sum())
    if isinstance(output, pd.DataFrame):
        output = output.all(axis="columns")
    return int((~output.astype(bool)).sum()) if isinstance(output, pd.Series) else 1
