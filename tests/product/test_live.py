"""The mesh of a process that goes on while its files change, break and are mended."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, cast

import pytest

from mesh_platform.errors import CheckFailed
from mesh_platform.product import Mesh, live
from mesh_platform.product.live import LiveMesh


class Folder:
    """A project of one file, of which a text that begins with `!` cannot be read."""

    def __init__(self, root: Path) -> None:
        self.root, self.reads = root, 0
        self.file = root / "governance" / "purposes.yaml"
        self.file.parent.mkdir(parents=True)
        self.write("one")

    def write(self, text: str) -> None:
        self.file.write_text(text)

    def load(self) -> Mesh:
        self.reads += 1
        text = self.file.read_text()
        if text.startswith("!"):
            raise CheckFailed.because("YAML-01", "governance/purposes.yaml", "It cannot be read.", "Mend it.")
        return cast(Any, text)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setattr(live, "EVERY", 0.0)
    return Folder(tmp_path)


def test_files_that_stand_are_read_once(folder: Folder) -> None:
    mesh = LiveMesh(folder.root, folder.load)
    assert {cast(Any, mesh()) for _ in range(10)} == {"one"}
    assert folder.reads == 1


def test_a_change_counts_at_the_next_look(folder: Folder) -> None:
    mesh = LiveMesh(folder.root, folder.load)
    folder.write("another")
    assert cast(Any, mesh()) == "another"


def test_what_cannot_be_read_closes_until_it_is_mended_and_is_read_once(folder: Folder) -> None:
    mesh = LiveMesh(folder.root, folder.load)
    folder.write("!broken")
    for _ in range(10):
        with pytest.raises(CheckFailed, match="YAML-01"):
            mesh()
    assert folder.reads == 2
    folder.write("mended")
    assert cast(Any, mesh()) == "mended"


def test_the_same_files_are_tried_again_in_time_where_something_else_had_failed(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = True

    def load() -> Mesh:
        if folder.reads and away:
            raise OSError("busy")
        return folder.load()

    mesh = LiveMesh(folder.root, load)
    folder.write("another")
    with pytest.raises(OSError, match="busy"):
        mesh()
    away = False
    with pytest.raises(OSError, match="busy"):
        mesh()
    monkeypatch.setattr(live, "AFTER_AN_ERROR", 0.0)
    assert cast(Any, mesh()) == "another"


def test_between_two_looks_no_file_is_looked_at(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    mesh = LiveMesh(folder.root, folder.load)
    monkeypatch.setattr(live, "EVERY", 60.0)
    folder.write("another")
    assert cast(Any, mesh()) == "one"
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert cast(Any, mesh()) == "another"
