"""Started engines and a prepared home, shared by the fault tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mesh_platform.lake.engine import EnginePool, EngineSettings
from mesh_platform.lake.temp import TempFolder
from tests.faults.jobs import JOBS
from tests.faults.scenarios import LakeChecks
from tests.faults.zygote import Zygote


@pytest.fixture(scope="session")
def lake_checks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LakeChecks]:
    pool = EnginePool(EngineSettings("500MB", 2), TempFolder(tmp_path_factory.mktemp("engines")))
    yield LakeChecks(pool, tmp_path_factory.mktemp("prepared"))
    pool.close()


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    with Zygote("pandera.ibis", "mesh_platform.publish.flow", "tests.faults.jobs") as started:
        yield started


@pytest.fixture(scope="session")
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """By job: the project as it stands before it, made once."""
    made: dict[str, Path] = {}

    def before(name: str) -> Path:
        if name not in made:
            published = request.getfixturevalue(JOBS[name].mesh)
            made[name] = shutil.copytree(published, tmp_path_factory.mktemp(f"before-{name}") / "project")
            JOBS[name].prepare(made[name])
        return made[name]

    return before
