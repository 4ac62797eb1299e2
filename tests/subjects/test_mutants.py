"""An eraser with a fault in it is found out: by the verifier, which says where the person still is. By day all
faults at once, by night each alone, and mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.lake import Doomed, Lake
from mesh_platform.lake import purge as purging
from mesh_platform.lake.catalog import Catalog
from mesh_platform.ledger import Ledger
from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Regime, State
from mesh_platform.subjects.held import Held
from mesh_platform.subjects.locate import doomed as honest_doomed
from mesh_platform.subjects.requests import Closure
from tests.subjects.town import ANA, BY, CARDS, CUSTOMERS, TOWNS, VISITORS, VISITS, deliver

Patch = pytest.MonkeyPatch


def a_skipped_product(patch: Patch) -> None:
    honest = Lake.purge

    def purge(lake: Lake, place: Any, doomed: Doomed, *more: Any) -> Any:
        if place.key != CUSTOMERS:
            return honest(lake, place, doomed, *more)
        return purging.Purged(1, 1, 1, 1, lake.versions(place)[-1])

    patch.setattr(Lake, "purge", purge)


def a_skipped_form(patch: Patch) -> None:
    def doomed(one: Held, closure: Closure) -> Doomed:
        left = tuple(i for i in closure.identifiers if one.key != CARDS or i.namespace != "customer_id")
        return honest_doomed(one, Closure(left))

    patch.setattr("mesh_platform.subjects.erasing.doomed", doomed)


def an_old_snapshot_kept(patch: Patch) -> None:
    honest = Catalog.expire
    patch.setattr(Catalog, "expire", lambda catalog, keep: 0 if catalog.place.key == VISITS else honest(catalog, keep))


def rows_that_are_only_hidden(patch: Patch) -> None:
    honest, gone = purging._committed, purging._check_gone

    def committed(own: Catalog, statement: str, *more: Any) -> int:
        skipped = own.place.key == VISITORS and "rewrite" in statement
        return 0 if skipped else honest(own, statement, *more)

    patch.setattr(purging, "_committed", committed)
    patch.setattr(purging, "_check_gone", lambda own, doomed: None if own.place.key == VISITORS else gone(own, doomed))


def a_product_that_is_not_made_again(patch: Patch) -> None:
    """Towns keeps no key: that it was made before the suppression is all that can be seen."""


def a_suppression_that_is_not_written(patch: Patch) -> None:
    honest = Ledger.append
    patch.setattr(Ledger, "append", lambda ledger, *events, **more: honest(ledger, *events[:-1], **more))


Fault = Callable[[Patch], None]
FAULTS: dict[Fault, tuple[str, str]] = {
    a_skipped_product: (CUSTOMERS, "column email ("),
    a_skipped_form: (CARDS, "column customer_id ("),
    an_old_snapshot_kept: (VISITS, "column cookie ("),
    rows_that_are_only_hidden: (VISITORS, "rows that are hidden and not removed"),
    a_product_that_is_not_made_again: (TOWNS, "made before the suppression"),
    a_suppression_that_is_not_written: ("", ""),
}
NAMES = {fault.__name__: fault for fault in FAULTS}


@pytest.mark.by_day("all")
@pytest.mark.parametrize("names", [tuple(NAMES), *((name,) for name in NAMES)], ids=["all", *NAMES])
def test_a_faulty_eraser_is_found_out(
    names: tuple[str, ...], town: tuple[Runtime, Desk], project: Path, monkeypatch: Patch
) -> None:
    _, honest = town
    deliver(project, "ann", "joana", "unknown")
    faults = [NAMES[name] for name in names]
    left = {TOWNS} if a_product_that_is_not_made_again in faults else set()
    left |= {VISITORS} if rows_that_are_only_hidden in faults else set()
    desk = replace(honest, republish=lambda key: None if key in left else honest.republish(key))
    with monkeypatch.context() as patch:
        for fault in faults:
            fault(patch)
        request = desk.run(desk.open(Regime.GDPR, [("email", ANA)], BY).id, BY)

    assert request.state is State.OPEN and request.certified_at is None
    tasks = {task.product: task for task in request.tasks}
    for product, where in (FAULTS[fault] for fault in faults):
        if product:
            assert tasks[product].state is State.OPEN and where in tasks[product].reason
    assert (request.sequence is None) is (a_suppression_that_is_not_written in faults)
    untold = {TOWNS, CUSTOMERS, CARDS, VISITS, VISITORS} - {FAULTS[fault][0] for fault in faults}
    assert {tasks[product].state for product in untold} <= {State.VERIFIED}

    if len(names) == 1:
        assert honest.run(request.id, BY).state is State.CERTIFIED, "an honest run mends it"
