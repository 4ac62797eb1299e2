"""A transform bound by the engine over empty tables of its inputs' declared columns: what would stop a run is found before it.

The engine's own words quote the statement and may go on for lines, so they are told in ours: the kind of mistake, the name, the line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mesh_platform.product.sql_engine import Columns, described
from mesh_platform.product.sql_guard import SqlProblem

_LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
_NAME = r'"([^"\n]{1,128})"'
_TOLD = (
    (re.compile(rf"Referenced column {_NAME} not found"), "It reads column {0!r}, which nothing in its FROM has."),
    (re.compile(rf"does not have a column named {_NAME}"), "It reads column {0!r}, which nothing in its FROM has."),
    (re.compile(rf"Referenced table {_NAME} not found"), "It names {0!r}, which is no table of its FROM."),
    (re.compile(rf"Ambiguous reference to column name {_NAME}"), "More than one of its tables has a column {0!r}."),
    (re.compile(rf"column {_NAME} must appear in the GROUP BY"), "Column {0!r} is neither grouped by nor aggregated."),
    (
        re.compile(r"No function matches the given name and argument types '([a-z_0-9]+\([A-Z_ ,()0-9\[\]]*\))'"),
        "No function takes arguments of these types: {0}.",
    ),
    (re.compile(r"(?:WHERE|JOIN|GROUP BY) clause cannot contain aggregates"), "An aggregate stands where there are single rows."),
    (
        re.compile(r"Cannot compare values of type ([A-Z]+)\b.* and (?:values )?(?:of )?type ([A-Z]+)\b"),
        "It compares {0} with {1}.",
    ),
)
_FIX = "Correct it there; the types of the inputs' columns stand in their descriptors."


def tried(sql: str, tables: Mapping[str, Columns], parameters: Sequence[object] = ()) -> Columns | SqlProblem:
    """What `sql` yields over tables of these columns, name by name with its DuckDB type, or why the engine refuses it."""
    import duckdb

    try:
        return described(sql.rstrip().rstrip(";"), tables, parameters)
    except duckdb.Error as error:
        said, line = str(error), _LINE.search(str(error))
        why = next((words.format(*found.groups()) for pattern, words in _TOLD if (found := pattern.search(said))), "")
        return SqlProblem("SQL-08", int(line[1]) if line else 1, why or f"The engine refuses it ({type(error).__name__}).", _FIX)
