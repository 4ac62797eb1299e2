"""Scenarios 14 to 17, 19 and 20: what people say takes effect at the next read, and in the rows themselves soon after."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mesh_platform.clock import utc_now
from mesh_platform.ledger import Outcome
from mesh_platform.propagation.lag import BREACHED, LATE, OK, measured, tell
from mesh_platform.tasks import TaskKind, Tasks
from tests.propagation.conftest import shop
from tests.propagation.shop import CUSTOMERS, LETTERS, Shop, deliver, later

__all__ = ["shop"]
ALL, LEFT = ["ana", "ann", "ben", "eva"], ["ann", "ben", "eva"]


def test_14_a_purpose_is_revoked_and_the_others_go_on(shop: Shop) -> None:
    assert shop.sees(CUSTOMERS, "marketing") == ALL
    shop.say("ana", "withdrawn", "marketing")
    assert shop.sees(CUSTOMERS, "marketing") == LEFT, "at the next read, which asks no cache"
    assert shop.sees(CUSTOMERS, "service") == ALL
    shop.propagation().apply("shop")
    assert shop.held(CUSTOMERS) == ALL, "nothing is deleted where another basis exists"
    assert shop.sees(CUSTOMERS, "service") == ALL and shop.sees(CUSTOMERS, "marketing") == LEFT


@pytest.mark.nightly
def test_15_a_consent_given_again_opens_from_then_on_and_brings_no_row_back(shop: Shop) -> None:
    shop.say("ana", "withdrawn", "marketing")
    shop.propagation().apply("shop")
    assert shop.held(LETTERS) == LEFT
    shop.say("ana", "granted", "marketing")
    shop.propagation().apply("shop")
    assert shop.held(LETTERS) == LEFT, "what was erased meanwhile is not brought back"
    assert shop.sees(CUSTOMERS, "marketing") == ALL, "the row that a contract kept is shown again"
    history = shop.ledger.history(shop.ledger.tokens.token("email", "ana@mail.test"))
    assert [entry.event.decision for entry in history] == ["granted", "withdrawn", "granted"]


@pytest.mark.nightly
def test_16_events_that_come_late_and_twice_leave_one_state_and_one_purge(shop: Shop) -> None:
    sequence = shop.say("ana", "withdrawn", "marketing", event="r12", source_order=12)
    for _ in range(3):
        assert shop.say("ana", "withdrawn", "marketing", event="r12", source_order=12) == sequence
    shop.say("ana", "granted", "marketing", event="g11", source_order=11)
    token = shop.ledger.tokens.token("email", "ana@mail.test")
    assert not shop.ledger.check(token, "marketing").allowed
    for _ in range(2):
        shop.propagation().apply("shop")
    receipts = [one for one in shop.receipts.receipts("shop") if one.product == LETTERS and one.rows]
    assert len(receipts) == 1 and receipts[0].rows == 1
    assert Outcome.LATE.value == "late" and shop.held(LETTERS) == LEFT


@pytest.mark.nightly
def test_17_whoever_said_nothing_is_refused_where_it_takes_consent_and_not_where_a_contract_carries(shop: Shop) -> None:
    deliver(shop.root, *ALL, "zoe")
    shop.publish(CUSTOMERS, LETTERS)
    assert shop.sees(CUSTOMERS, "marketing") == ALL and shop.sees(CUSTOMERS, "service") == [*ALL, "zoe"]
    assert shop.sees(LETTERS, "marketing") == ALL
    assert shop.propagation().apply("shop").whole
    assert shop.held(LETTERS)[-1] == "zoe", "who never spoke is hidden and not erased"


@pytest.mark.nightly
def test_19_a_domain_that_runs_once_a_day_hides_at_once_and_its_run_removes(shop: Shop) -> None:
    sequence = shop.say("ana", "withdrawn", "marketing")
    assert shop.sees(LETTERS, "marketing") == LEFT, "at 09:00:01"
    assert "ana" in shop.held(LETTERS)
    shop.publish(LETTERS)  # at 02:00, from a source that still delivers the person
    assert [row["email"].partition("@")[0] for row in shop.rows(LETTERS)] == LEFT
    done = shop.propagation().apply("shop")
    assert done.whole and done.sequence >= sequence
    assert shop.held(LETTERS) == LEFT, "the version before went too"
    progress = shop.receipts.progress("shop")[LETTERS, "westeurope"]
    assert progress.sequence >= sequence and progress.verified >= sequence


def test_20_a_domain_that_never_answers_turns_red_and_reads_hide_all_the_same(shop: Shop) -> None:
    shop.say("ana", "withdrawn", "marketing")
    tasks, day = Tasks(shop.runtime.database), timedelta(hours=24)

    def told(hours: float) -> tuple[str, list[str]]:
        now = later(hours=hours)
        [lag] = measured(shop.runtime.database, {"shop": day}, now)
        tell([lag], tasks, now)
        return lag.state, sorted(task.rule for task in tasks.listed(kind=TaskKind.PROPAGATION))

    assert told(1) == (OK, [])
    assert told(12.5) == (LATE, ["CONSENT-04"])
    assert told(13) == (LATE, ["CONSENT-04"]), "told once"
    assert told(24.5) == (BREACHED, ["CONSENT-04", "CONSENT-05"])
    assert shop.sees(LETTERS, "marketing") == LEFT
    shop.propagation("platform").apply("shop")
    assert told(25) == (OK, []), "and what is over is closed"
    [lag] = measured(shop.runtime.database, {"shop": day}, utc_now())
    assert lag.waiting == 0 and lag.worst is not None and lag.worst < 3600
