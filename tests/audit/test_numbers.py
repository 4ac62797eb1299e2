"""Records that go through the intake bear their writer and its count: one that is taken out before the tree has it is named."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as kept
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, select

from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.dropping import drop_bodies
from mesh_platform.audit.verify import verify
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.state import Database
from mesh_platform.state.errors import commit_unknown
from mesh_platform.state.tables import audit_intake, audit_leaves
from tests.audit.conftest import ANA, PRODUCT, opened, quiet, say
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgres
_MARK = re.compile(rb',"w":"([0-9a-f]{12}):(\d+)"}$')


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[Database]:
    made = Database(postgres_server.emptied_database())
    yield made
    made.close()


@pytest.fixture
def log(database: Database, tmp_path: Path) -> Iterator[AuditLog]:
    with quiet(opened(database, tmp_path)) as made:
        yield made


def marks(database: Database) -> list[tuple[str, int]]:
    with database.read() as con:
        bodies = con.execute(select(audit_leaves.c.body).order_by(audit_leaves.c.seq)).scalars().all()
    return [(found[1].decode(), int(found[2])) for body in bodies if (found := _MARK.search(bytes(body)))]


def taken_out(database: Database, receipts: list[str]) -> None:
    with database.write() as con:
        assert con.execute(delete(audit_intake).where(audit_intake.c.eid.in_(receipts))).rowcount == len(receipts)


def rules(log: AuditLog) -> set[str]:
    return {bad.rule for bad in verify(log).bad}


def test_each_process_counts_its_own_records(log: AuditLog, database: Database, tmp_path: Path) -> None:
    with quiet(opened(database, tmp_path)) as other:
        for _ in range(3):
            say(log, 2)
            say(other, 1)
    log.checkpoint()
    found = marks(database)
    assert len({writer for writer, _ in found}) == 2
    for one in {writer for writer, _ in found}:
        numbers = [number for writer, number in found if writer == one]
        assert numbers == list(range(1, len(numbers) + 1))
    assert verify(log).ok


@pytest.mark.parametrize(("gone", "which"), [((2,), "number 4"), ((1, 2, 3), "numbers 3 to 5")])
def test_a_record_that_is_taken_out_of_the_intake_is_named_by_writer_and_number(
    log: AuditLog, database: Database, gone: tuple[int, ...], which: str
) -> None:
    receipts = say(log, 6)
    taken_out(database, [receipts[i].eid for i in gone])
    log.checkpoint()
    found = verify(log)
    [bad] = found.bad
    writer = marks(database)[0][0]
    assert bad.rule == "AUDIT-27" and f"The writer {writer} recorded {which} " in bad.why
    assert bad.first == 1 + gone[0], "the record after them"


def test_the_first_record_of_a_writer_that_is_taken_out_is_named_too(log: AuditLog, database: Database, tmp_path: Path) -> None:
    say(log, 1)
    with quiet(opened(database, tmp_path)) as other:
        first, _ = say(other, 2)
        taken_out(database, [first.eid])
    log.checkpoint()
    assert rules(log) == {"AUDIT-27"}


def test_an_act_with_a_key_of_its_own_that_many_say_at_once_is_one_record_and_no_hole(
    log: AuditLog, database: Database, tmp_path: Path
) -> None:
    others = [opened(database, tmp_path) for _ in range(3)]

    def run(one: AuditLog) -> None:
        for number in range(10):
            one.record(Act.GATE, Phase.DONE, None, What(ref=str(number)), key=f"publication {number}")
            one.record(Act.READ, Phase.DONE, ANA, PRODUCT)

    threads = [threading.Thread(target=run, args=(one,)) for one in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in others:
        one.close()
    log.checkpoint()
    found = verify(log)
    assert found.ok, found.bad
    assert found.size == 1 + 10 + 30


OUTCOMES = ("stands", "taken back", "unknown, and stands", "unknown, and does not", "unknown, and cannot be looked up")


@kept(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(OUTCOMES), max_size=8))
def test_no_outcome_of_a_commit_looks_like_a_hole(
    log: AuditLog, database: Database, monkeypatch: pytest.MonkeyPatch, outcomes: list[str]
) -> None:
    honest, look = Database._commit, log._writer._missing
    for outcome in outcomes:
        with monkeypatch.context() as patch, suppress(MeshError):
            patch.setattr(Database, "_commit", ending(outcome, honest))
            if outcome.endswith("looked up"):
                patch.setattr(log._writer, "_missing", away)
            say(log, 1)
    assert log._writer._missing == look
    [last] = say(log, 1)
    log.checkpoint()
    found = verify(log)
    assert found.ok, found.bad
    assert log.seq_of(last.eid) == found.size - 1


def away(batch: object) -> list[object]:
    raise Unavailable.because("STATE-01", "the test", "It is away.", "Nothing.")


def ending(outcome: str, honest: Callable[[Database, Connection], None]) -> Callable[[Database, Connection], None]:
    """A commit that ends so, once."""
    done: list[str] = []

    def commit(database: Database, con: Connection) -> None:
        if done or outcome == "stands":
            return honest(database, con)
        done.append(outcome)
        if outcome == "taken back":
            raise Unavailable.because("STATE-01", "the test", "It is full.", "Nothing.")
        if "does not" not in outcome:
            honest(database, con)
        raise commit_unknown(RuntimeError("the line was cut"))  # type: ignore[arg-type]

    return commit


def test_bodies_that_were_dropped_after_their_retention_are_no_hole(log: AuditLog) -> None:
    say(log, 300)
    log.checkpoint()
    assert drop_bodies(log, utc_now(), ANA) == 256
    say(log, 1)
    log.checkpoint()
    assert verify(log).ok
