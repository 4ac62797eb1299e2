"""The tables come from migrations inside the package: from nothing, once, whole, whoever comes first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from mesh_platform.errors import Unavailable
from mesh_platform.state import Database
from mesh_platform.state.errors import Conflict
from mesh_platform.state.migrate import FOLDER, HEAD, REVISIONS
from mesh_platform.state.tables import metadata
from tests.postgres import PostgresServer
from tests.state.worker import Workers, migrate
from tests.tables import laid_down

SEARCH = "product_search"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def new_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database that holds nothing, on each engine in turn."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        return server.new_database(migrated=False)
    return f"sqlite:///{tmp_path / 'home' / 'control.db'}"


def tables(database: Database) -> set[str]:
    with database.read() as con:
        return {name for name in inspect(con).get_table_names() if not name.startswith(SEARCH)}


def test_an_empty_database_gets_every_table(new_url: str) -> None:
    database = Database(new_url)
    database.migrate()
    assert tables(database) == {*metadata.tables, "alembic_version"}
    with database.read() as con:
        assert con.execute(text(f"SELECT count(*) FROM {SEARCH}")).scalar() == 0
    database.close()


def test_migrating_again_changes_nothing(database: Database) -> None:
    before = tables(database)
    database.migrate()
    assert tables(database) == before


def test_the_migrations_make_exactly_the_tables_that_the_code_knows(database: Database) -> None:
    def ours(_object: Any, name: str | None, *_: Any) -> bool:
        return not (name or "").startswith((SEARCH, f"ix_{SEARCH}"))

    with database.read() as con:
        context = MigrationContext.configure(con, opts={"compare_type": True, "include_object": ours})
        assert compare_metadata(context, metadata) == []


def test_a_database_of_an_older_version_keeps_its_rows(new_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(new_url)
    with monkeypatch.context() as older:
        older.setattr("mesh_platform.state.migrate.HEAD", "0001")
        database.migrate()
    with database.write() as con:
        con.execute(
            text("INSERT INTO publications VALUES ('p-1', 'a/b', '1.0.0', 3, 'h', 5, 0, 'internal', 'x', :at, NULL)"),
            {"at": "2026-01-01"},
        )
    database.migrate()
    with database.read() as con:
        assert con.execute(text("SELECT id, rows, ledger_seq FROM publications")).all() == [("p-1", 5, None)]
    database.close()


def test_key_events_of_an_older_version_stay_in_their_order_and_take_the_new_words(
    new_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(new_url)
    with monkeypatch.context() as older:
        older.setattr("mesh_platform.state.migrate.HEAD", "0005")
        database.migrate()
    said = text(
        "INSERT INTO key_events (what, domain, region, actor, person, at) VALUES (:what, 'a', 'x', 'ana', 'ana', '2026-01-01')"
    )
    with database.write() as con:
        con.execute(said, [{"what": "rotation asked"}, {"what": "rotated"}])
    database.migrate()
    with database.write() as con:
        con.execute(said, {"what": "revocation incomplete"})
    with pytest.raises(Conflict, match="STATE-09"), database.write() as con:
        con.execute(said, {"what": "something else"})
    with database.read() as con:
        found = con.execute(text("SELECT id, what FROM key_events ORDER BY id")).all()
    assert found == [(1, "rotation asked"), (2, "rotated"), (3, "revocation incomplete")]
    database.close()


def test_the_known_revisions_are_those_in_the_folder() -> None:
    script = ScriptDirectory(str(FOLDER))
    assert script.get_current_head() == HEAD
    assert {revision.revision for revision in script.walk_revisions()} == set(REVISIONS)


def test_the_migrations_are_packages_so_that_a_wheel_holds_them() -> None:
    assert all((folder / "__init__.py").is_file() for folder in (FOLDER, FOLDER / "versions"))


def test_several_processes_that_start_at_once_migrate_once(new_url: str, tmp_path: Path) -> None:
    workers = Workers(new_url, tmp_path)
    for worker in [workers.start(migrate) for _ in range(4)]:
        worker.ended()
    database = Database(new_url)
    assert tables(database) == {*metadata.tables, "alembic_version"}
    with database.read() as con:
        assert con.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    database.close()


@pytest.mark.kill
def test_a_migration_that_is_killed_leaves_nothing_half_made(new_url: str, tmp_path: Path) -> None:
    Workers(new_url, tmp_path).start(migrate, fault="state.commit=kill").ended(-9)
    database = Database(new_url)
    assert tables(database) == set()
    database.migrate()
    assert tables(database) == {*metadata.tables, "alembic_version"}
    database.close()


def test_a_database_of_a_newer_version_is_refused_and_left_alone(new_url: str) -> None:
    database = Database(new_url)
    database.migrate()
    with database.write() as con:
        con.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="STATE-07"):
        database.migrate()
    with database.read() as con:
        assert con.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
    database.close()


def test_the_tables_that_tests_of_other_rooms_begin_with_are_those_that_the_migrations_make(tmp_path: Path) -> None:
    def made(name: str) -> list[Any]:
        database = Database(tmp_path / name)
        database.migrate()
        with database.read() as con:
            objects = con.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master")).all()
            rows = [
                tuple(con.execute(text(f'SELECT * FROM "{name}"')).all()) for kind, name, *_ in sorted(objects) if kind == "table"
            ]
        database.close()
        return [sorted(objects), rows]

    migrated = made("migrated.db")
    with pytest.MonkeyPatch.context() as elsewhere:
        elsewhere.setattr("mesh_platform.state.migrate._upgrade", laid_down)
        made("first.db")
        assert made("laid-down.db") == migrated
