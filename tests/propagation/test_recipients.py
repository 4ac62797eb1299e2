"""Recipients outside are told of what closes, by ids of their own, until they acknowledge each by name; who does not is red and stays so."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from pathlib import Path

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.errors import UsageProblem
from mesh_platform.keys import LocalKeyring
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.ledger.opening import mesh_tokens
from mesh_platform.product import Governance, load_governance
from mesh_platform.propagation import recipients, sending
from mesh_platform.state import Database
from mesh_platform.tasks import TaskKind, Tasks
from tests.propagation.receiver import SECRET, Receiver, receiving
from tests.propagation.shop import PURPOSES, WHEN

BY = Actor("privacy-engineer", ("privacy",))
_numbers = count()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def governance(tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Governance:
    monkeypatch.setenv("MAILER_SECRET", SECRET)
    mailer = {"address": receiver.address, "secret": "env:MAILER_SECRET", "purposes": ["marketing.email"], "within": "4 hours"}
    written = {
        "purposes": {"purposes": PURPOSES},
        "identifiers": {"namespaces": {"email": {"normal": ["trim", "lower"]}}},
        "recipients": {"recipients": {"mailer": mailer}},
    }
    (tmp_path / "governance").mkdir()
    for name, document in written.items():
        (tmp_path / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    found, findings = load_governance(tmp_path)
    assert not findings
    return found


@pytest.fixture
def ledger(tmp_path: Path, governance: Governance) -> Iterator[Ledger]:
    database = Database(tmp_path / "home" / "control.db")
    database.migrate()
    yield Ledger(database, mesh_tokens(database, LocalKeyring(tmp_path / "keys"), governance), governance)
    database.close()


def say(ledger: Ledger, name: str, decision: str, purpose: str, kind: str = "consent") -> None:
    more = {"notice_version": "v1", "captured_at": WHEN} if decision == "granted" else {}
    token = ledger.tokens.token("email", f"{name}@mail.test")
    event = Event(token, "email", Kind(kind), Decision(decision), "web", f"e{next(_numbers)}", purpose, **more)  # type: ignore[arg-type]
    ledger.append(event, by=BY)


def told(ledger: Ledger, governance: Governance, now: datetime) -> sending.Sent:
    recipients.put(ledger.database, governance, "test", now)
    return sending.send(ledger.database, governance, lambda: now)


def test_what_closes_leaves_signed_and_names_nobody(ledger: Ledger, governance: Governance, receiver: Receiver) -> None:
    say(ledger, "ana", "granted", "marketing")
    say(ledger, "ana", "withdrawn", "marketing")
    say(ledger, "ben", "objected", "service", "objection")
    say(ledger, "eva", "imposed", "", "suppression")
    sent = told(ledger, governance, WHEN)
    assert (sent.posted, sent.acknowledged, sent.errors) == (2, 2, ())
    assert [(event["type"], event["data"]["sequence"]) for event in receiver.events] == [
        ("mesh.consent.withdrawn", 2),
        ("mesh.suppression.imposed", 4),
    ], "neither a grant nor a purpose that the recipient has nothing for"
    assert {"specversion", "id", "source", "type", "time", "subject", "data"} <= receiver.events[0].keys()
    [body], [headers] = receiver.bodies, receiver.headers
    moment, _, signed = headers["Mesh-Signature"].removeprefix("t=").partition(",v1=")
    assert hmac.compare_digest(signed, hmac.new(SECRET.encode(), f"{moment}.".encode() + body, sha256).hexdigest())
    token = ledger.tokens.token("email", "ana@mail.test")
    assert receiver.events[0]["subject"] == recipients.known_as(token, SECRET) != recipients.known_as(token, "x" * 16)
    assert b"ana" not in body and token.hex().encode() not in body
    assert told(ledger, governance, WHEN + timedelta(days=1)).posted == 0, "once is enough"


@pytest.mark.by_day("says yes")
@pytest.mark.parametrize("how", ["fails", "says yes", "signs with another key"])
def test_who_fails_or_lies_is_red_until_they_come_back(
    ledger: Ledger, governance: Governance, receiver: Receiver, how: str
) -> None:
    say(ledger, "ana", "withdrawn", "marketing")
    tasks, receiver.how, now = Tasks(ledger.database), how, WHEN
    for _ in range(12):
        sent = told(ledger, governance, now)
        assert sent.acknowledged == 0
        now += timedelta(hours=1)
    assert len(receiver.bodies) == 12, "nothing is ever given up"
    assert sending.tell(ledger.database, governance, tasks, now) == 1
    [task] = tasks.listed(kind=TaskKind.EXTERNAL)
    assert task.rule == "CONSENT-09"
    [standing] = recipients.standings(ledger.database, governance.recipients, now)
    assert standing.red and standing.waiting == 1 and standing.error

    receiver.how = "acknowledges"
    assert told(ledger, governance, now).acknowledged == 1
    assert sending.tell(ledger.database, governance, tasks, now) == 0 and not tasks.listed(kind=TaskKind.EXTERNAL)
    assert len({event["id"] for event in receiver.events}) == 1, "each time under one id"


@pytest.mark.nightly
def test_what_is_not_named_in_the_answer_comes_again(ledger: Ledger, governance: Governance, receiver: Receiver) -> None:
    for name in ("ana", "ben", "eva"):
        say(ledger, name, "withdrawn", "marketing")
    receiver.how = "skips"
    assert told(ledger, governance, WHEN).acknowledged == 2
    receiver.how = "acknowledges"
    assert told(ledger, governance, WHEN + timedelta(minutes=2)).acknowledged == 1
    assert [event["data"]["sequence"] for event in receiver.events] == [1, 2, 3, 3]


def test_a_post_that_was_not_marked_is_posted_again(
    ledger: Ledger, governance: Governance, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(ledger, "ana", "withdrawn", "marketing")

    def killed(name: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("mesh_platform.propagation.sending.fp", killed)
        with pytest.raises(KeyboardInterrupt):
            told(ledger, governance, WHEN)
    assert told(ledger, governance, WHEN).posted == 0, "its lease has to end first"
    assert told(ledger, governance, WHEN + timedelta(minutes=3)).acknowledged == 1
    assert [event["id"] for event in receiver.events] == ["mailer-1"] * 2


@pytest.mark.nightly
def test_a_recipient_without_a_secret_is_refused(ledger: Ledger, governance: Governance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILER_SECRET", "short")
    with pytest.raises(UsageProblem, match="CONSENT-08"):
        told(ledger, governance, WHEN)
