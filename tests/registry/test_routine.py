"""The share of routine tasks that took no privacy engineer, from real tasks of a control database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mesh_platform.actor import Actor, Role
from mesh_platform.registry.routine import routine
from mesh_platform.settings import Settings
from mesh_platform.state import open_state
from mesh_platform.tasks import Tasks, approval_key, approval_task, finding_key, finding_task, review_key, review_task

DUE = datetime(2027, 1, 1, tzinfo=UTC)
ANA = Actor("ana", ("consumer",), ("shop",))
ENGINEERS = {"privacy-engineer"}


@pytest.fixture
def tasks(tmp_path: Path) -> Iterator[Tasks]:
    (tmp_path / "workspace.yaml").write_text("load_from: []\n")
    with closing(open_state(Settings(project=tmp_path))) as database:
        yield Tasks(database)


def test_what_closed_by_itself_by_a_rule_or_by_the_domain_took_none_and_a_review_did(tasks: Tasks) -> None:
    for number in range(4):
        tasks.open_task(finding_task(f"shop/p{number}", "PCI-12.5.2", "why", DUE))
        tasks.open_task(approval_task(f"shop/p{number}", f"rq-{number}", 1, Role.STEWARD, DUE, ANA))
    tasks.open_task(review_task("shop/p0", "abc", 1, DUE))
    tasks.resolve_key(finding_key("shop/p0", "PCI-12.5.2"), "gone", "it is fixed")
    tasks.resolve_key(finding_key("shop/p1", "PCI-12.5.2"), "planned", "x", "shop-owner")
    tasks.resolve_key(finding_key("shop/p2", "PCI-12.5.2"), "planned", "x", "privacy-engineer")
    tasks.resolve_key(approval_key("rq-0"), "approve", "x", "ACCESS: own columns")
    tasks.resolve_key(review_key("shop/p0", "abc"), "approve", "x", "somebody, else")
    found = {one.kind: (one.closed, one.without, one.open) for one in routine(tasks.listed(resolved=True), ENGINEERS)}
    assert found == {
        "all": (5, 3, 4),
        "finding": (3, 2, 1),
        "review": (1, 0, 0),
        "approval": (1, 1, 3),
        "waiver": (0, 0, 0),
    }


def test_a_task_whose_place_another_took_was_closed_by_nobody(tasks: Tasks) -> None:
    tasks.open_task(review_task("shop/p0", "abc", 1, DUE))
    with tasks._db.write() as con:
        tasks.supersede_in(con, "shop/p0", "review", "")
    [whole, *_] = routine(tasks.listed(resolved=True), ENGINEERS)
    assert (whole.closed, whole.share.value) == (0, None)
