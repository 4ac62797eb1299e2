"""Scenario 22: a hold keeps exactly its scope, hidden from every read; all else is erased; closing it brings the erasure to its certificate."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.backups import create, lake_of
from mesh_platform.clock import utc_now
from mesh_platform.lake import Place
from mesh_platform.publish import Runtime
from mesh_platform.retention import Scope, keeper_of
from mesh_platform.subjects import Desk, Regime, Request, Retained, State
from tests.cli.conftest import Mesh
from tests.faults.jobs import PLATFORM, backups_of
from tests.subjects.town import ANA, ANN, BY, CARDS, CUSTOMERS, TOWNS, VISITORS, VISITS, deliver, publish_all, town_at


def rows(runtime: Runtime, key: str) -> list[tuple[Any, ...]]:
    with runtime.lake.reader() as reader:
        found = reader.fetch(Place("westeurope", *key.split("/")), "SELECT * FROM {t} ORDER BY ALL")
    return [tuple(row.values()) for row in found.to_pylist()]


def states(request: Request) -> dict[str, State]:
    return {task.product: task.state for task in request.tasks}


@pytest.mark.nightly
def test_payments_under_a_hold_stay_hidden_and_go_when_it_is_closed(
    published_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mesh: Mesh
) -> None:
    project = shutil.copytree(published_town, tmp_path / "project")
    with town_at(project) as (runtime, desk):
        id = held_request(project, runtime, desk)
    monkeypatch.chdir(project)
    closed = mesh("hold", "close", "M-1", "--reason", "settled", "--as", "privacy-engineer", "--json")
    assert (closed.code, closed.json["requests"]) == (0, [{"id": id, "state": "certified", "why": ""}])
    with town_at(project) as (runtime, desk):
        assert [row[0] for row in rows(runtime, CUSTOMERS)] == ["C-77", "C-8"]
        assert {State.VERIFIED, State.CERTIFIED, State.UNTOUCHED} >= set(states(desk.store.get(id)).values())


@pytest.mark.nightly
def test_a_product_that_is_made_again_stays_as_it_is_while_it_is_held(published_town: Path, tmp_path: Path) -> None:
    project = shutil.copytree(published_town, tmp_path / "project")
    deliver(project, "ann", "joana", "unknown")
    with town_at(project) as (runtime, desk):
        before = {key: rows(runtime, key) for key in (VISITORS, TOWNS)}
        keeper = keeper_of(runtime)
        keeper.holds.open("M-1", "legal@example.com", "a claim", Scope(domains=("office",)), BY, runtime.audit, utc_now())
        id = desk.open(Regime.GDPR, (("email", ANA),), BY).id
        planned = {task.product: task.state for task in desk.plan(id)[1]}
        assert (planned[VISITORS], planned[TOWNS], planned[CUSTOMERS]) == (State.HELD, State.HELD, State.OPEN)
        request = desk.run(id, BY)
        told = states(request)
        assert (told[VISITORS], told[TOWNS], told[CUSTOMERS]) == (State.HELD, State.HELD, State.VERIFIED)
        assert {key: rows(runtime, key) for key in before} == before
        keeper.holds.close("M-1", "settled", BY, runtime.audit, utc_now())
        assert desk.run(request.id, BY).state is State.CERTIFIED
        assert [row[0] for row in rows(runtime, VISITORS)] == ["ck-1", "ck-99"]


def test_a_backup_tells_the_rows_that_a_hold_keeps_in_it_and_gives_them_up_when_it_is_closed(
    published_town: Path, tmp_path: Path
) -> None:
    project = shutil.copytree(published_town, tmp_path / "project")
    with town_at(project) as (runtime, desk):
        of = backups_of(runtime)
        backup = of.shelf.get(create(of, PLATFORM, utc_now()).id)
        deliver(project, "ann", "joana", "unknown")
        desk, keeper = replace(desk, retained=Retained(of, desk.ledger, desk.registry)), keeper_of(runtime)
        scope = Scope(products=(CUSTOMERS,), domains=("office",))
        keeper.holds.open("M-1", "legal@example.com", "a claim", scope, BY, runtime.audit, utc_now())
        id = desk.open(Regime.GDPR, (("email", ANA),), BY).id
        for gone in (2, 0):  # what went does not go again
            [told] = [task for task in desk.run(id, BY).tasks if task.product == f"backup {backup.id}"]
            assert (told.state, told.rows) == (State.HELD, gone), told
            assert told.reason.startswith("2 rows of it are kept") and "(M-1; " in told.reason and "mesh hold close" in told.fix
            assert f"They stand in {', '.join(sorted((CUSTOMERS, TOWNS, VISITORS)))}. It ends on " in told.reason
            assert copied(runtime, backup.folder, CUSTOMERS)[0] == ("C-7", ANA, "Lisbon")
            assert [row[0] for row in copied(runtime, backup.folder, CARDS)] == ["C-77", "C-8"]
        keeper.holds.close("M-1", "settled", BY, runtime.audit, utc_now())
        request = desk.run(id, BY)
        assert (request.state, states(request)[f"backup {backup.id}"]) == (State.CERTIFIED, State.CERTIFIED)
        assert [row[0] for row in copied(runtime, backup.folder, CUSTOMERS)] == ["C-77", "C-8"]


def copied(runtime: Runtime, folder: Path, key: str) -> list[tuple[Any, ...]]:
    """The rows of a product in a backup."""
    with lake_of(folder, runtime.lake.keys, runtime.lake.home / "tmp") as lake, lake.reader() as reader:
        found = reader.fetch(Place("westeurope", *key.split("/")), "SELECT * FROM {t} ORDER BY ALL")
    return [tuple(row.values()) for row in found.to_pylist()]


def held_request(project: Path, runtime: Runtime, desk: Desk) -> str:
    """An erasure while a hold covers the customers: everything else is done, and they wait."""
    scope = Scope(products=(CUSTOMERS,))
    keeper_of(runtime).holds.open("M-1", "legal@example.com", "a claim", scope, BY, runtime.audit, utc_now())
    id = desk.open(Regime.GDPR, (("email", ANA),), BY).id
    planned = {task.product: (task.state, task.rows) for task in desk.plan(id)[1]}
    assert (planned[CUSTOMERS], planned[CARDS]) == ((State.HELD, 1), (State.OPEN, 1)), "a plan says what the hold keeps"
    request = desk.run(id, BY)
    assert (request.state, states(request)[CUSTOMERS], states(request)[CARDS]) == (State.HELD, State.HELD, State.VERIFIED)
    told = next(task for task in request.tasks if task.product == CUSTOMERS)
    assert "Art. 17(3)(e)" in told.reason and "M-1" in told.reason and "mesh hold close" in told.fix

    kept = [("C-7", ANA, "Lisbon"), ("C-77", ANN, "Lisbon"), ("C-8", "joana@ex.test", "Porto")]
    assert rows(runtime, CUSTOMERS) == kept
    assert [row[0] for row in rows(runtime, CARDS)] == ["C-77", "C-8"], "what derives from it reads as everybody does"
    assert [row[0] for row in rows(runtime, VISITS)] == ["ck-1", "ck-99"]

    publish_all(runtime)
    assert rows(runtime, CUSTOMERS) == kept, "the next publication keeps what is held too"
    assert [row[0] for row in rows(runtime, CARDS)] == ["C-77", "C-8"]
    assert desk.run(request.id, BY).state is State.HELD
    deliver(project, "ann", "joana", "unknown")
    return request.id
