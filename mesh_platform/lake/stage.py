"""Staging itself: one transaction on the private copy, in which the product's table is replaced or appended to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from mesh_platform.errors import CheckFailed, Finding, MeshError
from mesh_platform.lake import layout
from mesh_platform.lake.catalog import Catalog
from mesh_platform.lake.engine import as_finding
from mesh_platform.lake.hidden import Hidden
from mesh_platform.lake.layout import Columns
from mesh_platform.lake.sql import names, quote_name, type_name


@dataclass(frozen=True, slots=True)
class Plan:
    """What to stage: a SELECT, and how its rows lie in the table. `replayable` where the SELECT can be run twice."""

    select: str
    columns: Columns | None
    bucket_by: str | None
    sort_by: Sequence[str]
    append: bool
    expected_rows: int | None
    replayable: bool
    hidden: Hidden | None = None
    function: str = ""
    """What makes the hidden columns, as registered."""


@dataclass(frozen=True, slots=True)
class Staged:
    """What came of it: rows written now, whether to an existing table, and whether they are split by subject key."""

    rows: int
    appended: bool
    split: bool


def stage(own: Catalog, plan: Plan) -> Staged:
    """Run `plan`; its transaction stays open, and is rolled back where it fails. Raises `duckdb.Error` as it comes, for `refusal`."""
    product = own.place.key
    found = [(str(row[0]), str(row[1])) for row in own.con.execute(f"DESCRIBE {plan.select}").fetchall()]
    declared = [(name, type_name(kind)) for name, kind in (found if plan.columns is None else plan.columns)]
    found = layout.spelled_as_declared(found, declared)
    layout.check_columns(found, declared, product)
    written = [*declared, *(plan.hidden.columns if plan.hidden else ())]
    appending = plan.append and own.exists()
    buckets = _buckets(own, plan, appending)
    if appending:
        _refuse_other_columns(own, written)
        own.merge_small_files()
        prepare = [layout.partition_statement(own.table, plan.bucket_by, buckets)] if buckets and plan.bucket_by else []
    else:
        prepare = layout.create_statements(own.table, written, plan.bucket_by, plan.sort_by, buckets)
    select = layout.cast_select(plan.select, found, declared, product)
    if plan.hidden is not None:
        plan.hidden.begin()
        select = plan.hidden.over(select, declared, plan.function)
    insert = f"INSERT INTO {own.table} ({names(name for name, _ in written)}) {select}"
    if plan.sort_by:  # the layout gives the order; keeping the one of the rows as well takes a tenth longer
        own.con.execute("SET preserve_insertion_order = false")
    rows = _inserted(own.con, prepare, insert)
    return Staged(rows, appending, split=bool(rows and buckets))


def _inserted(con: duckdb.DuckDBPyConnection, prepare: Sequence[str], insert: str) -> int:
    con.execute("BEGIN TRANSACTION")
    try:
        for statement in prepare:
            con.execute(statement)
        inserted = con.execute(insert).fetchone()
    except duckdb.Error:
        with suppress(duckdb.Error):  # the engine may have ended it by itself
            con.execute("ROLLBACK")
        raise
    return int(inserted[0]) if inserted else 0


def refusal(error: duckdb.Error, own: Catalog) -> MeshError:
    """What a failed `stage` tells: the column that would lose something, or the kind of error and its line."""
    product, column = own.place.key, layout.lossy_column(str(error))
    if column is None:
        return as_finding(error, f"staging of {own.place}", product)
    why = f"A value of column {quote_name(column)} does not fit its declared type without loss."
    fix = "Cast or round it in the transform, or declare a wider type."
    return CheckFailed(Finding("LAKE-05", f"column {quote_name(column)}", why, fix, product))


def _buckets(own: Catalog, plan: Plan, appending: bool) -> int:
    """Into how many files the table is to be split now; 0 where it stays whole or is split already."""
    if plan.bucket_by is None or (appending and own.partitioned()):
        return 0
    have = own.row_count() if own.exists() else 0
    if appending:
        return layout.buckets_for(have + (plan.expected_rows or 0))
    return layout.buckets_for(plan.expected_rows or have or _counted(own, plan))


def _counted(own: Catalog, plan: Plan) -> int:
    """Rows of a first version, counted as far as it matters; a stream that can be read once is taken as small."""
    if not plan.replayable:
        return 0
    probe = f"SELECT count(*) FROM (SELECT 1 FROM ({plan.select}\n) AS counted LIMIT {layout.SPLIT_FROM_ROWS})"
    counted = own.con.execute(probe).fetchone()
    return int(counted[0]) if counted else 0


def _refuse_other_columns(own: Catalog, written: Columns) -> None:
    if sorted(own.all_columns()) != sorted(written):
        why = "The declared columns are not those of the version that rows are to be appended to."
        fix = "Publish the product once with load: replace, or declare the columns as they were."
        raise CheckFailed(Finding("LAKE-04", "columns", why, fix, own.place.key))
