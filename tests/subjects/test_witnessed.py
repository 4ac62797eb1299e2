"""An erasure is carried out without witnesses, and counts as verified only with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.publish import open_runtime
from mesh_platform.settings import Settings, load_settings
from mesh_platform.subjects import Regime, State
from mesh_platform.subjects.witnessed import WHERE
from tests.subjects.town import ANA, BY, EVERYONE_ELSE, deliver, desk_of, everything
from tests.witnesses import WitnessProcess, witness_at


@pytest.fixture
def witness(tmp_path: Path) -> Iterator[WitnessProcess]:
    with witness_at(tmp_path / "watch") as running:
        yield running


def watched_by(witness: WitnessProcess, project: Path, hours: float = 24.0) -> Settings:
    (project / "witnesses").write_text(witness.text)
    (project / "mesh.toml").write_text(f'audit_witnesses = "witnesses"\naudit_witness_hours = {hours}\n')
    settings = load_settings(project)
    with open_runtime(settings) as runtime:
        witness.trust(runtime.audit.signer.verifiers[0].text)
        witness.start()
        assert runtime.audit.checkpoint().witnessed  # type: ignore[union-attr]
    return settings


@pytest.mark.parametrize("by_itself", [False, True], ids=["asked again", "by itself"])
def test_an_erasure_waits_for_the_witness_that_was_killed_and_ends_once_it_is_back(
    by_itself: bool, witness: WitnessProcess, project: Path
) -> None:
    settings = watched_by(witness, project, hours=0.0001)  # the lake has no clock that a test could set
    deliver(project, "ann", "joana", "unknown")
    witness.kill()
    with open_runtime(settings) as runtime:
        desk = desk_of(runtime)
        request = desk.open(Regime.GDPR, (("email", ANA),), BY)
        waiting = desk.run(request.id, BY)
        assert waiting.state is State.BLOCKED and waiting.verified_at is None and waiting.certificate is None
        assert everything(runtime) == EVERYONE_ELSE, "she is gone all the same"
        assert State.VERIFIED not in {task.state for task in waiting.tasks}
        [blocked] = [task for task in waiting.tasks if task.state is State.BLOCKED]
        assert blocked.product == WHERE and "No quorum of witnesses" in blocked.reason and "dsar run" in blocked.fix
        assert desk.run(request.id, BY).state is State.BLOCKED, "asking again does not help while nobody watches"
        witness.start()
        if not by_itself:
            done = desk.run(request.id, BY)
            assert done.state is State.CERTIFIED and done.certificate is not None
            assert {task.product: task.state for task in done.tasks}[WHERE] is State.UNTOUCHED
    if by_itself:
        with closing(OpenedMesh(project)) as opened:
            assert opened.go_on_with_requests()["certified"] == 1


def test_within_the_deadline_an_erasure_ends_although_the_witness_is_away(witness: WitnessProcess, project: Path) -> None:
    settings = watched_by(witness, project)
    deliver(project, "ann", "joana", "unknown")
    witness.kill()
    with open_runtime(settings) as runtime:
        desk = desk_of(runtime)
        request = desk.open(Regime.GDPR, (("email", ANA),), BY)
        done = desk.run(request.id, BY)
        assert done.state is State.CERTIFIED and WHERE not in {task.product for task in done.tasks}
