"""Where the audit log cannot be written, nothing that must be on record happens: no version is served, no key exchanged, no product ended."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.audit import commits
from mesh_platform.audit.reading import newest_records
from mesh_platform.clock import utc_now
from mesh_platform.errors import Unavailable
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, place_of, publish, retire
from mesh_platform.publish.domain_keys import revoke_key, rotate_key
from mesh_platform.registry import Retirements
from mesh_platform.settings import load_settings
from mesh_platform.state.errors import Kind, trouble

CUSTOMERS = ProductKey("shop", "customers")
ENGINEER = Actor("platform-engineer", ("platform",))


@pytest.fixture
def shop(made_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("MESH_PROJECT", "MESH_HOME", "MESH_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Path(shutil.copytree(made_shop, tmp_path / "project"))


@pytest.fixture
def runtime(shop: Path) -> Iterator[Runtime]:
    with open_runtime(load_settings(shop)) as opened:
        yield opened


def refuse(monkeypatch: pytest.MonkeyPatch, after: int = 0) -> None:
    """The log takes `after` more batches, and then no more."""
    write, left = commits.Writer.write, [after]

    def full(self: commits.Writer, batch: list[commits.Item]) -> None:
        if left[0] == 0:
            raise trouble(Kind.FULL)
        left[0] -= 1
        write(self, batch)

    monkeypatch.setattr(commits.Writer, "write", full)


def test_a_publication_whose_decision_cannot_be_recorded_serves_nothing(
    shop: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh = load_mesh(shop)
    with monkeypatch.context() as now:
        refuse(now)
        outcome = publish(mesh, CUSTOMERS, runtime)
    assert (outcome.status, [finding.rule for finding in outcome.findings]) == (Status.FAILED, ["AUDIT-12"])
    assert not runtime.lake.published(place_of(mesh.product(CUSTOMERS))) and runtime.registry.latest(CUSTOMERS) is None
    assert publish(mesh, CUSTOMERS, runtime).status is Status.PUBLISHED


def test_a_version_that_is_served_stays_where_the_next_cannot_be_recorded(
    shop: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    mesh = load_mesh(shop)
    first = publish(mesh, CUSTOMERS, runtime)
    with monkeypatch.context() as now:
        refuse(now)
        assert publish(mesh, CUSTOMERS, runtime).status is Status.FAILED
    latest = runtime.registry.latest(CUSTOMERS)
    assert latest is not None and latest.id == first.publication_id


def test_a_release_is_on_record_as_intended_before_it_and_as_done_after(shop: Path, runtime: Runtime) -> None:
    outcome = publish(load_mesh(shop), CUSTOMERS, runtime)
    runtime.audit.close()
    intent, done = (said.record for said in newest_records(runtime.database, 2, "gate"))
    assert (intent["phase"], done["phase"], done["parent"]) == ("intent", "done", intent["eid"])
    assert intent["obj"]["ref"] == done["obj"]["ref"] == outcome.publication_id and intent["n"] == 60


def test_no_key_is_exchanged_or_revoked_unrecorded(shop: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(load_mesh(shop), CUSTOMERS, runtime)
    before = runtime.lake.domain_keys.listed()
    with monkeypatch.context() as now:
        refuse(now)
        for act in (rotate_key, revoke_key):
            with pytest.raises(Unavailable, match="AUDIT-12"):
                act(runtime, "shop", "westeurope", ENGINEER)
    assert runtime.lake.domain_keys.listed() == before


def test_no_product_is_ended_unrecorded(shop: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(load_mesh(shop), CUSTOMERS, runtime)
    shutil.rmtree(shop / "domains" / "shop" / "customers")
    shutil.rmtree(shop / "domains" / "shop" / "orders")
    mesh = load_mesh(shop)
    with monkeypatch.context() as now:
        refuse(now)
        with pytest.raises(Unavailable, match="AUDIT-12"):
            retire(mesh, CUSTOMERS, runtime, ENGINEER, "no longer needed", utc_now())
    assert runtime.lake.places(), "its rows are held as before"
    receipt = retire(mesh, CUSTOMERS, runtime, ENGINEER, "no longer needed", utc_now())
    assert not runtime.lake.places() and Retirements(runtime.database).listed(CUSTOMERS)[0].id == receipt.id
