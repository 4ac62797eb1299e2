"""One publication: what it shows, what it leaves, and what leaving without publishing takes back."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from mesh_platform.errors import CheckFailed, NotFound, Unavailable, UsageProblem
from mesh_platform.lake import Doomed, Lake, Place
from tests.lake.conftest import COLUMNS, ORDERS, Open, Publish, count, files_below, orders

RETURNS = Place("westeurope", "sales", "returns")


def test_a_published_version_is_what_a_reader_gets(lake: Lake, publish: Publish) -> None:
    version = publish(orders(10))
    assert count(lake) == 10
    assert (version.author, version.message, version.extra) == ("ana", "a version", {"publication": "p-1"})
    assert lake.versions(ORDERS) == [version]


def test_staged_rows_can_be_asked_before_anyone_sees_them(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    with lake.writer(ORDERS) as writer:
        assert writer.stage(orders(25), COLUMNS) == 25
        assert writer.con.execute(f"SELECT count(*) FROM {writer.table}").fetchone() == (25,)
        assert count(lake) == 10
        writer.publish("ana", "more")
    assert count(lake) == 25


def test_leaving_without_publishing_takes_everything_back(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    before = files_below(home / "data"), files_below(home / "catalogs")
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(25), COLUMNS)
    assert (files_below(home / "data"), files_below(home / "catalogs")) == before
    assert count(lake) == 10


def test_a_first_version_that_fails_leaves_no_product(lake: Lake, home: Path) -> None:
    with pytest.raises(ZeroDivisionError), lake.writer(ORDERS) as writer:
        writer.stage(orders(25), COLUMNS)
        raise ZeroDivisionError
    assert files_below(home / "data") == files_below(home / "catalogs") == []
    assert not lake.published(ORDERS)
    with lake.reader() as reader, pytest.raises(NotFound):
        reader.fetch(ORDERS, "SELECT 1 FROM {t}")


def test_a_rollback_is_final(lake: Lake) -> None:
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(5), COLUMNS)
        writer.rollback()
        with pytest.raises(UsageProblem):
            writer.publish("ana", "never")
    assert lake.versions(ORDERS) == []


def test_an_input_is_read_under_its_own_name_and_with_its_contracted_columns_only(lake: Lake, publish: Publish) -> None:
    publish(orders(10))
    totals = Place("eastus", "finance", "totals")
    with lake.writer(totals) as writer:
        assert writer.attach_input(ORDERS, "orders", ["amount"]) == '"orders"'
        writer.stage("SELECT sum(amount) AS total FROM orders", [("total", "DECIMAL(38,2)")])
        assert writer.input_version("orders").message == "a version"
        writer.publish("ana", "totals")
    with lake.writer(totals) as writer:
        writer.attach_input(ORDERS, "orders", ["amount"])
        with pytest.raises(duckdb.BinderException):
            writer.con.execute("SELECT email FROM orders")
    with lake.reader() as reader:
        assert reader.fetch(totals, "SELECT total::VARCHAR AS total FROM {t}").to_pylist() == [{"total": "0.45"}]


def test_an_input_that_lacks_a_contracted_column_is_refused_by_its_name(lake: Lake, publish: Publish) -> None:
    publish(orders(1))
    with lake.writer(Place("westeurope", "sales", "x")) as writer, pytest.raises(CheckFailed, match='lacks "phone"'):
        writer.attach_input(ORDERS, "orders", ["email", "phone"])


def test_a_first_version_over_an_input_that_was_purged_meanwhile_reads_it_anew(lake: Lake, publish: Publish) -> None:
    publish(orders(20))
    with lake.writer(RETURNS) as writer:
        writer.attach_input(ORDERS, "orders")
        lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")
        assert writer.stage("SELECT * FROM orders", COLUMNS, bucket_by="email") == 19
        writer.publish("ana", "first")
    assert count(lake, RETURNS) == 19


def test_an_input_that_is_held_to_one_version_is_never_read_in_another(lake: Lake, publish: Publish) -> None:
    publish(orders(20))
    with lake.reader() as reader:
        first = reader.stands(ORDERS)
        assert reader.stream_marked(ORDERS, "SELECT * FROM {t}", first).read_all().num_rows == 20
        publish(orders(3))
        with pytest.raises(Unavailable, match="ACCESS-07"):
            reader.stream_marked(ORDERS, "SELECT * FROM {t}", first)
        second = reader.stands(ORDERS)
    with lake.writer(RETURNS) as writer, pytest.raises(Unavailable, match="ACCESS-07"):
        writer.attach_input(ORDERS, "orders", file=first)
    with lake.writer(RETURNS) as writer:
        writer.attach_input(ORDERS, "orders", file=second)
        assert writer.stage("SELECT * FROM orders", COLUMNS) == 3


def test_nor_where_its_files_go_while_it_is_read(lake: Lake, publish: Publish) -> None:
    publish(orders(20))
    with lake.reader() as reader:
        decided_for = reader.stands(ORDERS)
    with lake.writer(RETURNS) as writer:
        writer.attach_input(ORDERS, "orders", file=decided_for)
        lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")
        with pytest.raises(Unavailable, match="ACCESS-07"):
            writer.stage("SELECT * FROM orders", COLUMNS)


def test_arrow_batches_are_staged_as_they_stream(lake: Lake) -> None:
    batches = [pa.RecordBatch.from_pydict({"n": list(range(start, start + 1000))}) for start in range(0, 5000, 1000)]
    with lake.writer(ORDERS) as writer:
        assert writer.stage(pa.RecordBatchReader.from_batches(batches[0].schema, iter(batches)), [("n", "BIGINT")]) == 5000
        writer.publish("ana", "streamed")
    assert count(lake) == 5000


def test_history_keeps_so_many_versions_and_no_file_of_older_ones(open_lake: Open) -> None:
    lake = open_lake(history=2)
    for number in range(4):
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(number + 1), COLUMNS)
            writer.publish("ana", f"version {number}")
    assert [version.message for version in lake.versions(ORDERS)] == ["version 2", "version 3"]
    report = lake.file_report(ORDERS)
    assert report.clean and report.files == 2
