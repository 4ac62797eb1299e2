"""Classes of rows: how far the values of a class lie from those of all rows, against the definition computed by hand."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.lake.classes import distances, diversities

Rows = list[tuple[str | None, int | None]]
ROWS = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.one_of(st.none(), st.integers(0, 6))), min_size=1, max_size=40
)


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def measured(con: duckdb.DuckDBPyConnection, rows: Rows, ordered: bool, most: float = 0.2) -> tuple[float, int]:
    con.execute("CREATE OR REPLACE TABLE t (town VARCHAR, ill INTEGER)")
    con.executemany("INSERT INTO t VALUES (?, ?)", rows)
    found = con.execute(distances("t", ['"town"'], '"ill"', "count(*)", ordered, most)).fetchone()
    assert found is not None
    return found


def by_hand(rows: Rows, ordered: bool) -> list[float]:
    """Of each class, as Li et al. define it: half the sum of differences, or the sums carried along the order."""
    every, classes = Counter(value for _, value in rows), defaultdict(Counter)
    for town, value in rows:
        classes[town][value] += 1
    order = sorted(every, key=lambda value: (value is None, value or 0))
    found = []
    for held in classes.values():
        gaps = [held[value] / held.total() - every[value] / every.total() for value in order]
        if ordered:
            carried = [abs(sum(gaps[: i + 1])) for i in range(len(gaps) - 1)]
            found.append(sum(carried) / max(len(order) - 1, 1))
        else:
            found.append(sum(map(abs, gaps)) / 2)
    return found


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_values_without_an_order_are_as_far_as_half_the_sum_of_differences(con: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    expected = by_hand(rows, ordered=False)
    distance, far = measured(con, rows, ordered=False)
    assert distance == pytest.approx(max(expected))
    assert far == sum(one > 0.2 + 1e-9 for one in expected)


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(10)), st.integers(1, 9))
def test_ordered_values_count_their_way(con: duckdb.DuckDBPyConnection, values: list[int], cut: int) -> None:
    rows: Rows = [("a" if i < cut else "b", value) for i, value in enumerate(values)]
    assert measured(con, rows, ordered=True)[0] == pytest.approx(max(by_hand(rows, ordered=True)))


def test_neighbouring_values_are_nearer_than_distant_ones_and_all_the_same_where_there_is_no_order(
    con: duckdb.DuckDBPyConnection,
) -> None:
    near: Rows = [("a" if value % 2 else "b", value) for value in range(10)]
    apart: Rows = [("a" if value < 5 else "b", value) for value in range(10)]
    assert measured(con, near, ordered=True)[0] < 0.1 < 0.25 < measured(con, apart, ordered=True)[0]
    assert measured(con, near, ordered=False)[0] == measured(con, apart, ordered=False)[0] == 0.5


def test_a_class_without_any_value_is_far_where_most_people_have_one(con: duckdb.DuckDBPyConnection) -> None:
    rows: Rows = [*[("a", i % 2) for i in range(20)], *[("b", None)] * 2]
    assert measured(con, rows, ordered=False) == (pytest.approx(20 / 22), 1)
    assert con.execute(diversities("t", ['"town"'], '"ill"')).fetchone() == (2, 1, 0)
