"""Who wrote what stands in a folder, as Git tells: the authors of its last commit and of those since a moment.

Without Git nobody is named, and a name in a commit is what its author chose to write: whoever protects the branch makes it true.
"""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path

_WAIT = 20.0  # seconds


def authors_of(root: Path, folder: Path, since: datetime | None = None) -> frozenset[str]:
    """Names and addresses, in lower case."""
    found = _log(root, folder, ["-n", "1"])
    if since is not None:
        found |= _log(root, folder, [f"--since={since.isoformat()}"])
    return found


def _log(root: Path, folder: Path, which: list[str]) -> frozenset[str]:
    command = ["git", "-C", str(root), "--no-pager", "log", "--no-show-signature", "--format=%ae%n%an", *which, "--", str(folder)]
    try:
        said = subprocess.run(command, capture_output=True, check=False, timeout=_WAIT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return frozenset()
    lines = said.stdout.decode("utf-8", errors="replace").splitlines() if said.returncode == 0 else []
    return frozenset(line.strip().casefold() for line in lines if line.strip())
