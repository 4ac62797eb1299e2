"""A request's run in a process of its own, killed at a step of it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def killed_run(project: Path, request: str, trace: Path, step: str = "") -> int:
    """Run the request; the process's exit status. `step` is `name@turn`, and nothing is killed where it is empty."""
    env = {**os.environ, "MESH_ENV": "test", "MESH_FP_TRACE": str(trace)}
    name, _, turn = step.partition("@")
    env |= {"MESH_FP": f"{name}=kill@{turn or 1}"} if step else {}
    return subprocess.run([sys.executable, "-m", "tests.subjects.child", str(project), request], env=env, check=False).returncode
