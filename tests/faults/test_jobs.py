"""A job that takes people out, or brings products back, is killed or meets an I/O error at any of its steps: what it leaves is true, and the
next run ends it.

The steps are those that a traced run really passed, so that none can be forgotten: of each name the first and the last.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.jobs import JOBS, run_apart
from tests.faults.zygote import TOLD, Zygote

pytestmark = [pytest.mark.kill, pytest.mark.ioerr]
ACTIONS = ("kill", "errno:EIO", "errno:ENOSPC")
SLICES = 3
NEARLY = 6
RED = {
    "erasure": ("a_receipt_before_the_purge", "subjects.intended=kill@2", "told as gone and still there"),
    "retention": ("more_goes_than_is_due", "purge.renamed=kill@1", "a row is gone that was not due"),
    "propagation": ("carried_before_it_is_done", "consent.intended=kill@2", "told as carried out"),
    "backup": ("a_backup_that_counts_before_it_is_whole", "backup.state=kill@1", "BACKUP-02"),
    "restore": ("closed_only_once_it_is_back", "copies.renamed=kill@1", "serves somebody who is gone"),
}
"""By job: a broken build, where it is killed, and what turns red."""
MEANT = {
    "erasure": {"subjects.suppressed", "subjects.purged", "subjects.store", "subjects.certified", "purge.renamed", "publish.renamed"},
    "retention": {"retention.intended", "retention.recorded", "retention.looked", "purge.renamed", "purge.cleaned"},
    "propagation": {"consent.intended", "consent.published", "consent.receipt", "consent.verified", "remark.changed", "purge.renamed"},
    "backup": {"backup.begun", "backup.state", "copies.file", "backup.written", "backup.named", "backup.recorded"},
    "restore": {"copies.quarantined", "copies.ready", "copies.renamed", "backup.restored_one", "replay.purged", "replay.published",
                "replay.recorded"},
}  # fmt: skip


@pytest.fixture(scope="session")
def passed(
    zygote: Zygote, prepared: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], list[str]]:
    """By job: every failpoint that it passes, in order."""
    traced: dict[str, list[str]] = {}

    def steps(name: str) -> list[str]:
        if name not in traced:
            folder = tmp_path_factory.mktemp(f"traced-{name}")
            project = shutil.copytree(prepared(name), folder / "project")
            assert run_apart(zygote, name, project, MESH_FP_TRACE=str(folder / "trace")) == 0
            JOBS[name].check(project, True)
            traced[name] = (folder / "trace").read_text().split()
        return traced[name]

    return steps


def survives(zygote: Zygote, name: str, before: Path, project: Path, point: str) -> None:
    """Struck at the point, it leaves what holds; run again, it comes to its end."""
    ended = struck(zygote, name, before, project, point)
    assert ended == -signal.SIGKILL if "=kill" in point else ended in (0, 1, TOLD), (point, ended)
    JOBS[name].check(project, ended == 0)
    again = run_apart(zygote, name, project)
    assert again == 0, (point, again)
    JOBS[name].check(project, True)
    shutil.rmtree(project)


def struck(zygote: Zygote, name: str, before: Path, project: Path, point: str) -> int:
    """How a run that meets it ended; threads that write together pass some steps once less than in the traced run, and then it is one before."""
    begin, _, turn = point.rpartition("@")
    ended = 0
    for passing in range(int(turn), max(0, int(turn) - NEARLY), -1):
        shutil.rmtree(project, ignore_errors=True)
        shutil.copytree(before, project)
        ended = run_apart(zygote, name, project, MESH_FP=f"{begin}@{passing}")
        if ended != 0 or "=kill" not in point:
            break
        JOBS[name].check(project, True)
    return ended


def first_and_last(steps: list[str]) -> list[str]:
    counted = {name: steps.count(name) for name in steps}
    return [f"{name}@{turn}" for name, count in counted.items() for turn in sorted({1, count})]


@pytest.mark.parametrize("name", JOBS)
@pytest.mark.nightly
def test_a_job_passes_the_steps_that_are_meant_and_no_step_of_its_own_is_forgotten(
    name: str, passed: Callable[[str], list[str]]
) -> None:
    assert MEANT[name] <= {*passed(name)}


@pytest.mark.nightly
@pytest.mark.parametrize("part", range(SLICES))
@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", JOBS)
def test_whatever_happens_at_a_step_what_is_left_is_true_and_the_next_run_ends_it(
    name: str, action: str, part: int, zygote: Zygote, prepared: Callable[[str], Path], passed: Callable[[str], list[str]], tmp_path: Path
) -> None:  # fmt: skip
    failed = []
    for step in first_and_last(passed(name))[part::SLICES]:
        point, _, turn = step.partition("@")
        try:
            survives(zygote, name, prepared(name), tmp_path / step, f"{point}={action}@{turn}")
        except Exception as error:  # noqa: BLE001 - every step is tried, and each that fails is told
            failed.append(f"{step} {action}: {type(error).__name__}: {error}")
    assert not failed, "\n".join(failed)


@pytest.mark.by_day("backup")
@pytest.mark.parametrize("name", JOBS)
def test_a_broken_build_turns_it_red(name: str, zygote: Zygote, prepared: Callable[[str], Path], tmp_path: Path) -> None:
    broken, point, said = RED[name]
    project = shutil.copytree(prepared(name), tmp_path / "project")
    assert run_apart(zygote, name, project, broken, MESH_FP=point) == -signal.SIGKILL
    with pytest.raises(Exception, match=said):
        JOBS[name].check(project, False)


@pytest.mark.skipif(bool(os.environ.get("MESH_NIGHTLY")), reason="the night tries every step")
@pytest.mark.parametrize(("name", "point"), [("backup", "backup.named=kill@1")])
def test_a_job_that_is_killed_leaves_what_is_true_and_the_next_run_ends_it(
    name: str, point: str, zygote: Zygote, prepared: Callable[[str], Path], tmp_path: Path
) -> None:
    survives(zygote, name, prepared(name), tmp_path / "project", point)
