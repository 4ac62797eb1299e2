"""Looking at columns: the type that every value has, bounds and lengths, and what a sample looks like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesh_platform.cli.propose.codes import count_distinct
from mesh_platform.cli.propose.seen import SAMPLE, TABLE, ColumnProfile, Profile
from mesh_platform.cli.propose.shapes import FORMS, NAMES, SHAPES
from mesh_platform.product import ColumnType

_CHECKED = 200


def look_at(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    """Fill the columns' profiles."""
    texts = [column for column in columns if column.is_text]
    for column in columns:
        column.type = _own_type(column)
    if texts:
        _guess(made, texts)
    _measure(made, columns)
    count_distinct(made, columns)


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
    counts = _counted(made, columns, FORMS, SAMPLE)
    suggested = {i: [name for name in FORMS if found and found[name] == found[""]] for i, found in enumerate(counts)}
    _confirm(made, columns, [(i, name) for i, names in suggested.items() for name in names if counts[i][""]])
    texts = [column for column in columns if column.type == "string"]
    numbers = [column for column in columns if column.type == "integer"]
    _see(made, texts, SHAPES)
    _see(made, numbers, {"card": SHAPES["card"]})
    _see(made, [column for column in texts if column.shows("spaced", 0.5)], NAMES)
    for column in (*texts, *numbers):
        _look_for_check_digits(made, column)


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
    parts = [f"count_if({FORMS[name].format(x=made.cell(columns[i]))}) = count({made.cell(columns[i])})" for i, name in asked]
    row = made.con.execute(f"SELECT {', '.join(parts)} FROM {TABLE}").fetchone() or ()
    holds = {pair for pair, held in zip(asked, row, strict=True) if held}
    for i, column in enumerate(columns):
        column.type = next((name for name in FORMS if (i, name) in holds), "string")


def _look_for_check_digits(made: Profile, column: ColumnProfile) -> None:
    """Numbers as long as a card's or an account's count as such only where their check digits are right; and are text then."""
    for shape, is_right in (("card", _luhn), ("iban", _mod97)):
        if not column.shows(shape):
            continue
        text = f"regexp_replace(CAST({made.cell(column)} AS VARCHAR), '[ -]', '', 'g')"
        rows = made.con.execute(f"SELECT {text} FROM {SAMPLE} WHERE {made.cell(column)} IS NOT NULL LIMIT {_CHECKED}").fetchall()
        column.shapes[shape] = sum(is_right(str(value)) for (value,) in rows) / len(rows) if rows else 0.0
        if column.shows(shape, 0.9):
            column.type = "string"


def _luhn(text: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    if not (text.isascii() and text.isdigit()):
        return False
    doubled = [sum(divmod(2 * int(d), 10)) if i % 2 else int(d) for i, d in enumerate(reversed(text))]
    return sum(doubled) % 10 == 0


def _mod97(text: str) -> bool:
    """ISO 13616-1: letters count as 10 to 35, the first four characters go to the end."""
    if not (text.isascii() and text.isalnum() and len(text) > 4):
        return False
    return int("".join(str(int(mark, 36)) for mark in text[4:] + text[:4])) % 97 == 1


def _measure(made: Profile, columns: Sequence[ColumnProfile]) -> None:
    parts = []
    for column in columns:
        cell = made.cell(column)
        typed = _typed(column, cell)
        ordered = column.type not in ("string", "json", "uuid", "binary", "boolean") and not column.type.startswith("list")
        text = column.is_text
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
    if not column.is_text:
        return cell
    if column.type == "timestamp":
        return f"CAST({cell} AS TIMESTAMPTZ) AT TIME ZONE 'UTC'"
    return f"CAST({cell} AS {_CASTS[column.type]})" if column.type in _CASTS else cell
