"""The client on this machine: rows in each form, what decided them, and how a result may be used and may not."""

from __future__ import annotations

import pickle
import threading
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa
import pytest

import mesh_platform
from mesh_platform import Connection
from mesh_platform.errors import Denied, NotFound, UsageProblem
from tests.client.forking import LARGE, SQL, ends_well
from tests.ports.mesh import Published

ROWS = [("gold", "…@firm.test"), ("gold", "…@mail.test"), ("silver", "…@mail.test")]


@pytest.fixture(scope="module")
def project(published_mesh: Published) -> Path:
    return published_mesh.runtime.settings.project


@pytest.fixture(scope="module")
def mesh(project: Path) -> Iterator[Connection]:
    with mesh_platform.connect(project, as_="analyst", purpose="service") as opened:
        yield opened


class TestForms:
    def test_rows_come_as_arrow_pandas_polars_duckdb_and_tuples(self, mesh: Connection) -> None:
        found = mesh.sql(SQL)
        assert found.columns == ("segment", "email")
        assert list(found) == ROWS
        assert found.arrow().column_names == ["segment", "email"]
        assert [tuple(row) for row in found.pandas().itertuples(index=False)] == ROWS
        assert found.polars().rows() == ROWS
        assert found.duckdb().filter("segment = 'gold'").fetchall() == ROWS[:2]

    def test_a_relation_joins_what_stands_in_ones_own_engine(self, mesh: Connection) -> None:
        with duckdb.connect() as con:
            con.execute("create table owners as select 'gold' as segment, 'dana' as owner")
            mesh.sql(SQL).duckdb(con).create_view("found")
            assert con.sql("select owner, count(*) from found join owners using (segment) group by all").fetchall() == [
                ("dana", 2)
            ]

    def test_every_library_that_takes_arrow_takes_a_result(self, mesh: Connection) -> None:
        assert pl.DataFrame(mesh.sql(SQL)).rows() == ROWS
        assert pa.table(mesh.sql(SQL)).num_rows == 3

    def test_an_infinite_date_is_text(self, mesh: Connection) -> None:
        [row] = mesh.sql("select 'infinity'::timestamp as at, 1 as n from customer.profiles limit 1")
        assert row[1] == 1

    def test_values_are_bound(self, mesh: Connection) -> None:
        found = mesh.sql("select count(*) from customer.profiles where segment = ?", parameters=["gold"])
        assert list(found) == [(2,)]
        with pytest.raises(UsageProblem, match="CLIENT-01"):
            mesh.sql("select ?", parameters=[object()])


class TestWhatDecided:
    def test_it_names_each_mask_and_each_column_that_is_withheld(self, mesh: Connection) -> None:
        [decided] = mesh.sql(SQL).decisions
        assert decided.product == "customer/profiles"
        assert decided.masked["email"] == "email_domain"
        assert decided.withheld == {"region": "The contract excludes it."}
        assert decided.told["location"] == "westeurope"

    def test_a_refusal_is_the_platform_s_own_error(self, mesh: Connection) -> None:
        with pytest.raises(Denied) as told:
            mesh.sql("select region from customer.profiles")
        assert told.value.finding.rule == "CORE-09"
        assert told.value.finding.where == "customer/profiles.region"

    def test_a_statement_s_own_purpose_goes_first(self, mesh: Connection) -> None:
        with pytest.raises(Denied, match="CORE-08"):
            mesh.sql(SQL, purpose="marketing")

    def test_without_a_purpose_nothing_is_read(self, project: Path) -> None:
        with mesh_platform.connect(project, as_="analyst") as unsaid, pytest.raises(Denied, match="CORE-14"):
            unsaid.sql(SQL)

    def test_somebody_whom_the_organisation_does_not_know_reads_nothing(self, project: Path) -> None:
        with mesh_platform.connect(project, as_="nobody", purpose="service") as strange, pytest.raises(Denied, match="AUTH-05"):
            strange.sql(SQL)

    def test_where_there_is_no_project_that_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="PROJECT-01"):
            mesh_platform.connect(tmp_path / "nowhere")
        (tmp_path / "workspace.yaml").write_text("load_from: []\n")
        with pytest.raises(NotFound, match="ACCESS-01"):
            mesh_platform.connect(tmp_path)


class TestStreams:
    def test_rows_that_are_more_than_are_read_at_once_come_in_batches(self, mesh: Connection) -> None:
        with mesh.sql(LARGE, limit=1_000_000) as found:
            assert sum(batch.num_rows for batch in found.batches()) == 1_000_000
            assert found.cut
            with pytest.raises(UsageProblem, match="CLIENT-03"):
                found.arrow()

    def test_whoever_named_no_limit_is_warned_where_the_usual_one_was_reached(self, mesh: Connection) -> None:
        with pytest.warns(UserWarning, match="cut at 1,000,000 rows"):
            mesh.sql(LARGE).cut  # noqa: B018 - reading it is the act
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert mesh.sql(SQL, limit=2).cut

    def test_the_first_rows_may_be_looked_at_and_all_taken_afterwards(self, mesh: Connection) -> None:
        with mesh.sql(LARGE, limit=900_000) as found:
            assert found.first(5).num_rows == 5
            assert found.known_count is None
            assert found.arrow().num_rows == 900_000
            assert found.arrow().num_rows == 900_000

    def test_a_result_that_is_not_wanted_frees_its_worker(self, mesh: Connection) -> None:
        with mesh.sql(LARGE), mesh.sql(LARGE):
            pass
        found = mesh.sql(LARGE)
        found.close()
        with pytest.raises(UsageProblem, match="CLIENT-03"):
            found.arrow()

    def test_many_threads_ask_through_one_connection(self, mesh: Connection) -> None:
        with ThreadPoolExecutor(6) as threads:
            found = threads.map(lambda i: list(mesh.sql("select ?, count(*) from customer.profiles", parameters=[i])), range(12))
        assert list(found) == [[(i, 3)] for i in range(12)]


class TestNotebook:
    def test_it_shows_the_decision_and_the_first_rows_escaped(self, mesh: Connection) -> None:
        sql = """select '<script>' || segment as "<b>name</b>" from customer.profiles, range(10)"""
        shown = mesh.sql(sql)._repr_html_()
        assert "&lt;script&gt;gold" in shown
        assert "&lt;b&gt;name" in shown
        assert "<script" not in shown
        assert shown.count("<tr>") == 21
        assert "email_domain" in shown
        assert "30 rows" in shown

    def test_a_result_whose_rows_were_taken_still_shows_what_decided(self, mesh: Connection) -> None:
        found = mesh.sql(SQL)
        assert len(list(found.batches())) == 1
        assert "email_domain" in found._repr_html_()

    def test_a_repr_tells_no_value(self, mesh: Connection) -> None:
        assert "gold" not in repr(mesh.sql(SQL))
        assert repr(mesh) == "<Connection to project for service>"

    def test_it_works_within_a_running_event_loop(self, mesh: Connection) -> None:
        import asyncio

        async def cell() -> list[tuple[object, ...]]:
            return list(mesh.sql(SQL))

        assert asyncio.run(cell()) == ROWS


class TestProcesses:
    def test_neither_a_connection_nor_a_result_is_pickled(self, mesh: Connection) -> None:
        for thing in (mesh, mesh.sql(SQL)):
            with pytest.raises(UsageProblem, match="CLIENT-04"):
                pickle.dumps(thing)

    def test_a_fork_is_told_to_connect_anew_and_harms_nothing(self, project: Path) -> None:
        assert ends_well(str(project), "analyst")

    def test_a_closed_connection_says_so(self, project: Path) -> None:
        opened = mesh_platform.connect(project, as_="analyst")
        opened.close()
        opened.close()
        with pytest.raises(UsageProblem, match="CLIENT-02"):
            opened.sql(SQL)


def test_an_interrupt_ends_the_statement_and_not_the_connection(mesh: Connection) -> None:
    import signal

    main = threading.main_thread().ident
    assert main is not None
    found = mesh.sql(LARGE, limit=1_000_000)
    threading.Timer(0.0, lambda: (time.sleep(0.05), signal.pthread_kill(main, signal.SIGINT))).start()
    with pytest.raises(KeyboardInterrupt):
        while True:
            for _ in found.batches():
                time.sleep(0.01)
            time.sleep(1)
    assert list(mesh.sql(SQL)) == ROWS
