"""What kind of file a person handed over, by its first bytes, and how a descriptor names it as its source."""

from __future__ import annotations

import codecs
import csv
import glob
import gzip
import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh_platform.errors import Finding, NotFound, UsageProblem

_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}
_READ = 65536
_SEPARATORS = (",", ";", "\t", "|")
_REFUSED = {
    b"PK\x03\x04": ("a zip file or a spreadsheet", "Save it as CSV (UTF-8), or unpack it."),
    b"%PDF": ("a PDF file", "Export the table as CSV."),
    b"BZh": ("compressed with bzip2", "Compress it with gzip, or unpack it."),
    b"\xfd7zXZ": ("compressed with xz", "Compress it with gzip, or unpack it."),
    b"(\xb5/\xfd": ("compressed with zstd", "Compress it with gzip, or unpack it."),
    b"\xff\xfe": ("in UTF-16", "Save it as UTF-8."),
    b"\xfe\xff": ("in UTF-16", "Save it as UTF-8."),
}


@dataclass(frozen=True, slots=True)
class Given:
    """The file, resolved; `table` for a SQLite database, else `format`. It is a source as the lake reads one, seen from its own folder."""

    file: Path
    format: str | None
    table: str | None = None
    view: bool = False
    """Whether that table is a view."""

    @property
    def path(self) -> str | None:
        return None if self.table else glob.escape(self.file.name)

    @property
    def connection(self) -> str | None:
        return self.file.name if self.table else None

    @property
    def said_by_name(self) -> bool:
        """Whether the name alone tells the format."""
        return self.format is None or _by_name(self.file) == self.format

    def as_source(self, place: str) -> dict[str, Any]:
        """The keys of `source:` for the file at `place` in the project."""
        if self.table:
            return {"connection": place, "table": self.table}
        return {"path": place} | ({} if self.said_by_name else {"format": self.format})


def recognise(file: Path, table: str | None) -> Given:
    """The file's kind.

    Raises:
        NotFound: where there is no such file, or no such table in it.
        UsageProblem: where it is empty, or of a kind that cannot be read.
    """
    where = file.name
    try:
        file = file.resolve(strict=True)
        head = _head(file) if file.is_file() or file.is_dir() else b""
    except (FileNotFoundError, RuntimeError):
        raise NotFound(Finding("NEW-10", repr(str(file)), "There is no such file.", "Name an existing one.")) from None
    except IsADirectoryError:
        raise _refused(where, "It is a folder.", "Name one file in it; `source.path` may be made a glob later.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _refused(where, "The compressed file is cut off or damaged.", "Deliver the file again.") from None
    except OSError as error:
        raise _refused(where, f"It cannot be read ({error.strerror}).", "Make it readable.") from None
    if not file.is_file():
        raise _refused(where, "It is no ordinary file.", "Save what it gives in a file first.")
    if head.startswith(b"SQLite format 3\0"):
        return Given(file, None, *_table(file, table))
    if table is not None:
        raise _refused(where, "It is no SQLite database, so it has no tables.", "Leave --table out.")
    if not head.strip():
        raise _refused(where, "The file is empty.", "Deliver it with a header and rows.")
    for magic, (what, fix) in _REFUSED.items():
        if head.startswith(magic):
            raise _refused(where, f"It is {what}.", fix)
    return Given(file, _format(file, head))


def odd_line(file: Path) -> int | None:
    """The first line of a CSV file that has another number of fields than its header, with the separator that the header shows."""
    gzipped = file.suffix == ".gz"
    with (
        gzip.open(file, "rt", encoding="utf-8-sig", newline="") if gzipped else file.open(encoding="utf-8-sig", newline="")
    ) as text:
        try:
            first = text.readline()
            text.seek(0)
            rows = csv.reader(text, delimiter=max(_SEPARATORS, key=first.count))
            width = len(next(rows))
            return next((rows.line_num for row in rows if row and len(row) != width), None)
        except (csv.Error, StopIteration, UnicodeDecodeError, EOFError, zlib.error):
            return None


def _head(file: Path) -> bytes:
    with file.open("rb") as raw:
        head = raw.read(_READ)
    if not head.startswith(b"\x1f\x8b"):
        return head
    if file.suffix != ".gz":
        raise _refused(file.name, "It is compressed with gzip and not called so.", "Add .gz to its name.")
    with gzip.open(file, "rb") as content:
        return content.read(_READ)


def _by_name(file: Path) -> str | None:
    return _SUFFIXES.get((file.with_suffix("") if file.suffix == ".gz" else file).suffix.lower())


def _format(file: Path, head: bytes) -> str:
    if head.startswith(b"PAR1"):
        return "parquet"
    if b"\0" in head:
        raise _refused(file.name, "It holds binary data of an unknown kind.", "Give a CSV, JSON, Parquet or SQLite file.")
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character that the end cuts through is none of its faults
    except UnicodeDecodeError:
        raise _refused(file.name, "It is not UTF-8 text.", "Save it as UTF-8.") from None
    named = _by_name(file)
    if text.startswith(b"["):
        return "json" if named != "csv" else "csv"
    if text.startswith(b"{"):
        return named if named in ("json", "ndjson") else "ndjson"
    return "csv"


def _table(file: Path, table: str | None) -> tuple[str, bool]:
    """The table's name, and whether it is a view."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        try:
            rows = database.execute(
                "SELECT name, type = 'view' FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            )
            views = {str(name): bool(view) for name, view in rows}
        except sqlite3.DatabaseError:
            raise _refused(file.name, "The database is damaged.", "Deliver the file again.") from None
    names = sorted(views)
    known = f"Tables are {', '.join(names) or 'none'}."
    if table is None and len(names) == 1:
        return names[0], views[names[0]]
    if table is None:
        raise _refused(file.name, "It is a database, and no table is named.", f"Add --table. {known}")
    if table not in names:
        raise NotFound(Finding("NEW-10", file.name, f"It has no table {table!r}.", known))
    return table, views[table]


def _refused(where: str, why: str, fix: str) -> UsageProblem:
    return UsageProblem(Finding("NEW-11", where, why, fix))
