"""What is due goes on its day and not before, out of every version and file; what the law or a hold keeps stays."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, Unavailable, UsageProblem
from mesh_platform.lake import Lake
from mesh_platform.lake.place import Paths
from mesh_platform.publish import Runtime
from mesh_platform.registry import ClockFloor
from mesh_platform.retention import Done, Due, Keeper, Scope, State, advised
from mesh_platform.state.tables import publications
from tests.retention.books import (
    BEN,
    BY,
    DUE,
    EVA,
    INVOICES,
    MEMBERS,
    OLD,
    ORDER_ROWS,
    ORDERS,
    VISITS,
    describe,
    place,
    publish_all,
    rows,
)

Books = tuple[Runtime, Keeper]
A_DAY = timedelta(days=1)


def applied(keeper: Keeper, *only: str) -> dict[str, Done]:
    return {done.due.product: done for done in keeper.apply(utc_now(), BY, only)}


def held(runtime: Runtime, keeper: Keeper, **scope: Any) -> None:
    keeper.holds.open("M-1", "legal@example.com", "a claim", Scope(**scope), BY, runtime.audit, utc_now())


def test_rows_go_on_the_day_after_their_period_out_of_every_version_and_file(books: Books) -> None:
    runtime, keeper = books
    publish_all(runtime, ORDERS)  # a second version, that holds them too
    by_name = {due.product: due for due in keeper.plan(utc_now())}
    assert {key: (due.state, due.overdue, due.older) for key, due in by_name.items()} == {
        ORDERS: (State.DUE, 2, 2),
        INVOICES: (State.DUE, 2, 0),
        MEMBERS: (State.DUE, 1, 0),
    }
    done = applied(keeper)
    assert {key: (one.rows, one.left) for key, one in done.items()} == {
        ORDERS: ({"delete": 2}, 0),
        INVOICES: ({"delete": 2}, 0),
        MEMBERS: ({"anonymise": 1}, 0),
    }
    assert [row[0] for row in rows(runtime, ORDERS)] == [3, 4, 5], "the second anniversary itself is not past it"
    assert [row[0] for row in rows(runtime, INVOICES)] == ["I-2", "I-3"]
    assert [row[1] for row in rows(runtime, MEMBERS)] == [None, BEN, EVA], "who has not left stays, who left a year ago is nobody"
    assert len(runtime.lake.versions(place(ORDERS))) == 1
    assert [done.due.state for done in keeper.apply(utc_now(), BY)] == [State.CLEAN] * 3, "nothing is done twice"

    with runtime.lake.scan(place(ORDERS)) as scan:
        [[stale]] = scan.con.execute(f"SELECT count(*) FROM {scan.files[0]} WHERE ordered_on <= DATE '{DUE}'").fetchall()
        assert (stale, scan.hidden, scan.unknown) == (0, 0, 0)


def test_a_hold_keeps_its_rows_and_no_other_and_lets_them_go_when_it_is_closed(books: Books) -> None:
    runtime, keeper = books
    held(runtime, keeper, products=(ORDERS,), until=OLD)
    [due] = keeper.plan(utc_now(), [ORDERS])
    assert (due.overdue, due.held) == (1, 1)
    assert applied(keeper, ORDERS)[ORDERS].rows == {"delete": 1}
    assert [row[0] for row in rows(runtime, ORDERS)] == [1, 3, 4, 5]
    [due] = keeper.plan(utc_now(), [ORDERS])
    assert due.state is State.HELD and "M-1" in due.why and "mesh hold close" in due.fix
    keeper.holds.close("M-1", "settled", BY, runtime.audit, utc_now())
    assert applied(keeper, ORDERS)[ORDERS].rows == {"delete": 1}
    assert [row[0] for row in rows(runtime, ORDERS)] == [3, 4, 5]


@pytest.mark.nightly
def test_nothing_is_deleted_by_a_clock_that_leapt_or_went_back(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime, keeper = books
    monkeypatch.setenv("MESH_ENV", "test")
    for leap, rule in ((timedelta(days=3650), "RETAIN-02"), (timedelta(days=-400), "RETAIN-01")):
        monkeypatch.setenv("MESH_CLOCK", str(leap.total_seconds()))
        with pytest.raises(Unavailable) as refused:
            keeper.apply(utc_now(), BY)
        assert refused.value.finding.rule == rule
        assert len(rows(runtime, ORDERS)) == len(ORDER_ROWS)


def test_a_publication_in_a_leapt_clock_does_not_make_the_leap_true(books: Books) -> None:
    runtime, keeper = books
    leapt = utc_now() + timedelta(days=3650)
    ClockFloor(runtime.database, keeper.leap).raised(leapt)
    with pytest.raises(Unavailable, match="RETAIN-02"):
        keeper.apply(leapt + A_DAY, BY)
    with pytest.raises(UsageProblem, match="RETAIN-03"):
        keeper.confirm(utc_now().date(), leapt, BY)
    keeper.confirm(leapt.date(), leapt, BY)
    assert applied_at(keeper, leapt + A_DAY) == {ORDERS: {"delete": 5}, INVOICES: {"delete": 4}, MEMBERS: {"anonymise": 2}}


def applied_at(keeper: Keeper, now: Any) -> dict[str, dict[str, int]]:
    return {done.due.product: done.rows for done in keeper.apply(now, BY)}


def test_a_day_to_come_can_be_planned_and_not_applied(books: Books) -> None:
    runtime, keeper = books
    with pytest.raises(UsageProblem, match="RETAIN-03"):
        keeper.apply(utc_now(), BY, as_of=utc_now() + A_DAY)
    assert [due.overdue for due in keeper.plan(utc_now() + A_DAY, [ORDERS])] == [3]
    assert len(rows(runtime, ORDERS)) == len(ORDER_ROWS)
    done = keeper.apply(utc_now(), BY, [ORDERS], as_of=utc_now() - A_DAY)
    assert [one.rows for one in done] == [{"delete": 1}], "what was due only today stays for today"


@pytest.mark.parametrize(
    ("day", "helps"),
    [(0, "`mesh retention apply`, or"), (3, "Nothing is to be done before 2027-01-05"), (-2, "--as-of 2026-12-31`")],
)
def test_what_helps_is_told_for_the_day_that_was_asked_for(day: int, helps: str) -> None:
    today = date(2027, 1, 2)
    due = Due(ORDERS, State.DUE, fix="`mesh retention apply`, or its daily job.")
    assert helps in advised(due, today + day * A_DAY, today).fix
    held = Due(ORDERS, State.HELD, fix="Closing the hold lets them go: `mesh hold close`.")
    assert advised(held, today + day * A_DAY, today) == held


@pytest.mark.nightly
def test_one_that_is_busy_or_does_not_open_keeps_no_other_back(books: Books, project: Path) -> None:
    runtime, keeper = books
    catalog = Paths(runtime.lake.home, place(MEMBERS)).catalog
    catalog.write_bytes(b"not a catalog")
    runtime.lake.lock_wait = 0.1
    other = Lake(runtime.lake.home, runtime.lake.keys)
    with other.writer(place(INVOICES), doing="publication p-7"):
        done = applied(keeper)
    other.close()
    assert done[ORDERS].rows == {"delete": 2}
    findings = {key: one.finding.rule for key, one in done.items() if one.finding}
    assert findings == {INVOICES: "LAKE-10", MEMBERS: "RETAIN-06"}
    assert applied(keeper, INVOICES)[INVOICES].rows == {"delete": 2}


@pytest.mark.nightly
def test_a_product_whose_folder_is_broken_or_gone_is_judged_by_what_it_published(books: Books, project: Path) -> None:
    _, keeper = books
    (project / "domains" / ORDERS / "product.yaml").write_text("dataProduct: [")
    assert applied(keeper, ORDERS)[ORDERS].rows == {"delete": 2}


def test_the_check_finds_what_the_job_would_have_missed(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _, keeper = books
    found = {one.key: seen for one, seen in keeper.overdue(utc_now())}
    assert {key: seen.overdue for key, seen in found.items() if not isinstance(seen, Finding)} == {
        ORDERS: 2,
        INVOICES: 2,
        MEMBERS: 1,
    }
    monkeypatch.setattr("mesh_platform.retention.calendar.last_day", lambda began, span: began + timedelta(days=40_000))
    assert all(due.overdue == 0 for due in keeper.plan(utc_now())), "an arithmetic that is wrong"
    assert {one.key: seen.overdue for one, seen in keeper.overdue(utc_now()) if not isinstance(seen, Finding)} == {
        ORDERS: 2,
        INVOICES: 2,
        MEMBERS: 1,
    }


@pytest.mark.nightly
def test_a_deletion_that_left_rows_is_found_and_said(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    _, keeper = books
    real = Lake.purge_what
    monkeypatch.setattr(
        Lake, "purge_what", lambda self, at, decide, author, message: real(self, at, lambda: None, author, message)
    )
    done = applied(keeper, ORDERS)[ORDERS]
    assert done.left == 2 and done.finding is not None and done.finding.rule == "RETAIN-04"


@pytest.mark.nightly
def test_a_rule_that_cannot_be_carried_out_is_told(books: Books, project: Path) -> None:
    runtime, keeper = books
    describe(project, VISITS, retention={"period": "1 year", "from": {"event": "left"}, "action": "delete"})
    publish_all(runtime, VISITS)
    [due] = keeper.plan(utc_now(), [VISITS])
    assert due.state is State.BLOCKED and "column" in due.fix


@pytest.mark.nightly
def test_rows_that_were_added_count_each_from_its_own_delivery(books: Books, project: Path) -> None:
    runtime, keeper = books
    source = {"path": "landing/orders*.csv", "purpose": "service", "basis": "contract", "notice": "n1"}
    describe(project, VISITS, load="append", source=source)
    publish_all(runtime, VISITS)
    with runtime.database.write() as con:
        then = utc_now() - timedelta(days=40)
        con.execute(update(publications).where(publications.c.product == VISITS).values(published_at=then))
    (project / "landing" / "orders2.csv").write_text(f"order_no,email,ordered_on\n9,{EVA},{OLD}\n")
    publish_all(runtime, VISITS)
    [due] = keeper.plan(utc_now(), [VISITS])
    assert (due.rows, due.overdue, due.older) == (6, 5, 5)
    assert applied(keeper, VISITS)[VISITS].rows == {"delete": 5}
    assert [row[0] for row in rows(runtime, VISITS)] == [9]


@pytest.mark.nightly
def test_rows_count_from_when_they_were_taken_in(books: Books, project: Path) -> None:
    runtime, keeper = books
    describe(project, VISITS)
    publish_all(runtime, VISITS)
    now = utc_now()
    assert [due.overdue for due in keeper.plan(now + timedelta(days=30), [VISITS])] == [0]
    assert [(due.overdue, due.clock) for due in keeper.plan(now + timedelta(days=31), [VISITS])] == [(5, "ingested")]
