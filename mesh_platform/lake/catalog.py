"""A product's catalog inside an engine: attached with its key, asked for its versions and files, expired, compacted.

The statements that carry a key are made and run here alone, and what the engine says about them is dropped.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from mesh_platform.errors import Finding, Unavailable
from mesh_platform.lake.engine import engine_errors, is_missing_file
from mesh_platform.lake.hidden import PREFIX, product_rows, shown
from mesh_platform.lake.place import Place
from mesh_platform.lake.sql import quote_name, quote_text

TABLE = "data"
SMALL_FILE_BYTES, MOST_SMALL_FILES = 16 << 20, 128
BLOCK_SIZE = 16384  # a catalog of a few tables takes 0.4 MB, not several


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, as its commit tells it."""

    snapshot_id: int
    committed_at: datetime
    author: str
    message: str
    extra: dict[str, object]


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of rows: its path below the product's data folder, the versions that hold it (`end` is the first that does not), and its key."""

    name: str
    begin: int
    end: int | None
    rows: int
    key: str = field(repr=False)

    def relation(self, data: Path) -> str:
        """Every row that lies in it, usable in FROM; the text holds the key."""
        key = f"from_base64({quote_text(self.key)})"
        return f"read_parquet({quote_text(str(data / self.name))}, encryption_config={{footer_key_value: {key}}})"


@dataclass(frozen=True, slots=True)
class Catalog:
    """An attached catalog: its product's table is `table`, its own bookkeeping `meta`."""

    con: duckdb.DuckDBPyConnection
    alias: str
    place: Place

    @property
    def table(self) -> str:
        """The product's table, qualified and quoted."""
        return f"{quote_name(self.alias)}.main.{quote_name(TABLE)}"

    @property
    def rows_of_product(self) -> str:
        """A relation of the product's own columns."""
        return product_rows(self.table, self.all_columns())

    def meta(self, table: str) -> str:
        """A bookkeeping table of the catalog; a space in DuckLake's own namespace, in no consumer's reach."""
        return f"{quote_name('__ducklake_metadata_' + self.alias)}.{quote_name(table)}"

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[tuple[object, ...]]:
        with engine_errors(f"catalog of {self.place}", self.place.key):
            return self.con.execute(statement, parameters).fetchall()

    def arrow(self, statement: str) -> pa.Table:
        with engine_errors(f"catalog of {self.place}", self.place.key):
            return self.con.execute(statement).to_arrow_table()

    def call(self, function: str, *arguments: str) -> list[tuple[object, ...]]:
        return self.rows(f"CALL {function}({', '.join((quote_text(self.alias), *arguments))})")

    def detach(self) -> None:
        with engine_errors(f"catalog of {self.place}", self.place.key):
            self.con.execute(f"DETACH {quote_name(self.alias)}")

    def checkpoint(self) -> None:
        """Bring everything into the one file."""
        self.rows(f"CHECKPOINT {quote_name('__ducklake_metadata_' + self.alias)}")

    def exists(self) -> bool:
        """Whether the product's table has been published."""
        return bool(
            self.rows(f"SELECT 1 FROM {self.meta('ducklake_table')} WHERE end_snapshot IS NULL AND table_name = ?", [TABLE])
        )

    def columns(self) -> list[tuple[str, str]]:
        """Names and types of the product's own columns as the running transaction sees them."""
        return shown(self.all_columns())

    def all_columns(self) -> list[tuple[str, str]]:
        """`columns`, and those of the platform."""
        return [(str(row[0]), str(row[1])) for row in self.rows(f"DESCRIBE {self.table}")]

    def marked(self) -> bool:
        """Whether a held version has columns of the platform beside the product's own."""
        held = f"SELECT 1 FROM {self.meta('ducklake_column')} WHERE starts_with(column_name, ?) LIMIT 1"
        return bool(self.rows(held, [PREFIX]))

    def row_count(self) -> int:
        """Rows of the published table, by the catalog's own count."""
        found = self.rows(
            f"SELECT record_count FROM {self.meta('ducklake_table_stats')} JOIN {self.meta('ducklake_table')} USING (table_id)"
            " WHERE end_snapshot IS NULL AND table_name = ?",
            [TABLE],
        )
        return _number(found[0][0]) if found and found[0][0] is not None else 0

    def snapshots(self) -> list[int]:
        return sorted(_number(row[0]) for row in self.rows(f"SELECT snapshot_id FROM {self.meta('ducklake_snapshot')}"))

    def versions(self) -> list[Version]:
        """Published versions still held, oldest first; commits without an author are the catalog's own."""
        found = self.rows(
            "SELECT snapshot_id, epoch_us(snapshot_time), author, commit_message, commit_extra_info"
            f" FROM {self.meta('ducklake_snapshot')} JOIN {self.meta('ducklake_snapshot_changes')} USING (snapshot_id)"
            " WHERE author IS NOT NULL ORDER BY snapshot_id"
        )
        return [_version(row) for row in found]

    def files(self) -> set[str]:
        """Every file that a held snapshot needs, relative to the product's data folder."""
        return {self._relative(row) for table in _FILE_TABLES for row in self.rows(self._files_of(table))}

    def data_files(self) -> list[DataFile]:
        """The files of `files` that hold rows, by name."""
        found = self.rows(
            self._files_of(_FILE_TABLES[0], "f.begin_snapshot", "f.end_snapshot", "f.record_count", "f.encryption_key")
        )
        files = []
        for row in found:
            begin, end, rows, key = row[-4:]
            files.append(
                DataFile(self._relative(row), _number(begin), None if end is None else _number(end), _number(rows), str(key))
            )
        return sorted(files, key=lambda file: file.name)

    def newest_files(self) -> set[str]:
        """The files that the newest published version brought, relative to the product's data folder."""
        versions = self.versions()
        if not versions:
            return set()
        earlier = versions[-2].snapshot_id if len(versions) > 1 else -1
        return {
            self._relative(row) for row in self.rows(f"{self._files_of(_FILE_TABLES[0])} WHERE f.begin_snapshot > ?", [earlier])
        }

    def merge_small_files(self) -> bool:
        """Write many small files of the current version into few, where appending has made them many; whether it was done."""
        [(small,)] = self.rows(
            f"SELECT count(*) FROM {self.meta('ducklake_data_file')} WHERE end_snapshot IS NULL AND file_size_bytes < ?",
            [SMALL_FILE_BYTES],
        )
        if _number(small) <= MOST_SMALL_FILES:
            return False
        self.call("ducklake_merge_adjacent_files", quote_text(TABLE), f"max_file_size => {SMALL_FILE_BYTES}")
        return True

    def unpartitioned_files(self, snapshot: int) -> int:
        """How many data files of that snapshot carry no partition."""
        found = self.rows(
            f"SELECT count(*) FROM {self.meta('ducklake_data_file')} WHERE begin_snapshot = ? AND partition_id IS NULL",
            [snapshot],
        )
        return _number(found[0][0])

    def delete_files(self) -> int:
        """How many files of deleted rows stand beside data files of the current version."""
        found = self.rows(f"SELECT count(*) FROM {self.meta('ducklake_delete_file')} WHERE end_snapshot IS NULL")
        return _number(found[0][0])

    def partitioned(self) -> bool:
        return bool(self.rows(f"SELECT 1 FROM {self.meta('ducklake_partition_info')} WHERE end_snapshot IS NULL"))

    def expire(self, keep: int) -> int:
        """Forget all but the newest `keep` published versions. How many snapshots went.

        The list of files to delete later is emptied with it: the lake removes every file that no held snapshot needs, and that is one
        rule for expired, staged and orphaned files alike.
        """
        oldest = min((version.snapshot_id for version in self.versions()[-keep:]), default=0)
        doomed = [snapshot for snapshot in self.snapshots() if snapshot < oldest]
        if doomed:
            self.call("ducklake_expire_snapshots", f"versions => {doomed}")
        self.rows(f"DELETE FROM {self.meta('ducklake_files_scheduled_for_deletion')}")
        return len(doomed)

    def _files_of(self, table: str, *also: str) -> str:
        columns = ("s.path", "s.path_is_relative", "t.path", "t.path_is_relative", "f.path", "f.path_is_relative", *also)
        return (
            f"SELECT {', '.join(columns)}"
            f" FROM {self.meta(table)} f JOIN {self.meta('ducklake_table')} t USING (table_id)"
            f" JOIN {self.meta('ducklake_schema')} s USING (schema_id)"
        )

    def _relative(self, row: tuple[object, ...]) -> str:
        if not (row[1] and row[3] and row[5]):
            why = "The catalog names a file by an absolute path."
            raise Unavailable(Finding("LAKE-14", f"catalog of {self.place}", why, "Publish the product anew.", self.place.key))
        return f"{row[0]}{row[2]}{row[4]}"


_FILE_TABLES = ("ducklake_data_file", "ducklake_delete_file")


def attach(
    con: duckdb.DuckDBPyConnection, alias: str, place: Place, file: Path, data: Path, key: bytes, read_only: bool
) -> Catalog:
    """Attach the catalog at `file`; made there where it is to be written and absent.

    Raises:
        Unavailable: LAKE-12, where a catalog to be read is not there or does not open with its key.
    """
    mode = "READ_ONLY" if read_only else f"META_BLOCK_SIZE {BLOCK_SIZE}"
    statement = (
        f"ATTACH {quote_text(f'ducklake:{file}')} AS {quote_name(alias)} (DATA_PATH {quote_text(f'{data}/')}, OVERRIDE_DATA_PATH true,"
        f" ENCRYPTED, DATA_INLINING_ROW_LIMIT 0, META_ENCRYPTION_KEY {quote_text(engine_key(key))}, {mode})"
    )
    try:
        con.execute(statement)
    except duckdb.Error as error:
        raise _unopened(error, place, file) from None
    return Catalog(con, alias, place)


def opens(con: duckdb.DuckDBPyConnection, file: Path, key: bytes | None) -> bool:
    """Whether the engine opens the file with this key, or without any: seen by trying, on a connection without a transaction."""
    options = f"ENCRYPTION_KEY {quote_text(engine_key(key))}, READ_ONLY" if key is not None else "READ_ONLY"
    try:
        con.execute(f"ATTACH {quote_text(str(file))} AS mesh_tried ({options})")
        con.execute("DETACH mesh_tried")
    except duckdb.Error:
        return False
    return True


def compact(
    con: duckdb.DuckDBPyConnection, place: Place, source: Path, target: Path, key: bytes, new_key: bytes | None = None
) -> None:
    """Write what `source` holds, and nothing of its free pages, into the new file `target`, under the same key or a new one."""
    old, new = (f"ENCRYPTION_KEY {quote_text(engine_key(one))}" for one in (key, key if new_key is None else new_key))
    try:
        con.execute(f"ATTACH {quote_text(str(source))} AS compact_from ({old}, READ_ONLY)")
        con.execute(f"ATTACH {quote_text(str(target))} AS compact_to ({new}, BLOCK_SIZE {BLOCK_SIZE})")
        con.execute("COPY FROM DATABASE compact_from TO compact_to")
        con.execute("CHECKPOINT compact_to")
        con.execute("DETACH compact_from")
        con.execute("DETACH compact_to")
    except duckdb.Error as error:
        raise _unopened(error, place, source) from None


def forget_bounds(con: duckdb.DuckDBPyConnection, place: Place, catalog: Path, key: bytes) -> None:
    """Drop the bounds of whole columns that no file has any more: the engine narrows them where it writes a file anew, not where a file goes as a whole,
    and they are values of people.
    """
    try:
        con.execute(f"ATTACH {quote_text(str(catalog))} AS bounded (ENCRYPTION_KEY {quote_text(engine_key(key))})")
        for bound in ("min_value", "max_value"):
            con.execute(
                f"UPDATE bounded.ducklake_table_column_stats AS t SET {bound} = NULL WHERE {bound} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
                f" bounded.ducklake_file_column_stats AS f WHERE f.table_id = t.table_id AND f.column_id = t.column_id AND f.{bound} = t.{bound})"
            )
        con.execute("DETACH bounded")
    except duckdb.Error as error:
        raise _unopened(error, place, catalog) from None


def engine_key(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _unopened(error: duckdb.Error, place: Place, file: Path) -> Unavailable:
    gone = is_missing_file(error) or not file.exists()
    why = "It is not there." if gone else f"It does not open with its key ({type(error).__name__})."
    fix = "Restore the catalog with its key from one backup, or publish the product anew."
    return Unavailable(Finding("LAKE-12", f"catalog of {place}", why, fix, place.key))


def _version(row: tuple[object, ...]) -> Version:
    snapshot, micros, author, message, extra = row
    committed = datetime.fromtimestamp(_number(micros) / 1e6, tz=UTC)
    held = json.loads(str(extra)) if extra else {}
    return Version(_number(snapshot), committed, str(author), str(message or ""), held)


def _number(value: object) -> int:
    assert isinstance(value, int)
    return value
