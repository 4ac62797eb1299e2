"""Runs of killed processes end, their pool slots are freed, and the living are left alone."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from mesh_platform.pipeline import dagster_home, process_locks
from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import Settings
from tests.pipeline.steps import Publications, execute

HOLDS = """
import sys, time
from pathlib import Path
from mesh_platform.pipeline import process_locks
with process_locks.session(Path(sys.argv[1])) as name:
    print(name, flush=True)
    time.sleep(60)
"""


@pytest.fixture
def home(settings: Settings) -> Path:
    return dagster_home.prepare(settings)


@pytest.fixture
def stored(home: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(home), dagster_home.IN_PROCESS) as found:
        yield found


def other_process(home: Path) -> tuple[subprocess.Popen[str], str]:
    child = subprocess.Popen([sys.executable, "-c", HOLDS, str(home)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    return child, child.stdout.readline().strip()


def under_way(instance: dg.DagsterInstance, session: str | None) -> str:
    run = instance.create_run_for_job(_nothing, tags=process_locks.tags_of(session) if session else {})
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value=dg.DagsterEventType.PIPELINE_START.value, job_name=run.job_name), run.run_id
    )
    return run.run_id


@dg.job
def _nothing() -> None: ...


def status(instance: dg.DagsterInstance, run_id: str) -> dg.DagsterRunStatus:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


def test_the_run_of_a_killed_process_ends_and_that_of_a_living_one_does_not(home: Path, stored: dg.DagsterInstance) -> None:
    child, name = other_process(home)
    run_id = under_way(stored, name)
    assert process_locks.end_dead_runs(stored, home, shared=False) == 0
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert process_locks.end_dead_runs(stored, home, shared=False) == 1
    assert status(stored, run_id) is dg.DagsterRunStatus.FAILURE


def test_a_run_of_the_console_lives_as_long_as_the_console(home: Path, stored: dg.DagsterInstance) -> None:
    run_id = under_way(stored, None)
    with process_locks.session(home, process_locks.CONSOLE):
        assert process_locks.end_dead_runs(stored, home, shared=False) == 0
    assert process_locks.end_dead_runs(stored, home, shared=False) == 1
    assert status(stored, run_id) is dg.DagsterRunStatus.FAILURE


def test_two_consoles_of_one_home_are_not_possible(home: Path) -> None:
    with (
        process_locks.session(home, process_locks.CONSOLE) as first,
        process_locks.session(home, process_locks.CONSOLE) as second,
    ):
        assert first is not None
        assert second is None


def test_runs_of_other_machines_are_left_alone_where_the_storage_is_shared(home: Path, stored: dg.DagsterInstance) -> None:
    run = stored.create_run_for_job(_nothing, tags={process_locks.SESSION_TAG: "x", process_locks.HOST_TAG: "another-machine"})
    assert process_locks.end_dead_runs(stored, home, shared=True) == 0
    assert status(stored, run.run_id) is dg.DagsterRunStatus.NOT_STARTED


def test_a_session_leaves_no_file_behind(home: Path) -> None:
    with process_locks.session(home):
        pass
    assert list((home / "sessions").iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from mesh_platform.pipeline.run import run_products
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.settings import load_settings
from tests.pipeline.test_run import Heard
OpenedMesh.publish = lambda self, domain, name: os.kill(os.getpid(), signal.SIGKILL)
OpenedMesh.served = lambda self, domain, name: False
run_products(load_settings(Path(sys.argv[1])), (), Heard())
"""


@pytest.mark.nightly
@pytest.mark.kill
def test_the_pool_slot_of_a_killed_run_does_not_close_its_product(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without freeing it, the next run would wait for ever for a slot that nobody holds (dagster#28456)."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(settings.project)], check=False, cwd=Path(__file__).parents[2])
    assert done.returncode == -signal.SIGKILL
    publications = Publications()
    monkeypatch.setattr(OpenedMesh, "publish", lambda self, domain, name: publications(self, domain, name))
    monkeypatch.setattr(OpenedMesh, "served", lambda self, domain, name: False)
    from mesh_platform.pipeline.run import run_products
    from tests.pipeline.test_run import Heard, statuses

    begun = time.monotonic()
    assert set(statuses(run_products(settings, (), Heard())).values()) == {"published"}
    assert time.monotonic() - begun < 60
    with dg.DagsterInstance.from_config(str(dagster_home.home_of(settings)), dagster_home.IN_PROCESS) as instance:
        assert sorted(run.status.value for run in instance.get_runs()) == ["FAILURE", "SUCCESS"]


@pytest.mark.nightly
def test_a_pool_holds_one_slot_per_product(
    settings: Settings, stored: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenedMesh, "publish", lambda self, domain, name: Publications()(self, domain, name))
    execute(mesh_definitions(settings), stored)
    storage = stored.event_log_storage
    assert storage.get_concurrency_keys() >= {"sales__orders", "sales__large_orders", "finance__revenue"}
    info = storage.get_concurrency_info("sales__orders")
    assert (info.slot_count, info.active_slot_count) == (1, 0)
