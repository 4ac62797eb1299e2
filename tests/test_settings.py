"""Settings: what is written wrong is refused, and what is secret is not shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import UsageProblem
from mesh_platform.settings import PROJECT_MARK, Settings, load_settings


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / PROJECT_MARK).write_text("load_from: []\n")
    return tmp_path


def test_a_key_of_mesh_toml_counts_until_a_variable_says_otherwise(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "mesh.toml").write_text("history = 5\nport = 4000\n")
    monkeypatch.setenv("MESH_PORT", "5000")
    settings = load_settings(project)
    assert (settings.history, settings.port) == (5, 5000)


@pytest.mark.parametrize("line", ["histroy = 5", 'project = "elsewhere"', "[lake]\nhistory = 5"])
def test_a_key_that_is_no_setting_is_refused_by_its_name(project: Path, line: str) -> None:
    (project / "mesh.toml").write_text(f"port = 4000\n{line}\n")
    with pytest.raises(UsageProblem) as refused:
        load_settings(project)
    assert refused.value.finding.rule == "SET-01"
    assert "mesh.toml" in refused.value.finding.where
    assert line.strip("[").split()[0].strip("]") in refused.value.finding.why


def test_the_password_of_the_control_database_is_not_shown(project: Path) -> None:
    settings = Settings(project=project, database_url="postgresql://mesh:hunter2@host/mesh")
    assert "hunter2" not in repr(settings) + str(settings)
