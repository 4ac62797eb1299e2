"""Long work says at a terminal what it is at, on stderr; elsewhere it says nothing of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.cli import waiting
from tests.cli.conftest import Mesh

SEEN = ("audit", "seen", "--subject", "email:ana@example.com", "--what", "email", "--as", "privacy-engineer")
SIMULATE = ("policy", "simulate", "--pack", "CCPA", "--domain", "shop")
STEPS = {
    SEEN: ("looking where the person stands", "reading the audit log"),
    SIMULATE: ("reading the mesh as it would be", "products as they are", "products as they would be"),
}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stderr is one, stdout is not."""
    monkeypatch.setattr(waiting, "at_terminal", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)


def evidence(out: Path) -> tuple[str, ...]:
    return ("evidence", "export", "--framework", "core", "-o", str(out), "--force", "--as", "examiner")


def test_at_a_terminal_each_step_is_told_on_stderr_alone(published: Path, mesh: Mesh, tmp_path: Path, terminal: None) -> None:
    steps = {**STEPS, evidence(tmp_path / "e.zip"): ("verifying the audit log", "judging the controls", "sealing the package")}
    for call, told in steps.items():
        said = mesh(*call)
        assert all(step in said.err and step not in said.out for step in told), (call, said)
        assert "ana@example.com" not in said.err and said.out


def test_for_programs_and_in_a_file_nothing_is_told(
    published: Path, mesh: Mesh, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    calls = (*STEPS, evidence(tmp_path / "e.zip"))
    assert [mesh(*call).err for call in calls] == [""] * 3
    assert not waiting.at_terminal()
    request.getfixturevalue("terminal")
    assert [mesh(*call, how).err for call in calls for how in ("--json", "--quiet")] == [""] * 6
