"""Classes that columns make together: how many people they hold, and what their values tell. The SQL that counts it, of staged and served rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mesh_platform.lake.sql import quote_name
from mesh_platform.product import DataProduct

LEAST_VALUES = 2
_PLACES = 11
"""Tenths of ordered values, and one place for those that are absent."""


def people(descriptor: DataProduct, columns: Collection[str], holds_persons: bool) -> str:
    """How many people a class of rows holds, as an aggregate: one a row, unless a subject key or a count of people tells otherwise.

    Args:
        descriptor: of the product.
        columns: those that the rows have.
        holds_persons: whether its rows can be told apart by person.
    """
    if descriptor.aggregate and descriptor.aggregate.count in columns and not holds_persons:
        return f"coalesce(sum({quote_name(descriptor.aggregate.count)}), 0)"
    subjects = [name for name in descriptor.subject_columns if name in columns]
    counts = {_persons(name) if (name,) not in descriptor.unique_groups else "count(*)" for name in subjects}
    return f"least({', '.join(sorted(counts))})" if counts else "count(*)"


def class_sizes(relation: str, keys: Sequence[str], people: str) -> str:
    """One row: the people in the smallest class, how many classes there are, and how many of them hold one person.

    Args:
        relation: table, quoted.
        keys: expressions that make the classes.
        people: as `people` gives it.
    """
    classes = f"SELECT {people} AS people FROM {relation} GROUP BY {', '.join(keys)}"
    return f"SELECT min(people), count(*), count(*) FILTER (WHERE people = 1) FROM ({classes})"


def diversities(relation: str, keys: Sequence[str], special: str) -> str:
    """One row: the fewest values of `special` in a class, how many classes there are, and how many of them hold one value.

    An absent value is a value more; a class without any tells nothing and is left out. `special` is quoted, the rest as for `class_sizes`.
    """
    named = [f"k{i}" for i in range(len(keys))]
    made = ", ".join(f"{key} AS {name}" for key, name in zip(keys, named, strict=True))
    values = f"SELECT {made}, {special} AS value FROM {relation} GROUP BY ALL"
    classes = f"SELECT count(*) AS l FROM ({values}) AS held GROUP BY {', '.join(named)} HAVING count(value) > 0"
    return f"SELECT min(l), count(*), count(*) FILTER (WHERE l < {LEAST_VALUES}) FROM ({classes})"


def distances(relation: str, keys: Sequence[str], special: str, people: str, ordered: bool, most: float) -> str:
    """One row: how far the values of the farthest class lie from those of all rows, from 0 to 1, and how many classes lie farther than `most`.

    The earth mover's distance of Li et al., t-Closeness (2007): values without an order are all equally far from each other, so it is half of
    the sum of differences; ordered ones count their way, over tenths of the rows. An absent value is a value more.
    """
    value, source = (f'"tenth of {len(keys)}"', _tenths(relation, special, len(keys))) if ordered else (special, relation)
    held = f"SELECT {_class(keys)} AS class, {value} AS value, {people} AS n FROM {source} GROUP BY 1, 2"
    classes = _along(held) if ordered else _apart(held)
    return f"SELECT max(far), count(*) FILTER (WHERE far > {float(most)!r} + 1e-9) FROM ({classes})"


def _apart(held: str) -> str:
    """The distance of each class where all values are equally far from each other; those that a class lacks count by what is left of 1."""
    shares = (
        "SELECT class, n / sum(n) OVER (PARTITION BY class) AS p, "
        f"sum(n) OVER (PARTITION BY value) / sum(n) OVER () AS q FROM ({held}) WHERE n > 0"
    )
    return f"SELECT (sum(abs(p - q)) + 1 - sum(q)) / 2 AS far FROM ({shares}) GROUP BY class"


def _along(held: str) -> str:
    """The distance of each class along the order: what has to be carried past each place, over how many places there are."""
    places = f"SELECT class, n, dense_rank() OVER (ORDER BY value) AS place FROM ({held}) WHERE n > 0"
    steps = [f"coalesce(sum(n) FILTER (WHERE place <= {i}), 0) / sum(n) AS f{i}" for i in range(1, _PLACES)]
    own = f"SELECT {', '.join(steps)} FROM placed GROUP BY class"
    whole = f"SELECT max(place) AS places, {', '.join(steps)} FROM placed"
    carried = " + ".join(f"abs(own.f{i} - whole.f{i})" for i in range(1, _PLACES))
    far = f"SELECT ({carried}) / greatest(whole.places - 1, 1) AS far FROM ({own}) AS own, ({whole}) AS whole"
    return f"WITH placed AS ({places}) {far}"


def _tenths(relation: str, special: str, number: int) -> str:
    """The rows with the tenth in which their value lies, by its rank; the absent ones stand behind, in a place of their own."""
    rank = f"percent_rank() OVER (PARTITION BY {special} IS NULL ORDER BY {special})"
    tenth = f"CASE WHEN {special} IS NULL THEN {_PLACES - 1} ELSE least(floor({rank} * 10), 9) END"
    return f'(SELECT *, {tenth} AS "tenth of {number}" FROM {relation})'


def _class(keys: Sequence[str]) -> str:
    return f"row({', '.join(keys)})"


def _persons(key: str) -> str:
    """Distinct persons by one key; the rows without it count as one person more."""
    column = quote_name(key)
    return f"count(DISTINCT {column}) + CAST(bool_or({column} IS NULL) AS INTEGER)"
