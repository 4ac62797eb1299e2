"""Help answers at once and says how to begin."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mesh_platform.cli.entry import COMMANDS
from tests.cli.conftest import Mesh

HEAVY = ("pydantic", "yaml", "rich", "duckdb", "sqlalchemy", "sqlglot", "dagster", "pandera", "cryptography")


def test_the_package_runs_as_a_module_and_ends_with_the_exit_code(tmp_path: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for words, code in (("--version", 0), ("no-such-command", 2)):
        done = subprocess.run(
            [sys.executable, "-m", "mesh_platform.cli", words], cwd=tmp_path, env=env, capture_output=True, check=False
        )
        assert done.returncode == code


def test_help_loads_nothing_that_is_slow() -> None:
    code = f"""
import sys
from pathlib import Path
from mesh_platform.cli import main
main(["--help"])
sys.exit(str([name for name in {HEAVY!r} if name in sys.modules]) if any(name in sys.modules for name in {HEAVY!r}) else 0)
"""
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (child.returncode, child.stderr) == (0, "")


def test_help_lists_every_command_and_the_exit_codes(mesh: Mesh) -> None:
    said = mesh("--help")
    assert said.code == 0
    assert all(name in said.out for name in COMMANDS)
    assert "3 denied, 4 not found, 5" in said.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_shows_examples(mesh: Mesh, name: str) -> None:
    said = mesh(name, "--help")
    assert said.code == 0
    assert f"mesh {name}" in said.out.split("Examples:")[1]


@pytest.mark.parametrize("kind", ["domain", "product"])
def test_the_help_of_mesh_new_shows_examples(mesh: Mesh, kind: str) -> None:
    assert f"mesh new {kind}" in mesh("new", kind, "--help").out.split("Examples:")[1]


def test_the_version_is_the_package_s(mesh: Mesh) -> None:
    assert mesh("--version").out.startswith("mesh 0.")


def test_a_misspelt_command_is_met_with_the_right_one(mesh: Mesh) -> None:
    said = mesh("chek")
    assert said.code == 2
    assert "Did you mean `check`?" in said.err


def test_the_console_script_runs(project: object) -> None:
    child = subprocess.run(
        [sys.executable, "-c", "import sys; from mesh_platform.cli import main; sys.exit(main())", "products", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (child.returncode, child.stdout.strip()) == (0, "[]")
