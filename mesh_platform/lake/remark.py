"""What stands beside rows about their people, written anew in place: once per batch, and with it the rows go that are not to be held any more.

It happens as a purge does, on a private copy that is renamed into place; updates alone would leave files of deleted rows behind, which readers pay for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from mesh_platform.errors import Finding, NotFound
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider
from mesh_platform.lake.catalog import Catalog, Version
from mesh_platform.lake.engine import Engine
from mesh_platform.lake.hidden import CONSENT, SUBJECTS
from mesh_platform.lake.place import Paths
from mesh_platform.lake.purge import check_gone, committed, rewritten, written_anew
from mesh_platform.lake.sql import names, quote_name

CHANGED, JUDGED = "mesh_changed", "mesh_judged"
BITS, GONE = "_mesh_bits", "_mesh_gone"


@dataclass(frozen=True, slots=True)
class Marks:
    """Whose rows are judged anew, and what of.

    Attributes:
        keys: the subject columns.
        changed: `subject63` of those of whom something was recorded.
        judge: of the people of rows (a column per key, null where it names nobody), the bits, and whether the rows go.
        told: what the new version tells, from what the served one does.
    """

    keys: tuple[str, ...]
    changed: pa.Array
    judge: Callable[[Sequence[pa.ChunkedArray]], tuple[pa.Array, pa.Array]]
    told: Callable[[Mapping[str, object]], Mapping[str, object]]

    def theirs(self) -> str:
        """The condition that a row names one of those."""
        return " OR ".join(f"{quote_name(SUBJECTS + key)} IN (SELECT who FROM {CHANGED})" for key in self.keys)

    def touched(self, table: str) -> str:
        """The people of rows that name one of them, with the bits that stand there."""
        people = names([*(SUBJECTS + key for key in self.keys), CONSENT])
        return f"SELECT {people}, count(*) AS rows FROM {table} WHERE {self.theirs()} GROUP BY ALL"

    def judged(self, people: pa.Table) -> pa.Table:
        """`people` (as `touched` gives them), with the bits and the verdict."""
        bits, gone = self.judge([people.column(SUBJECTS + key) for key in self.keys])
        return people.append_column(BITS, bits).append_column(GONE, gone)


@dataclass(frozen=True, slots=True)
class Remarked:
    """What was done: rows that went, rows whose bits are others now, and the version that is served since."""

    removed: int
    marked: int
    version: Version


def remark(paths: Paths, keys: KeyProvider, engine: Engine, marks: Marks, author: str, message: str) -> Remarked:
    """Do it under the product's lock; durable when it returns, and the old files are gone.

    Raises:
        NotFound: LAKE-11, where the product has no published version.
        Unavailable: LAKE-19, where rows are left after all; nothing is published then.
    """
    engine.con.register(CHANGED, pa.table({"who": marks.changed}))
    counted: tuple[int, int] = (0, 0)

    def change(own: Catalog) -> tuple[int, int]:
        nonlocal counted
        counted = _changed(own, marks, author, message)
        return counted[0], 0

    def check(own: Catalog) -> None:
        check_gone(own, f"EXISTS (SELECT 1 FROM {JUDGED} AS j WHERE {_same(marks, own.table)} AND j.{GONE})")

    done = written_anew(paths, keys, engine, change, check)
    return Remarked(*counted, done.version)


def _changed(own: Catalog, marks: Marks, author: str, message: str) -> tuple[int, int]:
    versions = own.versions()
    if not versions:
        why = "The product has no published version."
        raise NotFound(Finding("LAKE-11", str(own.place), why, "Publish it first.", own.place.key))
    own.call("ducklake_flush_inlined_data")
    judged = marks.judged(own.con.execute(marks.touched(own.table)).to_arrow_table())
    own.con.register(JUDGED, judged)
    extra = marks.told(versions[-1].extra)
    same, bits = _same(marks, own.table), f"{own.table}.{quote_name(CONSENT)}"
    delete = f"DELETE FROM {own.table} USING {JUDGED} AS j WHERE {same} AND j.{GONE}"
    update = (
        f"UPDATE {own.table} SET {quote_name(CONSENT)} = j.{BITS} FROM {JUDGED} AS j"
        f" WHERE {same} AND NOT j.{GONE} AND j.{quote_name(CONSENT)} = {bits} AND j.{BITS} <> {bits}"
    )
    removed, marked = committed(own, [(delete, ()), (update, ())], author, message, extra)
    fp("remark.changed")
    if removed or marked:
        rewritten(own, author, message, extra)
    return removed, marked


def _same(marks: Marks, table: str) -> str:
    """The condition that a judged row is about the people of a row; no `subject63` is negative."""
    names_ = (quote_name(SUBJECTS + key) for key in marks.keys)
    return " AND ".join(f"coalesce(j.{name}, -1) = coalesce({table}.{name}, -1)" for name in names_)
