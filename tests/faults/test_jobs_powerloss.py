"""The power goes in the middle of a job that takes people out or brings products back: what is left is true, whatever chance kept of it.

The home, its control database, the files that sources deliver and the audit log's anchor are one folder here, in the order of one trace.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mesh_platform.keys import LocalKeyring
from mesh_platform.lake import Lake
from tests.faults.injection import inject
from tests.faults.jobs import JOBS, run_apart
from tests.faults.powerloss import ACKNOWLEDGED, Scenario, power_loss
from tests.faults.trace import needs_strace
from tests.faults.zygote import Zygote

pytestmark = [pytest.mark.powerloss, pytest.mark.nightly, needs_strace]
Make = Callable[..., Scenario]
ASIDE = (".mesh/locks", ".mesh/tmp", ".mesh/cache", ".mesh/control.db-turn")
STATES, STRIKES = 60, 12
RED = {
    "erasure": "catalog_folder_not_synced",
    "retention": "data_files_not_synced",
    "propagation": "data_files_not_synced",
    "backup": "backup_files_not_synced",
    "restore": "a_closing_mark_that_is_not_synced",
}


@pytest.fixture(autouse=True)
def _anchored_beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("MESH_AUDIT_ANCHOR", "anchor")
    yield


@pytest.fixture
def scenario(zygote: Zygote, prepared: Callable[[str], Path]) -> Make:
    """`scenario(job, broken build)`; every few states the next run has to end the job."""

    def made(name: str, *broken: str) -> Scenario:
        looked = 0

        def prepare(home: Path) -> None:
            shutil.copytree(prepared(name), home)
            with closing(sqlite3.connect(home / ".mesh/control.db")) as con:
                assert con.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)

        def check(home: Path, told: bool) -> None:
            nonlocal looked
            (home / ACKNOWLEDGED).unlink(missing_ok=True)
            cleaned(home / ".mesh")
            JOBS[name].check(home, told)
            looked += 1
            if looked % 6 == 0:
                assert run_apart(zygote, name, home, MESH_AUDIT_ANCHOR="anchor") == 0, "the next run does not end it"
                JOBS[name].check(home, True)

        command = [sys.executable, "-m", "tests.faults.jobs", name]
        return Scenario(name, prepare, lambda home: [*command, str(home), *broken], check, ASIDE)

    return made


def cleaned(home: Path) -> None:
    """What the next start does: files that no version needs, whose keys are gone, may have come back with the power."""
    with closing(Lake(home, LocalKeyring(home / "keys"))) as lake:
        lake.recover_all()


@pytest.mark.parametrize("name", JOBS)
def test_no_power_loss_makes_untrue_what_a_job_has_told(name: str, scenario: Make, tmp_path: Path) -> None:
    report = power_loss(scenario(name), tmp_path, states=STATES)
    assert report.violations == []
    assert report.events > 100 and report.different > 20


@pytest.mark.parametrize(("name", "broken"), RED.items())
def test_a_broken_build_turns_red(name: str, broken: str, scenario: Make, tmp_path: Path) -> None:
    assert power_loss(scenario(name, broken), tmp_path, states=STATES, until_first=True).violations


@pytest.mark.ioerr
@pytest.mark.parametrize("name", JOBS)
def test_a_system_call_that_fails_or_is_the_last_leaves_what_is_true(name: str, scenario: Make, tmp_path: Path) -> None:
    done = inject(scenario(name), tmp_path, strikes=STRIKES)
    assert done.violations == []
