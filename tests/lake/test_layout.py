"""How the rows lie in files: split by subject key where that pays, and asserted, since the engine drops a layout without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.lake import Lake
from mesh_platform.lake.catalog import Catalog
from mesh_platform.lake.layout import BUCKETS, SPLIT_FROM_ROWS, WIDE_BUCKETS, WIDE_SPLIT_FROM_ROWS, buckets_for
from tests.lake.conftest import COLUMNS, ORDERS, Publish, files_below, orders


def data_files(home: Path) -> int:
    return len(files_below(home / "data"))


@pytest.mark.parametrize(
    ("rows", "buckets"),
    [(0, 0), (SPLIT_FROM_ROWS - 1, 0), (SPLIT_FROM_ROWS, BUCKETS), (WIDE_SPLIT_FROM_ROWS, WIDE_BUCKETS)],
)
def test_the_number_of_files_follows_from_the_number_of_rows(rows: int, buckets: int) -> None:
    assert buckets_for(rows) == buckets


def test_a_small_table_is_one_file(home: Path, publish: Publish) -> None:
    publish(orders(5_000), bucket_by="order_id")
    assert data_files(home) == 1


def test_a_large_first_version_is_split_by_its_subject_key_and_sorted(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(SPLIT_FROM_ROWS), bucket_by="email")
    assert data_files(home) == BUCKETS
    with lake.reader() as reader:
        unsorted = "SELECT count(*) AS n FROM (SELECT email < lag(email) OVER (PARTITION BY filename ORDER BY rowid) AS back FROM {t}) WHERE back"
        assert reader.fetch(ORDERS, unsorted).to_pylist() == [{"n": 0}]


def test_the_version_before_tells_how_large_the_next_one_is(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(SPLIT_FROM_ROWS))
    publish(orders(10), bucket_by="email")
    assert data_files(home) > 2
    assert lake.file_report(ORDERS).clean


def test_a_caller_that_knows_the_number_of_rows_decides(home: Path, publish: Publish) -> None:
    publish(orders(1_000), bucket_by="email", expected_rows=SPLIT_FROM_ROWS)
    assert data_files(home) == BUCKETS


def test_an_empty_table_is_a_version_too(lake: Lake, publish: Publish) -> None:
    publish(orders(0), bucket_by="email", expected_rows=SPLIT_FROM_ROWS)
    with lake.reader() as reader:
        assert reader.columns(ORDERS) == COLUMNS


def test_a_layout_that_did_not_take_hold_is_not_published(lake: Lake, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(orders(10))
    monkeypatch.setattr("mesh_platform.lake.layout.partition_statement", lambda *_: "SELECT 1")
    with pytest.raises(Unavailable, match="LAKE-15"):
        publish(orders(20), bucket_by="email", expected_rows=SPLIT_FROM_ROWS)
    monkeypatch.undo()
    assert [version.message for version in lake.versions(ORDERS)] == ["a version"]
    assert lake.file_report(ORDERS).clean


def test_unpartitioned_files_are_counted(lake: Lake, publish: Publish) -> None:
    version = publish(orders(10))
    with lake.reader() as reader:
        catalog = Catalog(reader.con, reader.relation(ORDERS).split(".")[0].strip('"'), ORDERS)
        assert catalog.unpartitioned_files(version.snapshot_id) == 1
