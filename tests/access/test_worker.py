"""Workers: what reaches them, what they refuse, and that whoever ends one loses nothing but his own statement."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from mesh_platform.access.worker import Awaited, Job, Limits, Size, View, Workers
from mesh_platform.access.worker.child import usable
from mesh_platform.confine import Confinement
from mesh_platform.errors import CheckFailed, MeshError, Unavailable
from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake, Place

PLACE = Place("westeurope", "sales", "orders")
ROWS = 50_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with one product of `ROWS` rows, one of which holds a text that is no number and is not shown."""
    home = tmp_path_factory.mktemp("home")
    lake = Lake(home, LocalKeyring(home / "keys"))
    lake.provision_domain("sales", "westeurope")
    with lake.writer(PLACE) as writer:
        writer.stage(
            f"SELECT i, CASE WHEN i = 40000 THEN 'hidden' ELSE CAST(i AS VARCHAR) END AS v, i <> 40000 AS shown FROM range({ROWS}) r(i)"
        )
        writer.publish("test", "one")
    lake.close()
    return home


@pytest.fixture(scope="module")
def workers(home: Path) -> Iterator[Workers]:
    with Workers(home, LocalKeyring(home / "keys"), Confinement(), Size(1, "300MB", 2)) as opened:
        yield opened


def over(text: str, select: str = "SELECT i, v FROM {t} WHERE shown", filtered: bool = True, **limits: float) -> Job:
    return Job(text, (View("__mesh_v", PLACE, select, filtered),), limits=Limits(**limits))  # type: ignore[arg-type]


def test_a_statement_reads_its_views(workers: Workers) -> None:
    assert workers.run(over("SELECT count(*) AS n FROM __mesh_v")).table().to_pylist() == [{"n": ROWS - 1}]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT sum(CAST(v AS BIGINT)) FROM __mesh_v",
        "SELECT count(*) FROM __mesh_v WHERE CAST(v AS INTEGER) >= 0",
        "SELECT count(*) FROM __mesh_v WHERE i = 40000 AND CAST(v AS INTEGER) > 0",
        "SELECT v FROM __mesh_v WHERE CAST(v AS INTEGER) % 2 = 0 ORDER BY i LIMIT 3",
        "SELECT max(a.i) FROM __mesh_v a JOIN __mesh_v b ON CAST(a.v AS INTEGER) = b.i",
        "SELECT repeat(v, 300) AS long FROM __mesh_v WHERE CAST(v AS INTEGER) >= 0",
    ],
)
def test_a_row_that_is_not_shown_makes_no_statement_fail(workers: Workers, text: str) -> None:
    assert workers.run(over(text)).table().num_rows


def test_a_row_that_is_shown_does(workers: Workers) -> None:
    with pytest.raises(CheckFailed, match="LAKE-32") as refused:
        workers.run(over("SELECT sum(CAST(v AS BIGINT)) FROM __mesh_v", "SELECT i, v FROM {t}", filtered=False)).table()
    assert "hidden" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM glob('/**')",
        "SELECT * FROM read_parquet('../data/**')",
        "COPY (SELECT 1) TO '/tmp/mesh-out.csv'",
        "ATTACH '/tmp/x.db' AS x",
        "INSTALL spatial",
        "LOAD spatial",
        "SET memory_limit = '100GB'",
        "SET enable_external_access = true",
        "RESET allowed_directories",
        "SELECT * FROM read_text('/proc/self/environ')",
        "SELECT * FROM 'https://example.com/x.csv'",
    ],
)
def test_even_without_the_guard_a_worker_reaches_no_file_setting_or_host(workers: Workers, home: Path, text: str) -> None:
    with pytest.raises(MeshError):
        workers.run(over(text)).table()


def test_the_keyring_is_out_of_its_reach(workers: Workers, home: Path) -> None:
    with pytest.raises(MeshError):
        workers.run(over(f"SELECT * FROM glob('{home}/keys/*')")).table()


def test_a_statement_that_takes_too_long_is_ended_and_the_worker_goes_on(workers: Workers) -> None:
    with pytest.raises(Unavailable, match="ACCESS-05"):
        workers.run(over("SELECT count(*) FROM range(10000000000) a, __mesh_v b", seconds=0.5)).table()
    assert workers.run(over("SELECT 1 AS one")).table().num_rows == 1


def test_a_bound_on_rows_is_told(workers: Workers) -> None:
    with workers.run(over("SELECT * FROM __mesh_v", rows=10)) as rows:
        assert rows.table().num_rows == 10
        assert rows.cut
    with workers.run(over("SELECT * FROM __mesh_v LIMIT 3", rows=10)) as rows:
        assert rows.table().num_rows == 3
        assert not rows.cut


@pytest.mark.parametrize("most", [10, 65_536])
def test_as_many_rows_as_the_bound_are_all_of_them(workers: Workers, most: int) -> None:
    for there, cut in ((most, False), (most + 1, True)):
        with workers.run(over(f"SELECT r.i FROM range({there}) r(i)", rows=most)) as rows:
            assert (rows.table().num_rows, rows.cut) == (most, cut)


def test_rows_come_as_they_are_made(workers: Workers) -> None:
    with workers.run(over("SELECT a.i FROM __mesh_v a, range(100000) b")) as rows:
        assert next(iter(rows)).num_rows  # the whole would be five billion rows
    assert workers.run(over("SELECT 1 AS one")).table().num_rows == 1


@pytest.mark.parametrize("sql", ["SELECT CAST('…' AS BIT)", "SELECT make_type('VARCHAR')"])
def test_an_error_that_cannot_be_told_is_a_refusal_and_ends_no_worker(workers: Workers, sql: str) -> None:
    with pytest.raises(CheckFailed, match="LAKE-32"):
        workers.run(over(sql)).table()


class TestGivenUp:
    """A caller who goes away ends the statement that was theirs, whatever thread ran it."""

    def test_a_statement_that_is_waited_for_ends(self, workers: Workers) -> None:
        awaited = Awaited()
        timer = threading.Timer(0.5, awaited.give_up)
        with workers.awaiting(awaited), pytest.raises(Unavailable, match="ACCESS-04"):
            timer.start()
            workers.run(over("SELECT count(*) FROM range(10000000000) a, __mesh_v b")).table()

    def test_one_that_begins_later_ends_as_it_does(self, workers: Workers) -> None:
        awaited = Awaited()
        awaited.give_up()
        with workers.awaiting(awaited), pytest.raises(Unavailable, match="ACCESS-04"):
            workers.run(over("SELECT count(*) FROM range(10000000000) a, __mesh_v b", seconds=30)).table()

    def test_the_next_one_of_the_same_thread_and_worker_goes_on(self, workers: Workers) -> None:
        gone, other = Awaited(), Awaited()
        with workers.awaiting(gone):
            workers.run(over("SELECT 1 AS one")).table()
        with workers.awaiting(other), workers.run(over("SELECT i FROM __mesh_v")) as rows:
            gone.give_up()
            assert rows.table().num_rows == ROWS - 1


def test_more_memory_than_it_may_have_fails_alone(workers: Workers) -> None:
    with pytest.raises(MeshError):
        workers.run(over("SELECT list(repeat(v, 1000)) FROM __mesh_v a, range(1000)", seconds=30)).table()
    assert workers.run(over("SELECT 1 AS one")).table().num_rows == 1


def test_an_engine_that_answers_no_more_is_told_from_one_that_does() -> None:
    con = duckdb.connect()
    assert usable(con)
    con.close()
    assert not usable(con)


def test_a_worker_that_is_killed_is_replaced(workers: Workers) -> None:
    workers.run(over("SELECT 1 AS one")).table()
    [worker] = workers._idle
    os.killpg(worker.process._child.pid, signal.SIGKILL)
    worker.process._child.wait()
    with suppress(Unavailable):  # it may be asked before the end of its pipe is seen
        workers.run(over("SELECT 1 AS one")).table()
    assert workers.run(over("SELECT 2 AS two")).table().to_pylist() == [{"two": 2}]


def test_statements_wait_for_a_worker_and_all_are_answered(workers: Workers) -> None:
    found: list[pa.Table] = []
    threads = [threading.Thread(target=lambda i=i: found.append(workers.run(over(f"SELECT {i} AS n")).table())) for i in range(8)]  # type: ignore[misc]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(table.to_pylist()[0]["n"] for table in found) == list(range(8))


def test_the_walls_of_a_worker_stand(workers: Workers) -> None:
    workers.run(over("SELECT 1 AS one")).table()
    assert workers._idle[0].process.held.closed


def test_one_worker_reads_several_products_together(home: Path, workers: Workers) -> None:
    other, lake = Place("westeurope", "sales", "returns"), Lake(home, LocalKeyring(home / "keys"))
    with lake.writer(other) as writer:
        writer.stage("SELECT 7 AS i")
        writer.publish("test", "one")
    lake.close()
    both = (View("__mesh_v", PLACE, "SELECT i FROM {t}"), View("__mesh_w", other, "SELECT i FROM {t}"))
    assert workers.run(Job("SELECT i FROM __mesh_v JOIN __mesh_w USING (i)", both)).table().to_pylist() == [{"i": 7}]


def test_a_view_stands_from_one_statement_to_the_next_and_is_another_once_its_product_is(home: Path) -> None:
    place, lake = Place("westeurope", "sales", "prices"), Lake(home, LocalKeyring(home / "keys"))

    def publish(select: str) -> None:
        with lake.writer(place) as writer:
            writer.stage(select)
            writer.publish("test", "one")

    def read(select: str) -> list[dict[str, object]]:
        view = View("__mesh_prices", place, select)
        return opened.run(Job("SELECT * FROM __mesh_prices", (view,))).table().to_pylist()

    publish("SELECT 1 AS price, 'EUR' AS currency")
    with Workers(home, LocalKeyring(home / "keys"), Confinement(), Size(1, "300MB", 1)) as opened:
        opened.warm()
        for _ in range(2):
            assert read("SELECT price FROM {t}") == [{"price": 1}]
        assert read("SELECT NULL AS price FROM {t}") == [{"price": None}]
        publish("SELECT 'two' AS price, 'EUR' AS currency")
        assert read("SELECT price FROM {t}") == [{"price": "two"}]
        with pytest.raises(CheckFailed, match="LAKE-32"):
            read("SELECT gone FROM {t}")
        assert read("SELECT currency FROM {t}") == [{"currency": "EUR"}]
    lake.close()
