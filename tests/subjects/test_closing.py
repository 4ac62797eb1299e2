"""A request is withdrawn by the person or refused with its ground: its clock stops, its identifiers go, and what was erased stays erased and is said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform import failpoints
from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, MeshError
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.product import load_mesh
from mesh_platform.publish.desks import desk_of
from mesh_platform.subjects import Desk, Kind, Regime, State, Wish
from mesh_platform.subjects.closing import Ground
from mesh_platform.subjects.requests.store import to_start
from tests.propagation.shop import BY, CUSTOMERS, Shop, email, shop_at

WEB = Actor("web-shop", ("source",))


@pytest.fixture
def shop(published_shop: Path, tmp_path: Path) -> Iterator[Shop]:
    with shop_at(shutil.copytree(published_shop, tmp_path / "project")) as opened:
        yield opened


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return desk_of(load_mesh(shop.root), shop.runtime)


def erasure(desk: Desk, name: str = "ana", by: Actor = BY, **wish: object) -> str:
    return desk.open(Regime.GDPR, [("email", email(name))], by, wish=Wish(**wish)).id  # type: ignore[arg-type]


def begun(desk: Desk, name: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An erasure that was struck right after the suppression."""
    id = erasure(desk, name)
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", "subjects.suppressed=errno:EIO")
    failpoints._hits.clear()
    with pytest.raises(OSError):
        desk.run(id, BY)
    monkeypatch.delenv("MESH_FP")
    return id


def test_a_withdrawn_erasure_that_erased_nothing_lifts_what_it_alone_suppressed(
    shop: Shop, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = begun(desk, "ana", monkeypatch)
    assert "ana" not in shop.sees(CUSTOMERS, "service")
    before = desk.ledger.sequence()
    ended = desk.withdraw(id, "They changed their mind.", BY)
    assert (ended.state, (ended.ending or {})["suppression"]) == (State.WITHDRAWN, "lifted")
    assert desk.ledger.sequence() > before, "an event more; none is taken back"
    desk.ledger.forget()
    shop.publish(CUSTOMERS)
    assert "ana" in shop.sees(CUSTOMERS, "service")
    said = desk.status(id)
    assert not said["breached"] and [one["event"] for one in said["history"]][-1] == "withdrawn"
    with pytest.raises(MeshError, match="DSAR-09"):
        desk.store.identifiers(id)


def test_what_another_request_suppressed_too_stays_suppressed(shop: Shop, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = begun(desk, "ben", monkeypatch), begun(desk, "ben", monkeypatch)
    assert (desk.withdraw(first, "", BY).ending or {})["suppression"] == "stays"
    assert "ben" not in shop.sees(CUSTOMERS, "service")
    assert (desk.withdraw(second, "", BY).ending or {})["suppression"] == "stays", "the first one's was never lifted"


def test_a_withdrawn_erasure_never_un_erases_and_says_so(shop: Shop, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    id = erasure(desk)
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", "subjects.receipt=errno:EIO")
    failpoints._hits.clear()
    with pytest.raises(OSError):
        desk.run(id, BY)
    monkeypatch.delenv("MESH_FP")
    with pytest.raises(CheckFailed, match="DSAR-45"):
        desk.refuse(id, Ground.EXCESSIVE, "too much", BY, "by telephone")
    ended = desk.withdraw(id, "", BY)
    [gone] = [task.product for task in desk.store.get(id).tasks if task.version is not None]
    assert ended.ending is not None and ended.ending["suppression"] == "stays" and ended.ending["carried_out"] == [gone]
    assert gone in ended.ending["in_words"] and "ana" not in shop.held(gone) and "ana" not in shop.sees(CUSTOMERS, "service")
    for step in (lambda: desk.run(id, BY), lambda: desk.withdraw(id, "", BY), lambda: desk.approve(id, Actor("b", ("privacy",)))):
        with pytest.raises(CheckFailed, match="DSAR-45"):
            step()


def test_a_refusal_needs_a_ground_that_is_so_a_reason_and_a_word_to_the_person(desk: Desk) -> None:
    id = erasure(desk, by=WEB)
    assert desk.store.get(id).identity.value == "unknown"
    with pytest.raises(CheckFailed, match="DSAR-34"):
        desk.refuse(id, Ground.UNIDENTIFIED, "Nobody answered.", BY)
    for reason, told in (("  ", "by letter"), ("x" * 501, "by letter")):
        with pytest.raises(CheckFailed, match="DSAR-45"):
            desk.refuse(id, Ground.UNIDENTIFIED, reason, BY, told)
    with pytest.raises(Denied, match="DSAR-02"):
        desk.refuse(id, Ground.UNIDENTIFIED, "Nobody answered.", WEB, "by letter")
    with pytest.raises(MeshError, match="DSAR-40"):
        desk.refuse(id, Ground.UNIDENTIFIED, f"{email('ana')} did not answer.", BY, "by letter")
    refused = desk.refuse(id, Ground.UNIDENTIFIED, "Nobody answered.", BY, "by letter")
    assert refused.state is State.REFUSED and (refused.ending or {})["ground"] == "identity not established"
    assert not desk.sweep().told, "its clock stands still"
    known = erasure(desk)
    with pytest.raises(CheckFailed, match="DSAR-45"):
        desk.refuse(known, Ground.UNIDENTIFIED, "Nobody answered.", BY, "by letter")


def test_the_tasks_of_a_request_say_how_it_ended_and_who_ended_it(desk: Desk) -> None:
    id = erasure(desk)
    assert desk.sweep(utc_now() + timedelta(days=25)).told
    desk.withdraw(id, "", BY)
    [task] = [one for one in desk.tasks.listed(resolved=True) if id in one.key]
    assert (task.decision, task.resolved_by, task.resolved_role) == ("withdrawn", BY.name, "privacy")


def test_whoever_did_not_open_it_does_not_take_it_back(desk: Desk) -> None:
    id = erasure(desk, by=WEB)
    for other in (Actor("crm", ("source",)), Actor("analyst", ("consumer",))):
        with pytest.raises(Denied, match="DSAR-02"):
            desk.withdraw(id, "", other)
    with pytest.raises(Denied, match="DSAR-30"):
        desk.withdraw_by(id, "no token of it")
    assert desk.withdraw(id, "", WEB).state is State.WITHDRAWN


def test_what_is_opened_over_http_begins_by_itself_once_it_is_known_who_asks(shop: Shop, desk: Desk) -> None:
    unknown, known, by_hand = erasure(desk, "ana", WEB, starts=True), erasure(desk, "ben", starts=True), erasure(desk, "eva")
    many = desk.open(Regime.GDPR, [("email", f"{n}@many.test") for n in range(200)], BY, wish=Wish(people=200, starts=True)).id
    assert {id for id, _ in to_start(shop.runtime.database)} == {known, many}
    mesh = OpenedMesh(shop.root)
    try:
        mesh.go_on_with_requests()
    finally:
        mesh.close()
    states = {id: desk.store.get(id).state for id in (unknown, known, by_hand, many)}
    assert desk.store.get(known).suppressed_at and states[known] is State.BLOCKED, "begun; nobody declared its file as a store"
    assert all(states[id] is State.OPEN for id in (unknown, by_hand, many)), "not known, by hand, and for two to decide"
    desk.withdraw(unknown, "", WEB)
    assert {id for id, _ in to_start(shop.runtime.database)} == {many}


def test_a_package_is_not_made_by_itself(desk: Desk) -> None:
    assert not desk.store.get(erasure(desk, kind=Kind.ACCESS, starts=True)).due_to_start
