"""A publication that is killed or meets an I/O error at any of its steps: the old or the new version is served, whole, and the next run works.

The steps are those that a traced run really passed, so that none can be forgotten.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, place_of
from mesh_platform.settings import Settings
from tests.publish.bakery import write_project
from tests.publish.zygote import Zygote

ORDERS = ProductKey("bakery", "orders")
OLD, NEW = "1,ana@mail.test,Lisbon,10,2026-01-01", "9,new@mail.test,Porto,90,2026-02-01"
HEADER = "order_id,email,town,amount,at\n"
NIGHTLY = bool(os.environ.get("MESH_NIGHTLY"))


def deliver(project: Path, line: str) -> None:
    (project / "landing/orders.csv").write_text(f"{HEADER}{line}\n")


def check(project: Path, allowed: set[int]) -> None:
    """The invariant: one whole version is served, the folder is what the catalog says, and the registry can be brought up to it."""
    with open_runtime(Settings(project=project)) as runtime:
        place = place_of(load_mesh(project).products[ORDERS])
        with runtime.lake.reader() as reader:
            ids = reader.fetch(place, "SELECT order_id FROM {t}").column(0).to_pylist()
        assert len(ids) == 1 and ids[0] in allowed
        versions = runtime.lake.versions(place)
        runtime.registry.reconcile(ORDERS, versions)
        latest = runtime.registry.latest(ORDERS)
        assert latest is not None and latest.snapshot_id == versions[-1].snapshot_id


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as started:
        yield started


@pytest.fixture(scope="module")
def published(zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose old version is served and whose new delivery waits."""
    project = write_project(tmp_path_factory.mktemp("faults") / "project")
    deliver(project, OLD)
    assert zygote.publish(project, ORDERS) == 0
    deliver(project, NEW)
    return project


@pytest.fixture(scope="module")
def steps(zygote: Zygote, published: Path, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int]]:
    """Every step that a publication passes, with its occurrence."""
    folder = tmp_path_factory.mktemp("trace")
    project = shutil.copytree(published, folder / "project")
    trace = folder / "trace"
    assert zygote.publish(project, ORDERS, MESH_FP_TRACE=str(trace)) == 0
    passed = trace.read_text().split()
    return [(name, passed[: i + 1].count(name)) for i, name in enumerate(passed)]


@pytest.mark.nightly
def test_the_steps_of_a_publication_are_the_ones_we_mean_to_break(steps: list[tuple[str, int]]) -> None:
    names = {name for name, _ in steps}
    assert {
        "publish.begin",
        "publish.prepared",
        "publish.staged",
        "publish.audited",
        "publish.judged",
        "publish.renamed",
    } <= names
    assert {"publish.recorded", "lake.committed", "lake.synced", "lake.renamed", "lake.durable"} <= names


def survive(zygote: Zygote, published: Path, folder: Path, name: str, nth: int, action: str) -> None:
    project = shutil.copytree(published, folder / "project")
    broken = zygote.publish(project, ORDERS, MESH_FP=f"{name}={action}@{nth}")
    assert broken in ((-signal.SIGKILL,) if action == "kill" else (0, 1, 2)), (name, nth)
    check(project, {1, 9})
    assert zygote.publish(project, ORDERS) == 0, (name, nth)
    check(project, {9})
    shutil.rmtree(project)


ACTIONS = ("kill", "errno:EIO", "errno:ENOSPC")
DECISIVE = ("lake.committed", "lake.renamed", "publish.renamed")


def _planned(steps: list[tuple[str, int]]) -> list[tuple[str, int, str]]:
    """Every step with every action at night; by day the decisive ones killed, and every ninetieth with each action in turn."""
    if NIGHTLY:
        return [(name, nth, action) for name, nth in steps for action in ACTIONS]
    killed = [(name, nth, "kill") for name, nth in steps if name in DECISIVE]
    return killed + [(name, nth, ACTIONS[i % 3]) for i, (name, nth) in enumerate(steps[::90])]


@pytest.mark.nightly
@pytest.mark.kill
@pytest.mark.ioerr
def test_whatever_happens_at_a_step_the_old_or_the_new_version_is_served(
    zygote: Zygote, published: Path, steps: list[tuple[str, int]], tmp_path: Path
) -> None:
    for i, (name, nth, action) in enumerate(_planned(steps)):
        survive(zygote, published, tmp_path / str(i), name, nth, action)


@pytest.mark.kill
def test_a_product_published_but_not_recorded_is_found_again(zygote: Zygote, published: Path, tmp_path: Path) -> None:
    project = shutil.copytree(published, tmp_path / "project")
    assert zygote.publish(project, ORDERS, MESH_FP="publish.renamed=kill@1") == -signal.SIGKILL
    with open_runtime(Settings(project=project)) as runtime:
        assert len(runtime.registry.publications(ORDERS)) == 1
        place = place_of(load_mesh(project).products[ORDERS])
        assert runtime.registry.reconcile(ORDERS, runtime.lake.versions(place)) == 1
        assert [p.rows for p in runtime.registry.publications(ORDERS)] == [1, 1]
