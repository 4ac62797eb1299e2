"""Making the subject index of a product: from its data files as they lie on the disk, whichever held version needs them, with rows that are hidden."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mesh_platform.errors import MeshError
from mesh_platform.lake.catalog import Catalog, DataFile
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.lake.sql import quote_name
from mesh_platform.lake.subject_index import Indexed, Ints, Small, SubjectIndex

MOST_ROWS = 50_000_000
"""Rows of all held versions of a product; beyond, an index would take more than a gigabyte to make, and the rows themselves are asked instead."""
_log = logging.getLogger(__name__)


def made(catalog: Catalog, data: Path, old: SubjectIndex | None) -> SubjectIndex | None:
    """The index of every data file that a held version of the attached catalog needs; of a file that `old` knows as `old` has it, for none ever
    changes. None where no version says of a row whose it is, where it would be too large, or where it cannot be made now.
    """
    try:
        return _made(catalog, data, catalog.data_files(), old)
    except (MeshError, OSError, MemoryError) as error:
        _log.warning("LAKE-33 %s: it has no index of people for now (%s)", catalog.place, type(error).__name__)
        return None


def _made(catalog: Catalog, data: Path, now: Sequence[DataFile], old: SubjectIndex | None) -> SubjectIndex | None:
    if sum(file.rows for file in now) > MOST_ROWS:
        return None
    known = {file.name: file for file in old.files} if old is not None else {}
    files = [_life(file, known[file.name].columns) for file in now if file.name in known]
    kept = _kept(old, {file.name: at for at, file in enumerate(files)}) if old is not None else _Entries()
    new = [file for file in now if file.name not in known]
    parts = [kept]
    for begin in sorted({file.begin for file in new}):
        alike = [file for file in new if file.begin == begin]
        columns = _subjects(catalog, data, alike[0])
        if columns:
            parts.append(_entries(catalog, data, alike, columns, len(files)))
        files += [_life(file, columns) for file in alike]
    return _joined(parts, files) if any(file.columns for file in files) else None


@dataclass(slots=True)
class _Entries:
    """Some entries: rows, number of the file, and people by column, -1 for nobody."""

    rows: Small = field(default_factory=lambda: np.empty(0, np.uint32))
    file: Small = field(default_factory=lambda: np.empty(0, np.uint32))
    people: dict[str, tuple[Ints, Small]] = field(default_factory=dict)
    """Sorted, with the entries, as an index has them."""


def _kept(old: SubjectIndex, numbers: Mapping[str, int]) -> _Entries:
    """What the old index says of files that are still there, under their new numbers."""
    renamed = np.array([numbers.get(file.name, -1) for file in old.files], np.int64)
    stays = renamed[old.file] >= 0
    moved = (np.cumsum(stays) - 1).astype(np.uint32)
    people = {}
    for name, (marks, entries) in old.people.items():
        held = stays[entries]
        people[name] = marks[held], moved[entries[held]]
    return _Entries(old.rows[stays], renamed[old.file[stays]].astype(np.uint32), people)


def _subjects(catalog: Catalog, data: Path, file: DataFile) -> tuple[str, ...]:
    """The subject columns beside which this file says whose its rows are."""
    found = catalog.rows(f"DESCRIBE SELECT * FROM {file.relation(data)}")
    return tuple(str(row[0]).removeprefix(SUBJECTS) for row in found if str(row[0]).startswith(SUBJECTS))


def _entries(catalog: Catalog, data: Path, files: Sequence[DataFile], columns: Sequence[str], first: int) -> _Entries:
    """What files of the same columns hold, numbered from `first`."""
    names = ", ".join(quote_name(SUBJECTS + column) for column in columns)
    each = (f"SELECT {first + at}::UINTEGER AS mesh_file, {names} FROM {file.relation(data)}" for at, file in enumerate(files))
    grouped = catalog.arrow(
        f"SELECT mesh_file, count(*)::UINTEGER AS mesh_rows, {names} FROM ({' UNION ALL '.join(each)}) GROUP BY ALL"
    )
    people = {}
    for column in columns:
        marks = _numbers(grouped.column(SUBJECTS + column).fill_null(-1))
        order = np.argsort(marks, kind="stable")
        order = order[np.searchsorted(marks, 0, sorter=order) :]
        people[column] = marks[order], order.astype(np.uint32)
    return _Entries(_numbers(grouped.column("mesh_rows")), _numbers(grouped.column("mesh_file")), people)


def _joined(parts: Sequence[_Entries], files: Sequence[Indexed]) -> SubjectIndex:
    held = [part for part in parts if len(part.rows)]
    starts = np.cumsum([0, *(len(part.rows) for part in held)]).tolist()
    people = {}
    for column in sorted({column for file in files for column in file.columns}):
        of = [(part.people[column], start) for part, start in zip(held, starts, strict=False) if column in part.people]
        marks = np.concatenate([np.empty(0, np.int64), *(marks for (marks, _), _ in of)])
        entries = np.concatenate([np.empty(0, np.uint32), *(entries + np.uint32(start) for (_, entries), start in of)])
        if len(of) > 1:
            order = np.argsort(marks, kind="stable")
            marks, entries = marks[order], entries[order]
        people[column] = marks, entries
    rows = np.concatenate([np.empty(0, np.uint32), *(part.rows for part in held)])
    file = np.concatenate([np.empty(0, np.uint32), *(part.file for part in held)])
    return SubjectIndex(None, tuple(files), rows, file, people)


def _life(file: DataFile, columns: Sequence[str]) -> Indexed:
    return Indexed(file.name, file.begin, file.end, tuple(columns))


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    found: NDArray[Any] = column.combine_chunks().to_numpy(zero_copy_only=False)
    return found
