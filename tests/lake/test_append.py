"""Append mode: what is new can be looked at alone, what was there stays, and the layout comes when the table has grown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.lake import Lake
from mesh_platform.lake.layout import SPLIT_FROM_ROWS
from tests.lake.conftest import COLUMNS, ORDERS, Publish, count, files_below, orders


def test_appended_rows_stand_beside_the_ones_before(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    publish(orders(5, first=10), append=True)
    assert count(lake) == 15


def test_an_audit_sees_the_new_rows_alone(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    with lake.writer(ORDERS) as writer:
        assert not writer.appended
        assert writer.stage(orders(5, first=10), COLUMNS, append=True) == 5
        for relation, expected in ((writer.new_rows, (5, 10)), (writer.table, (15, 0))):
            assert writer.con.execute(f"SELECT count(*), min(order_id) FROM {relation}").fetchone() == expected


def test_of_a_replaced_table_every_row_is_new(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(7), COLUMNS)
        assert writer.con.execute(f"SELECT count(*) FROM {writer.new_rows}").fetchone() == (7,)
        assert not writer.appended


def test_the_first_append_begins_the_table(lake: Lake, publish: Publish) -> None:
    publish(orders(3), append=True)
    assert count(lake) == 3


def test_appended_rows_that_are_not_published_leave_nothing(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    before = files_below(home / "data")
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(5), COLUMNS, append=True)
    assert (files_below(home / "data"), count(lake)) == (before, 10)


@pytest.mark.parametrize("columns", [[*COLUMNS, ("more", "INTEGER")], [("order_id", "INTEGER"), *COLUMNS[1:]]])
def test_other_columns_cannot_be_appended(lake: Lake, publish: Publish, columns: list[tuple[str, str]]) -> None:
    publish(orders(10))
    extra = ", 1 AS more" if len(columns) > len(COLUMNS) else ""
    with lake.writer(ORDERS) as writer, pytest.raises(CheckFailed, match="LAKE-04"):
        writer.stage(f"SELECT *{extra} FROM ({orders(1)})", columns, append=True)


def test_a_table_that_has_grown_is_split_from_then_on(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10), bucket_by="order_id", append=True)
    publish(orders(SPLIT_FROM_ROWS, first=10), bucket_by="order_id", append=True, expected_rows=SPLIT_FROM_ROWS)
    publish(orders(1_000, first=10 + SPLIT_FROM_ROWS), bucket_by="order_id", append=True)
    assert len(files_below(home / "data")) == 1 + 16 + 16
    assert count(lake) == 1_010 + SPLIT_FROM_ROWS


def test_versions_before_an_append_can_still_be_read(lake: Lake, publish: Publish) -> None:
    first = publish(orders(10))
    publish(orders(5, first=10), append=True)
    with lake.reader() as reader:
        assert reader.fetch(ORDERS, "SELECT count(*) AS n FROM {t}", version=first.snapshot_id).to_pylist() == [{"n": 10}]
