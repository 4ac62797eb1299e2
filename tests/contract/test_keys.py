"""Uniqueness by sorted hashes, and by comparing the keys behind a repeated one."""

from __future__ import annotations

from collections import Counter
from itertools import product

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_platform.contract import Contract
from mesh_platform.contract import keys as keys_module
from mesh_platform.contract.engine import Engine
from mesh_platform.contract.keys import Key, clashing_rows, repeated_hashes, repeated_rows

import pandera.ibis as pi  # isort: skip


@pytest.fixture
def engine(con: duckdb.DuckDBPyConnection) -> Engine:
    return Engine(con, Contract(pi.DataFrameSchema({})))


def key(*expressions: str, relation: str = "t") -> Key:
    return Key(relation, expressions)


@pytest.mark.parametrize("most", [64, 1000, 10_000_000])
@pytest.mark.parametrize(
    ("select", "repeated"),
    [
        ("SELECT i AS k FROM range(5000) r(i)", 0),
        ("SELECT i // 2 AS k FROM range(5000) r(i)", 5000),
        ("SELECT 7 AS k FROM range(5000)", 5000),
        ("SELECT CASE WHEN i < 3000 THEN 7 ELSE i END AS k FROM range(5000) r(i)", 3000),
        ("SELECT CASE WHEN i % 1000 = 0 THEN NULL ELSE i END AS k FROM range(5000) r(i)", 5),
        ("SELECT md5(((i * 7919) % 2500)::VARCHAR) AS k FROM range(5000) r(i)", 5000),
        ("SELECT i AS k FROM range(0) r(i)", 0),
    ],
)
def test_repeated_rows_are_counted_in_passes_of_any_size(
    con: duckdb.DuckDBPyConnection, engine: Engine, select: str, repeated: int, most: int
) -> None:
    con.execute(f"CREATE TABLE t AS {select}")
    rows = con.execute("SELECT count(*) FROM t").fetchone()
    assert rows and repeated_rows(engine, key("k"), rows[0], most) == repeated


def test_hashes_held_at_once_stay_within_their_bound_whatever_the_key(
    con: duckdb.DuckDBPyConnection, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    empty = np.empty
    monkeypatch.setattr(keys_module.np, "empty", lambda size, kind: (sizes.append(size), empty(size, kind))[1])
    for select in ("SELECT i AS k", "SELECT 7 AS k", "SELECT i % 100 AS k", "SELECT i // 2 AS k"):
        con.execute(f"CREATE OR REPLACE TABLE t AS {select} FROM range(100000) r(i)")
        repeated_hashes(engine, key("k"), 100_000, 10_000)
    assert max(sizes) <= 20_000


def test_a_collision_of_hashes_is_no_repeated_key(
    con: duckdb.DuckDBPyConnection, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    con.execute("CREATE TABLE t AS SELECT i AS k FROM range(1000) r(i) UNION ALL SELECT 5")
    monkeypatch.setattr(Key, "hash", property(lambda self: f"hash(({self.expressions[0]}) % 10)"))
    assert repeated_rows(engine, key("k"), 1001) == 2


def test_more_suspects_than_a_list_takes_are_grouped_as_a_whole(
    con: duckdb.DuckDBPyConnection, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys_module, "MOST_SUSPECTS", 10)
    con.execute("CREATE TABLE t AS SELECT i // 2 AS k FROM range(1000) r(i) UNION ALL SELECT -1")
    assert repeated_rows(engine, key("k"), 1001) == 1000


VALUES = st.none() | st.integers(0, 3)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.tuples(VALUES, VALUES), max_size=20), new=st.lists(st.tuples(VALUES, VALUES), max_size=6))
def test_new_rows_clash_with_each_other_and_with_the_published_ones(
    rows: list[tuple[int | None, int | None]], new: list[tuple[int | None, int | None]]
) -> None:
    with duckdb.connect() as con:
        engine = Engine(con, Contract(pi.DataFrameSchema({})))
        con.execute("CREATE TABLE t (a INTEGER, b INTEGER, fresh BOOLEAN)")
        for part, fresh in ((rows, False), (new, True)):
            if part:
                con.executemany("INSERT INTO t VALUES (?, ?, ?)", [(*row, fresh) for row in part])
        count = Counter([*rows, *new])
        new_key = Key("(SELECT * FROM t WHERE fresh)", ("a", "b"))
        assert clashing_rows(engine, new_key, "t", len(new)) == sum(count[row] > 1 for row in new)
        assert repeated_rows(engine, Key("t", ("a", "b")), len(rows) + len(new)) == sum(
            times for times in count.values() if times > 1
        )


def test_every_row_of_a_repeated_key_counts_and_order_does_not_matter(con: duckdb.DuckDBPyConnection, engine: Engine) -> None:
    con.execute("CREATE TABLE t (a VARCHAR, b INTEGER)")
    con.executemany("INSERT INTO t VALUES (?, ?)", [*product(["x", "y", None], [1, 2, None]), ("x", 1), (None, None)])
    assert repeated_rows(engine, key("a", "b"), 11) == 4
    assert repeated_rows(engine, key("b", "a"), 11) == 4


def test_a_key_within_a_proven_key_is_not_looked_at_again(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mesh_platform.contract import audit as audit_module
    from mesh_platform.contract import check_contract
    from tests.contract.oracles import NOW

    looked: list[tuple[str, ...]] = []
    monkeypatch.setattr(audit_module, "repeated_rows", lambda engine, key, rows: looked.append(key.expressions) or 0)
    schema = pi.DataFrameSchema({"a": pi.Column(None, unique=True), "b": pi.Column(None)}, unique=[["a", "b"], ["b"]])
    con.execute("CREATE TABLE t AS SELECT 1 AS a, 2 AS b")
    result = check_contract(Contract(schema), con, "t", now=NOW)
    assert sorted(looked) == [('"a"',), ('"b"',)]
    assert {rule.id for rule in result.rules if rule.kind == "unique"} == {"a.unique", "b.unique", "a+b.unique"}
