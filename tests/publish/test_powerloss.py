"""The power goes in the middle of a whole publication: the old or the new version is served, and the registry finds out which."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from mesh_platform.product import load_mesh
from mesh_platform.publish import Status, place_of, publish
from tests.faults.powerloss import Scenario, power_loss
from tests.faults.trace import needs_strace
from tests.publish.bakery import write_project
from tests.publish.powerless import ORDERS, runtime_at

pytestmark = [pytest.mark.powerloss, needs_strace]
HEADER = "order_id,email,town,amount,at\n"
OLD, NEW = "1,ana@mail.test,Lisbon,10,2026-01-01", "9,new@mail.test,Porto,90,2026-02-01"


def scenario(work: Path) -> Scenario:
    """A publication of a new delivery over a served version."""
    project = write_project(work / "project")
    delivery = project / "landing/orders.csv"

    def prepare(home: Path) -> None:
        delivery.write_text(f"{HEADER}{OLD}\n")
        with runtime_at(project, home, work / "before.db") as runtime:
            assert publish(load_mesh(project), ORDERS, runtime).status is Status.PUBLISHED
        shutil.copyfile(work / "before.db", project / "control.db")
        delivery.write_text(f"{HEADER}{NEW}\n")

    def check(home: Path, acknowledged: bool) -> None:
        with runtime_at(project, home, work / f"after-{len(list(work.glob('after-*')))}.db") as runtime:
            place = place_of(load_mesh(project).products[ORDERS])
            runtime.lake.recover(place)
            with runtime.lake.reader() as reader:
                [served] = reader.fetch(place, "SELECT order_id FROM {t}").column(0).to_pylist()
            assert served in ((9,) if acknowledged else (1, 9))
            versions = runtime.lake.versions(place)
            assert runtime.registry.reconcile(ORDERS, versions) == len(versions)
            latest = runtime.registry.latest(ORDERS)
            assert latest is not None and latest.snapshot_id == versions[-1].snapshot_id

    command = [sys.executable, "-m", "tests.publish.powerless", str(project)]
    return Scenario("publication of a product", prepare, lambda home: [*command, str(home)], check)


@pytest.mark.nightly
def test_no_power_loss_tears_a_publication_or_loses_an_acknowledged_one(tmp_path: Path) -> None:
    report = power_loss(scenario(tmp_path), tmp_path / "work", states=6)
    assert report.violations == []
    assert report.events > 30


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(3))
def test_no_power_loss_of_many_tears_a_publication(tmp_path: Path, seed: int) -> None:
    report = power_loss(scenario(tmp_path), tmp_path / "work", states=400, seed=seed)
    assert report.violations == []
