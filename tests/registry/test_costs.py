"""What compliance costs is told from records: the way to the first open gate, how long people waited, what controls took."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.errors import Finding, Severity
from mesh_platform.product import ProductKey
from mesh_platform.registry import GateDecision, Registry, costs
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_leaves
from mesh_platform.tasks import NewTask, TaskKind, Tasks

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORDERS, OLD = ProductKey("sales", "orders"), ProductKey("sales", "old")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "control.db")
    database.migrate()
    yield database
    database.close()


def decided(db: Database, key: ProductKey, is_open: bool, minutes: int, place: Any = "publish", *rules: str) -> None:
    findings = tuple(
        Finding(rule, "product.yaml", "It lacks it.", "Add it.", str(key), severity=Severity.BLOCK) for rule in rules
    )
    Registry(db).record_decision(GateDecision(key, "hash", place, is_open, NOW + timedelta(minutes=minutes), findings))


def test_the_first_open_gate_counts_from_the_beginning_and_what_was_refused_before(db: Database) -> None:
    decided(db, ORDERS, True, -60)  # an older product of that name
    costs.begin(db, ORDERS, NOW)
    for minutes, is_open in ((3, False), (5, False), (8, True), (20, False), (30, True)):
        decided(db, ORDERS, is_open, minutes)
    decided(db, OLD, True, 1)
    costs.begin(db, ProductKey("sales", "waits"), NOW)
    found = {one.product: one for one in costs.first_gates(db)}
    assert (found["sales/orders"].refused, found["sales/orders"].took) == (2, timedelta(minutes=8))
    assert (found["sales/old"].open_at, found["sales/old"].took) == (NOW + timedelta(minutes=1), None), (
        "nobody knows when it was begun"
    )
    assert found["sales/waits"].open_at is None


def test_what_is_kept_back_when_it_is_loaded_waits_since_it_was_begun_or_first_judged(db: Database) -> None:
    decided(db, OLD, False, 1, "load", "CORE-01")
    decided(db, OLD, False, 3, "load", "CORE-03", "SQL-02")
    decided(db, OLD, True, 4, "load")
    costs.begin(db, ORDERS, NOW)
    decided(db, ORDERS, False, 2, "load", "CORE-03")
    old, orders = costs.first_gates(db)
    assert (old.refused, old.open_at, old.rules) == (2, None, ("CORE-03", "SQL-02")), "loaded is not published"
    assert (old.waits(NOW + timedelta(hours=1)), orders.waits(NOW + timedelta(hours=1))) == (
        timedelta(minutes=59),
        timedelta(hours=1),
    )
    decided(db, ORDERS, True, 30)
    [_, orders] = costs.first_gates(db)
    assert (orders.refused, orders.took, orders.waits(NOW + timedelta(hours=1)), orders.rules) == (
        1,
        timedelta(minutes=30),
        None,
        (),
    )


def test_records_of_the_log_are_counted_by_the_domain_that_they_are_about(db: Database) -> None:
    bodies = [
        b'{"obj":{"product":"sales/orders@1.0.0"}}',
        b'{"obj":{"domain":"sales"}}',
        b'{"obj":{"product":"crm/x"}}',
        b"{}",
        None,
    ]
    with db.write() as con:
        rows = [{"seq": i, "eid": str(i), "body": body, "hash": b""} for i, body in enumerate(bodies)]
        con.execute(audit_leaves.insert(), rows)
    found = {domain: (one.records, one.bytes) for domain, one in costs.recorded(db).items()}
    assert found == {"sales": (2, len(bodies[0] or b"") + len(bodies[1] or b"")), "crm": (1, len(bodies[2] or b"")), "": (2, 2)}


def test_a_product_that_is_made_anew_begins_anew(db: Database) -> None:
    costs.begin(db, ORDERS, NOW - timedelta(days=3))
    costs.begin(db, ORDERS, NOW)
    decided(db, ORDERS, True, 2)
    assert costs.first_gates(db)[0].took == timedelta(minutes=2)


def test_waiting_is_told_by_domain_and_kind_of_what_was_decided(db: Database) -> None:
    now = [NOW]
    tasks = Tasks(db, (), lambda: now[0])
    for name, hours in (("a", 1), ("b", 2), ("c", 30)):
        now[0] = NOW
        tasks.open_task(NewTask(f"review:{name}", TaskKind.REVIEW, f"sales/{name}", "It waits.", "privacy", NOW))
        now[0] = NOW + timedelta(hours=hours)
        tasks.resolve_key(f"review:{name}", "approved", "Looked at.")
    tasks.open_task(NewTask("approval:x", TaskKind.APPROVAL, "customer/x", "It waits.", "steward", NOW))
    tasks.open_task(NewTask("sunset:x", TaskKind.SUNSET, "customer/x", "It ends.", "owner", NOW))
    assert costs.waits(db) == (
        costs.Waits("customer", "approval", 0, 1, None, None),
        costs.Waits("sales", "review", 3, 0, timedelta(hours=2), timedelta(hours=30)),
    )


def test_what_controls_took_is_told_by_domain(db: Database) -> None:
    for i, ms in enumerate((10.0, 30.0, 20.0)):
        costs.spend(db, ORDERS, f"p{i}", {"scan": ms, "whole": ms * 5}, NOW)
    costs.spend(db, ORDERS, "p2", {"scan": 21.0}, NOW)
    assert costs.spent(db) == (
        costs.Spent("sales", "scan", 3, 21.0, 30.0),
        costs.Spent("sales", "whole", 3, 100.0, 150.0),
    )
