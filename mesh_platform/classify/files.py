"""The tables of a file or folder: Parquet, CSV, JSON, `.log` and `.txt`, plain or gz. What cannot be read is told with its reason."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mesh_platform.classify.source import BATCH, Source
from mesh_platform.classify.written import personal

MOST = 1 << 30
"""Bytes that come out of one file at most, so that a gz bomb costs no more."""
SUFFIXES = (".parquet", ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".log", ".txt")


def tables(path: Path, unread: dict[str, str]) -> Iterator[tuple[str, Any]]:
    """Names and rows of all files at `path`, Parquet as it streams; reasons go into `unread`."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and not p.name.startswith("."))
    for file in files:
        name, suffix = kind(file)
        if path.is_dir():
            name = file.relative_to(path).with_name(name).as_posix()
        if suffix not in SUFFIXES:
            unread[file.name] = f"no reader for {suffix or 'files without a suffix'}"
            continue
        try:
            yield name, _table(file, suffix, unread)
        except (OSError, ValueError, EOFError, zlib.error, pa.ArrowException, csv.Error, RecursionError) as error:
            unread[file.name] = f"cannot be read: {type(error).__name__}"


def kind(file: Path) -> tuple[str, str]:
    """The name of the table and the suffix that says how to read it, gz taken away."""
    name = file.name[:-3] if file.name.lower().endswith(".gz") else file.name
    stem, dot, suffix = name.rpartition(".")
    return (stem, "." + suffix.lower()) if dot else (name, "")


def _table(file: Path, suffix: str, unread: dict[str, str]) -> Any:
    zipped = file.name.lower().endswith(".gz")
    if suffix == ".parquet" and not zipped:
        return Source(pq.ParquetFile(file).schema_arrow, lambda: parquet(file))
    data = _bytes(file, zipped, unread)
    if suffix == ".parquet":
        return pq.read_table(pa.BufferReader(data))
    text = data.decode("utf-8-sig", errors="replace")
    if suffix in (".csv", ".tsv"):
        return _rows(text, "\t" if suffix == ".tsv" else None)
    if suffix in (".json", ".jsonl", ".ndjson"):
        return _records(text)
    return pa.table({"line": pa.array(text.splitlines(), pa.large_string())})


def parquet(file: Path) -> Iterator[Any]:
    """The batches of a file, a row group in memory at a time: read ahead, all that was read stays there to the end."""
    yield from pq.ParquetFile(file, pre_buffer=False).iter_batches(BATCH)


def _bytes(file: Path, zipped: bool, unread: dict[str, str]) -> bytes:
    with gzip.open(file) if zipped else file.open("rb") as stream:
        data = stream.read(MOST + 1)
    if len(data) > MOST:
        unread[file.name] = f"only the first {MOST:,} bytes were scanned"
    return bytes(data[:MOST])


def _rows(text: str, mark: str | None) -> Any:
    """A CSV file as text columns; rows that are too long keep their rest in a column of its own. A first line of values is no header."""
    if mark is None:
        head = text.partition("\n")[0]
        mark = max(",;\t|", key=head.count)
    before = csv.field_size_limit(MOST)  # of the whole process, where other readers have a limit of their own
    try:
        return _split(csv.reader(io.StringIO(text), delimiter=mark), mark)
    finally:
        csv.field_size_limit(before)


def _split(reader: Iterator[list[str]], mark: str) -> Any:
    names = next(reader, [])
    values = any(personal(name) for name in names)
    rows = itertools.chain([names], reader) if values else reader
    names = [f"column_{i}" for i, _ in enumerate(names, 1)] if values else names
    held: list[list[str | None]] = [[] for _ in range(len(names) + 1)]
    for row in rows:
        for i in range(len(names)):
            held[i].append(row[i] if i < len(row) and row[i] else None)
        held[-1].append(mark.join(row[len(names) :]) or None)
    unique = [f"{name}_{i}" if name in names[:i] else name for i, name in enumerate(names)]
    found = {name: pa.array(values, pa.large_string()) for name, values in zip(unique, held, strict=False)}
    if any(held[-1]):
        found["(beyond the header)"] = pa.array(held[-1], pa.large_string())
    return pa.table(found)


def _records(text: str) -> Any:
    """A JSON array, object or lines as columns: scalars as text, nested values as JSON. Lines that are no JSON stand in `line`."""
    try:
        held = json.loads(text)
        records = held if isinstance(held, list) else [held]
    except (ValueError, RecursionError):
        records = [_line(line) for line in text.splitlines() if line.strip()]
    rows = [record if isinstance(record, dict) else {"value": record} for record in records]
    names = dict.fromkeys(str(key) for row in rows for key in row)
    return pa.table({name: pa.array([_cell(row.get(name)) for row in rows], pa.large_string()) for name in names})


def _line(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return {"line": line}


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return None if value is None else value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value, ensure_ascii=True) if isinstance(value, dict | list) else str(value)
