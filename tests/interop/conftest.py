"""A mesh of which there is something to tell: published products, one that was kept back, a person who asked to be erased."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.subjects import Regime
from tests.interop.asking import Package, asked
from tests.subjects.town import ANA, BY, CARDS, desk_of


@pytest.fixture(scope="session")
def told_town(published_town: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town after Ana asked to be erased, and a version of `people/cards` without retention was kept back."""
    root = shutil.copytree(published_town, tmp_path_factory.mktemp("told") / "project")
    with open_runtime(Settings(project=root)) as runtime:
        desk = desk_of(runtime)
        desk.run(desk.open(Regime.GDPR, (("email", ANA),), BY).id, BY)
        file = root / "domains" / CARDS / "product.yaml"
        document = yaml.safe_load(file.read_text())
        del document["dataProduct"]["retention"]
        file.write_text(yaml.safe_dump(document))
        outcome = publish(load_mesh(root), ProductKey.parse(CARDS), runtime)
        assert outcome.status is Status.BLOCKED
    return root


@pytest.fixture
def town(told_town: Path, tmp_path: Path) -> Path:
    """That project, for this test alone."""
    return shutil.copytree(told_town, tmp_path / "project")


@pytest.fixture
def runtime(town: Path) -> Iterator[Runtime]:
    with open_runtime(Settings(project=town)) as opened:
        yield opened


@pytest.fixture(scope="session")
def exported(told_town: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Package, str]:
    """A package for GDPR, and the log's public keys; made once."""
    root = shutil.copytree(told_town, tmp_path_factory.mktemp("exported") / "project")
    with open_runtime(Settings(project=root)) as opened:
        return asked(opened), opened.audit.signer.succession.text
