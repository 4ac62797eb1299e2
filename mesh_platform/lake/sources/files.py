"""Which files a source names: inside the project, whole, and of a known format."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.errors import CheckFailed, Finding, Unavailable

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".parquet": "parquet",
}
DELIMITERS = (",", ";", "\t", "|")
_CHUNK = 1 << 20
_LONGEST_HEADER = 4 << 20  # bytes


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file: where it is, and how findings name it (relative to the project)."""

    path: Path
    name: str

    @property
    def gzipped(self) -> bool:
        return self.path.suffix == ".gz"


def find_files(root: Path, pattern: str, product: str) -> list[SourceFile]:
    """The files that `pattern` names, sorted.

    Raises:
        CheckFailed: RUN-01, where it leads out of the project or into a hidden folder, or has more than one `**`.
        Unavailable: RUN-01, where it names nothing.
    """
    parts = Path(pattern).parts
    if Path(pattern).is_absolute() or any(part == ".." or part.startswith(".") for part in parts):
        raise _refused(pattern, "It does not name a visible file below the project's folder.", product)
    if parts.count("**") > 1:
        raise _refused(pattern, "It has more than one `**`, and would be looked for without end.", product)
    base = root.resolve()
    found = sorted(path for path in base.glob(pattern) if path.is_file())
    for path in found:
        if not path.resolve().is_relative_to(base):
            raise _refused(path.relative_to(base).as_posix(), "It is a link that leads out of the project.", product)
        if any(part.startswith(".") for way in (path, path.resolve()) for part in way.relative_to(base).parts):
            raise _refused(pattern, "It reaches a hidden file or folder.", product)  # whose name is nobody's business
        if any(_is_home(folder) for folder in path.resolve().parents if base in folder.parents):
            raise _refused(pattern, "It reaches into the platform's own home.", product)
    if not found:
        raise _not_delivered(pattern, "No such file stands in the project.", product)
    return [SourceFile(path, path.relative_to(base).as_posix()) for path in found]


def _is_home(folder: Path) -> bool:
    return (folder / "catalogs").is_dir() and (folder / "keys").is_dir()


def inside(root: Path, path: str, product: str) -> SourceFile:
    """The one file that `path` names, by the same rules."""
    return find_files(root, path.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]"), product)[0]


def format_of(files: list[SourceFile], given: str | None, product: str) -> str:
    """The files' format, as given or by their name."""
    if given is not None:
        return given
    names = {(file.path.with_suffix("") if file.gzipped else file.path).suffix.lower() for file in files}
    if len(names) != 1 or (suffix := names.pop()) not in FORMATS:
        raise _refused(files[0].name, "Its format does not follow from its name.", product, "Name it under source.format.")
    return FORMATS[suffix]


def check_whole(file: SourceFile, kind: str, product: str) -> None:
    """Refuse a compressed file that is cut off or damaged (an engine reads on to the end and says nothing), and an array without end.

    Raises:
        Unavailable: RUN-01.
    """
    try:
        first, last = _ends(file)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise _not_delivered(file.name, "The compressed file is cut off or damaged.", product) from None
    if kind == "json" and first == b"[" and last != b"]":
        raise _not_delivered(file.name, "The JSON array has no end: the file is cut off.", product)


def header(file: SourceFile, declared: set[str], product: str) -> tuple[list[str], str]:
    """The column names of a CSV file, and its delimiter: the one that brings forth the most declared names.

    Raises:
        CheckFailed: RUN-02, where there is no header, a name is empty or stands twice; RUN-03, where it is not UTF-8.
    """
    try:
        line = _first_record(file)
    except UnicodeDecodeError:
        raise CheckFailed(
            Finding("RUN-03", f"{file.name}, line 1", "It is not UTF-8.", "Deliver it as UTF-8.", product)
        ) from None
    if not line.strip():
        raise CheckFailed(
            Finding("RUN-02", file.name, "The file has no header, or one without end.", "Deliver it with its header.", product)
        )
    try:
        readings = [(next(csv.reader([line], delimiter=delimiter)), delimiter) for delimiter in DELIMITERS]
    except csv.Error:
        why = "The header cannot be read, or holds a name that no column can have."
        raise CheckFailed(Finding("RUN-02", f"{file.name}, line 1", why, "Correct the header.", product)) from None
    names, delimiter = max(readings, key=lambda reading: (len(declared & set(reading[0])), len(reading[0])))
    if len({name.casefold() for name in names}) < len(names) or not all(names):
        why = "A column of the header has no name or the name of another."
        raise CheckFailed(Finding("RUN-02", f"{file.name}, line 1", why, "Correct the header.", product))
    return names, delimiter


def line_of(file: SourceFile, delimiter: str, row: int) -> int | None:
    """The line on which the `row`-th row below the header begins: a value may span several, and an empty one is a row where there is one column."""
    ends, rows, width = 0, -1, 0  # the header is no row
    with _opened(file) as content, io.TextIOWrapper(content, encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines, delimiter=delimiter)
        try:
            for record in reader:
                width = width or len(record)
                rows += bool(record) or width == 1
                if rows == row:
                    return ends + 1
                ends = reader.line_num
        except csv.Error:  # a value longer than Python's reader takes
            return None
    return None


def _first_record(file: SourceFile) -> str:
    """The header as text; a quoted name may span lines. What is longer than any header gives none."""
    parts, size, quotes = list[bytes](), 0, 0
    with _opened(file) as lines:
        while (part := lines.readline(_LONGEST_HEADER - size)) and size < _LONGEST_HEADER:
            parts.append(part)
            size, quotes = size + len(part), quotes + part.count(b'"')
            if part.endswith(b"\n") and not quotes % 2:
                break
    if size >= _LONGEST_HEADER:
        return ""
    return b"".join(parts).decode("utf-8-sig").rstrip("\r\n")


def _ends(file: SourceFile) -> tuple[bytes, bytes]:
    """The first and the last visible byte. A compressed file is read through, by which its checksum is verified."""
    first = last = b""
    with _opened(file) as content:
        if not file.gzipped and file.path.stat().st_size > 2 * _CHUNK:
            first = content.read(_CHUNK).strip()[:1]
            content.seek(-_CHUNK, io.SEEK_END)
        while chunk := content.read(_CHUNK):
            if visible := chunk.strip():
                first, last = first or visible[:1], visible[-1:]
    return first, last


def _opened(file: SourceFile) -> gzip.GzipFile | io.BufferedReader:
    return gzip.open(file.path, "rb") if file.gzipped else file.path.open("rb")


def _refused(where: str, why: str, product: str, fix: str = "Name it in product.yaml relative to the project.") -> CheckFailed:
    return CheckFailed(Finding("RUN-01", where, why, fix, product))


def _not_delivered(where: str, why: str, product: str) -> Unavailable:
    return Unavailable(
        Finding("RUN-01", where, why, "See that the delivery arrived whole, or correct the source's path.", product)
    )
