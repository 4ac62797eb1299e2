"""Kills, failing calls and lost power: what was acknowledged is in the log, what is in the log verifies, and the next process goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.audit.tree import head
from mesh_platform.audit.verify import verify
from mesh_platform.state import Database
from tests.audit.child import BROKEN, RECORDS
from tests.audit.conftest import opened, quiet, say
from tests.faults.injection import inject
from tests.faults.powerloss import Scenario, power_loss
from tests.faults.trace import needs_strace

BEFORE = 5
KILLED_BY_DAY = {"audit.written", "audit.committed", "audit.anchoring"}


@pytest.fixture(scope="module")
def prepared(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a log of five records under a checkpoint."""
    home = tmp_path_factory.mktemp("prepared") / "home"
    home.mkdir(mode=0o700)
    shutil.copy(migrated_file, home / "control.db")
    database = Database(home / "control.db")
    with quiet(opened(database, home)) as log:
        say(log, BEFORE - 1)
        log.checkpoint()
    database.scrub()
    database.close()
    return home


def scenario(prepared: Path, broken: str | None = None) -> Scenario:
    command = [sys.executable, "-m", "tests.audit.child"]
    return Scenario(
        "audit",
        lambda home: shutil.copytree(prepared, home),  # type: ignore[arg-type, return-value]
        lambda home: [*command, str(home), *([broken] if broken else [])],
        holds,
        aside=("control.db-shm", "control.db-turn"),
    )


def holds(home: Path, acknowledged: bool) -> None:
    """The invariant: old or new, nothing acknowledged is lost, everything verifies, and the next record and checkpoint succeed."""
    database = Database(home / "control.db")
    try:
        with quiet(opened(database, home)) as log:
            with database.read() as con:
                size = head(con).size
            assert BEFORE <= size <= BEFORE + RECORDS and (not acknowledged or size == BEFORE + RECORDS), size
            found = verify(log)
            assert found.ok, found.bad
            say(log)
            assert log.checkpoint() is not None
            again = verify(log)
            assert again.ok and again.size == size + 1 == again.signed == again.anchored, again.findings
    finally:
        database.close()


@pytest.mark.powerloss
@needs_strace
def test_no_power_loss_loses_a_record_that_was_acknowledged(prepared: Path, tmp_path: Path) -> None:
    report = power_loss(scenario(prepared), tmp_path, states=24)
    assert report.violations == []
    assert report.events > 20 and report.different > 5


@pytest.mark.nightly
@pytest.mark.powerloss
@needs_strace
@pytest.mark.parametrize("seed", range(5))
def test_no_power_loss_of_many_loses_a_record(prepared: Path, tmp_path: Path, seed: int) -> None:
    assert power_loss(scenario(prepared), tmp_path, states=1_000, seed=seed).violations == []


@pytest.mark.powerloss
@needs_strace
@pytest.mark.by_day("commits_are_not_flushed")
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_build_turns_red(prepared: Path, tmp_path: Path, broken: str) -> None:
    assert power_loss(scenario(prepared, broken), tmp_path, states=40, until_first=True).violations


@pytest.mark.ioerr
@needs_strace
def test_a_failing_call_leaves_a_log_that_verifies_and_goes_on(prepared: Path, tmp_path: Path) -> None:
    done = inject(scenario(prepared), tmp_path, strikes=3)
    assert done.violations == [] and done.calls > 20


@pytest.mark.nightly
@pytest.mark.ioerr
@needs_strace
def test_no_failing_call_of_all_breaks_the_log(prepared: Path, tmp_path: Path) -> None:
    assert inject(scenario(prepared), tmp_path, strikes=None).violations == []


def ran(home: Path, **environment: str) -> int:
    command = [sys.executable, "-m", "tests.audit.child", str(home)]
    return subprocess.run(
        command, env={**os.environ, "MESH_ENV": "test", **environment}, capture_output=True, check=False
    ).returncode


def points(prepared: Path, home: Path) -> list[str]:
    """The failpoints that one run passes, as `name=kill@n`."""
    shutil.copytree(prepared, home)
    trace = home.parent / "points"
    assert ran(home, MESH_FP_TRACE=str(trace)) == 0
    passed = [name for name in trace.read_text().splitlines() if name.startswith(("audit.", "state."))]
    return [f"{name}=kill@{passed[: i + 1].count(name)}" for i, name in enumerate(passed)]


@pytest.mark.kill
def test_a_kill_at_a_named_step_loses_nothing_that_was_acknowledged(prepared: Path, tmp_path: Path) -> None:
    every = points(prepared, tmp_path / "traced")
    last = {point.split("=")[0]: point for point in every}
    assert last.keys() >= KILLED_BY_DAY
    chosen = every if os.environ.get("MESH_NIGHTLY") else [last[name] for name in sorted(KILLED_BY_DAY)]
    for number, point in enumerate(chosen):
        home = tmp_path / f"home-{number}"
        shutil.copytree(prepared, home)
        assert ran(home, MESH_FP=point) == -9, point
        holds(home, acknowledged=(home / "acknowledged").exists())
        shutil.rmtree(home)
