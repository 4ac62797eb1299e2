"""The control database of PostgreSQL in a backup: copied as of one moment while others write, and put into an empty one, which goes on from there."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from mesh_platform.actor import Actor
from mesh_platform.errors import Unavailable
from mesh_platform.keys import LocalKeyring
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.ledger.opening import mesh_tokens
from mesh_platform.ledger.verifying import verify
from mesh_platform.product import Governance, ProductKey, Sensitivity
from mesh_platform.registry import ProductEntry, Registry
from mesh_platform.state import Database
from mesh_platform.state.snapshot import copy_state, fill_state, looked_into, opens_as_it_is
from mesh_platform.state.tables import ledger_events, ledger_state, metadata
from tests.postgres import PostgresServer

GOVERNANCE = Governance.model_validate(
    {"purposes": {"news": {"bases": ["consent"]}}, "namespaces": {"email": {}}}, by_alias=True, by_name=False
)


def ledger_in(database: Database, keys: Path) -> Ledger:
    return Ledger(database, mesh_tokens(database, LocalKeyring(keys), GOVERNANCE), GOVERNANCE)


def withdraw(ledger: Ledger, number: int) -> int:
    token = ledger.tokens.token("email", f"p{number % 7}@ex.test")
    event = Event(token, "email", Kind.CONSENT, Decision.WITHDRAWN, "web", f"e{number}", "news")
    [recorded] = ledger.append(event, by=Actor("privacy-engineer", ("privacy",)))
    return recorded.sequence


@pytest.mark.postgres
def test_it_is_whole_as_of_one_moment_and_goes_on_where_it_is_put(postgres_server: PostgresServer, tmp_path: Path) -> None:
    with closing(Database(postgres_server.new_database())) as database:
        ledger, stop, written = ledger_in(database, tmp_path / "keys"), threading.Event(), list[int]()

        def write() -> None:
            while not stop.is_set():
                written.append(withdraw(ledger, len(written)))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while len(written) < 5:
                stop.wait(0.01)
            copy_state(database, tmp_path / "control.db")
            after = len(written)
        finally:
            stop.set()
            writer.join()

    engine = looked_into(tmp_path / "control.db")
    with engine.connect() as con:
        copied = con.execute(select(func.max(ledger_events.c.sequence))).scalar_one()
        assert 5 <= copied <= after + 1
        assert con.execute(select(func.max(ledger_state.c.sequence))).scalar_one() == copied, (
            "events and what stands are of one moment"
        )
    engine.dispose()

    with closing(Database(postgres_server.new_database(migrated=False))) as revived:
        fill_state(revived, tmp_path / "control.db")
        assert not [found for found in verify(revived).findings if found.rule in ("LEDGER-08", "LEDGER-09")]
        assert withdraw(ledger_in(revived, tmp_path / "keys"), 10_000) == copied + 1, "sequences go on, under the same key"
        with pytest.raises(Unavailable, match="STATE-16"):
            fill_state(revived, tmp_path / "control.db")


@pytest.mark.postgres
def test_a_lost_home_begins_anew_on_either_engine_from_a_backup_of_postgresql(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    with closing(Database(postgres_server.new_database())) as database:
        key = ProductKey("bakery", "orders")
        Registry(database).register([ProductEntry(key, "1.0.0", "active", Sensitivity.INTERNAL, "h", title="Orders of bread")])
        withdraw(ledger_in(database, tmp_path / "keys"), 1)
        copy_state(database, tmp_path / "control.db")
    assert not opens_as_it_is(tmp_path / "control.db")
    for url in (postgres_server.new_database(migrated=False), tmp_path / "home/control.db"):
        (tmp_path / "home").mkdir(exist_ok=True)
        with closing(Database(url)) as revived:
            fill_state(revived, tmp_path / "control.db")
            Registry(revived).find_anew()
            assert [hit.product for hit in Registry(revived).search("bread")] == [key]
            assert withdraw(ledger_in(revived, tmp_path / "keys"), 2) == 2


def test_every_table_goes_with_it(tmp_path: Path) -> None:
    """A table that is not in the metadata would be lost in silence: but for what is searched, migrations and metadata agree."""
    with closing(Database(tmp_path / "control.db")) as database:
        database.migrate()
        copy_state(database, tmp_path / "copy.db")
    assert opens_as_it_is(tmp_path / "copy.db")
    engine = looked_into(tmp_path / "copy.db")
    with engine.connect() as con:
        found = {str(name) for (name,) in con.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    engine.dispose()
    ours = {name for name in found if not name.startswith(("sqlite_", "product_search"))}
    assert ours == {*metadata.tables, "alembic_version"}
