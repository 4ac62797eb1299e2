"""What a file's rows show: types that every value has, what is unique, what takes few values. Looked at in full, not in part.

The rows are copied into a passing engine for the moment. Only counts, bounds and short lists of codes leave it.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb

from mesh_platform.cli.propose.recognise import Given
from mesh_platform.errors import CheckFailed, Finding, UsageProblem
from mesh_platform.lake import describe_source, quote_name, scan_source
from mesh_platform.product import ColumnType
from mesh_platform.product.models import MOST_COLUMNS

TABLE, SAMPLE = "profiled", "sampled"
_SAMPLED = 5_000
_BATCH = 60
_NEARLY = 0.85  # approx_count_distinct is off by a few percent; above this the exact count decides
FEW = 24
_LONGEST_CODE = 40

# What every value of a text column must look like to be of a type; the stricter one first. The engine's casts are laxer than a source is
# read ('1.5' is an integer to them), so the form is asked for as well.
_FORMS = {
    "uuid": "regexp_full_match({x}, '(?i)[0-9a-f]{{8}}-([0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}')",
    "boolean": "lower({x}) IN ('true', 'false')",
    "integer": "regexp_full_match({x}, '[+-]?(0|[1-9][0-9]{{0,17}})')",
    "decimal": "regexp_full_match({x}, '[+-]?(0|[1-9][0-9]{{0,11}})([.][0-9]{{1,6}})?')",
    "double": "regexp_full_match({x}, '[+-]?[0-9]{{1,17}}([.][0-9]+)?([eE][+-]?[0-9]{{1,3}})?') AND NOT regexp_matches({x}, '^[+-]?0[0-9]')",
    "date": "regexp_full_match({x}, '[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}') AND TRY_CAST({x} AS DATE) IS NOT NULL",
    "timestamp": "regexp_matches({x}, '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[ T][0-9]{{2}}:[0-9]{{2}}') AND TRY_CAST({x} AS TIMESTAMPTZ) IS NOT NULL",
    "json": "{x}[1] IN ('{{', '[') AND json_valid({x})",
}

# How much of a sample looks like something, for guesses that a person confirms.
SHAPES = {
    "email": "regexp_full_match(trim({x}), '[^@\\s]+@[^@\\s]+[.][A-Za-z]{{2,}}')",
    "holds_email": "regexp_matches({x}, '[\\w.+-]+@[\\w-]+[.][\\w.]*[A-Za-z]{{2,}}')",
    "phone": "regexp_full_match(trim({x}), '[+(][0-9][0-9 ().\\-/]{{6,18}}')",
    "holds_phone": "regexp_matches({x}, '(^|[^0-9])[+][0-9][0-9 ().-]{{7,17}}[0-9]')",
    "iban": "regexp_full_match(replace({x}, ' ', ''), '[A-Z]{{2}}[0-9]{{2}}[A-Z0-9]{{11,30}}')",
    "card": "regexp_full_match(replace(replace({x}, ' ', ''), '-', ''), '[2-6][0-9]{{12,18}}')",
    "ssn": "regexp_full_match({x}, '[0-9]{{3}}-[0-9]{{2}}-[0-9]{{4}}')",
    "ip": "regexp_full_match({x}, '([0-9]{{1,3}}[.]){{3}}[0-9]{{1,3}}')",
    "sha256": "regexp_full_match({x}, '(?i)[0-9a-f]{{64}}')",
    "digits": "regexp_full_match({x}, '[0-9]+')",
    "code": "regexp_full_match({x}, '[A-Za-z0-9][A-Za-z0-9_.:/-]*') AND regexp_matches({x}, '[0-9_-]')",
    "spaced": "contains(trim({x}), ' ')",
    "day_first": "TRY_STRPTIME({x}, '%d/%m/%Y') IS NOT NULL",
    "month_first": "TRY_STRPTIME({x}, '%m/%d/%Y') IS NOT NULL",
    "dotted_date": "TRY_STRPTIME({x}, '%d.%m.%Y') IS NOT NULL",
}

# Apart, since a pattern over all letters of Unicode takes ten milliseconds to build.
_NAMES = {
    "person_name": "regexp_full_match({x}, '\\p{{Lu}}[\\p{{L}}’''.-]*( \\p{{Lu}}[\\p{{L}}’''.-]*){{1,3}}')",
}


@dataclass(slots=True)
class ColumnProfile:
    """What one column shows. `values` only where they are few, short and often repeated."""

    name: str
    found: str
    position: int
    type: str = "string"
    present: int = 0
    unique: bool = False
    distinct: int | None = None
    values: tuple[str, ...] | None = None
    low: Any = None
    high: Any = None
    shortest: int = 0
    longest: int = 0
    scale: int = 0
    average: float = 0.0
    pattern: str | None = None
    shapes: dict[str, float] = field(default_factory=dict)

    def shows(self, shape: str, share: float = 0.6) -> bool:
        return self.shapes.get(shape, 0.0) >= share


@dataclass(slots=True)
class Profile:
    """All columns, in the file's order, the number of rows, and the connection that still holds them."""

    con: duckdb.DuckDBPyConnection
    rows: int
    columns: list[ColumnProfile]

    def cell(self, column: ColumnProfile) -> str:
        """The column in the passing table."""
        return f"c{column.position}"

    def one(self, query: str) -> Any:
        row = self.con.execute(query).fetchone()
        assert row is not None
        return row[0]


@contextmanager
def engine(memory_limit: str, threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """A passing engine; what it spills is encrypted and goes with it."""
    with tempfile.TemporaryDirectory(prefix="mesh-profile-") as folder:
        config: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "memory_limit": memory_limit,
            "threads": str(threads),
            "temp_directory": str(Path(folder) / "spill"),
            "temp_file_encryption": "true",
        }
        con = duckdb.connect(config=config)
        try:
            con.execute("SET TimeZone = 'UTC'")
            con.execute("SET enable_progress_bar = false")
            yield con
        finally:
            con.close()


def profile(con: duckdb.DuckDBPyConnection, given: Given, product: str) -> Profile:
    """The profile of a file.

    Raises:
        MeshError: where it cannot be read, has too many columns or no rows; with file and line, and never a value.
    """
    described = describe_source(con, given.file.parent, given, product)
    if len(described) > MOST_COLUMNS:
        why = f"It has {len(described):,} columns; a product has {MOST_COLUMNS:,} at most."
        raise UsageProblem(
            Finding("NEW-12", given.file.name, why, "Split the file by subject, or hand over the columns that matter.")
        )
    columns = [ColumnProfile(name, found, i) for i, (name, found) in enumerate(described)]
    _copy(con, given, columns, product)
    made = Profile(con, 0, columns)
    made.rows = made.one(f"SELECT count(*) FROM {TABLE}")
    if not made.rows:
        fix = "Hand over a file with rows; nothing can be proposed from a header alone."
        raise UsageProblem(Finding("NEW-12", given.file.name, "It holds a header and no rows.", fix))
    con.execute(f"CREATE TEMP TABLE {SAMPLE} AS SELECT * FROM {TABLE} USING SAMPLE reservoir({_SAMPLED} ROWS) REPEATABLE (1)")
    for some in _batches(columns):
        _look_at(made, some)
    return made


def _copy(con: duckdb.DuckDBPyConnection, given: Given, columns: list[ColumnProfile], product: str) -> None:
    text = given.format == "csv"
    declared = {column.name: "VARCHAR" for column in columns} if text else {}
    if text:
        for column in columns:
            column.found = "VARCHAR"
    cells = ", ".join(f"{_as_scalar(column)} AS c{i}" for i, column in enumerate(columns))
    try:
        with scan_source(con, given.file.parent, given, declared, strict=text, product=product) as select:
            con.execute(f"CREATE TEMP TABLE {TABLE} AS SELECT {cells} FROM ({select}) AS given")
    except CheckFailed as error:
        if error.finding.rule != "RUN-02":
            raise
        why = "Its lines do not all have the header's number of fields."
        raise UsageProblem(Finding("NEW-12", given.file.name, why, "Mend the file, or its separator and quotes.")) from None


def _as_scalar(column: ColumnProfile) -> str:
    """The cell as text, number, time or boolean; documents as text."""
    name = quote_name(column.name)
    if column.found.startswith(("STRUCT", "MAP", "UNION", "JSON")) or column.found.endswith("[]"):
        return f"CAST(to_json({name}) AS VARCHAR)"
    if column.found in ("BLOB", "BIT", "INTERVAL") or column.found.startswith("ENUM"):
        return f"CAST({name} AS VARCHAR)"
    return name


def _batches(columns: Sequence[ColumnProfile]) -> Iterator[Sequence[ColumnProfile]]:
    for start in range(0, len(columns), _BATCH):
        yield columns[start : start + _BATCH]


def _look_at(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    texts = [column for column in columns if _is_text(column)]
    for column in columns:
        column.type = _own_type(column)
    if texts:
        _guess(made, texts)
    _measure(made, columns)
    _count_distinct(made, columns)


def _is_text(column: ColumnProfile) -> bool:
    return column.found in ("VARCHAR", "BLOB") or column.found.startswith("ENUM")


def _own_type(column: ColumnProfile) -> str:
    """The type that the file itself gives."""
    found = column.found.upper()
    if found.startswith("TIMESTAMP") and "ZONE" not in found:
        return "timestamp"
    if found.startswith(("STRUCT", "MAP", "UNION", "JSON")):
        return "json"
    if found.endswith("[]") and found.startswith(("STRUCT", "MAP", "JSON")):
        return "json"
    return ColumnType.of_duckdb(found).text


def _guess(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    """Types that the sample suggests and every row confirms; and what the sample looks like where it stays text."""
    counts = _counted(made, columns, _FORMS, SAMPLE)
    suggested = {i: [name for name in _FORMS if found and found[name] == found[""]] for i, found in enumerate(counts)}
    _confirm(made, columns, [(i, name) for i, names in suggested.items() for name in names if counts[i][""]])
    texts = [column for column in columns if column.type == "string"]
    numbers = [column for column in columns if column.type == "integer"]
    _see(made, texts, SHAPES)
    _see(made, numbers, {"card": SHAPES["card"]})
    _see(made, [column for column in texts if column.shows("spaced", 0.5)], _NAMES)
    for column in (*texts, *numbers):
        if column.shows("card", 0.9):
            _look_for_cards(made, column)


def _see(made: Profile, columns: Sequence[ColumnProfile], shapes: Mapping[str, str]) -> None:
    for column, found in zip(columns, _counted(made, columns, shapes, SAMPLE), strict=True):
        if found[""]:
            column.shapes |= {name: found[name] / found[""] for name in shapes}


def _counted(made: Profile, columns: Sequence[ColumnProfile], tests: Mapping[str, str], table: str) -> list[dict[str, int]]:
    """For each column, the number of cells that pass each test; under the empty name, of those that hold anything."""
    if not columns:
        return []
    cells = [made.cell(column) for column in columns]
    parts = [f"count({cell}), " + ", ".join(f"count_if({test.format(x=cell)})" for test in tests.values()) for cell in cells]
    row = iter(made.con.execute(f"SELECT {', '.join(parts)} FROM {table}").fetchone() or ())
    return [{name: next(row) or 0 for name in ("", *tests)} for _ in cells]


def _confirm(made: Profile, columns: Sequence[ColumnProfile], asked: Sequence[tuple[int, str]]) -> None:
    if not asked:
        return
    parts = [f"count_if({_FORMS[name].format(x=made.cell(columns[i]))}) = count({made.cell(columns[i])})" for i, name in asked]
    row = made.con.execute(f"SELECT {', '.join(parts)} FROM {TABLE}").fetchone() or ()
    holds = {pair for pair, held in zip(asked, row, strict=True) if held}
    for i, column in enumerate(columns):
        column.type = next((name for name in _FORMS if (i, name) in holds), "string")


def _look_for_cards(made: Profile, column: ColumnProfile) -> None:
    """Numbers as long as a card's whose check digits are right (ISO/IEC 7812-1, annex B): text, and not to be counted with."""
    cell = made.cell(column)
    rows = made.con.execute(
        f"SELECT regexp_replace({cell}, '[ -]', '', 'g') FROM {SAMPLE} WHERE {cell} IS NOT NULL LIMIT 200"
    ).fetchall()
    right = sum(_luhn(str(value)) for (value,) in rows)
    column.shapes["card"] = right / len(rows) if rows else 0.0
    if column.shows("card", 0.9):
        column.type = "string"


def _luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(d), 10)) if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _measure(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    parts = []
    for column in columns:
        cell = made.cell(column)
        typed = _typed(column, cell)
        ordered = column.type not in ("string", "json", "uuid", "binary", "boolean") and not column.type.startswith("list")
        text = _is_text(column)
        parts += [
            f"count({cell})",
            f"approx_count_distinct({cell})",
            f"min({typed})" if ordered else "NULL",
            f"max({typed})" if ordered else "NULL",
            f"min(length({cell}))" if text else "NULL",
            f"max(length({cell}))" if text else "NULL",
            f"avg(length({cell}))" if text else "NULL",
            f"max(length(split_part({cell}, '.', 2)))" if text and column.type == "decimal" else "NULL",
        ]
    row = iter(made.con.execute(f"SELECT {', '.join(parts)} FROM {TABLE}").fetchone() or ())
    for column in columns:
        column.present, column.distinct = next(row), next(row)
        column.low, column.high = next(row), next(row)
        column.shortest, column.longest = next(row) or 0, next(row) or 0
        column.average, column.scale = float(next(row) or 0), next(row) or 0


_CASTS = {"integer": "BIGINT", "decimal": "DECIMAL(18,6)", "double": "DOUBLE", "date": "DATE"}


def _typed(column: ColumnProfile, cell: str) -> str:
    if not _is_text(column):
        return cell
    if column.type == "timestamp":
        return f"CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CAST({cell} AS {_CASTS[column.type]})" if column.type in _CASTS else cell


def _count_distinct(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    """Exact where it matters: for what may be unique, and for what takes few values."""
    estimates = {id(column): column.distinct or 0 for column in columns}
    for column in columns:
        column.distinct = None
    likely = [c for c in columns if c.present and estimates[id(c)] >= _NEARLY * c.present and c.type not in ("json", "boolean")]
    if likely:
        parts = ", ".join(f"count(DISTINCT {made.cell(column)})" for column in likely)
        for column, number in zip(likely, made.con.execute(f"SELECT {parts} FROM {TABLE}").fetchone() or (), strict=True):
            column.distinct, column.unique = number, number == column.present
    for column in columns:
        if column.type == "string" and _is_text(column) and column.longest <= _LONGEST_CODE:
            _look_for_codes(made, column, estimates[id(column)])


def _look_for_codes(made: Profile, column: ColumnProfile, estimate: int) -> None:
    cell = made.cell(column)
    if 0 < estimate <= 2 * FEW:
        found = made.con.execute(f"SELECT DISTINCT {cell} FROM {TABLE} WHERE {cell} IS NOT NULL").fetchall()
        column.distinct = len(found)
        if len(found) <= FEW and column.present >= 5 * len(found) and column.present >= 2 * FEW:
            column.values = tuple(sorted(str(value) for (value,) in found))
    if column.shows("code", 1.0):
        column.pattern = _pattern(made, cell)


def _pattern(made: Profile, cell: str) -> str | None:
    """The one form that all values of a code have, such as `^SKU-[0-9]+$`; None where there are several."""
    form = f"regexp_replace(regexp_replace({cell}, '[0-9]+', '9', 'g'), '[A-Z]', 'A', 'g')"
    query = f"SELECT {form}, min({cell}), max({cell}), count_if(regexp_matches({cell}, '[a-z]')) FROM {TABLE} WHERE {cell} IS NOT NULL"
    rows = made.con.execute(f"{query} GROUP BY 1 LIMIT 2").fetchall()
    if len(rows) != 1 or rows[0][3] or "9" not in rows[0][0]:
        return None
    first, last = (re.match(r"[A-Z]*", str(value)) for value in rows[0][1:3])  # what these two begin with, all in between do
    said = first[0] if first and last and first[0] == last[0] else ""
    return f"^{said}{_expression(str(rows[0][0])[len(said) :])}$"


def _expression(form: str) -> str:
    """`AAA-9` as `[A-Z]{3}-[0-9]+`."""
    parts = []
    for mark, run in groupby(form):
        length = len(list(run))
        if mark == "9":
            parts.append("[0-9]+")
        elif mark == "A":
            parts.append("[A-Z]" + (f"{{{length}}}" if length > 1 else ""))
        else:
            parts.append(re.escape(mark) * length if mark in ".+/" else mark * length)
    return "".join(parts)
