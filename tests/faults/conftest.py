"""Started engines and a prepared home, shared by the fault tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mesh_platform.lake.engine import EnginePool, EngineSettings
from mesh_platform.lake.temp import TempFolder
from tests.faults.scenarios import LakeChecks


@pytest.fixture(scope="session")
def lake_checks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LakeChecks]:
    pool = EnginePool(EngineSettings("500MB", 2), TempFolder(tmp_path_factory.mktemp("engines")))
    yield LakeChecks(pool, tmp_path_factory.mktemp("prepared"))
    pool.close()
