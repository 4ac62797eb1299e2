"""Scenario 13: a run is killed after the k-th of n products, for every k; it goes on where it stood, and nothing is done twice."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from mesh_platform.subjects import Regime, State
from tests.subjects.conftest import project, town
from tests.subjects.killed import killed_run
from tests.subjects.town import ANA, BY, EVERYONE_ELSE, ORDER, Town, deliver, everything
from tests.subjects.truths import holds

__all__ = ["project", "town"]


@pytest.mark.nightly
@pytest.mark.parametrize("after", range(1, len(ORDER) + 1))
def test_a_run_that_is_killed_after_any_product_is_finished_by_the_next_one(
    after: int, town: Town, project: Path, tmp_path: Path
) -> None:
    runtime, desk = town
    deliver(project, "ann", "joana", "unknown")
    request = desk.open(Regime.GDPR, [("email", ANA)], BY)
    assert killed_run(project, request.id, tmp_path / "trace", f"subjects.receipt@{after}") == -signal.SIGKILL
    holds(runtime, desk, request.id)
    killed = {task.product: (task.rows, task.version) for task in desk.store.get(request.id).tasks if task.state is State.ERASED}
    assert len(killed) == after

    done = desk.run(request.id, BY)
    assert done.state is State.CERTIFIED and done.certificate is not None
    assert killed.items() <= {task.product: (task.rows, task.version) for task in done.tasks}.items(), "nothing is done twice"
    assert done.certificate["attempts"] == 2, "the certificate tells both attempts"
    assert everything(runtime) == EVERYONE_ELSE
    holds(runtime, desk, request.id)
