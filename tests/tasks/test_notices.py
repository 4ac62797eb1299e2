"""Notices: written with their task, sent until they arrive, told apart by their key, and naming no person."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from mesh_platform.errors import UsageProblem
from mesh_platform.settings import Settings
from mesh_platform.state import Database
from mesh_platform.state.tables import notices
from mesh_platform.tasks import Tasks, channels_of, delivery
from mesh_platform.tasks.channels import NotSent, channel_names
from mesh_platform.tasks.delivery import Delivered, deliver
from mesh_platform.tasks.folder import FolderChannel
from mesh_platform.tasks.outbox import ATTEMPTS, wait_after
from mesh_platform.tasks.webhook import WebhookChannel
from tests.tasks.conftest import START, Clock, new_task
from tests.tasks.receivers import mail_server, webhook

SECRET = "a secret of the mesh and its receiver"
SAID = {"event", "id", "kind", "product", "rule", "command"}


def tasks_by(database: Database, clock: Clock, *channels: str) -> Tasks:
    return Tasks(database, channels, clock)


def states(database: Database) -> list[tuple[str, str, int]]:
    with database.read() as con:
        rows = con.execute(select(notices.c.channel, notices.c.state, notices.c.attempts).order_by(notices.c.id))
        return [(row.channel, row.state, row.attempts) for row in rows]


def test_a_new_task_is_told_once_and_says_no_more_than_it_may(database: Database, clock: Clock) -> None:
    tasks = tasks_by(database, clock, "webhook")
    with webhook() as receiver:
        channels = {"webhook": WebhookChannel(receiver.address, SECRET)}
        tasks.open_task(new_task())
        tasks.open_task(new_task())
        assert deliver(database, channels, clock) == Delivered(1, 0, 0, 0, 0)
        assert deliver(database, channels, clock) == Delivered(0, 0, 0, 0, 0)
    assert len(receiver.documents) == 1
    assert set(receiver.documents[0]) == SAID
    assert receiver.documents[0]["product"] == "sales/orders"


def test_a_posted_notice_is_signed(database: Database, clock: Clock) -> None:
    with webhook() as receiver:
        tasks_by(database, clock, "webhook").open_task(new_task())
        deliver(database, {"webhook": WebhookChannel(receiver.address, SECRET, clock)}, clock)
    moment, _, mac = receiver.headers[0]["Mesh-Signature"].partition(",v1=")
    assert moment == f"t={int(START.timestamp())}"
    expected = hmac.new(SECRET.encode(), moment[2:].encode() + b"." + receiver.bodies[0], hashlib.sha256).hexdigest()
    assert hmac.compare_digest(mac, expected)
    assert receiver.headers[0]["Idempotency-Key"] == receiver.documents[0]["id"]


def test_a_receiver_that_fails_twice_gets_it_at_the_third_attempt(database: Database, clock: Clock) -> None:
    with webhook() as receiver:
        receiver.refuse = 2
        channels = {"webhook": WebhookChannel(receiver.address, SECRET)}
        tasks_by(database, clock, "webhook").open_task(new_task())
        assert deliver(database, channels, clock) == Delivered(0, 1, 0, 1, 0, ("webhook: HTTP 503",))
        assert deliver(database, channels, clock).failed == 0, "it is tried again when its time has come, and not before"
        clock.pass_by(minutes=1)
        assert deliver(database, channels, clock).failed == 1
        clock.pass_by(minutes=2)
        assert deliver(database, channels, clock).sent == 1
    assert len(receiver.bodies) == 1
    assert states(database) == [("webhook", "sent", 3)]


@pytest.mark.nightly
def test_a_receiver_that_is_down_is_given_up_after_the_last_attempt_and_can_be_tried_again(
    database: Database, clock: Clock
) -> None:
    with webhook() as receiver:
        pass
    channels = {"webhook": WebhookChannel(receiver.address, SECRET)}
    tasks_by(database, clock, "webhook").open_task(new_task())
    for attempt in range(1, ATTEMPTS + 1):
        done = deliver(database, channels, clock)
        assert (done.failed, done.died, done.dead) == (1, int(attempt == ATTEMPTS), int(attempt == ATTEMPTS))
        clock.pass_by(hours=1)
    assert deliver(database, channels, clock) == Delivered(0, 0, 0, 0, 1)
    assert states(database) == [("webhook", "dead", ATTEMPTS)]
    with webhook() as receiver:
        assert deliver(database, {"webhook": WebhookChannel(receiver.address, SECRET)}, clock, again=True).sent == 1
    assert len(receiver.bodies) == 1


def test_attempts_come_at_growing_distances() -> None:
    minutes = [wait_after(n).total_seconds() / 60 for n in range(1, ATTEMPTS + 1)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.nightly
def test_a_redirect_is_a_failure(database: Database, clock: Clock) -> None:
    with webhook(status=307) as receiver:
        receiver.refuse = 1
        tasks_by(database, clock, "webhook").open_task(new_task())
        assert deliver(database, {"webhook": WebhookChannel(receiver.address, SECRET)}, clock).errors == ("webhook: HTTP 307",)


class Killed(Exception):
    """Ends the sender as a kill would: after the notice left, before that is written down."""


def test_a_sender_that_ends_between_sending_and_marking_sends_again_under_the_same_key(database: Database, clock: Clock) -> None:
    with webhook() as receiver:
        real = WebhookChannel(receiver.address, SECRET)

        class Ends:
            def send(self, key: str, payload: Mapping[str, str]) -> None:
                real.send(key, payload)
                raise Killed

        tasks_by(database, clock, "webhook").open_task(new_task())
        with pytest.raises(Killed):
            deliver(database, {"webhook": Ends()}, clock)
        assert deliver(database, {"webhook": real}, clock).sent == 0, "it is leased to the one that ended"
        clock.pass_by(minutes=3)
        assert deliver(database, {"webhook": real}, clock).sent == 1
    keys = [headers["Idempotency-Key"] for headers in receiver.headers]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_two_senders_do_not_take_the_same_notice(database: Database, clock: Clock) -> None:
    with webhook() as receiver:
        real = WebhookChannel(receiver.address, SECRET)

        class SendsBesideAnother:
            def send(self, key: str, payload: Mapping[str, str]) -> None:
                assert deliver(database, {"webhook": real}, clock).sent == 0
                real.send(key, payload)

        tasks_by(database, clock, "webhook").open_task(new_task())
        assert deliver(database, {"webhook": SendsBesideAnother()}, clock).sent == 1
    assert len(receiver.bodies) == 1


def test_a_notice_that_fails_slowly_is_tried_once_in_each_call(database: Database, clock: Clock) -> None:
    """Its next attempt is due before the call ends, and waits for the next call."""

    class TimesOut:
        def send(self, *_: object) -> None:
            clock.pass_by(seconds=70)
            raise NotSent("TimeoutError")

    tasks = tasks_by(database, clock, "webhook")
    for key in ("one", "two", "three"):
        tasks.open_task(new_task(key))
    assert deliver(database, {"webhook": TimesOut()}, clock).failed == 3
    assert {attempts for _, _, attempts in states(database)} == {1}


@pytest.mark.nightly
def test_a_receiver_that_answers_a_byte_at_a_time_is_given_up(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "MOST", 0.5)
    with webhook() as received:
        received.drip.set()
        channels = {"webhook": WebhookChannel(received.address, SECRET, clock)}
        tasks_by(database, clock, "webhook").open_task(new_task())
        slow = deliver(database, channels, clock)
        received.drip.clear()
        clock.pass_by(hours=1)
        after = deliver(database, channels, clock)
    assert (slow.sent, slow.failed, slow.errors) == (0, 1, ("webhook: TimeoutError",))
    assert (after.sent, after.failed) == (1, 0)


def test_a_batch_that_outlives_its_first_lease_is_not_sent_by_two(database: Database, clock: Clock) -> None:
    with webhook() as receiver:
        real = WebhookChannel(receiver.address, SECRET)

        class Slow:
            """Each takes a minute and a half; another sender comes by at the end of each."""

            def send(self, key: str, payload: Mapping[str, str]) -> None:
                real.send(key, payload)
                clock.pass_by(seconds=90)
                deliver(database, {"webhook": real}, clock)

        tasks = tasks_by(database, clock, "webhook")
        for key in ("one", "two", "three", "four"):
            tasks.open_task(new_task(key))
        deliver(database, {"webhook": Slow()}, clock)
    assert sorted(body["id"] for body in receiver.documents) == sorted({body["id"] for body in receiver.documents})
    assert len(receiver.documents) == 4


def test_mail_arrives_after_the_server_has_failed_twice(database: Database, clock: Clock, tmp_path: Path) -> None:
    with mail_server() as box:
        box.refuse = 2
        settings = Settings(
            project=tmp_path,
            notice_smtp=box.url,
            notice_from="mesh@example.com",
            notice_to="privacy@example.com, on-call@example.com",
        )
        tasks_by(database, clock, *channel_names(settings)).open_task(new_task())
        for minutes in (1, 2):
            assert deliver(database, channels_of(settings), clock).errors == ("smtp: SMTPDataError",)
            clock.pass_by(minutes=minutes)
        assert deliver(database, channels_of(settings), clock).sent == 1
    assert box.recipients == [["privacy@example.com", "on-call@example.com"]]
    mail = box.mails[0]
    assert mail["Subject"] == "[mesh] task.opened: identity_edge of sales/orders"
    assert mail["Message-ID"].endswith("@mesh-platform.invalid>")
    assert "command: mesh task list" in str(mail.get_payload())


def test_a_mail_server_that_is_down_is_a_failure_and_nothing_more(database: Database, clock: Clock, tmp_path: Path) -> None:
    with mail_server() as box:
        pass
    settings = Settings(project=tmp_path, notice_smtp=box.url, notice_from="mesh@example.com", notice_to="privacy@example.com")
    tasks_by(database, clock, "smtp").open_task(new_task())
    assert deliver(database, channels_of(settings), clock).errors == ("smtp: ConnectionRefusedError",)


def test_a_notice_that_comes_twice_is_one_file(tmp_path: Path) -> None:
    channel = FolderChannel(tmp_path / "notices")
    for _ in range(2):
        channel.send("k1", {"event": "task.opened"})
    assert [path.name for path in (tmp_path / "notices").iterdir()] == ["k1.json"]
    assert json.loads((tmp_path / "notices/k1.json").read_text()) == {"id": "k1", "event": "task.opened"}


def test_each_channel_gets_its_own_and_one_that_fails_keeps_no_other_back(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    with webhook() as receiver:
        pass
    tasks_by(database, clock, "folder", "webhook").open_task(new_task())
    channels = {"folder": FolderChannel(tmp_path / "notices"), "webhook": WebhookChannel(receiver.address, SECRET)}
    done = deliver(database, channels, clock)
    assert (done.sent, done.failed) == (1, 1)
    assert len(list((tmp_path / "notices").iterdir())) == 1


def test_a_task_whose_day_has_passed_is_told_once_more(database: Database, clock: Clock, tmp_path: Path) -> None:
    channels = {"folder": FolderChannel(tmp_path / "notices")}
    tasks_by(database, clock, "folder").open_task(new_task(days=1))
    assert deliver(database, channels, clock).sent == 1
    clock.pass_by(days=2)
    assert deliver(database, channels, clock).sent == 1
    assert deliver(database, channels, clock).sent == 0
    events = sorted(json.loads(path.read_text())["event"] for path in (tmp_path / "notices").iterdir())
    assert events == ["task.opened", "task.overdue"]


def test_a_task_that_fails_to_be_written_is_not_told(database: Database, clock: Clock) -> None:
    tasks = tasks_by(database, clock, "folder")
    with pytest.raises(Killed), database.write() as con:
        tasks.opened_in(con, new_task())
        raise Killed
    assert states(database) == []
    assert tasks.listed() == ()


def test_no_notice_holds_a_reason_an_assignee_or_a_role(database: Database, clock: Clock, tmp_path: Path) -> None:
    secret = "Ana Sousa asked for it"
    tasks_by(database, clock, "folder").open_task(replace(new_task(), reason=secret, created_by="ana@mail.test"))
    deliver(database, {"folder": FolderChannel(tmp_path / "notices")}, clock)
    with database.read() as con:
        kept = str(con.execute(select(notices)).all())
    told = "".join(path.read_text() for path in (tmp_path / "notices").iterdir())
    assert not any(word in kept + told for word in ("Ana", "ana@", "privacy"))


@pytest.mark.parametrize(
    "given",
    [
        {"notice_webhook": "http://hooks.example.com/x", "notice_secret": SECRET},
        {"notice_webhook": "https://hooks.example.com/x"},
        {"notice_webhook": "https://hooks.example.com/x", "notice_secret": "short"},
        {"notice_webhook": "file:///etc/passwd", "notice_secret": SECRET},
        {"notice_webhook": "https://[::1/x", "notice_secret": SECRET},
        {"notice_webhook": "https://hooks.example.com:many/x", "notice_secret": SECRET},
        {"notice_smtp": "smtp://mail.example.com"},
        {"notice_smtp": "imap://mail.example.com", "notice_from": "a@example.com", "notice_to": "b@example.com"},
        {"notice_smtp": "smtp://user:secret@mail.example.com", "notice_from": "a@example.com", "notice_to": "b@example.com"},
        {"notice_smtp": "smtp://mail.example.com:many", "notice_from": "a@example.com", "notice_to": "b@example.com"},
    ],
)
def test_a_channel_that_cannot_be_used_as_it_is_set_is_refused_without_quoting_it(tmp_path: Path, given: dict[str, str]) -> None:
    with pytest.raises(UsageProblem) as refused:
        channels_of(Settings(project=tmp_path, **given))
    assert refused.value.finding.rule == "NOTICE-01"
    assert "example.com" not in str(refused.value)
    assert "secret@" not in str(refused.value)
