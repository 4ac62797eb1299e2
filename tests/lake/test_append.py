"""Append mode: what is new can be looked at alone, what was there stays, and the layout comes when the table has grown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.lake import Doomed, Lake
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


def test_many_small_files_are_merged_and_older_versions_stay_readable(
    lake: Lake, home: Path, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mesh_platform.lake.catalog.MOST_SMALL_FILES", 3)
    versions = [publish(orders(10, first=number * 10), append=True) for number in range(6)]
    assert len(files_below(home / "data")) == 3 and lake.file_report(ORDERS).clean
    assert [version.snapshot_id for version in lake.versions(ORDERS)] == [version.snapshot_id for version in versions[-2:]]
    with lake.reader() as reader:
        read = [reader.fetch(ORDERS, "SELECT count(*) AS n FROM {t}", version=held.snapshot_id) for held in lake.versions(ORDERS)]
        assert [table.to_pylist() for table in read] == [[{"n": 50}], [{"n": 60}]]
        assert reader.fetch(ORDERS, "SELECT sum(order_id)::BIGINT AS n FROM {t}").to_pylist() == [{"n": sum(range(60))}]
    assert lake.purge(ORDERS, Doomed("order_id < 15"), "dpo", "erase").rows == 15
    assert count(lake) == 45 and lake.file_report(ORDERS).clean
