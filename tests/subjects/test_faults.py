"""A run in which something goes wrong: what it leaves is true, and the next one goes on to the certificate."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform import failpoints
from mesh_platform.errors import MeshError, Unavailable, UsageProblem
from mesh_platform.lake import Doomed, Lake, Place
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.publish import Runtime
from mesh_platform.subjects import Desk, Looked, Regime, Request, State, Verifier
from mesh_platform.subjects.erasure.erasing import Eraser
from mesh_platform.subjects.requests.values import Closure, Task
from tests.subjects.town import (
    ANA,
    BY,
    CARDS,
    CUSTOMERS,
    EVERYONE_ELSE,
    ORDER,
    TOWNS,
    Town,
    deliver,
    everything,
    publish_all,
    rows,
    seen,
    town_at,
)
from tests.subjects.truths import holds

Patch = pytest.MonkeyPatch
STEPS = [
    "subjects.frozen", "subjects.imposed", "subjects.suppressed", "subjects.planned", "subjects.looked", "subjects.verified",
    "subjects.certified", *(f"subjects.{step}@{turn}" for step in ("intended", "published", "purged", "receipt") for turn in (1, 3, 5)),
    "lake.locked@2", "purge.copied@2", "purge.deleted@2", "purge.rewritten@2", "purge.expired@2", "purge.compacted@2", "purge.synced@2",
    "purge.renamed@2", "purge.cleaned@2", "publish.renamed@1", "lake.indexed@2", "lake.staged@1", "lake.committed@1",
]  # fmt: skip
ERRORS = ("EIO", "ENOSPC")
GONE_ON = ("publish.", "lake.staged", "lake.committed", "lake.indexed")


@contextmanager
def failing(patch: Patch, step: str, error: str) -> Iterator[None]:
    name, _, turn = step.partition("@")
    with patch.context() as only:
        only.setenv("MESH_ENV", "test")
        only.setenv("MESH_FP", f"{name}=errno:{error}@{turn or 1}")
        failpoints._hits.clear()
        yield


def opened(desk: Desk) -> Request:
    return desk.open(Regime.GDPR, [("email", ANA)], BY)


def tried(desk: Desk, id: str) -> bool:
    """Whether the run went through; whatever it raises is an error that a caller can tell."""
    try:
        desk.run(id, BY)
    except (OSError, MeshError):
        return False
    return True


@pytest.mark.nightly
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("error", ERRORS)
def test_an_error_at_any_step_leaves_what_is_true_and_the_next_run_goes_on(
    error: str, step: str, town: Town, project: Path, monkeypatch: Patch
) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    request = opened(desk)
    with failing(monkeypatch, step, error):
        went = tried(desk, request.id)
        assert failpoints._hits[step.partition("@")[0]] >= int(step.partition("@")[2] or 1), "the run passed there"
    holds(runtime, desk, request.id)
    assert went is step.startswith(GONE_ON), (
        "what cannot be published blocks its product, an index is made anew, all else ends the run"
    )
    assert desk.run(request.id, BY).state is State.CERTIFIED
    holds(runtime, desk, request.id)
    assert everything(runtime) == EVERYONE_ELSE


def a_receipt_before_the_purge(patch: Patch) -> None:
    honest = Eraser.erase

    def erase(eraser: Eraser, request: Request, closure: Closure, task: Task, one: Any, *more: Any) -> Task:
        eraser.store.told(request.id, [replace(task, state=State.ERASED, version=1)])
        return honest(eraser, request, closure, task, one, *more)

    patch.setattr(Eraser, "erase", erase)


def a_suppression_that_is_only_told(patch: Patch) -> None:
    patch.setattr(Eraser, "suppress", lambda *asked: 1)


def a_purge_that_takes_more(patch: Patch) -> None:
    honest = Lake.purge
    patch.setattr(Lake, "purge", lambda lake, place, doomed, *more: honest(lake, place, Doomed("true"), *more))


def a_verifier_that_sees_nothing_of_an_eraser_that_does_nothing(patch: Patch) -> None:
    honest = Lake.purge
    patch.setattr(Lake, "purge", lambda lake, place, doomed, *more: honest(lake, place, Doomed("false"), *more))
    patch.setattr(Verifier, "look", lambda verifier, identifiers: Looked((), 5, 5))
    patch.setattr(Verifier, "stale", lambda verifier, *asked: ())


BROKEN: dict[Callable[[Patch], None], tuple[str, str]] = {
    a_receipt_before_the_purge: ("subjects.intended@2", "told as gone and still there"),
    a_suppression_that_is_only_told: ("subjects.planned", "does not stand in the ledger"),
    a_purge_that_takes_more: ("subjects.purged@1", "neither all rows nor those of everyone else"),
    a_verifier_that_sees_nothing_of_an_eraser_that_does_nothing: ("lake.indexed@99", "still there"),
}


@pytest.mark.by_day("a_receipt_before_the_purge")
@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.__name__)
def test_a_broken_build_turns_it_red(broken: Callable[[Patch], None], town: Town, project: Path, monkeypatch: Patch) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    step, red = BROKEN[broken]
    request = opened(desk)
    with monkeypatch.context() as patch, failing(monkeypatch, step, "EIO"):
        broken(patch)
        tried(desk, request.id)
    with pytest.raises(AssertionError, match=red):
        holds(runtime, desk, request.id)


@pytest.mark.nightly
def test_two_erasures_and_a_publication_at_once_leave_nobody_behind(town: Town, project: Path) -> None:
    runtime, desk = town
    ids = [desk.open(Regime.GDPR, [("email", address)], BY).id for address in (ANA, "joana@ex.test")]
    failed, begin = list[Exception](), threading.Barrier(3)

    def at_once(act: Callable[[Runtime, Desk], object]) -> threading.Thread:
        def run() -> None:
            with town_at(project) as (own, its):
                begin.wait()
                try:
                    act(own, its)
                except Unavailable:
                    pass  # busy, and told; it is run again
                except Exception as error:  # noqa: BLE001 - told by the test
                    failed.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    threads = [at_once(lambda own, its, id=id: its.run(id, BY)) for id in ids]
    threads.append(at_once(lambda own, its: publish_all(own, CUSTOMERS, CARDS, TOWNS)))
    for thread in threads:
        thread.join()
    assert failed == []
    deliver(project, "ann", "unknown")
    assert [desk.run(id, BY).state for id in ids] == [State.CERTIFIED, State.CERTIFIED]
    assert rows(runtime, CUSTOMERS) == [("C-77", "ann@ex.test", "Lisbon")]
    assert (rows(runtime, CARDS), rows(runtime, TOWNS)) == ([("C-77", "Lisbon")], [("Lisbon", 1)])
    assert seen(desk, "email", ANA) == seen(desk, "email", "joana@ex.test") == []


@pytest.mark.nightly
def test_a_domain_whose_code_is_broken_keeps_its_own_product_blocked_and_no_other(town: Town, project: Path) -> None:
    _, before = town
    deliver(project, "ann", "joana", "unknown")
    transform = project / "domains" / TOWNS / "transform.sql"
    honest = transform.read_text()
    transform.write_text("SELECT nothing FROM nowhere\n")
    request = opened(before)
    with town_at(project) as (runtime, desk):
        tasks = {task.product: task for task in desk.run(request.id, BY).tasks}
        assert tasks[TOWNS].state is State.BLOCKED and tasks[TOWNS].fix
        assert {task.state for task in tasks.values() if task.product != TOWNS} == {State.VERIFIED}
        transform.write_text(honest)
    with town_at(project) as (runtime, desk):
        assert desk.run(request.id, BY).state is State.CERTIFIED
        assert everything(runtime) == EVERYONE_ELSE


@pytest.mark.nightly
def test_a_request_that_meets_a_locked_catalog_and_a_full_disk_is_certified_in_the_end_and_no_event_brings_anybody_back(
    town: Town, project: Path, monkeypatch: Patch
) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    request = opened(desk)
    desk.ledger.append(*late(desk)[:2], by=BY)
    runtime.lake.lock_wait = 0.2
    with town_at(project) as (other, _), other.lake.writer(Place("westeurope", *CARDS.split("/"))):
        with pytest.raises(Unavailable, match="LAKE-10"):
            desk.run(request.id, BY)
        waiting = {task.product: task for task in desk.store.get(request.id).tasks}
        assert waiting[CARDS].state is State.BLOCKED and "publication" in waiting[CARDS].reason and waiting[CARDS].fix
        assert {task.state for task in waiting.values() if task.product != CARDS} == {State.ERASED}, "no other waits for it"
        assert {key: rows(runtime, key) for key in ORDER if key != CARDS}.items() <= EVERYONE_ELSE.items()
        assert desk.verifier.unsuppressed(desk.store.identifiers(request.id)) == 0, "no read shows the person any more"
    runtime.lake.lock_wait = 60
    with failing(monkeypatch, "purge.rewritten@1", "ENOSPC"):
        assert not tried(desk, request.id)
    holds(runtime, desk, request.id)
    done = desk.run(request.id, BY)
    assert (done.state, done.attempts) == (State.CERTIFIED, 3)

    for _ in range(2):
        desk.ledger.append(*reversed(late(desk)), by=BY)
    with pytest.raises(UsageProblem, match="LEDGER-01"):
        desk.ledger.append(replace(late(desk)[0], purpose="nobody.knows", event_id="x-1"), by=BY)
    deliver(project, "ana", "ann", "joana", "unknown")
    publish_all(runtime, CUSTOMERS, TOWNS)
    assert everything(runtime) == EVERYONE_ELSE
    holds(runtime, desk, request.id)


def late(desk: Desk) -> list[Event]:
    """What a source says of her late, out of its own order, and of next year: that she objects no more."""
    named = [(name, desk.ledger.tokens.token(name, text)) for name, text in (("email", ANA), ("customer_id", "C-7"))]
    said = ((Decision.LIFTED, 12, 0), (Decision.OBJECTED, 11, -3), (Decision.LIFTED, 13, 400))
    return [
        Event(
            token, name, Kind.OBJECTION, decision, "crm", f"{name}-{number}", "service", source_order=order,
            captured_at=CAPTURED, effective_at=CAPTURED + timedelta(days=days),
        )
        for name, token in named
        for number, (decision, order, days) in enumerate(said)
    ]  # fmt: skip


CAPTURED = datetime.now(UTC) - timedelta(days=9)
ODD = {
    "a wildcard": "%", "confusable": "\u0430na@ex.test", "injected": "ana@ex.test'; DROP TABLE data; --", "a hole": "{t}", "two at once": "ann@ex.test ana@ex.test",
    "an asterisk": "*", "one sign for any": "_na@ex.test", "cut": "ana@ex.tes", "longer": "ana@ex.test.org", "always true": "' OR 1=1 --", "ended": "ana@ex.test\x00",
    "a pattern": ".*", "another kind": "C-7", "turned around": "\u202eana@ex.test",
}  # fmt: skip


@pytest.mark.by_day("by day")
@pytest.mark.parametrize("odd", [[*ODD][:4], [*ODD][4:]], ids=["by day", "by night"])
def test_an_identifier_that_is_odd_is_nobody_s_and_another_spelling_of_hers_is_hers(town: Town, odd: list[str]) -> None:
    _, desk = town
    for kind in odd:
        try:
            closure, tasks = desk.plan(desk.open(Regime.GDPR, [("email", ODD[kind])], BY).id)
        except UsageProblem:
            continue
        assert {one.namespace for one in closure.identifiers} <= {"email", "email_sha256"}, kind
        assert {task.rows for task in tasks} == {0}, kind
    closure, _ = desk.plan(desk.open(Regime.GDPR, [("email", "\tANA@ex.test\u200b ")], BY).id)
    assert "C-7" in {text for one in closure.identifiers for text in one.spellings}
