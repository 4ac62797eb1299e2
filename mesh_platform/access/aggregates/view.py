"""The view of an aggregate-only read: a table of groups in the form of rows, over which any statement may be written.

People are put into groups by the grouping columns. A group of fewer people than the least loses its last grouping column and falls in with others, then the
one before, and is left out where that does not help. Every row of a group is the same: the grouping values, and for each number the group's mean. Counts are
rounded to fives and means to half of the largest contribution of one person, up or down by chance, in proportion, so that sums keep
their expectation; the chance is drawn from what the whole table holds, so that the same rows always give the same answer and one changed
row draws everything anew. What is lost is told in docs/adr/0014-aggregate-only-reads.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesh_platform.access.aggregates.groups import Groups
from mesh_platform.product.sql_engine import quoted

PEOPLE = "people"
"""The column that counts people: one in as many rows of a group as it has people."""
ROUNDED_TO = 5
LEAST_SHARE = 0.1
"""A sum is withheld where what others than its two largest contributors gave is less than this share of the largest."""
TOKEN_OF = "_mesh_subject_"  # noqa: S105 - the beginning of a column's name
_CHANCE = "CAST(CAST('0x' || left(sha256(seed || '{0}' || {1}), 13) AS BIGINT) AS DOUBLE) / 4503599627370496"


def grouped_view(
    by: Mapping[str, str],
    means: Mapping[str, str],
    absent: Mapping[str, str],
    order: Sequence[str],
    groups: Groups,
    types: Mapping[str, str],
    relation: str,
    conditions: Sequence[str] = (),
) -> str:
    """The view's SELECT over `relation`.

    Args:
        by: grouping column → its expression, masked as the caller sees it.
        means: number → its expression.
        absent: further columns that the caller is shown, and what stands there.
        order: every column of the three, as the view has them.
        groups: how groups are formed.
        types: columns of the served table with their DuckDB types, those of the platform among them.
        relation: what is read.
        conditions: which rows are.
    """
    named = {name: f"d{i}" for i, name in enumerate(name for name in groups.by if name in by)}
    dims = {column: by[name] for name, column in named.items()}
    numbers = {name: f"m{i}" for i, name in enumerate(means)}
    people = [_person(name, types) for name in groups.people if name in types] or ["row_number() OVER ()"]
    each = [f"p{i}" for i in range(len(people))]
    chosen = [f"{sql} AS {name}" for name, sql in zip(each, people, strict=True)]
    chosen += [f"{sql} AS {name}" for name, sql in dims.items()]
    chosen += [_finite(means[name], column) for name, column in numbers.items()]
    where = " AND ".join(f"({condition})" for condition in conditions) or "true"
    keys = [*each, *dims]
    columns = [*numbers.values()]
    ctes = [
        f"chosen AS (SELECT {_list(chosen)} FROM {relation} WHERE {where})",
        f"kept AS MATERIALIZED (SELECT * FROM chosen WHERE {' AND '.join(f'{p} IS NOT NULL' for p in each)})",
        f"drawn AS (SELECT CAST(coalesce(sum(hash({_list([*keys, *columns])})), 0) AS VARCHAR) AS seed FROM kept)",
        f"given{len(dims)} AS (SELECT {_list([*keys, 'count(*) AS n', *_contributions(columns)])} FROM kept GROUP BY {_list(keys)})",
        *_levels(list(dims), each, columns, groups.least),
        _people(list(dims), columns, alone=len(each) == 1),
        f"grouped AS (SELECT {_list([*dims, 'level', *_totals(columns)])} FROM person GROUP BY {_list([*dims, 'level'])})",
        f"stepped AS (SELECT *, {_list(_steps(columns, list(dims)))} FROM grouped, drawn)",
        f"rounded AS (SELECT {_list([*dims, *_rounded(columns, groups.least)])} FROM stepped)",
        "rows_of AS (SELECT *, unnest(range(n)) AS i FROM rounded)",
    ]
    shown = {
        **named,
        **{name: f"CASE WHEN i < {column}_n THEN {column} END" for name, column in numbers.items()},
        **absent,
    }
    items = [f"{shown[name]} AS {quoted(name)}" for name in order]
    if not any(name.casefold() == PEOPLE for name in order):
        items.append(f"CAST(i < people AS INTEGER) AS {PEOPLE}")
    return f"WITH {', '.join(ctes)} SELECT {_list(items)} FROM rows_of"


def _levels(dims: list[str], each: list[str], columns: list[str], least: int) -> list[str]:
    """Rounds that place people: each keeps the groups that are large enough, and hands the rest on without its last grouping column."""
    distinct = " AND ".join(f"count(DISTINCT {p}) >= {least}" for p in each)
    found, carried = [], ["n", *(name for _, name in _parts(columns))]
    for level in range(len(dims), -1, -1):
        keys = dims[:level]
        enough = f"count(*) >= {least}" if level == len(dims) and len(each) == 1 else distinct
        grouping = f" GROUP BY {_list(keys)}" if keys else ""
        same = " AND ".join(f"g.{key} IS NOT DISTINCT FROM f.{key}" for key in keys) or "true"
        found.append(f"fit{level} AS (SELECT {_list(keys) or '1 AS one'} FROM given{level}{grouping} HAVING {enough})")
        found.append(
            f"placed{level} AS (SELECT {_list([*each, *(f'g.{key}' for key in dims), f'{level} AS level', *carried])}"
            f" FROM given{level} g SEMI JOIN fit{level} f ON {same})"
        )
        if level:
            last = dims[level - 1]
            rest = [
                *each,
                *(f"CASE WHEN false THEN g.{key} END AS {key}" if key == last else f"g.{key}" for key in dims),
                *carried,
            ]
            found.append(f"given{level - 1} AS (SELECT {_list(rest)} FROM given{level} g ANTI JOIN fit{level} f ON {same})")
    return found


def _people(dims: list[str], columns: list[str], alone: bool) -> str:
    """One row for each person and group. Those of whole groups are so already, where people have one identifier."""
    whole = f"placed{len(dims)}"
    names = [*dims, "level", "p0", "n", *(name for _, name in _parts(columns))]
    rest = [f"SELECT {_list(names)} FROM placed{level}" for level in range(len(dims))]
    if not alone or not rest:
        rest.append(f"SELECT {_list(names)} FROM {whole}")
    summed = _list([*dims, "level", "p0", "sum(n) AS n", *_sums(columns)])
    again = f"SELECT {summed} FROM ({' UNION ALL '.join(rest)}) AS handed_on GROUP BY {_list([*dims, 'level', 'p0'])}"
    apart = f"SELECT {_list(names)} FROM {whole} UNION ALL " if alone and dims else ""
    return f"person AS ({apart}{again})"


def _parts(columns: Sequence[str]) -> list[tuple[str, str]]:
    return [(column, name) for column in columns for name in (f"{column}_s", f"{column}_c")]


def _contributions(columns: Sequence[str]) -> list[str]:
    return [sql for column in columns for sql in (f"sum({column}) AS {column}_s", f"count({column}) AS {column}_c")]


def _sums(columns: Sequence[str]) -> list[str]:
    return [f"sum({name}) AS {name}" for _, name in _parts(columns)]


def _totals(columns: Sequence[str]) -> list[str]:
    """What a group holds: people, rows, and of each number its sum, its count, who gave any, and the two largest contributions."""
    found = ["count(*) AS persons", "sum(n) AS n", "max(n) AS n_top"]
    for c in columns:
        found += [f"sum({c}_s) AS {c}_s", f"sum({c}_c) AS {c}_c", f"count(*) FILTER ({c}_c > 0) AS {c}_held"]
        found += [f"sum(abs({c}_s)) AS {c}_all", f"max(abs({c}_s), 2) AS {c}_top"]
    return found


def _steps(columns: Sequence[str], dims: Sequence[str]) -> list[str]:
    """By how much each number of a group is rounded, and the chance that it is drawn with."""
    group = f"CAST(row({_list(['level', *dims])}) AS VARCHAR)"
    found = [
        f"greatest({ROUNDED_TO}, {_round_number('n_top / 2')}) AS n_step",
        f"{_CHANCE.format('n', group)} AS n_chance",
    ]
    for c in columns:
        largest = f"list_max({c}_top) / (2 * {c}_c)"
        found.append(f"{_round_number(largest)} AS {c}_step")
        found.append(f"{_CHANCE.format(c, group)} AS {c}_chance")
        found.append(f"{_CHANCE.format(c + 'c', group)} AS {c}_c_chance")
    return found


def _rounded(columns: Sequence[str], least: int) -> list[str]:
    people = f"CAST({ROUNDED_TO} * floor(persons / {ROUNDED_TO} + n_chance) AS BIGINT)"
    rows = f"greatest({people}, CAST(n_step * floor(n / n_step + n_chance) AS BIGINT))"
    found = [f"{people} AS people", f"{rows} AS n"]
    for c in columns:
        others = f"{c}_all - list_sum({c}_top) < {LEAST_SHARE} * list_max({c}_top)"
        mean = f"{c}_step * floor({c}_s / {c}_c / {c}_step + {c}_chance)"
        found.append(f"CASE WHEN {c}_held < {least} OR {others} THEN NULL WHEN {c}_all = 0 THEN 0 ELSE {mean} END AS {c}")
        known = f"least({rows}, CAST(n_step * floor({c}_c / n_step + {c}_c_chance) AS BIGINT))"
        found.append(f"CASE WHEN {c}_c = stepped.n THEN {rows} ELSE {known} END AS {c}_n")
    return found


def _round_number(sql: str) -> str:
    """The next of 1, 2, 5, 10, 20, … from a number on; nothing from zero."""
    power = f"pow(10, floor(log10(nullif({sql}, 0))))"
    share = f"(({sql}) / {power})"
    return f"({power} * CASE WHEN {share} <= 1 THEN 1 WHEN {share} <= 2 THEN 2 WHEN {share} <= 5 THEN 5 ELSE 10 END)"


def cut(expression: str, groups: Groups) -> str:
    """A date or time as a grouping value: the first day of its period."""
    return f"CAST(date_trunc('{groups.period}', {expression}) AS DATE)"


def _finite(expression: str, name: str) -> str:
    number = f"CAST({expression} AS DOUBLE)"
    return f"CASE WHEN isfinite({number}) THEN {number} END AS {name}"


def _person(name: str, types: Mapping[str, str]) -> str:
    """What tells people apart: the token that stands beside the identifier, or the identifier itself where a version has none."""
    token = TOKEN_OF + name
    return quoted(token if token in types else name)


def _list(items: Sequence[str]) -> str:
    return ", ".join(items)
