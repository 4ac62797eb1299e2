"""Every product of the example mesh under the probes of masks, consent and retention: none is kept back, and none passes unseen."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesh_platform.demo import generate
from mesh_platform.policy import Control, binding_for
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.probes import probe_published
from mesh_platform.publish.probing.record import Probed
from mesh_platform.retention import keeper_of
from mesh_platform.settings import Settings

ROOT = Path(__file__).parents[2]
UNFIT = ProductKey("marketing", "lead_scoring")
"""Kept back on purpose, for other reasons."""


def published(mesh: Mesh, runtime: Runtime) -> dict[ProductKey, Status]:
    """Every product: again where it waited for another."""
    found: dict[ProductKey, Status] = {}
    while left := [key for key in mesh.products if found.get(key) is not Status.PUBLISHED]:
        tried = {key: publish(mesh, key, runtime).status for key in left}
        found |= tried
        if Status.PUBLISHED not in tried.values():
            break
    return found


def probed(mesh: Mesh, runtime: Runtime) -> dict[ProductKey, Probed]:
    around = (runtime.lake, runtime.settings, runtime.database)
    return {key: probe_published(mesh, product, *around) for key, product in mesh.products.items() if key != UNFIT}


@pytest.mark.nightly
def test_every_product_of_the_example_mesh_shows_its_controls_at_work(tmp_path: Path) -> None:
    for name in ("domains", "governance", "dbt_project"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "workspace.yaml", tmp_path)
    generate(tmp_path / "landing")
    mesh = load_mesh(tmp_path)
    with open_runtime(Settings(project=tmp_path)) as runtime:
        found = published(mesh, runtime)
        assert {key for key, status in found.items() if status is not Status.PUBLISHED} == {UNFIT}
        for key, one in probed(mesh, runtime).items():
            bound = {*binding_for(mesh.products[key].descriptor.sensitivity).controls}
            shown = bound & {Control.MASKING, Control.LEGAL_BASIS}
            last = runtime.registry.latest(key)
            holds = (
                True if last is not None and last.rows else None
            )  # nobody agreed to marketing here, which leaves a product empty
            assert {control: one.holds[control] for control in shown} == dict.fromkeys(shown, holds), (key, one.words)
            assert one.holds[Control.RETENTION] is None, (key, one.words)
        keeper_of(runtime).apply(max(each.at for each in probed(mesh, runtime).values() if each.at), None)
        for key, one in probed(mesh, runtime).items():
            if Control.RETENTION in binding_for(mesh.products[key].descriptor.sensitivity).controls:
                assert one.holds[Control.RETENTION] is True, (key, one.words)
