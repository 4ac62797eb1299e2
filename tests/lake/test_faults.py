"""Every named step of a publication and of a purge × {kill -9, EIO, ENOSPC}: the old or the new version, and the next run succeeds."""

from __future__ import annotations

import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.errors import MeshError
from mesh_platform.lake import Doomed, Lake
from tests.lake.child import publish_once, purge_once, spawn
from tests.lake.conftest import COLUMNS, ORDERS, Open, lake_at, orders

PUBLISH_STEPS = [
    "lake.locked", "lake.copied", "lake.opened", "lake.staged", "lake.committed", "lake.expired", "lake.detached", "lake.data_synced",
    "lake.synced", "lake.renamed", "lake.durable", "lake.cleaned",
]  # fmt: skip
PURGE_STEPS = [
    "lake.locked", "purge.copied", "purge.deleted", "purge.rewritten", "purge.expired", "purge.compacted", "purge.synced",
    "purge.renamed", "purge.cleaned",
]  # fmt: skip
"""The steps are listed so that each is a test of its own name; two tests hold the lists against what a traced run really passes."""


def sample(steps: list[str], by_day: set[str]) -> list[object]:
    """All steps; those not named are for the night."""
    assert by_day <= set(steps)
    return [step if step in by_day else pytest.param(step, marks=pytest.mark.nightly) for step in steps]


def traced(target: Callable[..., None], trace: Path, *arguments: object) -> list[str]:
    process = spawn(target, *arguments, {"MESH_FP_TRACE": str(trace)})
    process.join()
    assert process.exitcode == 0
    return trace.read_text(encoding="utf-8").split()


def served(lake: Lake) -> list[dict[str, object]]:
    with lake.reader() as reader:
        statement = (
            "SELECT count(*) AS n, min(split_part(email, '@', 2)) AS first, max(split_part(email, '@', 2)) AS last FROM {t}"
        )
        return list(reader.fetch(ORDERS, statement).to_pylist())


OLD = [{"n": 30, "first": "v1.test", "last": "v1.test"}]
NEW = [{"n": 40, "first": "v2.test", "last": "v2.test"}]
PURGED = [{"n": 29, "first": "v1.test", "last": "v1.test"}]


@pytest.fixture(scope="session")
def published_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three published versions, two of them held; copied by each test, as a home may be."""
    home = tmp_path_factory.mktemp("published") / "home"
    lake = lake_at(home)
    for _ in range(3):
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(30), COLUMNS)
            writer.publish("ana", "v1")
    lake.close()
    return home


@pytest.fixture
def lake(published_home: Path, home: Path, open_lake: Open) -> Lake:
    shutil.copytree(published_home, home)
    return open_lake()


def publish_here(lake: Lake) -> None:
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(40, mark="v2"), COLUMNS)
        writer.publish("ana", "v2", {"rows": 40})


def purge_here(lake: Lake) -> None:
    lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")


def assert_clean(lake: Lake) -> None:
    report = lake.file_report(ORDERS)
    assert report.clean, report


def test_the_steps_of_a_publication_are_all_listed(lake: Lake, home: Path, tmp_path: Path) -> None:
    assert traced(publish_once, tmp_path / "trace", home, 40, "v2") == PUBLISH_STEPS


def test_the_steps_of_a_purge_are_all_listed(lake: Lake, home: Path, tmp_path: Path) -> None:
    assert traced(purge_once, tmp_path / "trace", home) == PURGE_STEPS


@pytest.mark.kill
@pytest.mark.parametrize("step", sample(PUBLISH_STEPS, {"lake.committed", "lake.renamed"}))
def test_a_publication_killed_at_any_step_leaves_the_old_or_the_new_version(lake: Lake, home: Path, step: str) -> None:
    process = spawn(publish_once, home, 40, "v2", {"MESH_FP": f"{step}=kill"})
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert served(lake) == (NEW if step in PUBLISH_STEPS[PUBLISH_STEPS.index("lake.renamed") :] else OLD)
    assert not lake.recover(ORDERS).busy
    assert_clean(lake)
    publish_here(lake)
    assert served(lake) == NEW
    assert_clean(lake)


@pytest.mark.kill
@pytest.mark.parametrize("step", sample(PUBLISH_STEPS, {"lake.synced", "lake.renamed"}))
def test_a_first_publication_killed_at_any_step_leaves_nothing_or_the_first_version(
    open_lake: Open, home: Path, step: str
) -> None:
    process = spawn(publish_once, home, 40, "v2", {"MESH_FP": f"{step}=kill"})
    process.join()
    lake = open_lake()
    assert lake.published(ORDERS) == (step in PUBLISH_STEPS[PUBLISH_STEPS.index("lake.renamed") :])
    if lake.published(ORDERS):
        assert served(lake) == NEW
    lake.recover(ORDERS)
    assert_clean(lake)
    publish_here(lake)
    assert served(lake) == NEW
    assert_clean(lake)


@pytest.mark.ioerr
@pytest.mark.parametrize("number", sample(["EIO", "ENOSPC"], {"ENOSPC"}))
@pytest.mark.parametrize("step", sample(PUBLISH_STEPS, {"lake.data_synced", "lake.renamed"}))
def test_an_io_error_at_any_step_of_a_publication_leaves_the_old_or_the_new_version(
    lake: Lake, step: str, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setattr("mesh_platform.failpoints._hits", {})
    monkeypatch.setenv("MESH_FP", f"{step}=errno:{number}")
    if step == "lake.cleaned":
        publish_here(lake)  # the version is out; what was not removed goes with the next one
    else:
        with pytest.raises((OSError, MeshError)):
            publish_here(lake)
    assert served(lake) == (NEW if step in PUBLISH_STEPS[PUBLISH_STEPS.index("lake.renamed") :] else OLD)
    if step not in ("lake.renamed", "lake.durable", "lake.cleaned"):
        assert_clean(lake)  # a writer that failed takes everything back itself
    publish_here(lake)
    assert served(lake) == NEW
    assert_clean(lake)


@pytest.mark.kill
@pytest.mark.parametrize("step", sample(PURGE_STEPS, {"purge.rewritten", "purge.renamed"}))
def test_a_purge_killed_at_any_step_can_be_repeated(lake: Lake, home: Path, step: str) -> None:
    process = spawn(purge_once, home, {"MESH_FP": f"{step}=kill"})
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert served(lake) == (PURGED if step in ("purge.renamed", "purge.cleaned") else OLD)
    lake.recover(ORDERS)
    assert_clean(lake)
    purge_here(lake)
    assert served(lake) == PURGED
    assert_clean(lake)
    assert len(lake.versions(ORDERS)) == 1


@pytest.mark.ioerr
@pytest.mark.parametrize("number", sample(["EIO", "ENOSPC"], {"EIO"}))
@pytest.mark.parametrize("step", sample(PURGE_STEPS, {"purge.deleted", "purge.rewritten", "purge.renamed"}))
def test_an_io_error_at_any_step_of_a_purge_is_told_and_the_purge_can_be_repeated(
    lake: Lake, step: str, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setattr("mesh_platform.failpoints._hits", {})
    monkeypatch.setenv("MESH_FP", f"{step}=errno:{number}")
    with pytest.raises((OSError, MeshError)):
        purge_here(lake)
    assert served(lake) == (PURGED if step in ("purge.renamed", "purge.cleaned") else OLD)
    purge_here(lake)
    assert served(lake) == PURGED
    assert_clean(lake)


def test_failpoints_do_nothing_outside_a_test(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESH_ENV", raising=False)
    monkeypatch.setenv("MESH_FP", "lake.staged=errno:EIO")
    publish_here(lake)
    assert served(lake) == NEW


@pytest.mark.ioerr
def test_a_full_disk_leaves_the_old_version_and_no_rest(lake: Lake, home: Path) -> None:
    """A real limit on the size of files stands for the full disk: it strikes inside the engine, where no failpoint is."""
    process = spawn(_publish_with_small_files, home)
    process.join()
    assert process.exitcode == 1
    assert served(lake) == OLD
    assert_clean(lake)


def _publish_with_small_files(home: Path) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with lake_at(home).writer(ORDERS) as writer:
            resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
            writer.stage("SELECT i AS order_id, md5(i::VARCHAR) AS email, NULL AS amount FROM range(2000000) t(i)", COLUMNS)
            writer.publish("ana", "too large")
    except MeshError as error:
        sys.exit(1 if error.finding.rule == "LAKE-31" else 2)
