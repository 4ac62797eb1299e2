"""`mesh serve` refuses before it starts anything what would put tokens on a network in the clear."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.cli import child
from tests.cli.conftest import Mesh


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The servers that were to be started."""
    found: list[list[str]] = []
    monkeypatch.setattr(child, "served", lambda session, arguments: found.append(arguments) or 0)
    return found


def test_another_address_needs_plain(project: Path, mesh: Mesh, started: list[list[str]]) -> None:
    said = mesh("serve", "--host", "0.0.0.0")
    assert (said.code, "HTTP-19" in said.err, started) == (2, True, [])
    assert mesh("serve", "--host", "0.0.0.0", "--plain").code == 0
    [arguments] = started
    assert arguments[-1] == "--plain"


def test_this_machine_needs_nothing(project: Path, mesh: Mesh, started: list[list[str]]) -> None:
    assert mesh("serve").code == 0
    [arguments] = started
    assert ("127.0.0.1" in arguments, "--plain" in arguments) == (True, False)
