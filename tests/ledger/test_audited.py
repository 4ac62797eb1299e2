"""Every append stands in the audit log or not at all, without a word of the person; and what is done to events afterwards shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, select, update

from mesh_platform.audit.leaf import decoded
from mesh_platform.errors import Unavailable
from mesh_platform.ledger import Ledger
from mesh_platform.ledger.fold import held_of
from mesh_platform.ledger.journal import entries
from mesh_platform.ledger.verifying import verify
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_intake, audit_leaves, ledger_events, ledger_state
from tests.audit.conftest import opened
from tests.ledger.samples import ANA, BEN, BY, GOVERNANCE, NOW, TOKENS, grant, object_to, withdraw


@pytest.fixture
def audited(database: Database, tmp_path: Path) -> Iterator[Ledger]:
    with opened(database, tmp_path) as log:
        yield Ledger(database, TOKENS, GOVERNANCE, window=0, audit=log)


def told(database: Database) -> list[dict[str, object]]:
    """What the audit log says of the ledger."""
    with database.read() as con:
        bodies = [body for table in (audit_leaves, audit_intake) for body in con.execute(select(table.c.body)).scalars()]
    return [said for body in bodies if (said := decoded(bytes(body)))["act"] == "consent"]


def test_an_append_is_one_record_that_names_nobody(audited: Ledger, database: Database) -> None:
    audited.append(grant("marketing"), by=BY, now=NOW)
    audited.append(withdraw("marketing", subject=BEN), object_to("analytics", subject=BEN), by=BY, now=NOW)
    first, second = told(database)
    assert (first["obj"]["what"], first["obj"]["ref"], first["n"]) == ("consent granted", "1-1", 1)  # type: ignore[index]
    assert (second["obj"]["ref"], second["obj"]["consent"], second["n"]) == ("2-3", 3, 2)  # type: ignore[index]
    assert ANA.hex() not in str(first) and "privacy-engineer" not in str(first)
    assert (verify(database).audited, verify(database).findings) == (3, ())


def test_what_is_known_already_is_not_recorded_again(audited: Ledger, database: Database) -> None:
    said = grant("marketing")
    for _ in range(2):
        audited.append(said, by=BY, now=NOW)
    assert len(told(database)) == 1


def test_where_the_audit_log_cannot_record_nothing_is_appended(audited: Ledger, database: Database) -> None:
    def fails(*_: object) -> None:
        raise Unavailable.because("AUDIT-12", "audit log", "It is down.", "Start it.")

    assert audited.audit is not None
    audited.audit._writer.within = fails  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable, match="AUDIT-12"):
        audited.append(grant("marketing"), by=BY, now=NOW)
    assert audited.sequence() == 0 and told(database) == []


def rewritten(con: Connection) -> None:
    """The withdrawal becomes a grant, with its hash and with the state that follows."""
    entry = list(entries(con))[1]
    event = replace(grant("marketing"), event_id=entry.event.event_id)
    made = {"decision": "granted", "notice_version": "v1", "captured_at": NOW, "content": event.content()}
    con.execute(update(ledger_events).where(ledger_events.c.sequence == 2).values(made))
    con.execute(update(ledger_state).values(held_of(event, 2)._asdict()))


def cut(con: Connection) -> None:
    """The newest event never was."""
    con.execute(delete(ledger_events).where(ledger_events.c.sequence == 2))
    con.execute(update(ledger_state).values(sequence=1, decision="granted"))


@pytest.mark.parametrize("attack", [rewritten, cut])
def test_a_history_that_was_made_consistent_again_is_not_what_the_audit_log_says(
    audited: Ledger, database: Database, attack: object
) -> None:
    audited.append(grant("marketing"), by=BY, now=NOW)
    audited.append(withdraw("marketing"), by=BY, now=NOW)
    with database.write() as con:
        attack(con)  # type: ignore[operator]
    assert [(finding.rule, finding.where) for finding in verify(database).findings] == [("LEDGER-08", "event 2")]


def test_events_that_no_record_holds_are_a_warning(audited: Ledger, database: Database) -> None:
    audited.append(grant("marketing"), by=BY, now=NOW)
    Ledger(database, TOKENS, GOVERNANCE).append(withdraw("marketing"), by=BY, now=NOW)
    found = verify(database)
    assert (found.ok, found.audited, [finding.rule for finding in found.findings]) == (True, 1, ["LEDGER-10"])
