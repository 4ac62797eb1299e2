"""Scenario 30: addresses in three of a hundred texts close the gate; what it says to do opens it, in a minute; so does a waiver, until it ends."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.product import load_mesh
from mesh_platform.publish import Outcome, Status, open_runtime, publish
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.conftest import project as project
from tests.cli.project import put
from tests.cli.test_fix import DESCRIPTOR, FILE, LETTERS, letters


def run(root: Path, days: int = 0) -> Outcome:
    with open_runtime(load_settings(root)) as runtime:
        return publish(load_mesh(root), LETTERS, runtime, datetime.now(UTC) + timedelta(days=days))


@pytest.fixture
def delivered(project: Path) -> Path:
    put(project / FILE, DESCRIPTOR)
    letters(project, 100_000, every=33)
    roles = project / "governance/roles.yaml"
    roles.write_text(roles.read_text(encoding="utf-8") + "  shop-owner: {roles: [owner], domains: [shop]}\n", encoding="utf-8")
    return project


@pytest.mark.nightly
def test_what_the_gate_says_to_do_opens_it(mesh: Mesh, delivered: Path) -> None:
    refused = run(delivered)
    assert refused.status is Status.BLOCKED
    told = [finding for finding in refused.findings if finding.blocks]
    assert {finding.rule for finding in told} == {"CORE-02", "CORE-05"}
    assert all("payload" in finding.patch and "EMAIL in 3,030 rows, 3.0%" in finding.why for finding in told)
    begun = time.process_time()
    assert mesh("fix", "shop/letters").code == 0
    assert run(delivered).status is Status.PUBLISHED
    assert time.process_time() - begun < 60


@pytest.mark.nightly
def test_a_waiver_opens_it_until_it_ends_and_then_the_next_run_is_blocked(mesh: Mesh, delivered: Path) -> None:
    assert run(delivered).status is Status.BLOCKED
    why = ("--reason", "relabelling is planned", "--control", "nobody has a grant on it", "--days", "10", "--as", "shop-owner")
    asked = mesh("waiver", "request", "shop/letters", "CORE-02", "CORE-05", "--at", "columns.payload", *why, "--json").json
    ids = [str(one["id"]) for one in asked]
    assert mesh("waiver", "approve", *ids, "--note", "short", "--as", "privacy-engineer", "--json").code == 0
    assert run(delivered).status is Status.PUBLISHED
    letters(delivered, 100_001, every=33)
    assert run(delivered, days=11).status is Status.BLOCKED
