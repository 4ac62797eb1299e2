"""Tables of SQLite files and of a PostgreSQL server as sources."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from mesh_platform.errors import CheckFailed, Unavailable
from mesh_platform.lake import Lake, describe_source, scan_source
from tests.lake.test_sources_files import PLACE, Read, Source, project, read, refused
from tests.postgres import PostgresServer

__all__ = ["project", "read"]
DECLARED = {"id": "BIGINT", "name": "VARCHAR", "born": "DATE"}
ROWS = 'CREATE TABLE "pe""ople" (id INTEGER, name TEXT, born DATE)'


@pytest.fixture
def database(project: Path) -> Callable[..., Source]:
    def made(*rows: tuple[object, ...]) -> Source:
        con = sqlite3.connect(project / "landing" / "crm.db")
        con.execute(ROWS)
        con.executemany('INSERT INTO "pe""ople" VALUES (?, ?, ?)', rows)
        con.commit()
        con.close()
        return Source(connection="landing/crm.db", table='pe"ople')

    return made


def test_a_sqlite_table_is_read_as_declared(read: Read, database: Callable[..., Source]) -> None:
    from datetime import date

    assert read(database((1, "Ana", "2026-01-02"), (2, "Bob", None)), DECLARED) == [
        (1, "Ana", date(2026, 1, 2)),
        (2, "Bob", None),
    ]


@pytest.mark.parametrize(("row", "column"), [((1, "Ana", "no date"), "born"), (("ana@ex.com", "Ana", None), "id")])
def test_a_value_of_another_type_in_sqlite_names_the_column_and_not_the_value(
    read: Read, database: Callable[..., Source], row: tuple[object, ...], column: str
) -> None:
    finding = refused(read, database(row), DECLARED).finding
    assert (finding.rule, finding.where) == ("RUN-03", f'landing/crm.db, table pe"ople, column "{column}"')
    assert str(row[0]) not in finding.why and "no date" not in str(finding)


def test_a_sqlite_table_with_other_columns_is_refused(read: Read, database: Callable[..., Source]) -> None:
    assert refused(read, database(), {"id": "BIGINT"}).finding.rule == "RUN-02"


def test_a_missing_table_or_file_or_a_file_of_another_kind_is_refused(
    read: Read, project: Path, database: Callable[..., Source]
) -> None:
    database()
    (project / "landing" / "text.db").write_text("no database")
    assert refused(read, Source(connection="landing/crm.db", table="none"), DECLARED).finding.rule == "RUN-01"
    assert refused(read, Source(connection="landing/text.db", table="t"), DECLARED).finding.rule == "RUN-01"
    assert isinstance(refused(read, Source(connection="landing/none.db", table="t"), DECLARED), Unavailable)
    assert isinstance(refused(read, Source(connection="../crm.db", table="t"), DECLARED), CheckFailed)


def test_a_sqlite_file_is_only_read(read: Read, project: Path, database: Callable[..., Source]) -> None:
    source = database((1, "Ana", None))
    before = (project / "landing" / "crm.db").read_bytes()
    read(source, DECLARED)
    assert (project / "landing" / "crm.db").read_bytes() == before
    assert [path.name for path in (project / "landing").iterdir()] == ["crm.db"]


def test_an_unset_variable_is_named(read: Read) -> None:
    error = refused(read, Source(connection="env:NOT_SET_HERE", table="t"), DECLARED)
    assert isinstance(error, Unavailable) and "NOT_SET_HERE" in error.finding.where


def test_a_variable_of_the_platform_is_no_source(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MESH_DATABASE_URL", "postgresql://mesh@localhost:1/mesh")
    error = refused(read, Source(connection="env:MESH_DATABASE_URL", table="t"), DECLARED)
    assert not isinstance(error, Unavailable) and "platform's own" in error.finding.why


@pytest.mark.parametrize("address", ["postgresql://user:hunter2@localhost:1/none", "no address hunter2"])
def test_an_address_that_does_not_answer_is_told_without_its_secret(
    read: Read, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("CRM_URL", address)
    error = refused(read, Source(connection="env:CRM_URL", table="t"), DECLARED)
    assert isinstance(error, Unavailable) and "hunter2" not in str(error) + repr(error.__cause__)


def test_a_parameter_of_an_address_that_is_not_passed_on_is_refused(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_URL", "postgresql://localhost:1/none?passfile=/hunter2&sslmode=verify-full")
    error = refused(read, Source(connection="env:CRM_URL", table="t"), DECLARED)
    assert isinstance(error, CheckFailed)
    assert "passfile" in error.finding.why and "sslmode" not in error.finding.why and "hunter2" not in str(error)


@pytest.mark.postgres
def test_an_address_that_asks_for_a_proven_server_gets_no_other(
    read: Read, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = postgres_server.new_database(migrated=False)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as con:
        con.execute("CREATE TABLE people (id bigint, name text, born date)")
    source = Source(connection="env:CRM_URL", table="people")
    monkeypatch.setenv("CRM_URL", f"{url}&connect_timeout=5&application_name=it%27s%20the%20mesh")
    assert read(source, DECLARED) == []
    monkeypatch.setenv("CRM_URL", f"{url}&channel_binding=require")  # this server proves itself to nobody
    assert isinstance(refused(read, source, DECLARED), Unavailable)


@pytest.mark.postgres
def test_a_postgres_table_is_read_as_declared_and_its_address_shows_nowhere(
    lake: Lake, project: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres_server.new_database(migrated=False)
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as con:
        con.execute("CREATE SCHEMA crm")
        con.execute("CREATE TABLE crm.people (id bigint, name text, born date)")
        con.execute("INSERT INTO crm.people SELECT i, 'person' || i, DATE '2026-01-02' FROM generate_series(1, 1000) i")
    monkeypatch.setenv("CRM_URL", url)
    source = Source(connection="env:CRM_URL", table="crm.people")
    with lake.writer(PLACE) as writer, scan_source(writer.con, project, source, DECLARED) as select:
        assert writer.stage(select, list(DECLARED.items())) == 1000
        shown = writer.con.execute("SELECT list(path), list(sql) FROM duckdb_databases(), duckdb_views()").fetchall()
        assert str(postgres_server.sockets) not in str(shown)
        writer.publish("ana", "from postgres")
    with lake.engine() as con:
        assert describe_source(con, project, source) == list(DECLARED.items())
        with pytest.raises(CheckFailed), scan_source(con, project, source, {"id": "BIGINT"}):
            pass
