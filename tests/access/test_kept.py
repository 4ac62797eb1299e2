"""What a reader keeps stands no longer than what it was made of: a publication, a grant, a day, a key, the files of the mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.development import principal_of
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.kept import ReadCache
from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore, Given, end_grant, put_grant
from mesh_platform.access.worker import Job, Rows, Size, Workers
from mesh_platform.actor import Actor
from mesh_platform.errors import Denied, NotFound, Unavailable
from mesh_platform.keys import open_keys
from mesh_platform.product import Sensitivity, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.state import Database, Told
from mesh_platform.state.tables import access_grants, clock_floor
from tests.access.shop import COLUMNS, CONTRACTS, PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY = Actor("steward", ("steward",), ("customer",))
SQL = "select segment, postcode from customer.profiles order by 1, 2"
GRANT = Grant("g-1", Consumer(Kind.DOMAIN, "sales"), "service", frozenset({"segment"}), until=NOW + timedelta(days=9))
ANA = Caller("ana", "EU")


class Shop:
    """A published product and one reader of it that goes on while everything around it changes."""

    def __init__(self, runtime: Runtime, reading: Reading) -> None:
        self.runtime, self.reading, self.now = runtime, reading, NOW
        self.caller = Caller.person(principal_of(load_mesh(runtime.settings.project).governance, "analyst", "somebody"))

    def publish(self, **changes: Any) -> None:
        root = self.runtime.settings.project
        write_product(root, str(PROFILES), descriptor(**changes))
        outcome = publish(load_mesh(root), PROFILES, self.runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings

    def rows(self, sql: str = SQL, purpose: str = "service") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.reading.query(self.caller, purpose, sql, self.now).rows.table().to_pylist()
        return found


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    root = tmp_path / "project"
    mesh = write_project(root)
    with open_runtime(Settings(project=root)) as runtime:
        own = runtime.settings
        with Workers(own.home_path, open_keys(own), runtime.confinement, Size(1)) as workers:
            assert publish(mesh, PROFILES, runtime).status is Status.PUBLISHED
            grants = AccessStore(runtime.registry.database).on
            with Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, grants) as reading:
                yield Shop(runtime, reading)


def given(grant: Grant) -> Given:
    return Given(grant, "approved", PROFILES, NOW - timedelta(days=1), "steward", "steward", "because")


def test_a_reader_that_goes_on_follows_publications_grants_the_day_and_keys(shop: Shop) -> None:
    assert [row["postcode"] for row in shop.rows()] == ["101…", "803…", "200…"]
    assert shop.rows() == shop.rows()

    for_repair = Grant(
        "g-2",
        Consumer(Kind.DOMAIN, "sales"),
        "analytics",
        frozenset({"region"}),
        until=NOW + timedelta(hours=1),
        levels={"region": Sensitivity.INTERNAL},
        judged=frozenset(COLUMNS),
    )
    wanted = "select region from customer.profiles order by 1"
    with pytest.raises(Denied, match="CORE-09"):
        shop.rows(wanted, "analytics")
    with shop.runtime.registry.database.write() as con:
        put_grant(con, given(for_repair))
    assert len(shop.rows(wanted, "analytics")) == 3  # granted: counts at once
    shop.now = NOW + timedelta(hours=2)
    with pytest.raises(Denied, match="CORE-09"):
        shop.rows(wanted, "analytics")  # ended, and nothing was written
    shop.now = NOW
    assert len(shop.rows(wanted, "analytics")) == 3
    with shop.runtime.registry.database.write() as con:
        end_grant(con, "g-2", BY, "no longer", NOW)
    with pytest.raises(Denied, match="CORE-09"):
        shop.rows(wanted, "analytics")  # taken back

    fewer = {
        **CONTRACTS[0],
        "fields": ["customer_id", "segment"],
        "excludedFields": ["region", "postcode"],
        "expires": "2026-11-22",
    }
    fewer_contracts = [fewer, CONTRACTS[1]]
    shop.publish(dataContracts=fewer_contracts)
    with pytest.raises(Denied, match="CORE-09"):
        shop.rows()  # the served version says so, though the reader's mesh is the old one
    assert len(shop.rows("select segment from customer.profiles")) == 3
    shop.now = NOW + timedelta(days=1)
    with pytest.raises(Denied, match="CORE-13"):
        shop.rows("select segment from customer.profiles")  # a day later the contract has ended
    shop.now = NOW

    assert len(shop.rows("select segment from customer.profiles")) == 3
    shop.runtime.lake.domain_keys.revoke("customer", "westeurope")
    with pytest.raises(Unavailable, match="KEY-04"):
        shop.rows("select segment from customer.profiles")


def test_what_was_decided_for_one_version_gives_no_row_of_the_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stricter version is published after the decision and before its rows: the decision is made anew."""
    run, published = Workers.run, list[str]()

    def meanwhile(self: Workers, job: Job, *more: Any) -> Rows:
        if not published:
            published.append("2.0.0")
            shop.publish(version="2.0.0", columns={**COLUMNS, "segment": {**COLUMNS["segment"], "sensitivity": "confidential"}})
        return run(self, job, *more)

    monkeypatch.setattr(Workers, "run", meanwhile)
    rows = shop.rows()
    assert published and [row["segment"] for row in rows] == [None] * 3, "it is masked from this version on"


def test_an_answer_of_the_database_stands_until_it_is_another_one(database: Database) -> None:
    asked: list[str] = []

    def ask(product: str) -> list[str]:
        with database.read() as con:
            asked.append(product)
            return [row.id for row in con.execute(access_grants.select().where(access_grants.c.product == product))]

    def told(product: str) -> list[str]:
        return kept.ask(lambda: ask(product), product)

    kept = Told(database, "SELECT max(changed), ? FROM access_grants")
    other = str(replace(PROFILES, name="other"))
    assert told(str(PROFILES)) == told(str(PROFILES)) == told(other) == []
    with database.write() as con:
        put_grant(con, given(GRANT))
    assert told(str(PROFILES)) == ["g-1"] and told(other) == []
    so_far = len(asked)
    with database.write() as con:  # a commit about something else
        con.execute(insert(clock_floor), {"id": 1, "seen_at": NOW})
    with database.write() as con:
        con.execute(update(clock_floor).values(seen_at=NOW + timedelta(days=1)))
    assert told(str(PROFILES)) == ["g-1"]
    assert len(asked) == so_far + (database.dialect != "sqlite")


class TestOneThing:
    """What is kept is for the very things that it was made for."""

    def test_a_decision_is_for_its_caller_purpose_version_grants_and_day(self) -> None:
        kept, made = ReadCache(), Decision(PROFILES, "service")
        served, calls = object(), 0

        def decided(
            caller: Caller = ANA,
            purpose: str = "service",
            stands: object = served,
            grants: tuple[Grant, ...] = (GRANT,),
            now: datetime = NOW,
        ) -> int:
            def decide() -> Decision:
                nonlocal calls
                calls += 1
                return made

            kept.decision(caller, purpose, PROFILES, stands, grants, now, decide)
            return calls

        ending = (replace(GRANT, until=NOW + timedelta(minutes=5)),)
        assert decided() == decided() == 1
        assert decided(caller=Caller("ana", "US")) == 2
        assert decided(purpose="analytics") == 3
        assert decided(stands=object()) == 4
        assert decided(grants=()) == 5
        assert decided(grants=ending) == decided(grants=ending, now=NOW + timedelta(minutes=4)) == 6
        assert decided(grants=ending, now=NOW + timedelta(minutes=5)) == 7
        assert decided(now=NOW + timedelta(days=1)) == 8
        assert decided(now=NOW) == 9  # a clock that was put back proves nothing

    def test_a_refusal_is_decided_anew_each_time(self) -> None:
        kept, calls = ReadCache(), 0

        def refuse() -> object:
            nonlocal calls
            calls += 1
            raise NotFound.because("ACCESS-01", "it", "It is gone.", "Look.")

        for _ in range(2):
            with pytest.raises(NotFound):
                kept.served(PROFILES, ("file", 1), refuse)
            with pytest.raises(NotFound):
                kept.bound((PROFILES,), (), refuse)
        assert calls == 4

    def test_a_statement_is_judged_anew_where_a_product_has_other_columns(self) -> None:
        kept, sql = ReadCache(), "select 1 as one from customer.profiles"
        first = kept.statement(sql, lambda key: 8)
        assert kept.statement(sql, lambda key: 8) is first
        assert kept.statement(sql, lambda key: 9) is not first

    def test_a_binding_is_for_the_same_things_and_kinds_of_values(self) -> None:
        kept, parts, calls = ReadCache(), (object(), object()), 0

        def bound(*values: object) -> int:
            def bind() -> None:
                nonlocal calls
                calls += 1

            kept.bound(parts, values, bind)
            return calls

        assert bound(1) == bound(2) == 1
        assert bound("a") == bound("b") == 2
        assert bound(2**40) == 3
        assert bound([1]) == 4 and bound([1]) == 5  # what lies in a list is not looked at, so it is bound each time
        parts = (parts[0], object())
        assert bound(1) == 6
