"""Consent at publication: somebody says no in memory, and a version whose read would still show them is not served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.access.decision import Decision
from mesh_platform.access.filters import Filters, RowFilter
from mesh_platform.errors import Denied, Finding
from mesh_platform.lake.hidden import CONSENT
from mesh_platform.policy import Control
from mesh_platform.product import load_mesh
from mesh_platform.publish import Outcome, Runtime, Status
from mesh_platform.publish.probes import probe_published
from mesh_platform.publish.probing import asked as asking
from mesh_platform.publish.probing.seen import Seen
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS

Run = Callable[..., Outcome]
OVER = RowFilter.over


def seen(project: Path, runtime: Runtime) -> Seen:
    found = load_mesh(project)
    return probe_published(found, found.products[ORDERS], runtime.lake, runtime.settings, runtime.database).seen[
        Control.LEGAL_BASIS
    ]


def objection(outcome: Outcome) -> str:
    assert outcome.status is Status.BLOCKED
    [finding] = [finding for finding in outcome.findings if finding.blocks]
    assert finding.rule == "CORE-04"
    return finding.why


def on_consent(project: Path) -> None:
    source = {"path": "landing/orders.csv", "purpose": "service", "basis": "consent", "notice": "2026-01"}
    write_product(project, "bakery/orders", order_descriptor(purposes={"service": "consent"}, source=source))


def test_who_says_no_is_left_out_and_nobody_else(project: Path, runtime: Runtime, run: Run) -> None:
    assert run(ORDERS).status is Status.PUBLISHED
    assert seen(project, runtime) == Seen(
        True, "In 3 rows, somebody who says no is left out, and nobody else, for service.", 3, purposes={"service": "left out"}
    )


def test_where_nobody_is_shown_they_are_as_if_they_had_agreed(project: Path, runtime: Runtime, run: Run) -> None:
    on_consent(project)
    assert run(ORDERS).status is Status.PUBLISHED
    assert seen(project, runtime).purposes == {"service": "left out"}


def blind_to_the_ledger(self: RowFilter, relation: str) -> str:
    return OVER(replace(self, closed=""), relation)


def blind_to_bits(self: RowFilter, relation: str) -> str:
    return OVER(self, f"(SELECT * REPLACE (-1 AS {CONSENT}) FROM {relation})")


def shutting_all_out(self: RowFilter, relation: str) -> str:
    return f"(SELECT * FROM {relation} WHERE false)" if self.closed else OVER(self, relation)


@pytest.mark.parametrize(
    ("over", "why"),
    [
        (blind_to_the_ledger, "still shown for service"),
        (blind_to_bits, "still shown for service"),
        (shutting_all_out, "others left out too for service"),
        (lambda self, relation: relation, "still shown for service"),
        (
            lambda self, relation: f"(SELECT * FROM {relation} WHERE no_such_column)",
            "does not run over its rows (BinderException)",
        ),
    ],
)
def test_a_filter_that_hears_no_or_too_much_keeps_the_version_back(
    run: Run, monkeypatch: pytest.MonkeyPatch, over: Callable[[RowFilter, str], str], why: str
) -> None:
    monkeypatch.setattr(RowFilter, "over", over)
    assert why in objection(run(ORDERS))


def test_bits_that_nothing_asks_for_are_missed_where_nobody_agreed(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_consent(project)
    monkeypatch.setattr(RowFilter, "over", blind_to_bits)
    assert "still shown for service" in objection(run(ORDERS))


def test_a_read_without_its_filter_keeps_the_version_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Filters, "of", lambda *_: None)
    assert "not filtered for service" in objection(run(ORDERS))


def test_a_filter_that_refuses_shows_nobody_and_proves_nothing(
    project: Path, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise Denied(Finding("ACCESS-41", "bakery/orders", "Another basis.", "Publish it anew."))

    monkeypatch.setattr(Filters, "of", refuse)
    assert run(ORDERS).status is Status.PUBLISHED
    assert (seen(project, runtime).holds, seen(project, runtime).purposes) == (None, {"service": "refused"})


def test_a_read_that_is_let_in_without_a_purpose_keeps_the_version_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    decided = asking.decided_on

    def careless(mesh: Any, caller: Any, product: Any, purpose: str | None, *rest: Any) -> Decision:
        return decided(mesh, caller, product, purpose or "service", *rest)

    monkeypatch.setattr(asking, "decided_on", careless)
    assert "A read is let in that names no purpose" in objection(run(ORDERS))


def test_a_product_without_rows_proves_nothing(project: Path, runtime: Runtime, run: Run) -> None:
    (project / "landing/orders.csv").write_text("order_id,email,town,amount,at\n", encoding="utf-8")
    assert run(ORDERS).status is Status.PUBLISHED
    assert seen(project, runtime).holds is None
