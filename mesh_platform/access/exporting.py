"""Rows that leave as a file: read like any others, written whole or not at all, and remembered with whose they may be and until when.

It may be kept for as long as governance says, and no longer than what it was read under holds. The file and its manifest stand in their place once
the export is on record, never before. A cell of a CSV file that a spreadsheet would run as a formula is led by an apostrophe (OWASP, CSV injection).
People are those of the versions that were read, remembered as the lake's own 63 bits, in one sorted file in the home.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.access.decision import Caller, Treatment
from mesh_platform.access.exports import Export, Exports
from mesh_platform.access.plain import cells, plain
from mesh_platform.access.reading import Reading
from mesh_platform.access.served import Answer
from mesh_platform.access.storable import storable, storable_schema
from mesh_platform.access.worker import Limits
from mesh_platform.actor import Actor
from mesh_platform.aside import written
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.errors import CheckFailed, MeshError, UsageProblem
from mesh_platform.product import Mesh
from mesh_platform.tasks import export_task

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_ROWS = 50_000_000
MANIFEST = ".manifest.json"
OBLIGATIONS = (
    "Use it for the stated purpose alone.",
    "Do not pass it on: another consumer asks for access of its own.",
    "Remove it by the moment named here, and say so: `mesh access exports --ended ID`.",
    "After an erasure or a withdrawal, of which its holder is told: export it anew or remove those people, and say so:"
    " `mesh access exports --cleaned ID`, or by the signed answer of the holder's endpoint.",
)


class _Writer(Protocol):
    def add(self, batch: pa.RecordBatch) -> None: ...
    def end(self) -> None: ...


class _Parquet:
    def __init__(self, out: BinaryIO, schema: pa.Schema) -> None:
        self._schema = storable_schema(schema)
        self._writer = pq.ParquetWriter(out, self._schema, compression="zstd")

    def add(self, batch: pa.RecordBatch) -> None:
        self._writer.write_batch(storable(batch, self._schema))

    def end(self) -> None:
        self._writer.close()


class _Csv:
    def __init__(self, out: BinaryIO, schema: pa.Schema) -> None:
        self._out = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
        self._writer = csv.writer(self._out)
        self._writer.writerow([harmless(name) for name in schema.names])

    def add(self, batch: pa.RecordBatch) -> None:
        columns = [[_cell(value) for value in cells(column)] for column in batch.columns]
        self._writer.writerows(zip(*columns, strict=True))

    def end(self) -> None:
        self._out.detach()


WRITERS: dict[str, Callable[[BinaryIO, pa.Schema], _Writer]] = {"parquet": _Parquet, "csv": _Csv}


def harmless(text: str) -> str:
    """`text` as a spreadsheet shows it and does not run it."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: object) -> object:
    """A value as a cell: what has parts as JSON, text that no spreadsheet runs."""
    found = plain(value)
    if isinstance(found, list | dict):
        found = json.dumps(found, ensure_ascii=False)
    return harmless(found) if isinstance(found, str) else found


@dataclass(frozen=True, slots=True)
class Exporting:
    """Exports of one mesh.

    Args:
        mesh: for the organisation's word on how long a file is kept.
        reading: the way to the rows.
        exports: where they are remembered.
        audit: where each is recorded before its first row, and after its last.
    """

    mesh: Mesh
    reading: Reading
    exports: Exports
    audit: AuditLog

    def export(
        self,
        by: Actor,
        purpose: str,
        sql: str,
        path: Path,
        now: datetime,
        parameters: Sequence[object] = (),
        rows: int = 1_000_000,
    ) -> Export:
        """Write the rows of `sql` to `path` (.parquet or .csv), and its manifest beside it.

        Args:
            by: who asks, and holds the file from then on.
            purpose: what the rows are for.
            sql: the statement.
            path: a file that does not stand yet, in a folder that does.
            now: the time.
            parameters: values for its `?`.
            rows: it is refused where it has more.

        Raises:
            UsageProblem: ACCESS-50, where the file cannot be written there.
            CheckFailed: ACCESS-51, where there are more rows.
            As `Reading.query` else; nothing is left behind then.
        """
        kind = path.suffix.lower().removeprefix(".")
        if kind not in WRITERS:
            raise _unwritten("Its name ends neither in .parquet nor in .csv.", "Name it so: the form follows the name.")
        if path.exists() or (manifest := path.with_name(path.name + MANIFEST)).exists():
            raise _unwritten("A file stands there, or its manifest.", "Name another one; nothing is replaced.")
        id = f"ex-{token_hex(5)}"
        said = self.audit.record(
            Act.EXPORT, Phase.INTENT, by, What(ref=id, what=kind), "allow", purpose=_code(self.mesh, purpose)
        )
        try:
            return self._written(id, by, purpose, sql, path, manifest, now, parameters, rows)
        except MeshError as refusal:
            self.audit.record(
                Act.EXPORT, Phase.FAILED, by, What(ref=id, what=kind), "deny", refusal.finding.rule, parent=said.eid
            )
            raise
        except Exception as error:  # noqa: BLE001 - told without its text, which may hold a value
            self._undone(id, manifest)
            self.audit.record(Act.EXPORT, Phase.FAILED, by, What(ref=id, what=kind), "deny", "ACCESS-50", parent=said.eid)
            raise _failed(kind, error) from None

    def _written(
        self,
        id: str,
        by: Actor,
        purpose: str,
        sql: str,
        path: Path,
        manifest: Path,
        now: datetime,
        parameters: Sequence[object],
        most: int,
    ) -> Export:
        most, since = min(most, MOST_ROWS), self.exports.absorbed()
        with written(path, new=True) as out:
            answer = self.reading.query(Caller.person(by), purpose, sql, now, parameters, Limits(seconds=3600.0, rows=most))
            with answer.rows:
                people, glass = self._known(answer)
                count = _filled(WRITERS[path.suffix.lower().removeprefix(".")], out, answer)
            if answer.rows.cut:
                why = f"It has more than {most:,} rows, and half a file is none."
                raise CheckFailed.because(
                    "ACCESS-51", "the export", why, "Ask for more with --rows, or for less in the statement."
                )
            made = self._told(id, by, path, _digest(out), answer, count, now)
            with written(manifest, new=True) as beside:
                beside.write(json.dumps(made.as_json(now) | {"obligations": OBLIGATIONS}, indent=2, ensure_ascii=False).encode())
                self._remembered(made, people, glass, by, since)
        return made

    def _known(self, answer: Answer) -> tuple[list[pa.Array | None], list[str]]:
        """Before the first row: everybody whose rows the versions hold that are read, and the break-glass grants that opened them."""
        glass = [grant for decision in answer.decisions for grant in self.reading.broken_glass(decision)]
        return [self.reading.subjects(served) for served in answer.served], glass

    def _undone(self, id: str, manifest: Path) -> None:
        """Take back the manifest of a file that could not be put in its place; one of another export is left alone."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            if json.loads(manifest.read_bytes())["id"] == id:
                manifest.unlink()

    def _told(self, id: str, by: Actor, path: Path, digest: str, answer: Answer, count: int, now: datetime) -> Export:
        products = {
            str(decision.product): {
                "version": str(served.version.extra.get("version", "")),
                "purpose": decision.purpose,
                "raw": [column.name for column in decision.granted if column.treatment is Treatment.RAW],
                "masked": {column.name: column.mask for column in decision.granted if column.treatment is Treatment.MASK},
                "grants": list(decision.grants),
            }
            for decision, served in zip(answer.decisions, answer.served, strict=True)
        }
        end = now + timedelta(days=self.mesh.governance.policies.access_control.export_days)
        for decision, served in zip(answer.decisions, answer.served, strict=True):
            end = self.reading.ends(Caller.person(by), decision, served, now, end)
        purpose = next((decision.purpose for decision in answer.decisions), "")
        kind = path.suffix.lower().removeprefix(".")
        return Export(id, by.name, by.person, purpose, products, kind, count, digest, None, now, end)

    def _remembered(self, made: Export, people: Sequence[pa.Array | None], glass: Sequence[str], by: Actor, since: int) -> None:
        """Put it on record, people first: a list of an export that never came to be is harmless."""
        known = [each for each in people if each is not None]
        whole = replace(made, subjects=self.exports.keep_subjects(made.id, known) if len(known) == len(people) else None)
        record = self.audit.within(Act.EXPORT, Phase.DONE, by)
        product = next(iter(made.products), "")
        task = export_task(product, made.id, made.expires_at, by.name, glass) if product else None
        about = What(product=product or None, ref=made.id, code=made.sha256)
        self.exports.put(whole, task, lambda con: record(con, about, made.rows), since)
        self.audit.stands()


def _filled(writer: Callable[[BinaryIO, pa.Schema], _Writer], out: BinaryIO, answer: Answer) -> int:
    count = 0
    with answer.rows as coming, _ending(writer(out, coming.schema)) as file:
        for batch in coming:
            file.add(batch)
            count += batch.num_rows
    out.flush()
    return count


@contextlib.contextmanager
def _ending(writer: _Writer) -> Iterator[_Writer]:
    try:
        yield writer
    finally:
        writer.end()


def _digest(out: BinaryIO) -> str:
    """SHA-256 of what was written, read back from the disk's own file: writers of Parquet go back and forth."""
    found, at = hashlib.sha256(), 0
    while part := os.pread(out.fileno(), 1 << 20, at):
        found.update(part)
        at += len(part)
    return found.hexdigest()


def _code(mesh: Mesh, purpose: str) -> str | None:
    return mesh.governance.purpose(purpose)


def _failed(kind: str, error: Exception) -> UsageProblem:
    if isinstance(error, OSError):
        return _unwritten(f"It cannot be written ({type(error).__name__}).", "Name a folder that stands and can be written to.")
    why = f"A .{kind} file cannot hold these rows ({type(error).__name__})."
    return _unwritten(why, "Cast the columns to simpler types, or take the other form.")


def _unwritten(why: str, fix: str) -> UsageProblem:
    return UsageProblem.because("ACCESS-50", "--output", why, fix)
