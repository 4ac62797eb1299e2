"""In which files of a product a person's rows lie: sorted marks of people, file by file, read from memory-mapped pages without opening a catalog.

It holds the 63 bits that stand beside each row in the files themselves (`hidden.SUBJECTS`), names of files and counts, and nothing else. It says for which
catalog it was made: beside any other it counts for nothing and is made anew from the files. It serves to be quick. That somebody is nowhere is
shown by reading the files.
"""

from __future__ import annotations

import json
import logging
import mmap
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mesh_platform.aside import written
from mesh_platform.failpoints import fp
from mesh_platform.lake.files import FileId, file_id, make_folder, sync
from mesh_platform.lake.place import Paths

_MAGIC, _ALIGNED = b"MESHSUB1", 8
_SUM, _SUMMED, _SAID = 8, 16, 24
"""Where the checksum of all that follows it begins and ends, and where the header begins, whose length stands between."""
_log = logging.getLogger(__name__)
Ints = NDArray[np.int64]
Small = NDArray[np.uint32]
Wanted = Mapping[str, Collection[int]]
"""Subject column → the people asked for."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """One file: which versions hold it, and whether it says whose its rows are, for each of `columns`."""

    name: str
    begin: int
    end: int | None
    columns: tuple[str, ...]

    def at(self, version: int) -> bool:
        return self.begin <= version and (self.end is None or version < self.end)


@dataclass(frozen=True, slots=True)
class SubjectIndex:
    """The index of one product.

    Attributes:
        catalog: the catalog's file that it was made for.
        files: every data file of every held version.
        rows: of each entry (people of one row in one file), how many rows.
        file: of each entry, the number of its file.
        people: subject column → its people in order, and the entry of each.
    """

    catalog: FileId | None
    files: tuple[Indexed, ...]
    rows: Small
    file: Small
    people: Mapping[str, tuple[Ints, Small]]
    _mapped: mmap.mmap | None = field(default=None, repr=False)

    def count(self, wanted: Wanted, version: int) -> int:
        """How many rows of that version are of one of them; 1 at least where a file of it does not say whose its rows are."""
        entries = self._entries(wanted)
        live = np.array([file.at(version) for file in self.files], dtype=bool)
        found = int(self.rows[entries][live[self.file[entries]]].sum()) if len(entries) else 0
        silent = any(file.at(version) and not wanted.keys() <= set(file.columns) for file in self.files)
        return max(found, int(silent))

    def most(self, wanted: Wanted, versions: Iterable[int]) -> int:
        """`count` in the version that has most."""
        if not len(self._entries(wanted)) and all(wanted.keys() <= set(file.columns) for file in self.files):
            return 0
        return max((self.count(wanted, version) for version in versions), default=0)

    def files_with(self, wanted: Wanted) -> tuple[str, ...]:
        """The files in which rows of one of them lie, those included that do not say whose their rows are."""
        found = set(self.file[self._entries(wanted)].tolist())
        return tuple(file.name for at, file in enumerate(self.files) if at in found or not wanted.keys() <= set(file.columns))

    def _entries(self, wanted: Wanted) -> NDArray[np.intp]:
        return reduce(
            np.union1d, [each for name, asked in wanted.items() for each in self._of(name, asked)], np.empty(0, np.intp)
        )

    def _of(self, column: str, asked: Collection[int]) -> Iterator[Small]:
        people, entries = self.people.get(column, (np.empty(0, np.int64), np.empty(0, np.uint32)))
        marks = np.fromiter(asked, np.int64)
        first, last = np.searchsorted(people, marks, "left"), np.searchsorted(people, marks, "right")
        for begin, end in zip(first.tolist(), last.tolist(), strict=True):
            if begin < end:
                yield entries[begin:end]


def opened(paths: Paths, looked_through: bool = False) -> SubjectIndex | None:
    """The index as it lies there, mapped; None where there is none that is whole. `looked_through` reads all of it to see that: whoever makes another
    one of it does.
    """
    try:
        with paths.index.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if looked_through and zlib.crc32(memoryview(mapped)[_SUMMED:]) != int.from_bytes(mapped[_SUM:_SUMMED], "little"):
            return None
        return _read(mapped)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read(mapped: mmap.mmap) -> SubjectIndex:
    """Raises ValueError where the file is not whole."""
    if mapped[: len(_MAGIC)] != _MAGIC:
        raise ValueError("no index")
    size = int.from_bytes(mapped[_SUMMED:_SAID], "little")
    header = json.loads(mapped[_SAID : _SAID + size])
    at = _padded(_SAID + size)

    def column(kind: type, length: int) -> NDArray[np.generic]:
        nonlocal at
        array: NDArray[np.generic] = np.frombuffer(mapped, kind, length, at)
        at = _padded(at + array.nbytes)
        return array

    rows, file = column(np.uint32, header["entries"]), column(np.uint32, header["entries"])
    people = {name: (column(np.int64, held), column(np.uint32, held)) for name, held in header["people"].items()}
    if at != len(mapped):
        raise ValueError("not whole")
    files = tuple(Indexed(name, begin, end, tuple(columns)) for name, begin, end, columns in header["files"])
    return SubjectIndex(_file_id(header["catalog"]), files, rows, file, people, mapped)  # type: ignore[arg-type]


def keep(paths: Paths, index: SubjectIndex | None) -> None:
    """Make it the product's index, for the catalog that is served; none, and no old one either, where there is none or it cannot be written: it is
    made anew when it is asked for.
    """
    try:
        _remove(found(paths), durable=False)
        catalog = file_id(paths.catalog)
        if index is None or catalog is None:
            return
        make_folder(paths.index.parent)
        with written(paths.index, durable=False) as out:
            _write(out, index, catalog)
        fp("lake.indexed")
    except OSError as error:
        _log.warning("LAKE-33 %s: it has no index of people for now (%s)", paths.place, type(error).__name__)


def fits(paths: Paths) -> SubjectIndex | None:
    """The index, where it was made for the catalog that is served."""
    index = opened(paths)
    return index if index is not None and index.catalog == file_id(paths.catalog) else None


def sweep(paths: Paths) -> None:
    """Remove what a killed writer left, and an index of another catalog than the one that is served. Call it under the product's lock."""
    stays = fits(paths) is not None
    _remove(file for file in found(paths) if file != paths.index or not stays)


def clear(paths: Paths) -> None:
    """Remove the product's index, and what a killed writer left of one; when it returns they do not come back when the power fails."""
    _remove(found(paths))


def _remove(files: Iterable[Path], *, durable: bool = True) -> None:
    folders = set()
    for file in files:
        file.unlink(missing_ok=True)
        folders.add(file.parent)
    for folder in folders if durable else ():
        sync(folder)


def found(paths: Paths) -> list[Path]:
    """The product's index and what a killed writer left of one."""
    return [*paths.index.parent.glob(paths.index.name), *paths.index.parent.glob(f".{paths.index.name}.*")]


def _write(out: BinaryIO, index: SubjectIndex, catalog: FileId) -> None:
    header = {
        "catalog": catalog,
        "entries": len(index.rows),
        "files": [(file.name, file.begin, file.end, file.columns) for file in index.files],
        "people": {name: len(marks) for name, (marks, _) in index.people.items()},
    }
    said = json.dumps(header).encode()
    out.write(_MAGIC + bytes(8))
    total = _put(out, len(said).to_bytes(8, "little") + said, 0)
    for array in (index.rows, index.file, *(part for pair in index.people.values() for part in pair)):
        total = _put(out, np.ascontiguousarray(array).data.cast("B"), total)
    out.seek(_SUM)
    out.write(total.to_bytes(8, "little"))


def _put(out: BinaryIO, content: bytes | memoryview, total: int) -> int:
    """Write it, filled up; the checksum so far."""
    filled = bytes(-len(content) % _ALIGNED)
    out.write(content)
    out.write(filled)
    return zlib.crc32(filled, zlib.crc32(content, total))


def _padded(size: int) -> int:
    return size + -size % _ALIGNED


def _file_id(said: Sequence[int] | None) -> FileId | None:
    return (said[0], said[1], said[2], said[3]) if said is not None else None
