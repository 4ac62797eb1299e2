"""The ledger on its database: one sequence without a gap, each event once, and a state that is the fold of the events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, UsageProblem
from mesh_platform.keys import LocalKeyring
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.ledger import Event, Ledger, OtherContent, Outcome, Reason, mesh_tokens
from mesh_platform.ledger.bits import bits_of
from mesh_platform.ledger.fold import fold
from mesh_platform.ledger.journal import entries, state_of
from mesh_platform.product import Governance
from mesh_platform.product.models import LegalBasis
from mesh_platform.registry import ClockFloor
from mesh_platform.state import Database
from tests.ledger.samples import ANA, BEN, BY, GOVERNANCE, NOW, TOKENS, event, grant, object_to, withdraw


def put(ledger: Ledger, *events: Event) -> list[Outcome]:
    return [each.outcome for each in ledger.append(*events, by=BY, now=NOW)]


def stands_as_folded(database: Database) -> bool:
    """The invariant: numbers from 1 without a gap, and the table is the fold of the log."""
    with database.read() as con:
        log = [(entry.sequence, entry.event) for entry in entries(con)]
        assert [sequence for sequence, _ in log] == list(range(1, len(log) + 1))
        return dict(state_of(con)) == fold(log)


def test_a_revocation_is_seen_by_another_reader_at_its_next_check(ledger: Ledger, database: Database) -> None:
    other = Ledger(database, TOKENS, GOVERNANCE, window=0)
    put(ledger, grant("marketing"))
    assert other.check(ANA, "marketing.email", at=NOW).allowed
    put(ledger, withdraw("marketing.email"))
    assert other.check(ANA, "marketing.email", at=NOW) == (False, Reason.WITHDRAWN, 2)
    assert other.check(BEN, "marketing.email").reason is Reason.NO_RECORD
    assert [each.allowed for each in other.check_many([ANA, BEN], "marketing", at=NOW)] == [True, False]


def test_an_event_is_recorded_once_and_its_id_says_one_thing(ledger: Ledger, database: Database) -> None:
    said = grant("marketing", source_order=4)
    assert put(ledger, said, said) == [Outcome.APPLIED, Outcome.KNOWN]
    assert put(ledger, said) == [Outcome.KNOWN] and ledger.sequence() == 1
    with pytest.raises(OtherContent, match="LEDGER-04") as error:
        put(ledger, withdraw("marketing"), replace(said, source_order=9))
    assert error.value.numbers == (1,) and ledger.sequence() == 1
    assert put(ledger, withdraw("marketing", source_order=2), replace(grant("marketing"), notice_version=None)) == [
        Outcome.LATE,
        Outcome.WITHOUT_EVIDENCE,
    ]
    assert ledger.check(ANA, "marketing", at=NOW).allowed and stands_as_folded(database)


def test_a_signal_that_stands_is_not_recorded_at_every_request(ledger: Ledger) -> None:
    signal = event("objection", "objected", "signal:gpc", subject=BEN)
    assert put(ledger, signal, replace(signal, event_id="again")) == [Outcome.APPLIED, Outcome.REPEATED]
    assert put(ledger, grant("marketing.partners", subject=BEN), replace(signal, event_id="later")) == [
        Outcome.APPLIED,
        Outcome.REPEATED,
    ]
    assert ledger.check(BEN, "marketing.partners", at=NOW).allowed


def test_the_history_tells_every_event_with_its_evidence_and_who_recorded_it(ledger: Ledger) -> None:
    said = [grant("Newsletter", language="de", jurisdiction="DE", evidence_hash="a" * 64, expires_at=NOW), withdraw("marketing")]
    put(ledger, *said, grant("marketing", subject=BEN))
    found = ledger.history(ANA)
    assert [entry.event for entry in found] == [replace(said[0], purpose="marketing.email"), said[1]]
    assert {(entry.actor, entry.recorded_at) for entry in found} == {("privacy-engineer", NOW)}


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (grant("marketing", event_id="ana@example.com"), "event_id"),
        (grant("marketing", source=""), "source"),
        (grant("marketing", captured_at=NOW.replace(tzinfo=None)), "time zone"),
        (grant("marketing", captured_at=NOW.replace(year=1)), "1971"),
        (grant("marketing", expires_at=NOW.replace(year=9999)), "9998"),
        (event("consent", "objected", "marketing"), "consent cannot be objected"),
        (event("restriction", "imposed", "marketing"), "names none"),
        (grant(""), "names its purpose"),
        (event("objection", "objected", "signal:gpc", source_order=1), "a signal"),
        (withdraw("marketing", expires_at=NOW), "only a grant"),
        (withdraw("marketing", source_order=1 << 70), "too large"),
    ],
)
def test_an_event_that_has_not_its_form_is_refused_whole(ledger: Ledger, wrong: Event, says: str) -> None:
    with pytest.raises(UsageProblem, match="LEDGER-03") as error:
        put(ledger, withdraw("marketing"), wrong)
    assert says in str(error.value) and "ana@" not in str(error.value) and ledger.sequence() == 0


def test_an_unknown_purpose_or_signal_is_refused(ledger: Ledger) -> None:
    for purpose in ("resale", "signal:dnt"):
        with pytest.raises(UsageProblem, match="LEDGER-01"):
            put(ledger, object_to(purpose))


def test_where_the_database_is_gone_nothing_is_answered_from_memory(tmp_path: Path) -> None:
    database = Database(tmp_path / "control.db")
    database.migrate()
    ledger = Ledger(database, TOKENS, GOVERNANCE, window=0)
    put(ledger, grant("marketing"))
    assert ledger.check(ANA, "marketing", at=NOW).allowed
    database.close()
    for name in tmp_path.iterdir():
        name.unlink()
    with pytest.raises(MeshError):
        ledger.check(ANA, "marketing", at=NOW)


def test_a_clock_that_was_set_back_brings_no_consent_back(ledger: Ledger, database: Database) -> None:
    today, column = utc_now(), pa.array([subject63_of(ANA)])
    put(ledger, grant("marketing", expires_at=today + timedelta(hours=1)))
    written = ledger.consent_bits(column, ["marketing"])
    assert ledger.check(ANA, "marketing").allowed and written.values.to_pylist() != [0]
    ClockFloor(database).raised(today + timedelta(hours=2))
    assert ledger.check(ANA, "marketing").reason is Reason.EXPIRED
    assert [each.reason for each in ledger.check_many([ANA], "marketing")] == [Reason.EXPIRED]
    assert ledger.consent_bits(column, ["marketing"]).values.to_pylist() == [0]
    [changed] = ledger.since(written, ["marketing"]).table.to_pylist()
    assert changed == {"subject": column[0].as_py(), "bits": 0, "closed": 1 << written.of["marketing"]}


PEOPLE = [TOKENS.token("customer_id", f"P-{number}") for number in range(4)]
SAID = st.builds(
    lambda what, subject, source, order, days: event(
        *what,
        subject=subject,
        source=source,
        source_order=None if what[-1] == "signal:gpc" else order,
        **({"expires_at": NOW + timedelta(days=days)} if days is not None and what[1] == "granted" else {}),
    ),
    st.sampled_from(
        [
            ("consent", "granted", "marketing"),
            ("consent", "granted", "marketing.email"),
            ("consent", "granted", "marketing.partners"),
            ("consent", "granted", "analytics"),
            ("consent", "withdrawn", "marketing"),
            ("consent", "denied", "marketing.email"),
            ("consent", "withdrawn", ""),
            ("objection", "objected", "analytics"),
            ("objection", "objected", "marketing.email"),
            ("objection", "lifted", ""),
            ("objection", "objected", "signal:gpc"),
            ("objection", "lifted", "signal:gpc"),
            ("restriction", "imposed", ""),
            ("restriction", "lifted", ""),
            ("suppression", "imposed", ""),
        ]
    ),
    st.sampled_from(PEOPLE),
    st.sampled_from(["web", "crm", "desk"]),
    st.none() | st.integers(0, 5),
    st.none() | st.integers(-2, 2),
)
CLAIMS = {
    "marketing": [LegalBasis.CONSENT],
    "marketing.email": [LegalBasis.CONSENT],
    "marketing.partners": [LegalBasis.CONSENT],
    "analytics": [LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTERESTS],
    "orders": [LegalBasis.CONTRACT],
    "legal_claims": [LegalBasis.LEGITIMATE_INTERESTS],
}


@pytest.fixture(scope="module")
def law_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("law") / "control.db")
    database.migrate()
    yield database
    database.close()


@given(st.lists(st.lists(SAID, max_size=12), max_size=4), st.data())
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_state_answers_and_bits_are_those_of_the_fold_after_duplicates_reordering_and_bursts(
    law_database: Database, bursts: list[list[Event]], data: st.DataObject
) -> None:
    with law_database.write() as con:
        con.execute(text("DELETE FROM ledger_events"))
        con.execute(text("DELETE FROM ledger_state"))
    reader = Ledger(law_database, TOKENS, GOVERNANCE, window=0)
    reader.snapshot()
    writer = Ledger(law_database, TOKENS, GOVERNANCE, window=0)
    sent: list[Event] = []
    for burst in bursts:
        again = data.draw(st.lists(st.sampled_from(sent), max_size=4)) if sent else []
        sent += burst
        writer.append(*data.draw(st.permutations([*burst, *again])), by=BY, now=NOW)
        assert stands_as_folded(law_database)
    fresh = Ledger(law_database, TOKENS, GOVERNANCE)
    bits = reader.consent_bits(pa.array([*map(subject63_of, PEOPLE), 7, None]), CLAIMS, at=NOW)
    for purpose, bases in CLAIMS.items():
        told = [reader.check(person, purpose, bases, at=NOW) for person in [*PEOPLE, bytes(16)]]
        assert told == [fresh.check(person, purpose, bases, at=NOW) for person in [*PEOPLE, bytes(16)]]
        marks = [bool(value >> bits.of[purpose] & 1) for value in bits.values.to_pylist()]
        assert marks == [*(each.allowed for each in told), False]
        everybody = reader.state_as_arrow(purpose, bases, at=NOW).to_pylist()
        assert all(row["allowed"] == told[[*map(subject63_of, PEOPLE)].index(row["subject"])].allowed for row in everybody)
    before = fresh.rebuild()
    assert stands_as_folded(law_database) and before == fresh.rebuild()


def test_who_changed_since_a_watermark_is_told_with_the_bits_of_today(ledger: Ledger) -> None:
    put(ledger, grant("marketing", expires_at=NOW + timedelta(days=5)), grant("marketing", subject=BEN))
    subjects = pa.array([subject63_of(ANA), subject63_of(BEN)])
    written = ledger.consent_bits(subjects, ["marketing", "orders"], at=NOW)
    marketing, orders = 1 << written.of["marketing"], 1 << written.of["orders"]
    assert written.values.to_pylist() == [marketing | orders] * 2 and written.sequence == 2
    assert ledger.since(written, ["marketing", "orders"], at=NOW).table.num_rows == 0
    put(ledger, withdraw("marketing", subject=BEN))
    changes = ledger.since(written, ["marketing", "orders"], at=NOW)
    expected = [{"subject": subject63_of(BEN), "bits": orders, "closed": marketing}]
    assert changes.table.to_pylist() == expected and changes.sequence == 3
    later = ledger.since(written, ["marketing", "orders"], at=NOW + timedelta(days=6)).table
    assert dict(zip(*later.select(["subject", "bits"]).to_pydict().values(), strict=True)) == {
        subject63_of(ANA): orders,
        subject63_of(BEN): orders,
    }


def test_of_a_grant_and_a_refusal_the_newer_one_counts_in_a_column_too(ledger: Ledger) -> None:
    stories = [
        [grant, object_to],
        [object_to, grant],
        [grant, lambda purpose, subject: event("objection", "objected", "signal:gpc", subject)],
        [lambda purpose, subject: event("objection", "objected", "signal:gpc", subject), grant],
    ]
    people = [TOKENS.token("customer_id", f"S-{number}") for number in range(len(stories))]
    for person, story in zip(people, stories, strict=True):
        put(ledger, *(say("marketing.partners", subject=person) for say in story))
    written = ledger.consent_bits(pa.array(map(subject63_of, people)), ["marketing.partners"], at=NOW)
    assert [bool(bits) for bits in written.values.to_pylist()] == [False, True, False, True]
    assert [each.allowed for each in ledger.check_many(people, "marketing.partners", at=NOW)] == [False, True, False, True]


def test_two_people_who_share_63_bits_are_told_apart_alone_and_hidden_together_in_a_column(ledger: Ledger) -> None:
    twin = ANA[:8] + bytes(8)
    assert twin != ANA and subject63_of(twin) == subject63_of(ANA)
    put(ledger, grant("marketing"), grant("marketing", subject=twin), grant("marketing", subject=BEN))
    column = pa.array([subject63_of(ANA), subject63_of(BEN)])
    written = ledger.consent_bits(column, ["marketing"], at=NOW)
    assert len(set(written.values.to_pylist())) == 1
    put(ledger, withdraw("marketing", subject=twin), object_to("orders", subject=BEN, source="crm"))
    assert ledger.check(ANA, "marketing", at=NOW).allowed and not ledger.check(twin, "marketing", at=NOW).allowed
    assert ledger.consent_bits(column, ["marketing"], at=NOW).values.to_pylist() == [0, written.values[1].as_py()]
    assert ledger.check(ANA, "marketing", at=NOW).allowed


def test_a_purpose_keeps_its_bit_and_the_63rd_purpose_gets_none(database: Database) -> None:
    many = Governance.model_validate({"purposes": {f"p{number:02}": {"bases": ["consent"]} for number in range(63)}})
    ledger = Ledger(database, TOKENS, many)
    names = list(many.purposes)
    first = bits_of(ledger, names[40:62])
    assert bits_of(ledger, names[:62]).items() >= first.items()
    assert sorted(bits_of(ledger, names[:62]).values()) == list(range(62))
    with pytest.raises(UsageProblem, match="LEDGER-06"):
        bits_of(ledger, names)


def test_the_key_of_the_tokens_is_made_once_and_never_replaced(database: Database, tmp_path: Path) -> None:
    keys = LocalKeyring(tmp_path / "keys")
    first = mesh_tokens(database, keys, GOVERNANCE).token("email", "ana@example.com")
    assert mesh_tokens(database, keys, GOVERNANCE).token("email", " Ana@example.com") == first
    keys.destroy("_mesh", "mesh")
    with pytest.raises(MeshError, match="KEY-01"):
        mesh_tokens(database, keys, GOVERNANCE)
