"""An eraser with a fault in it is found out: by the verifier, which says where the person still is. By day two groups of
faults at once, by night each alone, and mended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.lake import Doomed, Lake, subject_index
from mesh_platform.lake import purge as purging
from mesh_platform.lake.catalog import Catalog
from mesh_platform.ledger import Ledger
from mesh_platform.subjects import Regime, State, means
from mesh_platform.subjects.erasure.stores import Landing
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.people.locate import doomed as honest_doomed
from mesh_platform.subjects.people.locate import located as honest_located
from mesh_platform.subjects.requests.values import Closure
from tests.subjects.town import ANA, BY, CARDS, CUSTOMERS, ORDER, TOWNS, VISIT_ROWS, VISITORS, VISITS, Town, deliver

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

    patch.setattr("mesh_platform.subjects.erasure.erasing.doomed", doomed)


def an_old_snapshot_kept(patch: Patch) -> None:
    honest = Catalog.expire
    patch.setattr(Catalog, "expire", lambda catalog, keep: 0 if catalog.place.key == VISITS else honest(catalog, keep))


def rows_that_are_only_hidden(patch: Patch) -> None:
    rewritten, gone = purging.rewritten, purging.check_gone
    patch.setattr(purging, "rewritten", lambda own, *more: 0 if own.place.key == VISITORS else rewritten(own, *more))
    patch.setattr(purging, "check_gone", lambda own, *more: None if own.place.key == VISITORS else gone(own, *more))


def a_product_that_is_not_made_again(patch: Patch) -> None:
    """Towns keeps no key: that it was made before the suppression is all that can be seen."""


def a_suppression_that_is_not_written(patch: Patch) -> None:
    honest = Ledger.append
    patch.setattr(Ledger, "append", lambda ledger, *events, **more: honest(ledger, *events[:-1], **more))


def hashed_and_not_erased(patch: Patch) -> None:
    _written_instead(patch, CUSTOMERS, "SELECT * REPLACE (sha256(email) AS email) FROM {t}")


def flagged_and_not_erased(patch: Patch) -> None:
    _written_instead(patch, CARDS, "SELECT *, customer_id = 'C-7' AS is_deleted FROM {t}")


def _written_instead(patch: Patch, key: str, select: str) -> None:
    """In place of the purge of one product, its rows written anew by `select`; older versions go."""
    honest = Lake.purge

    def purge(lake: Lake, place: Any, doomed: Doomed, *more: Any) -> Any:
        if place.key == key:
            with lake.writer(place) as writer:
                writer.attach_input(place, "served", None)
                writer.stage(select.replace("{t}", "mesh_input_0.main.data"))
                assert writer.previous is not None
                writer.publish("mesh", "written otherwise", writer.previous.extra)
            doomed = Doomed("false")
        return honest(lake, place, doomed, *more)

    patch.setattr(Lake, "purge", purge)


def an_index_that_still_knows_the_person(patch: Patch) -> None:
    for name in ("clear", "keep"):
        honest = getattr(subject_index, name)
        patch.setattr(
            subject_index,
            name,
            lambda paths, *more, honest=honest: None if paths.place.key == VISITORS else honest(paths, *more),
        )


def files_left_behind(patch: Patch) -> None:
    honest = purging._remove_old
    patch.setattr(purging, "_remove_old", lambda paths, *more: 0 if paths.place.key == VISITORS else honest(paths, *more))


def somebody_else_erased(patch: Patch) -> None:
    def doomed(one: Held, closure: Closure) -> Doomed:
        return Doomed("customer_id = 'C-77'") if one.key == CARDS else honest_doomed(one, closure)

    patch.setattr("mesh_platform.subjects.erasure.erasing.doomed", doomed)


def a_product_that_was_not_planned(patch: Patch) -> None:
    def located(held: Any, *more: Any) -> dict[str, int]:
        return honest_located([one for one in held if one.key != VISITS], *more)

    patch.setattr(means, "located", located)


def a_landing_file_that_was_said_to_be_cleaned(patch: Patch) -> None:
    patch.setattr(Landing, "erase", lambda store, *more: 1)


@dataclass(frozen=True)
class Told:
    """What becomes of a fault: the product that tells it, the words in which, and the state that keeps the request from its certificate."""

    product: str
    where: str
    state: State = State.OPEN


Fault = Callable[[Patch], None]
FIRST: dict[Fault, Told] = {
    a_skipped_product: Told(CUSTOMERS, "column email ("),
    a_skipped_form: Told(CARDS, "column customer_id ("),
    an_old_snapshot_kept: Told(VISITS, "column cookie ("),
    rows_that_are_only_hidden: Told(VISITORS, "rows that are hidden and not removed"),
    a_product_that_is_not_made_again: Told(TOWNS, "made before the suppression"),
    a_suppression_that_is_not_written: Told("", ""),
}
SECOND: dict[Fault, Told] = {
    hashed_and_not_erased: Told(CUSTOMERS, "column email (derived"),
    flagged_and_not_erased: Told(CARDS, "column customer_id ("),
    a_product_that_was_not_planned: Told(VISITS, "column cookie (", State.BLOCKED),
    an_index_that_still_knows_the_person: Told(VISITORS, "the catalog (subject index)"),
    files_left_behind: Told(VISITORS, "files that no version needs"),
}
ALONE: dict[Fault, Told] = {
    somebody_else_erased: Told(CARDS, "column customer_id ("),
    a_landing_file_that_was_said_to_be_cleaned: Told(VISITS, "its source, column cookie", State.BLOCKED),
}
FAULTS = FIRST | SECOND | ALONE
NAMES = {fault.__name__: fault for fault in FAULTS}
CASES = {"first": tuple(FIRST), "second": tuple(SECOND)} | {name: (fault,) for name, fault in NAMES.items()}


@pytest.mark.by_day("first", "second")
@pytest.mark.parametrize("faults", CASES.values(), ids=CASES)
def test_a_faulty_eraser_is_found_out(faults: tuple[Fault, ...], town: Town, project: Path, monkeypatch: Patch) -> None:
    _, honest = town
    deliver(project, "ann", "joana", "unknown")
    if a_landing_file_that_was_said_to_be_cleaned in faults:
        with (project / "landing/visits.csv").open("a") as visits:
            visits.write(f"{VISIT_ROWS['ana']}\n")
    left = {TOWNS} if a_product_that_is_not_made_again in faults else set()
    left |= {VISITORS} if {rows_that_are_only_hidden, files_left_behind} & {*faults} else set()
    faulty = replace(honest, republish=lambda key: None if key in left else honest.republish(key))
    with monkeypatch.context() as patch:
        for fault in faults:
            fault(patch)
        request = faulty.run(faulty.open(Regime.GDPR, [("email", ANA)], BY).id, BY)

    tasks = {task.product: task for task in request.tasks}
    told = [FAULTS[fault] for fault in faults]
    assert request.certified_at is None and request.state in {one.state for one in told}
    for one in told:
        if one.product:
            assert (tasks[one.product].state, one.where in tasks[one.product].reason) == (one.state, True), tasks[one.product]
    assert (request.sequence is None) is (a_suppression_that_is_not_written in faults)
    assert {tasks[product].state for product in {*ORDER} - {one.product for one in told}} <= {State.VERIFIED}

    if len(faults) == 1:
        mended = honest.run(request.id, BY)
        if a_suppression_that_is_not_written in faults:  # what was made before it stood is made again by one more
            assert {task.product for task in mended.tasks if task.state is State.OPEN} == {TOWNS, VISITORS}
            mended = honest.run(request.id, BY)
        assert mended.state is State.CERTIFIED, "an honest run mends it"
