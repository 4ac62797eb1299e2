"""The jobs that take people out and bring products back, as the fault tests run and judge them.

`python -m tests.faults.jobs JOB PROJECT [BROKEN BUILD]` runs one as `strace` sees it; `called` is the same in a fork of a process that has
loaded everything.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mesh_platform.actor import Actor
from mesh_platform.audit.verify import verify as verified_log
from mesh_platform.backups import Backups, Shelf, checked, create, restore
from mesh_platform.clock import utc_now
from mesh_platform.errors import Unavailable
from mesh_platform.ledger.verifying import verify as verified_ledger
from mesh_platform.publish import Runtime, open_runtime
from mesh_platform.retention import State as Due
from mesh_platform.settings import Settings
from mesh_platform.subjects import Identifier, Regime, Replay, State
from tests.faults.broken_jobs import BROKEN_JOBS
from tests.faults.powerloss import ACKNOWLEDGED
from tests.faults.zygote import Zygote
from tests.propagation import shop
from tests.retention import books
from tests.subjects import town
from tests.subjects.truths import holds

PLATFORM = Actor("platform-engineer", ("platform",))
LEFT = ["ann", "ben", "eva"]


@dataclass(frozen=True)
class Job:
    """A job over one of the published meshes.

    Attributes:
        mesh: the fixture of that mesh.
        prepare: makes what stands before the job, in a copy of the mesh.
        run: the job, in a process of its own; whether it says that all is done.
        check: what must hold whatever cut it short; with True, of a job that said that all is done.
    """

    mesh: str
    prepare: Callable[[Path], None]
    run: Callable[[Path], bool]
    check: Callable[[Path, bool], None]


def nobody_changed_what_is_on_record(runtime: Runtime) -> None:
    assert verified_log(runtime.audit, ask=False).ok, "the audit log does not verify"
    assert verified_ledger(runtime.database).ok, "the ledger does not verify"


def opened_erasure(project: Path) -> None:
    """A request that nothing stands in the way of; a file that is a declared store still holds the person."""
    town.deliver(project, "ann", "joana", "unknown")
    with (project / "landing/visits.csv").open("a") as visits:
        visits.write(f"{town.VISIT_ROWS['ana']}\n")
    with town.town_at(project) as (_, desk):
        desk.open(Regime.GDPR, [("email", town.ANA)], town.BY)


def erase(project: Path) -> bool:
    with town.town_at(project) as (_, desk):
        [request] = desk.store.listed()
        return desk.run(request.id, town.BY).state is State.CERTIFIED


def erased_as_told(project: Path, done: bool) -> None:
    with town.town_at(project) as (runtime, desk):
        [request] = desk.store.listed()
        holds(runtime, desk, request.id)
        if request.state is State.CERTIFIED:
            assert town.VISIT_ROWS["ana"] not in (project / "landing/visits.csv").read_text(), "certified, and still delivered"
        if done:
            assert request.state is State.CERTIFIED and town.everything(runtime) == town.EVERYONE_ELSE


def due_rows(project: Path) -> None:
    """Rows that are over, and an invoice whose person was erased within its minimum."""
    with books.books_at(project) as (runtime, _):
        books.suppress(runtime, books.ANA)


def keep_no_longer(project: Path) -> bool:
    with books.books_at(project) as (_, keeper):
        return not any(done.finding for done in keeper.apply(utc_now(), books.BY))


KEPT = {
    books.ORDERS: [row for row in books.ORDER_ROWS if row[0] in (3, 4, 5)],
    books.INVOICES: [("I-2", None, "Ana", books.LAST), ("I-3", books.BEN, "Ben", books.LAST)],
    books.MEMBERS: [(*books.MEMBER_ROWS[0][:1], None, books.MEMBER_ROWS[0][2]), *books.MEMBER_ROWS[1:]],
}
"""What is left when all that is due was done."""
BEFORE = {books.ORDERS: books.ORDER_ROWS, books.INVOICES: books.INVOICE_ROWS, books.MEMBERS: books.MEMBER_ROWS}


def kept_as_ruled(project: Path, done: bool) -> None:
    with books.books_at(project) as (runtime, keeper):
        for key in books.ORDER:
            served, kept, before = {row[0]: row for row in books.rows(runtime, key)}, dict_of(KEPT[key]), dict_of(BEFORE[key])
            assert kept.keys() <= served.keys(), f"{key}: a row is gone that was not due"
            assert all(row in (before[name], kept.get(name)) for name, row in served.items()), f"{key}: a row is half done"
            assert not done or served == kept, f"{key}: told as done, and it serves {served}"
        nobody_changed_what_is_on_record(runtime)
        assert not done or {due.state for due in keeper.plan(utc_now())} == {Due.CLEAN}


def dict_of(rows: list[tuple[object, ...]]) -> dict[object, tuple[object, ...]]:
    return {row[0]: row for row in rows}


def withdrawn(project: Path) -> None:
    with shop.shop_at(project) as opened:
        opened.say("ana", "withdrawn", "marketing")


def carry(project: Path) -> bool:
    with shop.shop_at(project) as opened:
        return all(opened.propagation(domain).apply(domain).whole for domain in ("shop", "office"))


def carried_as_told(project: Path, done: bool) -> None:
    with shop.shop_at(project) as opened:
        assert not opened.ledger.check(opened.ledger.tokens.token("email", shop.email("ana")), "marketing").allowed
        sequence = opened.ledger.sequence()
        reached = {one.product: one.sequence for one in opened.receipts.progress().values()}
        whole = {row["email"].partition("@")[0] for row in opened.rows(shop.CUSTOMERS)}
        assert whole == {"ana", *LEFT}, "a contract keeps the row"
        for key in (shop.LETTERS, shop.READERS):
            held = opened.held(key)
            assert set(held) in ({"ana", *LEFT}, {*LEFT}), f"{key} is torn"
            assert held == LEFT or (reached.get(key, 0) < sequence and not done), f"{key}: told as carried out, and it is not"
        towns = {row["town"]: row["people"] for row in opened.rows(shop.TOWNS)}
        assert towns in ({"Lisbon": 1, "Porto": 2}, {"Lisbon": 2, "Porto": 2})
        assert towns["Lisbon"] == 1 or (reached.get(shop.TOWNS, 0) < sequence and not done)
        assert not done or opened.allowed(shop.CUSTOMERS, "marketing") == LEFT
        nobody_changed_what_is_on_record(opened.runtime)


def backups_of(runtime: Runtime) -> Backups:
    return Backups(Shelf(runtime.settings.home_path), runtime.lake, runtime.database, runtime.audit, days=35)


def back_up(project: Path) -> bool:
    with open_runtime(Settings(project=project)) as runtime:
        return not create(backups_of(runtime), PLATFORM, utc_now()).left_out


def backed_up_as_told(project: Path, done: bool) -> None:
    with town.town_at(project) as (runtime, _):
        of = backups_of(runtime)
        entries = of.shelf.entries()
        for entry in entries:
            manifest, findings = checked(of, entry)
            assert not findings and len(manifest.held) == len(town.ORDER), "a backup counts and is not whole"
        assert entries or not done, "a backup that was told is lost"
        assert town.everything(runtime) == town.EVERYBODY
        nobody_changed_what_is_on_record(runtime)
        if done:
            counted, folder = {entry.id for entry in entries}, of.shelf.root
            assert {path.name for path in folder.iterdir() if path.is_dir()} == counted, "what a killed one left is there"


def backup_that_holds_the_person(project: Path) -> None:
    """Ana is certified; a backup on a disk that was away then holds her still."""
    with town.town_at(project) as (runtime, desk):
        create(backups_of(runtime), PLATFORM, datetime.now(UTC))
        town.deliver(project, "ann", "joana", "unknown")
        request = desk.open(Regime.GDPR, [("email", town.ANA)], town.BY)
        assert desk.run(request.id, town.BY).state is State.CERTIFIED


def bring_back(project: Path) -> bool:
    with town.town_at(project) as (runtime, _):
        of = backups_of(runtime)
        brought = restore(of, of.shelf.get(), PLATFORM)
    return not brought.refused and replay(project)


def replay(project: Path) -> bool:
    """Apply the ledger to what waits, as `mesh backup replay` does."""
    with open_runtime(Settings(project=project), behind=True) as runtime:
        desk = town.desk_of(runtime)
        around = (runtime.lake, desk.ledger, desk.registry, desk.audit, frozenset(desk.publishable), desk.republish, PLATFORM)
        return all(one.released for one in Replay(*around).run())


def nobody_came_back(project: Path, done: bool) -> None:
    with town.town_at(project) as (runtime, desk):
        closed = {place.key for place in runtime.lake.quarantined()}
        for key in town.ORDER:
            with suppress(Unavailable) if key in closed else closing(_nothing):
                assert town.rows(runtime, key) == town.EVERYONE_ELSE[key], f"{key} serves somebody who is gone"
                assert key not in closed, f"{key} waits, and is served"
        assert not done or not closed
        nobody_changed_what_is_on_record(runtime)
        if done:
            token = desk.ledger.tokens.token("email", town.ANA)
            seen = [one for one in desk.verifier.look([Identifier("email", token, (town.ANA,))]).residues if not one.landing]
            assert not seen, f"the verifier sees the person: {seen}"


class _Nothing:
    def close(self) -> None:
        """For `closing`."""


_nothing = _Nothing()
JOBS = {
    "erasure": Job("published_town", opened_erasure, erase, erased_as_told),
    "retention": Job("published_books", due_rows, keep_no_longer, kept_as_ruled),
    "propagation": Job("published_shop", withdrawn, carry, carried_as_told),
    "backup": Job("published_town", lambda project: None, back_up, backed_up_as_told),
    "restore": Job("published_town", backup_that_holds_the_person, bring_back, nobody_came_back),
}


def called(name: str, project: str, broken: str = "") -> int:
    """The job's exit status: 0 where it says that all is done."""
    if broken:
        BROKEN_JOBS[broken]()
    return 0 if JOBS[name].run(Path(project)) else 1


def run_apart(zygote: Zygote, name: str, project: Path, *broken: str, **env: str) -> int:
    """Run the job in a child of the zygote's; its exit status."""
    return zygote.call("tests.faults.jobs:called", name, str(project), *broken, **env)


def main(name: str, project: Path, broken: str = "") -> int:
    """The same under `strace`, which knows no mapped memory: SQLite with a rollback journal, whose commits it makes just as durable."""
    from mesh_platform.state import sqlite

    def prepared(driver: sqlite.SqliteDriver, dbapi: sqlite3.Connection, _record: object) -> None:
        for statement in (
            "journal_mode = DELETE",
            "synchronous = EXTRA",
            "foreign_keys = 1",
            "secure_delete = 1",
            "temp_store = 2",
        ):
            dbapi.execute(f"PRAGMA {statement}")

    sqlite.SqliteDriver._prepare = prepared  # type: ignore[method-assign, assignment]
    status = called(name, str(project), broken)
    if status == 0:
        (project / ACKNOWLEDGED).touch()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))
