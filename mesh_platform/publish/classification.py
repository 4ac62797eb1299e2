"""The scan of staged rows: what each column holds, told as kinds, counts and reasons, before the gate decides.

Every value passes the scan; what it finds goes to the gate and, with the commit, into the version's own record. From there the next
publication takes what need not be scanned again: columns whose content is the same, and rows that were there before others were appended.
A scan that fails leaves its column unscanned, which the gate does not take for clean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from mesh_platform.lake import Writer, quote_name
from mesh_platform.policy import Scan
from mesh_platform.product import Mesh, Product, ProductKey, Sensitivity
from mesh_platform.publish.known_keys import with_known
from mesh_platform.publish.scan_record import ColumnScan, Evidence, as_scan, kept_with, to_keep

if TYPE_CHECKING:
    from mesh_platform.classify.columns import Column, Reader
    from mesh_platform.classify.entities import Entity

BATCH_ROWS = (1_024, 65_536)
"""Rows that are scanned together, at least and at most, so that they take up no more than `IN_HAND` were all texts as long as the longest."""
IN_HAND = 1 << 30
LONGEST = 200_000
"""Characters of one text that are scanned."""
TOGETHER = 5_000
"""Appended rows that are fewer are scanned together with the newest of those before them: names and codes show in many, not in three."""
_TEXTS = ("VARCHAR", "JSON")


@dataclass(frozen=True, slots=True)
class Classified:
    """The scans for the gate, None where governance switched them off, and what the commit keeps of them."""

    scans: Mapping[str, Scan] | None = None
    record: Mapping[str, Any] = field(default_factory=dict)


def classify_staged(mesh: Mesh, product: Product, writer: Writer) -> Classified:
    """Scan what is staged, as far as the served version's record does not tell of it; nothing where governance says so."""
    if not mesh.governance.policies.data_classification.auto_classify:
        return Classified()
    staged = _Staged(product, writer, dict(writer.columns()))
    found = staged.appended(kept_with(writer.previous)) if writer.appended else staged.replaced(kept_with(writer.previous))
    scans = with_known(mesh, product, writer, {name: as_scan(kept) for name, kept in found.items()})
    return Classified(scans, to_keep(found))


@dataclass(frozen=True, slots=True)
class _Staged:
    """The staged table of one publication, and its columns with their types."""

    product: Product
    writer: Writer
    types: Mapping[str, str]

    def replaced(self, before: Mapping[str, ColumnScan]) -> dict[str, ColumnScan]:
        """All columns; those whose content is that of the served version as they were found there."""
        measured = self._measured(self.writer.table, list(self.types))
        holding = self._holding(before)
        same = {name: kept for name, kept in holding.items() if measured[name].content == kept.content}
        fresh = self._scanned(self.writer.table, {name: one for name, one in measured.items() if name not in same})
        return {name: same[name] if name in same else replace(fresh[name], content=measured[name].content) for name in self.types}

    def appended(self, before: Mapping[str, ColumnScan]) -> dict[str, ColumnScan]:
        """All columns: of those that were scanned before, only what came since."""
        before = self._holding(before)
        known = [name for name in self.types if name in before]
        window, new = self._window()
        whole = [name for name in self.types if name not in before]
        fresh = self._scanned(window, self._measured(window, known))
        fresh |= self._scanned(self.writer.table, self._measured(self.writer.table, whole))
        return {name: before[name].followed_by(fresh[name], new) if name in before else fresh[name] for name in self.types}

    def _holding(self, before: Mapping[str, ColumnScan]) -> dict[str, ColumnScan]:
        """The earlier scans that hold still: one that read no texts, since the label was the highest, does as long as it is."""
        return {name: kept for name, kept in before.items() if name in self.types and (kept.read or self._highest(name))}

    def _highest(self, name: str) -> bool:
        column = self.product.descriptor.columns.get(name)
        return column is not None and column.sensitivity is Sensitivity.RESTRICTED

    def _window(self) -> tuple[str, float]:
        """The appended rows, alone where they are enough, else with the newest of those before them; and what share of it they are."""
        table = self.writer.table
        counts = self.writer.rows_by_snapshot()
        rows = appended = sum(count for snapshot, count in counts if snapshot is None)
        if rows >= TOGETHER:
            return self.writer.new_rows, 1.0
        for snapshot, count in sorted(((s, n) for s, n in counts if s is not None), reverse=True):
            rows += count
            if rows >= TOGETHER:
                return self.writer.rows_since(snapshot), appended / rows
        return table, appended / max(1, rows)

    def _measured(self, relation: str, names: Sequence[str]) -> dict[str, _Measured]:
        return _measured(self.writer.con, relation, {name: self.types[name] for name in names})

    def _scanned(self, relation: str, columns: Mapping[str, _Measured]) -> dict[str, ColumnScan]:
        """The scan of some columns; where it fails, of each of them alone, so that only the one at fault goes unscanned."""
        try:
            return self._scan(relation, columns) if columns else {}
        except (duckdb.Error, OSError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the scanner raises leaves the column unscanned, and the gate closed
            if len(columns) == 1:
                note = f"the scan of it failed ({type(error).__name__})"
                return {name: ColumnScan(not_scanned=(note,), read=False) for name in columns}
            return {name: kept for name in columns for kept in self._scanned(relation, {name: columns[name]}).values()}

    def _scan(self, relation: str, columns: Mapping[str, _Measured]) -> dict[str, ColumnScan]:
        return _scan(self.writer.con, relation, self.product.key, columns, self.types, list(self._by_reader(columns)))

    def _by_reader(self, names: Mapping[str, object]) -> Iterator[tuple[list[str], Reader | None]]:
        """The columns whose free texts are read, and those labelled restricted, of which no reading could say more."""
        highest = [name for name in names if self._highest(name)]
        rest = [name for name in names if name not in highest]
        yield from ((part, reader) for part, reader in ((rest, _read), (highest, None)) if part)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A checksum of a column's content, how many of its texts are longer than what is scanned, and the bytes of the longest."""

    content: str
    long: int
    longest: int


def scan_of(con: duckdb.DuckDBPyConnection, relation: str, key: ProductKey, types: Mapping[str, str]) -> dict[str, Scan]:
    """The scan of rows that are no publication yet, such as those of a file that a product is proposed from.

    Args:
        con: where they are.
        relation: a table, or a SELECT in brackets.
        key: the product that they are to be.
        types: column → its DuckDB type.
    """
    found = _scan(con, relation, key, _measured(con, relation, types), types, [(list(types), _read)])
    return {name: as_scan(kept) for name, kept in found.items()}


def _measured(con: duckdb.DuckDBPyConnection, relation: str, types: Mapping[str, str]) -> dict[str, _Measured]:
    """In one pass, of each column a checksum of its content, whatever the order of the rows, and how many texts are too long."""
    if not types:
        return {}
    parts = []
    for name, kind in types.items():
        cell = quote_name(name)
        long = f"count(*) FILTER (WHERE length({cell}) > {LONGEST}), max(strlen({cell}))" if kind in _TEXTS else "0, NULL"
        parts.append(f"concat_ws(':', count(*), sum(hash({cell})), bit_xor(hash({cell}))), {long}")
    row = con.execute(f"SELECT {', '.join(parts)} FROM {relation}").fetchone() or ()
    return {
        name: _Measured(f"{kind}:{row[3 * i]}", int(row[3 * i + 1]), int(row[3 * i + 2] or 0))
        for i, (name, kind) in enumerate(types.items())
    }


def _scan(
    con: duckdb.DuckDBPyConnection,
    relation: str,
    key: ProductKey,
    columns: Mapping[str, _Measured],
    types: Mapping[str, str],
    by_reader: Sequence[tuple[list[str], Reader | None]],
) -> dict[str, ColumnScan]:
    from mesh_platform.classify.table import TableScan

    cells = ", ".join(_cell(name, one) for name, one in columns.items())
    width = sum(min(one.longest, 4 * LONGEST) for one in columns.values())
    size = min(max(IN_HAND // max(1, width), BATCH_ROWS[0]), BATCH_ROWS[1])
    batches = con.execute(f"SELECT {cells} FROM {relation}").to_arrow_reader(size)
    parts = [
        (part, TableScan(f"{key.domain}__{key.name}", pa.schema([batches.schema.field(name) for name in part]), reader))
        for part, reader in by_reader
    ]
    for batch in batches:
        for part, scan in parts:
            scan.feed(batch.select(part))
    unread = {name for part, reader in by_reader if reader is None for name in part}
    scanned = (column for _, scan in parts for column in scan.finish())
    found = {column.name: replace(_kept(column, types[column.name]), read=column.name not in unread) for column in scanned}
    return {name: _with_cut(found[name], one.long) for name, one in columns.items()}


def _cell(name: str, measured: _Measured) -> str:
    return f"left({quote_name(name)}, {LONGEST}) AS {quote_name(name)}" if measured.long else quote_name(name)


def _with_cut(kept: ColumnScan, long: int) -> ColumnScan:
    note = f"{long:,} texts are longer than {LONGEST:,} characters, of which the rest was not scanned"
    return replace(kept, not_scanned=(*kept.not_scanned, note)) if long else kept


def _read(texts: list[str]) -> list[tuple[Entity, float]]:
    """The text scanner, whose models are loaded when the first free text comes."""
    from mesh_platform.classify.reading import reader

    return reader()(texts)


def _kept(column: Column, kind: str) -> ColumnScan:
    alone = len(column.signs) == 1  # of a single kind the column knows more than the kind: years of birth weigh less than days
    found = {
        sign.entity.value: Evidence(
            max(1, _rows(column, sign.share, sign.where)),
            column.sensitivity if alone else sign.entity.sensitivity,
            f"in {_place(sign.where)}: {sign.why}" if sign.where else sign.why,
        )
        for sign in column.signs
        if kind != "UUID" or sign.share >= 0.5  # a million random numbers hold an account number by chance, and nothing else
    }
    return ColumnScan(column.filled, found, tuple(dict.fromkeys(column.skipped)))


def _place(where: str) -> str:
    """The path of a field, without keys that might be somebody's name."""
    from mesh_platform.classify.names import well_known

    return ".".join(part if well_known(part) else "*" for part in where.split("."))


def _rows(column: Column, share: float, where: str) -> int:
    """How many rows a share of the place `where` is; of the column where that place is not told apart."""
    places = [found.leaf.rows * found.leaf.weight for found in column.profiles if ".".join(found.leaf.names[1:]) == where]
    return min(round(share * max(places, default=column.filled)), column.filled)
