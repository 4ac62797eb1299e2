"""A run that is killed at any step, or meets another, deletes what is due and nothing else, and the next one finds what is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.clock import utc_now
from mesh_platform.publish import Runtime
from mesh_platform.retention import Keeper, State
from tests.retention.books import BY, ORDERS, rows

STEPS = [
    *(f"retention.{step}" for step in ("intended", "purged", "recorded", "looked")),
    *(f"purge.{step}" for step in ("copied", "deleted", "rewritten", "expired", "compacted", "synced", "renamed", "cleaned")),
]


def started(project: Path, step: str = "") -> subprocess.Popen[bytes]:
    env = {**os.environ, "MESH_ENV": "test"} | ({"MESH_FP": f"{step}=kill@1"} if step else {})
    return subprocess.Popen([sys.executable, "-m", "tests.retention.child", str(project), ORDERS], env=env)


@pytest.mark.by_day("purge.renamed")
@pytest.mark.parametrize("step", STEPS)
def test_a_run_that_is_killed_leaves_the_old_rows_or_the_new_and_the_next_one_ends_it(
    step: str, books: tuple[Runtime, Keeper], project: Path
) -> None:
    runtime, keeper = books
    assert started(project, step).wait() == -signal.SIGKILL
    assert [row[0] for row in rows(runtime, ORDERS)] in ([1, 2, 3, 4, 5], [3, 4, 5])
    [done] = keeper.apply(utc_now(), BY, [ORDERS])
    assert done.finding is None
    assert [row[0] for row in rows(runtime, ORDERS)] == [3, 4, 5]
    [after] = keeper.plan(utc_now(), [ORDERS])
    assert after.state is State.CLEAN
    assert [seen.overdue for _, seen in keeper.overdue(utc_now(), [ORDERS]) if hasattr(seen, "overdue")] == [0]


@pytest.mark.nightly
def test_two_runs_at_once_delete_once_what_is_due(books: tuple[Runtime, Keeper], project: Path) -> None:
    runtime, keeper = books
    both = [started(project), started(project)]
    assert [one.wait() for one in both] == [0, 0]
    assert [row[0] for row in rows(runtime, ORDERS)] == [3, 4, 5]
    assert len(runtime.lake.versions(runtime.lake.places()[0])) == 1
    [done] = keeper.apply(utc_now(), BY, [ORDERS])
    assert done.due.state is State.CLEAN
