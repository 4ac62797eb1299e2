"""The share of routine that took no privacy engineer, from real tasks and requests of a control database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from mesh_platform.actor import Actor, Role
from mesh_platform.product.governance.registers import Principal
from mesh_platform.registry.routine import Hand, Routine, by_domain, chores_in, routine
from mesh_platform.settings import Settings
from mesh_platform.state import Database, open_state
from mesh_platform.state.tables import subject_events, subject_requests
from mesh_platform.tasks import (
    GONE,
    NOT_NEEDED,
    RETIRED,
    Tasks,
    approval_key,
    approval_task,
    finding_key,
    finding_task,
    review_key,
    review_task,
    tightened_task,
    waiver_key,
    waiver_task,
)

DUE = datetime(2027, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
ANA = Actor("ana", ("consumer",), ("shop",))
PRINCIPALS = {
    "privacy-engineer": Principal(roles=("privacy",)),
    "steward": Principal(roles=("steward",), domains=("shop",)),
    "web-shop": Principal(roles=("source",)),
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    with closing(open_state(Settings(project=tmp_path))) as database:
        yield database


@pytest.fixture
def tasks(db: Database) -> Tasks:
    return Tasks(db)


def told(db: Database) -> dict[str, Routine]:
    return {one.name: one for one in routine(chores_in(db, PRINCIPALS))}


def resolve(tasks: Tasks, key: str, by: str, role: str | None, person: str | None = None, decision: str = "approve") -> None:
    with tasks._db.write() as con:
        assert tasks.resolve_in(con, key, decision, "x", by, person, role) is not None


def test_each_kind_counts_by_who_closed_it(db: Database, tasks: Tasks) -> None:
    for number in range(4):
        tasks.open_task(finding_task(f"shop/p{number}", "PCI-12.5.2", "why", DUE))
        tasks.open_task(approval_task(f"shop/p{number}", f"rq-{number}", 1, Role.STEWARD, DUE, ANA))
        tasks.open_task(review_task(f"shop/p{number}", "abc", 1, DUE))
        tasks.open_task(waiver_task(number, f"shop/p{number}", "CORE-05", DUE, ANA))
    tasks.resolve_key(finding_key("shop/p0", "PCI-12.5.2"), "gone", "it is fixed")
    for number, (by, role) in enumerate((("steward", "steward"), ("eve", "privacy")), 1):
        resolve(tasks, finding_key(f"shop/p{number}", "PCI-12.5.2"), by, role, decision=GONE)
    resolve(tasks, approval_key("rq-0"), "ACCESS: own columns", "mesh")
    resolve(tasks, approval_key("rq-1"), "steward", "steward")
    resolve(tasks, review_key("shop/p0", "abc"), "steward", "steward")
    resolve(tasks, review_key("shop/p1", "abc"), "eve", "privacy")
    resolve(tasks, waiver_key(0), "eve", "privacy")
    resolve(tasks, waiver_key(1), "steward", "steward")
    found = {name: (one.closed, one.without, one.open) for name, one in told(db).items()}
    assert found == {
        "all": (9, 6, 7),
        "finding": (3, 2, 1),
        "review": (2, 1, 2),
        "approval": (2, 2, 2),
        "waiver": (2, 1, 2),
        "subject_request": (0, 0, 0),
    }
    assert told(db)["all"].by == {Hand.PLATFORM: 2, Hand.DOMAIN: 4, Hand.PRIVACY: 3, Hand.UNKNOWN: 0}
    assert [(one.name, one.closed) for one in by_domain(chores_in(db, PRINCIPALS))] == [("shop", 9)]


def test_where_it_was_not_kept_as_what_it_was_closed_it_is_unknown_and_never_without_one(db: Database, tasks: Tasks) -> None:
    tasks.open_task(review_task("shop/p0", "abc", 1, DUE))
    resolve(tasks, review_key("shop/p0", "abc"), "somebody, else", None)
    tasks.open_task(finding_task("shop/p0", "PCI-12.5.2", "why", DUE))
    resolve(tasks, finding_key("shop/p0", "PCI-12.5.2"), "privacy-engineer", None)
    tasks.open_task(approval_task("shop/p0", "rq-0", 1, Role.STEWARD, DUE, ANA))
    resolve(tasks, approval_key("rq-0"), "steward", None)
    whole = told(db)["all"]
    assert (whole.closed, whole.without, whole.by[Hand.UNKNOWN]) == (3, 0, 3)


def test_what_one_person_opened_and_closed_is_no_routine_under_whatever_names(db: Database, tasks: Tasks) -> None:
    worn = Actor("analyst", ("consumer",), ("shop",), impersonated_by="sam")
    tasks.open_task(approval_task("shop/p0", "rq-0", 1, Role.STEWARD, DUE, worn))
    resolve(tasks, approval_key("rq-0"), "steward", "steward", "sam")
    tasks.open_task(approval_task("shop/p0", "rq-1", 1, Role.STEWARD, DUE, ANA))
    resolve(tasks, approval_key("rq-1"), "Ana", "consumer")
    tasks.open_task(approval_task("shop/p0", "rq-2", 1, Role.STEWARD, DUE, worn))
    resolve(tasks, approval_key("rq-2"), "ACCESS: own columns", "mesh")
    whole = told(db)["all"]
    assert (whole.closed, whole.one_hand, whole.by[Hand.PLATFORM]) == (1, 2, 1)


def test_what_nobody_closed_does_not_count(db: Database, tasks: Tasks) -> None:
    tasks.open_task(review_task("shop/p0", "abc", 1, DUE))
    with tasks._db.write() as con:
        tasks.supersede_in(con, "shop/p0", "review", "")
    tasks.open_task(finding_task("shop/p0", "CORE-03", "why", DUE))
    tasks.resolve_key(finding_key("shop/p0", "CORE-03"), RETIRED, "receipt", "sam", None)
    tasks.open_task(finding_task("shop/p0", "PCI-12.5.2", "why", DUE))
    resolve(tasks, finding_key("shop/p0", "PCI-12.5.2"), "shop-owner", "owner", decision="done")
    tasks.open_task(waiver_task(7, "shop/p0", "CORE-05", DUE, ANA))
    resolve(tasks, waiver_key(7), "shop-owner", "owner", decision="withdrawn")
    whole = told(db)["all"]
    assert (whole.closed, whole.share.value, whole.hours) == (0, None, None), "that it is done is seen, not said"


def test_the_same_occasion_counts_once_however_often_it_comes(db: Database, tasks: Tasks) -> None:
    for _ in range(5):
        with db.write() as con:
            tasks.opened_in(con, finding_task("shop/p0", "CORE-03", "why", DUE), again=True)
        tasks.resolve_key(finding_key("shop/p0", "CORE-03"), "gone", "it is fixed")
        tasks.settled(tightened_task("shop/p0", ["columns.a.sensitivity"], DUE), NOT_NEEDED, "x")
    whole = told(db)["all"]
    assert (whole.closed, whole.spared, whole.without) == (1, 1, 1), "what asked nobody was no task"


def test_how_long_it_took_is_the_median_of_what_counts(db: Database) -> None:
    clock = [NOW]
    tasks = Tasks(db, (), lambda: clock[0])
    for number, hours in enumerate((1, 2, 30)):
        clock[0] = NOW
        tasks.open_task(review_task(f"shop/p{number}", "abc", 1, DUE))
        clock[0] = NOW + timedelta(hours=hours)
        resolve(tasks, review_key(f"shop/p{number}", "abc"), "eve", "privacy")
    assert told(db)["review"].hours == 2
    late = routine(chores_in(db, PRINCIPALS), NOW + timedelta(hours=10))[0]
    assert late.closed == 1


def asked(db: Database, id: str, by: str, *acted: str, ended: str | None = None) -> None:
    row = {"id": id, "kind": "erasure", "regime": "gdpr", "by": by, "person": by, "opened_at": NOW, "attempts": 1, "people": 1}
    with db.write() as con:
        con.execute(
            insert(subject_requests).values(**row, attested=False, wrong=0, certified_at=NOW + timedelta(hours=1), ended=ended)
        )
        for number, name in enumerate((by, *acted)):
            event = {"request": id, "event": f"e{number}", "occasion": "", "at": NOW, "by": name, "person": name, "note": ""}
            con.execute(insert(subject_events).values(**event))


@pytest.mark.parametrize(
    ("by", "acted", "hand"),
    [
        ("web-shop", ("the person", "mesh"), Hand.PLATFORM),
        ("web-shop", ("privacy-engineer",), Hand.PRIVACY),
        ("privacy-engineer", (), Hand.PRIVACY),
        ("web-shop", ("somebody whom no file knows",), Hand.PRIVACY),
    ],
)
def test_a_persons_request_is_the_platforms_where_nobody_acted_on_it(
    db: Database, by: str, acted: tuple[str, ...], hand: Hand
) -> None:
    asked(db, "one", by, *acted)
    assert told(db)["subject_request"].by == {**dict.fromkeys(Hand, 0), hand: 1}


def test_a_request_that_was_taken_back_was_closed_by_nobody(db: Database) -> None:
    asked(db, "one", "web-shop", ended="withdrawn")
    assert told(db)["subject_request"].closed == 0
