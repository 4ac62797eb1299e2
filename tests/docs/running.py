"""Running a page: its files are written and its commands run, in order, in a project of their own; what it promises is in their output."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from mesh_platform.cli import main
from tests.docs.pages import ROOT, Command, blocks, commands, squeezed, write


def run_page(page: Path, project: Path) -> None:
    for block in blocks(page.read_text(encoding="utf-8")):
        if block.language == "console":
            for command in commands(block.text):
                run(project, command)
        elif block.words:
            write(project, block)


def run(project: Path, command: Command) -> None:
    words = shlex.split(command.line)
    code, out, err = _mesh(project, words[1:]) if words[0] == "mesh" else _shell(project, command.line)
    said = f"$ {command.line}\n{out}{err}"
    assert code == command.code, said
    lines = iter([squeezed(line) for line in out.splitlines()])
    for expected in command.expected:
        assert any(expected in line for line in lines), f"{said}\nlacks, or lacks in this order: {expected}"


def _mesh(project: Path, arguments: list[str]) -> tuple[int, str, str]:
    """`mesh` in this process, which spares a start of the interpreter per line; what it starts itself are processes of their own."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.chdir(project)
        for name in [name for name in os.environ if name.startswith(("MESH_", "DAGSTER_"))]:
            patch.delenv(name)
        patch.setenv("PYTHONPATH", str(ROOT))
        return main(arguments), out.getvalue(), err.getvalue()


def _shell(project: Path, line: str) -> tuple[int, str, str]:
    done = subprocess.run(line, shell=True, cwd=project, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr
