"""A project like a clone without the example domains, for the pages that are run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

WORKSPACE = """load_from:
  - python_module:
      module_name: mesh_platform.pipeline.platform
      location_name: platform
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's folder."""
    shutil.copytree(ROOT / "governance", tmp_path / "governance")
    shutil.copy(ROOT / "CODEOWNERS", tmp_path)
    (tmp_path / "workspace.yaml").write_text(WORKSPACE)
    (tmp_path / "domains").mkdir()
    (tmp_path / "dbt_project" / "models").mkdir(parents=True)
    shutil.copy(ROOT / "dbt_project" / "dbt_project.yml", tmp_path / "dbt_project")
    return tmp_path
