"""The shape of the house: imports go down only, rooms on one floor do not know each other, and the lower floors start without Dagster."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mesh_platform"
FLOORS: dict[str, int] = {
    "errors": 1, "aside": 1, "lazily": 1, "clock": 1, "cache": 1, "actor": 1, "failpoints": 1, "settings": 1, "telemetry": 1, "outbound": 1, "listening": 1,
    "confine": 1, "product": 1,
    "classify": 2, "keys": 2, "state": 2,
    "audit": 3, "lake": 3, "tasks": 3,
    "contract": 4, "policy": 4,
    "ledger": 5, "registry": 5,
    "access": 6, "backups": 6, "retention": 6,
    "propagation": 7, "subjects": 7,
    "publish": 8, "demo": 8, "enforcement": 8,
    "interop": 9,
    "pipeline": 10, "cli": 10, "api": 10, "client": 10,
    "flight": 11,
}  # fmt: skip
BASE = {
    "errors",
    "aside",
    "lazily",
    "clock",
    "cache",
    "actor",
    "failpoints",
    "settings",
    "outbound",
    "confine",
}  # the edge of the first floor: usable beside product/


def rooms() -> list[str]:
    return sorted(p.stem for p in PACKAGE.iterdir() if not p.name.startswith(("_", ".")) and (p.is_dir() or p.suffix == ".py"))


def imports(path: Path) -> Iterator[str]:
    """The rooms that a file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        for name in names:
            parts = name.split(".")
            if parts[0] == "mesh_platform" and len(parts) > 1:
                yield parts[1]


def files(room: str) -> list[Path]:
    folder = PACKAGE / room
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{room}.py"]


def test_every_room_has_its_floor() -> None:
    assert sorted(FLOORS) == rooms()


def test_imports_go_down_only() -> None:
    upwards = [
        f"{path.relative_to(PACKAGE)} ({room}, floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]})"
        for room in rooms()
        for path in files(room)
        for other in imports(path)
        if other != room and FLOORS[other] >= FLOORS[room] and not (other in BASE and FLOORS[room] == 1)
    ]
    assert upwards == []


def test_the_lower_floors_start_without_dagster() -> None:
    lower = sorted((room for room in rooms() if FLOORS[room] < FLOORS["pipeline"]), key=lambda room: FLOORS[room])
    code = f"""
import importlib, sys
for room in {lower!r}:
    importlib.import_module(f"mesh_platform.{{room}}")
    if "dagster" in sys.modules:
        sys.exit(room)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stderr == ""


def test_a_worker_of_governed_reads_starts_without_settings_tokens_or_a_driver() -> None:
    code = """
import sys
import mesh_platform.access.worker.child
sys.exit(" ".join(sorted({"jwt", "psycopg", "pydantic", "sqlalchemy", "yaml"} & set(sys.modules))))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True).stderr.strip() == ""


def outside(path: Path) -> Iterator[str]:
    """The packages that a file imports, by statement or by name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            yield from (str(part.value).split(".")[0] for part in node.args if isinstance(part, ast.Constant))


def test_only_the_pipeline_room_imports_dagster() -> None:
    found = {
        path.relative_to(PACKAGE).parts[0]
        for path in PACKAGE.rglob("*.py")
        if "dagster" in path.read_text(encoding="utf-8")
        and any(package == "dagster" or package.startswith("dagster_") for package in outside(path))
    }
    assert found == {"pipeline"}


def folders_of_subjects(path: Path) -> set[str]:
    """The folders of `subjects/` that a file imports."""
    found = re.findall(r"mesh_platform\.subjects\.(\w+)\.\w+", path.read_text(encoding="utf-8"))
    return set(found)


@pytest.mark.parametrize(
    ("folder", "below"),
    [
        ("requests", set()),
        ("people", {"requests"}),
        ("verifier", {"requests", "people"}),
        ("erasure", {"requests", "people", "verifier"}),
    ],
)
def test_what_verifies_an_erasure_imports_nothing_of_what_erases(folder: str, below: set[str]) -> None:
    found = {path.name: folders_of_subjects(path) - {folder} - below for path in (PACKAGE / "subjects" / folder).glob("*.py")}
    assert {name: others for name, others in found.items() if others} == {}
    assert len(found) > 4
