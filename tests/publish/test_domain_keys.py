"""A key is rotated, revoked and begun anew on somebody's behalf: recorded before and after, with the products beside it going on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import Finding, NotFound, Unavailable
from mesh_platform.lake import Revocation
from mesh_platform.product import load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, retire, tell_of_ends
from mesh_platform.publish.domain_keys import revoke_key, rotate_key, start_key
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry import KeyEvents
from tests.publish.conftest import ORDERS, TOWNS

Run = Callable[..., Outcome]
BAKERY = ("bakery", "westeurope")


def noon() -> datetime:
    return datetime(2026, 12, 1, 12, tzinfo=UTC)


def events(runtime: Runtime) -> list[tuple[str, str, str, int | None, int | None]]:
    found = KeyEvents(runtime.database).listed()
    assert all(event.at == noon() and event.region == "westeurope" for event in found)
    return [(event.what.value, event.domain, event.actor, event.version, event.catalogs) for event in reversed(found)]


def test_each_act_is_recorded_before_it_is_done_and_after(runtime: Runtime, run: Run) -> None:
    run(ORDERS)
    rotate_key(runtime, *BAKERY, Actor("ana", impersonated_by="zoe"), noon)
    revoke_key(runtime, *BAKERY, Actor("ben"), noon)
    start_key(runtime, *BAKERY, Actor("eva"), noon)
    assert events(runtime) == [
        ("rotation asked", "bakery", "ana", None, None),
        ("rotated", "bakery", "ana", 2, 1),
        ("revocation asked", "bakery", "ben", None, None),
        ("revoked", "bakery", "ben", None, 1),
        ("start asked", "bakery", "eva", None, None),
        ("started", "bakery", "eva", None, None),
    ]
    assert [event.person for event in KeyEvents(runtime.database).listed()] == ["eva", "eva", "ben", "ben", "zoe", "zoe"]
    assert KeyEvents(runtime.database).listed("office") == ()


def test_what_was_removed_with_a_key_is_published_no_more_and_leaves_no_task(project: Path, runtime: Runtime, run: Run) -> None:
    run(ORDERS), run(TOWNS)
    shutil.rmtree(project / "domains/bakery/orders")
    assert tell_of_ends(load_mesh(project), runtime, noon()) == 1
    revoke_key(runtime, *BAKERY, Actor("ana"), noon)
    start_key(runtime, *BAKERY, Actor("ana"), noon)
    assert set(runtime.registry.latest_publications()) == {TOWNS}
    assert tell_of_ends(load_mesh(project), runtime, noon()) == 0
    assert tasks_of(runtime).listed() == ()


def test_an_orphan_whose_files_are_lost_can_be_retired_all_the_same(project: Path, runtime: Runtime, run: Run) -> None:
    run(ORDERS)
    for part in ("bakery/orders", "office/towns"):
        shutil.rmtree(project / "domains" / part)
    for folder in ("catalogs", "data"):
        shutil.rmtree(runtime.settings.home_path / folder / "westeurope/bakery")
    receipt = retire(load_mesh(project), ORDERS, runtime, Actor("ana"), "lost with its disk", noon())
    assert (receipt.rows, receipt.held) == (0, "nothing of it was held any more")
    assert runtime.registry.latest(ORDERS) is None
    with pytest.raises(NotFound, match="retired on 2026-12-01 by ana"):
        retire(load_mesh(project), ORDERS, runtime, Actor("ana"), "again", noon())


def test_what_was_asked_and_not_done_stays_on_record(runtime: Runtime, run: Run) -> None:
    with pytest.raises(NotFound, match="KEY-08"):
        rotate_key(runtime, *BAKERY, Actor("ana"), noon)
    assert events(runtime) == [("rotation asked", "bakery", "ana", None, None)]


def test_what_was_begun_and_not_finished_is_recorded_as_such(runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(ORDERS)

    def down(*_: object) -> None:
        raise Unavailable.because("KEY-05", "the keys", "It does not answer.", "Wait.")

    with monkeypatch.context() as patched:
        for call in ("destroy", "renew"):
            patched.setattr(runtime.lake.keys, call, down)
        for act in (rotate_key, revoke_key, start_key):
            with pytest.raises(Unavailable, match="KEY-05"):
                act(runtime, *BAKERY, Actor("ana"), noon)
    assert [event[0] for event in events(runtime)] == [
        "rotation asked",
        "rotation incomplete",
        "revocation asked",
        "revocation incomplete",
        "start asked",
        "start incomplete",
    ]


def test_a_revocation_beside_a_publication_that_had_not_ended_is_incomplete(
    runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(ORDERS)
    busy = Finding("LAKE-10", "bakery/orders", "It is busy.", "Wait.")
    done = Revocation("westeurope", 1, (busy,))
    monkeypatch.setattr(type(runtime.lake.domain_keys), "revoke", lambda *_: done)
    assert revoke_key(runtime, *BAKERY, Actor("ana"), noon) == done
    assert events(runtime)[-1] == ("revocation incomplete", "bakery", "ana", None, 1)


def test_what_cannot_be_recorded_is_not_done(runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run(ORDERS)

    def down(*_: object) -> None:
        raise Unavailable.because("STATE-01", "the control database", "It is down.", "Start it.")

    monkeypatch.setattr(KeyEvents, "record", down)
    with pytest.raises(Unavailable, match="STATE-01"):
        revoke_key(runtime, *BAKERY, Actor("ana"))
    assert runtime.lake.keys.has(*BAKERY)


def test_a_revoked_domain_publishes_nothing_until_it_begins_anew_and_its_readers_fail_clearly(
    project: Path, runtime: Runtime, run: Run
) -> None:
    assert run(ORDERS).status is Status.PUBLISHED and run(TOWNS).status is Status.PUBLISHED
    revoke_key(runtime, *BAKERY, Actor("ana"), noon)
    for key in (ORDERS, TOWNS):  # office/towns has its own key, and reads bakery/orders
        outcome = run(key)
        assert outcome.status is Status.FAILED and [finding.rule for finding in outcome.findings] == ["KEY-04"], key
    start_key(runtime, *BAKERY, Actor("ana"), noon)
    assert run(ORDERS).status is Status.PUBLISHED and run(TOWNS).status is Status.PUBLISHED
    assert len(runtime.registry.publications(ORDERS)) == 1
    assert load_mesh(project).products.keys() >= {ORDERS, TOWNS}
