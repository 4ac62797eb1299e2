"""What stands beside rows about their people is written anew in place: the bits that changed, without the rows that are not to be held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.lake import Hidden, Lake, Marks
from tests.lake.conftest import ORDERS, Open, files_below

KEYS = ("buyer", "payer")
GONE, CLOSED, NEW = 3, 5, 7
"""Of whom rows go, of whom bits close; and the bits that all others have."""


def numbers(texts: pa.Array) -> pa.Array:
    return pc.cast(texts, pa.int64())


def make(texts: Sequence[pa.Array]) -> tuple[Sequence[pa.Array], pa.Array]:
    buyer, payer = map(numbers, texts)
    size = len(buyer)
    return [buyer, payer, pa.array(np.full(size, NEW))], pa.array(np.ones(size, dtype=bool))


HIDDEN = Hidden((("_mesh_subject_buyer", "BIGINT"), ("_mesh_subject_payer", "BIGINT"), ("_mesh_consent", "BIGINT")), KEYS, make)


@pytest.fixture
def lake(open_lake: Open) -> Lake:
    lake = open_lake()
    for version in (1, 2):
        with lake.writer(ORDERS) as writer:
            rows = f"SELECT i AS id, i % 10 AS buyer, CASE WHEN i % 3 = 0 THEN {GONE} END AS payer FROM range(60) t(i)"
            writer.stage(rows, hidden=HIDDEN, bucket_by=None)
            writer.publish("mesh", f"v{version}", {"ledger": {"sequence": version}})
    return lake


def judge(people: Sequence[pa.ChunkedArray]) -> tuple[pa.Array, pa.Array]:
    buyer = people[0].combine_chunks().to_pylist()
    payer = people[1].combine_chunks().to_pylist()
    bits = [1 if CLOSED in pair else NEW for pair in zip(buyer, payer, strict=True)]
    return pa.array(bits, pa.int64()), pa.array([one == GONE for one in buyer])


def marks(*changed: int, judged: Any = judge) -> Marks:
    return Marks(KEYS, pa.array(changed, pa.int64()), judged, lambda told: {**told, "ledger": {"sequence": 9}})


def rows(lake: Lake) -> list[dict[str, Any]]:
    with lake.reader() as reader:
        read = reader.follow(
            {"t": ORDERS}, lambda con, over: con.execute(f"SELECT * FROM {over['t']} ORDER BY id").to_arrow_table()
        )
        found: list[dict[str, Any]] = read.to_pylist()
    return found


def test_bits_change_and_rows_go_of_those_who_are_named_alone(lake: Lake) -> None:
    done = lake.remark(ORDERS, marks(GONE, CLOSED), "mesh", "consent")
    assert (done.removed, done.marked) == (6, 6)
    left = rows(lake)
    assert [row["id"] for row in left] == [i for i in range(60) if i % 10 != GONE]
    assert all(row["_mesh_consent"] == (1 if row["buyer"] == CLOSED else NEW) for row in left)
    assert [version.extra["ledger"] for version in lake.versions(ORDERS)] == [{"sequence": 9}], "the version before went"


def test_nothing_is_left_of_what_went_in_any_file(lake: Lake) -> None:
    lake.remark(ORDERS, marks(GONE, CLOSED), "mesh", "consent")
    with lake.scan(ORDERS) as scan:
        found = [scan.con.execute(f"SELECT count(*) FROM {file} WHERE buyer = {GONE}").fetchone() for file in scan.files]
        assert found == [(0,)] * len(found) and found
        assert (scan.hidden, scan.unknown) == (0, 0)


def test_said_again_it_changes_nothing(lake: Lake) -> None:
    lake.remark(ORDERS, marks(GONE, CLOSED), "mesh", "consent")
    before = rows(lake)
    again = lake.remark(ORDERS, marks(GONE, CLOSED), "mesh", "consent")
    assert (again.removed, again.marked) == (0, 0) and rows(lake) == before


def test_where_it_fails_what_was_served_stays(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    before, files = rows(lake), files_below(lake.home)

    def torn(name: str) -> None:
        if name == "remark.changed":
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("mesh_platform.lake.remark.fp", torn)
    with pytest.raises(OSError, match="space"):
        lake.remark(ORDERS, marks(GONE, CLOSED), "mesh", "consent")
    assert rows(lake) == before and files_below(lake.home) == files


def test_rows_that_are_left_after_all_are_not_served_as_gone(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build in which deleting does nothing is caught before the rename."""
    from mesh_platform.lake import remark
    from mesh_platform.lake.purge import committed as true

    def forgetful(own: Any, statements: Any, *more: Any) -> list[int]:
        return true(own, [one for one in statements if not one[0].startswith("DELETE")], *more) + [0] * (len(statements) > 1)

    monkeypatch.setattr(remark, "committed", forgetful)
    with pytest.raises(Unavailable, match="LAKE-19"):
        lake.remark(ORDERS, marks(GONE), "mesh", "consent")
    assert sum(row["buyer"] == GONE for row in rows(lake)) == 6
