"""Since when the log waits for its witnesses: kept beyond processes and pruned checkpoints, and believed as far as cosignatures go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from mesh_platform.audit import AuditLog, checkpoints
from mesh_platform.audit.verify import verify
from mesh_platform.audit.watch import overdue
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_checkpoints, audit_leaves, audit_witnessed
from tests.audit.conftest import opened, quiet, say
from tests.witnesses import WitnessProcess, witness_at

Later = Callable[[float], None]


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[WitnessProcess]:
    with witness_at(tmp_path / "watch") as running:
        yield running


@pytest.fixture
def log(database: Database, tmp_path: Path, witness: WitnessProcess) -> Iterator[AuditLog]:
    with quiet(opened(database, tmp_path, witness.policy)) as made:
        witness.trust(made.signer.verifiers[0].text)
        witness.start()
        say(made, 3)
        assert made.checkpoint().witnessed  # type: ignore[union-attr]
        yield made


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """`later(hours)`: from now on the clock is that far ahead."""
    monkeypatch.setenv("MESH_ENV", "test")
    return lambda hours: monkeypatch.setenv("MESH_CLOCK", str(hours * 3600))


def rules(log: AuditLog) -> set[str]:
    return {finding.rule for finding in verify(log, ask=False).findings}


def test_a_witness_that_is_killed_is_missed_after_a_day_and_one_that_comes_back_ends_it(
    log: AuditLog, witness: WitnessProcess, later: Later, database: Database, tmp_path: Path
) -> None:
    assert overdue(log) is None and log.unwitnessed().records == 0  # type: ignore[union-attr]
    witness.kill()
    later(48)
    assert overdue(log) is None, "nothing new waits for it"
    later(0)
    say(log, 2)
    assert not log.checkpoint().witnessed  # type: ignore[union-attr]
    later(23)
    assert overdue(log) is None and "AUDIT-26" not in rules(log)
    later(25)
    with quiet(opened(database, tmp_path, witness.policy)) as other:  # another process, which knows nothing but what was kept
        found = overdue(other)
    assert found is not None and found.rule == "AUDIT-26" and "for 25.0 of 24 hours" in found.why and found.blocks
    assert verify(log, ask=False).ok and "AUDIT-26" in rules(log), "it is said, and the log holds all the same"
    witness.start()
    assert overdue(log) is None, "who asks has the witness asked"
    assert "AUDIT-26" not in rules(log) and log.unwitnessed().records == 0  # type: ignore[union-attr]


def test_what_was_recorded_and_never_made_a_checkpoint_of_counts_from_its_own_time(
    log: AuditLog, witness: WitnessProcess, later: Later
) -> None:
    witness.kill()
    say(log, 1)
    later(25)
    found = log.unwitnessed()
    assert found is not None and found.overdue and found.records == 1


@pytest.mark.sqlite_by_day
def test_it_is_kept_when_checkpoints_are_pruned(
    log: AuditLog, witness: WitnessProcess, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "KEPT", 2)
    witness.kill()
    for _ in range(5):
        say(log, 1)
        log.checkpoint()
    with log.database.read() as con:
        assert con.execute(select(audit_witnessed.c.size)).scalar_one() == 4
        assert con.execute(select(audit_checkpoints.c.size)).scalars().all() == [8, 9], "the witnessed one is gone"
    later(25)
    assert overdue(log) is not None


@pytest.mark.sqlite_by_day
@pytest.mark.parametrize("change", [{"size": 6}, {"note": "forged"}, {"note": None}], ids=["size", "note", "no note"])
def test_a_row_that_says_more_than_witnesses_signed_is_believed_in_nothing(
    log: AuditLog, witness: WitnessProcess, change: dict[str, object]
) -> None:
    witness.kill()
    say(log, 2)
    log.checkpoint()
    assert overdue(log) is None
    with log.database.write() as con:
        con.execute(update(audit_witnessed).values(**change))
    assert overdue(log) is not None
    witness.start()
    assert overdue(log) is None


@pytest.mark.sqlite_by_day
def test_a_clock_that_went_back_while_something_waited_is_told_in_place_of_a_longer_time(
    log: AuditLog, witness: WitnessProcess, later: Later
) -> None:
    witness.kill()
    say(log, 1)
    later(20)
    log.checkpoint()
    later(1)
    found = overdue(log)
    assert found is not None and "the clock went back" in found.why


def test_without_witnesses_nothing_is_ever_overdue(sqlite: Database, tmp_path: Path, later: Later) -> None:
    with quiet(opened(sqlite, tmp_path)) as log:
        say(log, 3)
        log.checkpoint()
        later(24 * 365)
        assert overdue(log) is None and log.unwitnessed() is None and "AUDIT-26" not in rules(log)


@pytest.mark.sqlite_by_day
def test_an_unseen_record_whose_body_is_gone_is_as_old_as_can_be(log: AuditLog, witness: WitnessProcess) -> None:
    witness.kill()
    say(log, 1)
    log._writer.sequence(wait=True)
    with log.database.write() as con:
        con.execute(update(audit_leaves).where(audit_leaves.c.seq == 4).values(body=None))
    assert overdue(log) is not None


@pytest.mark.sqlite_by_day
def test_a_row_that_was_taken_away_begins_anew_and_the_witness_itself_still_tells(log: AuditLog, witness: WitnessProcess) -> None:
    """The price of keeping it in the database of whoever runs the platform; said in the documents."""
    with log.database.write() as con:
        con.execute(delete(audit_witnessed))
    say(log, 1)
    assert log.checkpoint().witnessed  # type: ignore[union-attr]
