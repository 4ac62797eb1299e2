"""Holders of exported files are told of everybody in their file who withdraws or is erased; who fails or lies is red, and an erasure waits for their word."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from mesh_platform.access.exports import Export, Exports
from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied
from mesh_platform.product import Governance, load_governance
from mesh_platform.propagation import holders, sending
from mesh_platform.state import Database
from mesh_platform.subjects import Desk, Regime, State
from mesh_platform.subjects.certificate import statement
from mesh_platform.tasks import TaskKind, Tasks
from tests.propagation.receiver import SECRET, Receiver, receiving
from tests.propagation.shop import Shop, email
from tests.subjects.town import town_at

GONE = "nobody@ex.test"
HOLDER, PRIVACY = Actor("analyst", ("consumer",)), Actor("privacy-engineer", ("privacy",))


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("HOLDER_SECRET", SECRET)
    with receiving() as found:
        yield found


def governance_of(root: Path, receiver: Receiver) -> Governance:
    """With an endpoint for what the analyst exported."""
    desk = {"address": receiver.address, "secret": "env:HOLDER_SECRET", "principals": ["analyst"], "within": "4 hours"}
    (root / "governance/holders.yaml").write_text(yaml.safe_dump({"holders": {"sales-desk": desk}}))
    governance, findings = load_governance(root)
    assert not findings
    return governance


def exported(exports: Exports, id: str, marks: list[int], by: str = "analyst", purpose: str = "marketing") -> Export:
    """A file left with rows of these people."""
    now, people = utc_now(), exports.keep_subjects(id, [pa.array(marks, pa.int64())])
    made = Export(id, by, by, purpose, {}, "csv", len(marks), "0" * 64, people, now, now + timedelta(days=30))
    exports.put(made, None, lambda con: None, exports.absorbed())
    return made


class Outside:
    """What goes to the holders of a mesh's files."""

    def __init__(self, database: Database, home: Path, governance: Governance) -> None:
        self.database, self.governance, self.tasks = database, governance, Tasks(database)
        self.exports = Exports(database, home, self.tasks)

    def told(self, now: datetime) -> sending.Sent:
        holders.put(self.database, self.exports, self.governance, "test", now)
        return holders.send(self.database, self.exports, self.governance, lambda: now)

    def red(self, now: datetime) -> int:
        return holders.tell(self.database, self.exports, self.governance, self.tasks, now)

    def asked(self) -> list[str]:
        return [task.command for task in self.tasks.listed(kind=TaskKind.EXTERNAL)]


@pytest.fixture
def outside(shop: Shop, receiver: Receiver) -> Outside:
    return Outside(shop.runtime.database, shop.runtime.settings.home_path, governance_of(shop.root, receiver))


def marks(shop: Shop, *names: str) -> list[int]:
    return [shop.ledger.tokens.subject63("email", email(name)) for name in names]


def test_a_holder_is_told_of_whoever_withdraws_since_from_their_file_and_of_nobody_else(
    shop: Shop, outside: Outside, receiver: Receiver
) -> None:
    shop.say("eva", "withdrawn", "marketing")  # before the file was read: it holds no row of hers
    exported(outside.exports, "ex-1", marks(shop, "ana", "ben"))
    exported(outside.exports, "ex-2", marks(shop, "ann"), by="somebody")
    shop.say("ana", "withdrawn", "marketing")
    shop.say("ana", "granted", "marketing")
    shop.say("ben", "objected", "service", "objection")  # the file is for marketing
    shop.say("ann", "withdrawn", "marketing.email")
    now = utc_now()
    assert (outside.told(now).acknowledged, outside.told(now + timedelta(days=1)).posted) == (1, 0)
    [event], [body] = receiver.events, receiver.bodies
    assert (event["type"], event["data"]["export"]) == ("mesh.export.consent.withdrawn", "ex-1")
    token = shop.ledger.tokens.token("email", email("ana"))
    assert event["subject"] and b"ana" not in body and token.hex().encode() not in body

    assert outside.red(now) == 0 and outside.asked() == ["mesh access exports --cleaned ex-2"], "no endpoint: a task, at once"
    assert outside.red(now + timedelta(days=2)) == 1
    with pytest.raises(Denied, match="ACCESS-27"):
        outside.exports.cleaned("ex-2", HOLDER, now, lambda con: None)
    assert outside.exports.cleaned("ex-2", Actor("somebody", ()), now, lambda con: None) == 1
    assert outside.red(now + timedelta(days=2)) == 0 and outside.asked() == []
    with pytest.raises(CheckFailed, match="ACCESS-53"):
        outside.exports.cleaned("ex-2", PRIVACY, now, lambda con: None)


@pytest.mark.parametrize("how", ["fails", pytest.param("says yes", marks=pytest.mark.nightly), "signs with another key"])
def test_a_holder_who_fails_or_lies_is_red_until_they_come_back_or_the_file_is_gone(
    how: str, shop: Shop, outside: Outside, receiver: Receiver
) -> None:
    for name in ("ex-1", "ex-2"):
        exported(outside.exports, name, marks(shop, "ana"))
    shop.say("ana", "withdrawn", "marketing")
    receiver.how, now = how, utc_now()
    for _ in range(6):
        assert outside.told(now).acknowledged == 0
        now += timedelta(hours=1)
    assert len(receiver.bodies) == 12 and outside.red(now) == 2, "nothing is ever given up"
    assert {task.rule for task in outside.tasks.listed(kind=TaskKind.EXTERNAL)} == {"CONSENT-11"}
    assert all(one.standing.red and one.standing.error for one in outside_holdings(outside, now))

    outside.exports.ended("ex-2", HOLDER, now, lambda con: None)
    receiver.how = "acknowledges"
    assert outside.told(now).acknowledged == 1, "of the file that is gone nobody is told"
    assert outside.red(now) == 0 and not outside.asked()


def outside_holdings(outside: Outside, now: datetime) -> tuple[holders.Holding, ...]:
    return holders.holdings(outside.database, outside.exports, outside.governance, now)


@contextmanager
def town(root: Path, receiver: Receiver) -> Iterator[tuple[Desk, Outside]]:
    with town_at(root) as (runtime, desk):
        yield desk, Outside(runtime.database, runtime.settings.home_path, governance_of(root, receiver))


def test_an_erasure_waits_for_the_holders_word_and_says_whose(published_town: Path, tmp_path: Path, receiver: Receiver) -> None:
    receiver.how = "fails"
    with town(shutil.copytree(published_town, tmp_path / "project"), receiver) as (desk, outside):
        exported(outside.exports, "ex-1", [desk.ledger.tokens.subject63("email", GONE)], purpose="service")
        id = desk.open(Regime.GDPR, [("email", GONE)], PRIVACY).id
        waits = desk.run(id, PRIVACY)
        assert outside.told(utc_now()).acknowledged == 0
        [task] = [one for one in waits.tasks if one.product == "export ex-1"]
        assert waits.state is task.state is State.BLOCKED and "analyst" in task.reason
        assert [one["export"] for one in statement(waits)["holders_not_acknowledged"]] == ["ex-1"]

        receiver.how = "acknowledges"
        assert outside.told(utc_now() + timedelta(minutes=5)).acknowledged >= 1
        done = desk.run(id, PRIVACY)
        assert done.state is State.CERTIFIED and done.certificate is not None
        assert done.certificate["holders_not_acknowledged"] == []
        [task] = [one for one in done.tasks if one.product == "export ex-1"]
        assert task.state is State.UNTOUCHED and "nobody looked" in task.reason
        assert GONE not in str(done.certificate) and not any(GONE.encode() in body for body in receiver.bodies)
