"""Several processes on one ledger: one sequence, no acknowledged event lost, a kill leaves all or nothing, a revocation is seen elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.ledger import Ledger, Reason
from mesh_platform.ledger.journal import entries
from mesh_platform.ledger.verifying import verify
from mesh_platform.state import Database
from tests.audit.conftest import opened
from tests.ledger.samples import ANA, BY, GOVERNANCE, NOW, TOKENS, grant, withdraw
from tests.ledger.test_ledger import stands_as_folded
from tests.state.worker import Say, Workers

STEPS = ["ledger.read", "ledger.events", "ledger.state", "ledger.written", "ledger.committed"]


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    started = Workers(database_url, tmp_path)
    yield started
    started.stop()


def record(database: Database, say: Say, name: str, count: int, root: Path) -> None:
    """`count` audited appends of three events each, two of them about a person of this writer's own; each told of once it stands."""
    own = TOKENS.token("customer_id", name)
    with opened(database, root) as audit:
        ledger = Ledger(database, TOKENS, GOVERNANCE, audit=audit)
        for number in range(count):
            said = [
                grant("marketing", subject=own, event_id=f"{name}-{number}-a"),
                withdraw("marketing.email", subject=own, event_id=f"{name}-{number}-b", source=name, source_order=-number),
                withdraw("analytics", event_id=f"{name}-{number}-c"),
            ]
            ledger.append(*said, by=BY, now=NOW)
            say(number)


def revoke(database: Database, say: Say) -> None:
    ledger = Ledger(database, TOKENS, GOVERNANCE)
    ledger.append(withdraw("marketing", event_id="revoked"), by=BY, now=NOW)
    say(time.time())


def whole(database: Database) -> bool:
    """The invariant: no gap, the state is the fold, and the audit log holds what the ledger holds, no more and no less."""
    found = verify(database)
    return stands_as_folded(database) and found.findings == () and found.audited == found.events


def recorded(database: Database) -> set[str]:
    with database.read() as con:
        return {entry.event.event_id for entry in entries(con)}


@pytest.mark.by_day("postgresql")
def test_three_writing_processes_make_one_sequence(database: Database, workers: Workers, tmp_path: Path) -> None:
    for writer in [workers.start(record, f"w{number}", 30, tmp_path) for number in range(3)]:
        writer.ended()
    assert whole(database)
    assert recorded(database) == {f"w{w}-{n}-{part}" for w in range(3) for n in range(30) for part in "abc"}


def test_a_revocation_of_another_process_is_seen_within_the_window(database: Database, workers: Workers) -> None:
    reader = Ledger(database, TOKENS, GOVERNANCE)
    reader.append(grant("marketing"), by=BY, now=NOW)
    assert reader.check(ANA, "marketing.email", at=NOW).allowed
    writer = workers.start(revoke)
    while (answer := reader.check(ANA, "marketing.email", at=NOW)).allowed:
        pass
    seen = time.time()
    acknowledged = float(writer.ended()[0])
    assert answer.reason is Reason.WITHDRAWN and seen - acknowledged < 1


@pytest.mark.kill
@pytest.mark.by_day("sqlite-ledger.state", "sqlite-ledger.committed", "postgresql-ledger.written")
@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_of_an_append_leaves_all_of_it_or_nothing(
    database: Database, workers: Workers, tmp_path: Path, step: str
) -> None:
    assert workers.start(record, "w", 2, tmp_path, fault=f"{step}=kill@2").ended(-9) == ["0"]
    kept = {f"w-{number}-{part}" for number in range(2 if step == "ledger.committed" else 1) for part in "abc"}
    assert whole(database) and recorded(database) == kept
    record(database, lambda _: None, "w", 2, tmp_path)
    assert whole(database) and len(recorded(database)) == 6


@pytest.mark.by_day("sqlite")
@pytest.mark.kill
def test_killed_writers_lose_nothing_that_they_told_of(database: Database, workers: Workers, tmp_path: Path) -> None:
    told: dict[str, list[str]] = {}
    for turn in range(3):
        running = {f"w{turn}{each}": workers.start(record, f"w{turn}{each}", 10_000, tmp_path) for each in "ab"}
        for worker in running.values():
            worker.await_word()
        time.sleep(0.03 * turn)
        told |= {name: worker.kill() for name, worker in running.items()}
        assert whole(database)
    known = recorded(database)
    for name, acknowledged in told.items():
        assert {f"{name}-{number}-{part}" for number in acknowledged for part in "abc"} <= known
        assert len({one for one in known if one.startswith(f"{name}-")}) % 3 == 0
