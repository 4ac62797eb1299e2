"""The week of routine that `mesh demo` plays: its steps fit the example mesh, and the share is counted from what they left in the task log."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.cli.demo_week import ACCESS, DRAFTS, PRIVACY, STEWARD, write
from mesh_platform.clock import utc_now
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish import check_mesh
from tests.cli.project import REPOSITORY

SLIPS = [draft for draft in DRAFTS if draft.rule]


@pytest.fixture
def example(tmp_path: Path) -> Path:
    for name in ("domains", "governance", "dbt_project"):
        shutil.copytree(REPOSITORY / name, tmp_path / "example" / name, ignore=shutil.ignore_patterns("target", "__pycache__"))
    for name in ("workspace.yaml", "CODEOWNERS"):
        shutil.copy(REPOSITORY / name, tmp_path / "example" / name)
    return tmp_path / "example"


def test_every_request_is_for_what_the_example_has() -> None:
    mesh = load_mesh(REPOSITORY)
    for wanted in ACCESS:
        columns = mesh.product(ProductKey.parse(wanted.product)).descriptor.columns
        assert set(wanted.columns) | set(wanted.raw) <= set(columns), wanted
        assert mesh.governance.purpose(wanted.purpose), wanted
        assert {wanted.by, wanted.decided_by} <= set(mesh.governance.roles.principals), wanted


def test_the_gate_finds_every_slip_and_nothing_in_the_other_drafts(example: Path) -> None:
    before = {draft.product: load_mesh(example).product(ProductKey.parse(draft.product)).spec_hash for draft in DRAFTS}
    for draft in DRAFTS:
        write(example, draft)
    mesh = load_mesh(example)
    assert all(mesh.product(ProductKey.parse(name)).spec_hash != hash for name, hash in before.items())
    keys = frozenset(ProductKey.parse(name) for name in before)
    found = {(one.product, one.rule) for one in check_mesh(mesh, ShapeCache(None), utc_now().date(), keys).findings if one.blocks}
    assert {(draft.product, draft.rule) for draft in SLIPS} <= found
    assert {product for product, _ in found} == {draft.product for draft in SLIPS}


@pytest.mark.nightly
def test_the_demo_ends_well_and_its_share_is_that_of_its_task_log(example: Path) -> None:
    def mesh(*args: str) -> str:
        command = [sys.executable, "-m", "mesh_platform.cli", *args, "--json", "--project", str(example)]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=example).stdout

    files = {file: file.read_bytes() for file in example.rglob("*.yaml")}
    assert json.loads(mesh("demo"))["story"]["week"] is None
    assert {file: file.read_bytes() for file in files} == files, "drafts are made elsewhere"
    told = json.loads(mesh("task", "share"))
    assert told["demo"] is True
    assert json.loads(mesh("access", "list")) == {"requests": [], "grants": []}, "what was granted is taken back"
    for kind, steps in (("approval", ACCESS), ("review", [draft for draft in DRAFTS if draft.decided_by])):
        assert told[kind]["closed"] == len(steps)
        assert told[kind]["closed_by"]["domain"] == sum(step.decided_by == STEWARD for step in steps)
        assert told[kind]["closed_by"]["privacy"] == sum(step.decided_by == PRIVACY for step in steps)
    assert told["waiver"]["closed_by"]["privacy"] == sum(draft.waived for draft in DRAFTS)
    assert told["finding"]["closed_by"]["platform"] == told["finding"]["closed"] >= len(SLIPS)
    assert (told["subject_request"]["closed"], told["subject_request"]["without_privacy_engineer"]) == (1, 0)
    without, closed = told["all"]["without_privacy_engineer"], told["all"]["closed"]
    kinds = [told[kind] for kind in ("approval", "review", "waiver", "finding", "subject_request")]
    assert (without, closed) == (sum(one["without_privacy_engineer"] for one in kinds), sum(one["closed"] for one in kinds))
