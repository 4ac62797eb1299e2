"""The tutorial does what it says: its files are written and its commands are run, in order, in a project of their own."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.docs.pages import DOCS, ROOT, Command, blocks, commands, squeezed, write

PAGE = DOCS / "tutorial" / "first-product.md"


def test_the_tutorial_does_what_it_says(project: Path) -> None:
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        if block.language == "console":
            for command in commands(block.text):
                run(project, command)
        elif block.words:
            write(project, block)


def test_every_block_of_the_tutorial_is_run_but_the_setting_up() -> None:
    untested = [
        block.text for block in blocks(PAGE.read_text(encoding="utf-8")) if block.language != "console" and not block.words
    ]
    assert untested == ["make demo\nsource .venv/bin/activate\n"]


def run(project: Path, command: Command) -> None:
    path = f"{project / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MESH_", "DAGSTER_"))}
    done = subprocess.run(
        command.line, shell=True, cwd=project, capture_output=True, text=True, env={**env, "PATH": path, "PYTHONPATH": str(ROOT)}
    )
    said = f"$ {command.line}\n{done.stdout}{done.stderr}"
    assert done.returncode == command.code, said
    lines = iter([squeezed(line) for line in done.stdout.splitlines()])
    for expected in command.expected:
        assert any(expected in line for line in lines), f"{said}\nlacks, or lacks in this order: {expected}"
