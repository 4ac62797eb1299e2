"""Readers: follow what is published, ask several products at once, stream, read an older version, and say what is wrong without a value."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from mesh_platform.errors import CheckFailed, MeshError, NotFound, UsageProblem
from mesh_platform.lake import Doomed, Lake, Place, Reader
from mesh_platform.lake import reader as reader_module
from tests.lake.conftest import ORDERS, Publish, orders

TOTAL = "SELECT count(*) AS n FROM {t}"
OTHER = Place("eastus", "finance", "invoices")


@pytest.fixture
def reader(lake: Lake) -> Iterator[Reader]:
    with lake.reader() as opened:
        yield opened


def test_a_long_lived_reader_sees_each_new_version(reader: Reader, publish: Publish) -> None:
    for rows in (3, 5, 2):
        publish(orders(rows))
        assert reader.fetch(ORDERS, TOTAL).to_pylist() == [{"n": rows}]


def test_values_are_bound(reader: Reader, publish: Publish) -> None:
    publish(orders(10))
    found = reader.fetch(ORDERS, "SELECT email FROM {t} WHERE order_id = ?", [7])
    assert found.to_pylist() == [{"email": "person7@v1.test"}]


def test_several_products_stand_under_their_own_names(reader: Reader, publish: Publish) -> None:
    publish(orders(10))
    publish(orders(4), OTHER)
    found = reader.fetch({"o": ORDERS, "i": OTHER}, "SELECT count(*) AS n FROM {o} JOIN {i} USING (order_id)")
    assert found.to_pylist() == [{"n": 4}]


def test_braces_of_the_statement_itself_are_left_alone(reader: Reader, publish: Publish) -> None:
    publish(orders(1))
    assert reader.fetch(ORDERS, "SELECT {'a': 1} AS s FROM {t}").to_pylist() == [{"s": {"a": 1}}]


def test_a_composed_statement_runs_over_the_relation_of_the_moment(reader: Reader, publish: Publish) -> None:
    publish(orders(6))
    assert reader.con.execute(f"SELECT count(*) FROM {reader.relation(ORDERS)}").fetchone() == (6,)


def test_a_large_result_comes_in_batches(reader: Reader, publish: Publish) -> None:
    publish(orders(10_000))
    batches = reader.stream(ORDERS, "SELECT order_id FROM {t}", batch_rows=2048)
    sizes = [batch.num_rows for batch in batches]
    assert sum(sizes) == 10_000 and len(sizes) > 1


def test_a_stream_of_no_rows_has_its_columns(reader: Reader, publish: Publish) -> None:
    publish(orders(0))
    stream = reader.stream(ORDERS, "SELECT order_id, email FROM {t}")
    assert stream.schema.names == ["order_id", "email"]
    assert stream.read_all().num_rows == 0


def test_two_streams_and_a_statement_do_not_disturb_each_other(reader: Reader, publish: Publish) -> None:
    publish(orders(5_000))
    first, second = (reader.stream(ORDERS, "SELECT order_id FROM {t}", batch_rows=2048) for _ in range(2))
    reader.fetch(ORDERS, TOTAL)
    assert first.read_all().num_rows == second.read_all().num_rows == 5_000


def test_a_stream_goes_on_over_a_publication(reader: Reader, publish: Publish) -> None:
    publish(orders(5_000))
    stream = reader.stream(ORDERS, "SELECT order_id FROM {t}", batch_rows=2048)
    publish(orders(1))
    assert stream.read_all().num_rows == 5_000
    assert reader.fetch(ORDERS, TOTAL).to_pylist() == [{"n": 1}]


def test_an_older_version_can_be_read_as_long_as_it_is_held(reader: Reader, publish: Publish) -> None:
    first = publish(orders(3))
    publish(orders(5))
    assert reader.fetch(ORDERS, TOTAL, version=first.snapshot_id).to_pylist() == [{"n": 3}]
    publish(orders(7))
    with pytest.raises(NotFound) as refused:
        reader.fetch(ORDERS, TOTAL, version=first.snapshot_id)
    assert refused.value.finding.rule == "LAKE-18"


def test_a_product_that_was_never_published_is_not_found(reader: Reader) -> None:
    with pytest.raises(NotFound) as refused:
        reader.fetch(ORDERS, TOTAL)
    assert refused.value.finding.rule == "LAKE-11"


def test_a_failing_statement_is_told_without_value_or_path(reader: Reader, publish: Publish, home: Path) -> None:
    publish(orders(3))
    with pytest.raises(CheckFailed) as refused:
        reader.fetch(ORDERS, "SELECT email::BIGINT FROM {t}")
    assert "person" not in str(refused.value) and str(home) not in str(refused.value)
    with pytest.raises(CheckFailed):
        reader.stream(ORDERS, "SELECT email::BIGINT FROM {t}")


def test_a_stream_that_fails_on_its_way_tells_the_kind_of_error_and_no_value() -> None:
    sql = "SELECT CASE WHEN i < 500_000 THEN i ELSE ('person' || i)::BIGINT END AS n FROM range(1_000_000) t(i)"
    batches = duckdb.connect().execute(sql).to_arrow_reader(1_000)
    with pytest.raises(CheckFailed) as refused:
        list(reader_module._safely(next(batches), batches))
    assert refused.value.finding.rule == "LAKE-32"
    assert re.search(r"\((Conversion|InvalidInput)Exception\)", refused.value.finding.why)  # by when the engine notices
    assert "person" not in "".join(traceback.format_exception(refused.value))


def test_a_statement_whose_files_went_is_run_again_on_the_new_catalog(
    lake: Lake, reader: Reader, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(orders(3))
    reader.fetch(ORDERS, TOTAL)
    seen = reader_module.file_id
    stale = seen(reader._paths(ORDERS).catalog)
    lake.purge(ORDERS, Doomed("order_id = 1"), "dpo", "erase")
    looks = iter([stale])  # the catalog is replaced after the reader has looked at it and before it reads
    monkeypatch.setattr(reader_module, "file_id", lambda path: next(looks, None) or seen(path))
    assert reader.fetch(ORDERS, "SELECT sum(order_id)::BIGINT AS n FROM {t}").to_pylist() == [{"n": 2}]


def test_a_statement_that_is_wrong_is_not_run_again(reader: Reader, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(orders(3))
    tries: list[int] = []

    def wrong(con: duckdb.DuckDBPyConnection, over: object) -> pa.Table:
        tries.append(1)
        raise duckdb.BinderException("no such column")

    with pytest.raises(CheckFailed):
        reader._followed({"t": ORDERS}, wrong, None)
    assert len(tries) == 1


def test_a_reader_belongs_to_its_thread(reader: Reader, publish: Publish) -> None:
    publish(orders(3))
    caught: list[MeshError] = []

    def elsewhere() -> None:
        try:
            reader.fetch(ORDERS, TOTAL)
        except MeshError as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert isinstance(caught[0], UsageProblem)


def test_only_so_many_catalogs_stay_attached(reader: Reader, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader_module, "MOST_ATTACHED", 2)
    places = [Place("westeurope", "sales", f"p{number}") for number in range(4)]
    for place in places:
        publish(orders(1), place)
    for place in [*places, *places]:
        assert reader.fetch(place, TOTAL).to_pylist() == [{"n": 1}]
    assert len(reader._attached) == 2


def test_more_products_than_may_stay_attached_can_stand_in_one_statement(
    reader: Reader, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "MOST_ATTACHED", 2)
    places = {f"p{number}": Place("westeurope", "sales", f"p{number}") for number in range(4)}
    for place in places.values():
        publish(orders(1), place)
    union = " UNION ALL ".join(f"SELECT * FROM {{{name}}}" for name in places)
    assert reader.fetch(places, f"SELECT count(*) AS n FROM ({union})").to_pylist() == [{"n": 4}]


def test_a_file_and_a_schema_of_the_same_name_are_not_confused(lake: Lake, publish: Publish) -> None:
    customer = Place("customer", "customer", "customer")
    publish("SELECT 1 AS customer", customer, [("customer", "INTEGER")])
    with lake.writer(Place("customer", "main", "data")) as writer:
        writer.attach_input(customer, "customer")
        writer.stage("SELECT customer.customer AS data FROM customer", [("data", "INTEGER")])
        writer.publish("ana", "same names")
    with lake.reader() as fresh:
        assert fresh.fetch(customer, "SELECT customer FROM {t} AS customer").to_pylist() == [{"customer": 1}]


def test_the_columns_of_a_published_table_are_known(reader: Reader, publish: Publish) -> None:
    publish(orders(1))
    assert dict(reader.columns(ORDERS)) == {"order_id": "BIGINT", "email": "VARCHAR", "amount": "DECIMAL(12,2)"}


@pytest.mark.parametrize("after", [0.1, 0.15, 0.2])
def test_a_cancelled_statement_keeps_nobody_waiting(reader: Reader, publish: Publish, after: float) -> None:
    """The engine leaves the statement's other threads at work, and closing its connection would wait for them."""
    publish(orders(3))
    threading.Timer(after, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises((KeyboardInterrupt, RuntimeError)):
        reader.fetch(ORDERS, "SELECT count(*) FROM range(20_000_000_000) t(i) WHERE i % 7 = (SELECT count(*) FROM {t})")
    begun = time.monotonic()
    reader.close()
    assert time.monotonic() - begun < 5  # the statement alone would take a minute
