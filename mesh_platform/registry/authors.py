"""Who wrote what a product's files hold, as Git tells: the authors of their last commit and of those since a moment.

Where the project is in no repository nobody is named. Where it is in one and Git does not answer, that is an error and never "nobody". A
name or a date in a commit is what its author chose to write: whoever protects the branch makes it true.
"""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mesh_platform.errors import Unavailable

_WAIT = 20.0  # seconds
_GIT = ("--no-pager", "--no-optional-locks", "--no-replace-objects", "--literal-pathspecs", "-c", "core.fsmonitor=false")


@dataclass(frozen=True, slots=True)
class Authors:
    """Names and addresses, in lower case. `uncommitted` where no commit holds the files as they are, so that nobody knows who wrote them."""

    names: frozenset[str] = frozenset()
    uncommitted: bool = False


def authors_of(root: Path, folder: Path, files: Mapping[Path, str], since: datetime | None = None) -> Authors:
    """The authors of a product.

    Args:
        root: the project.
        folder: the product's; whoever commits to it is an author.
        files: those that were read, with the SHA-256 of their texts; one may lie elsewhere, such as a dbt model.
        since: whoever committed after that moment is an author too; without it, the last commit's alone.

    Raises:
        Unavailable: REVIEW-08, where the project is in a repository and Git fails.
    """
    if not _in_repository(root):
        return Authors()
    paths = list(dict.fromkeys(os.path.realpath(path) for path in (folder, *files)))
    if not _committed(root, files):
        return Authors(uncommitted=True)
    log = ["log", "--no-show-signature", "--format=%ae%n%an"]
    said = _git(root, [*log, "-n", "1", "--", *paths])
    if since is not None:
        said += b"\n" + _git(root, [*log, f"--since={since.isoformat()}", "--", *paths])
    lines = (line.strip().casefold() for line in said.decode("utf-8", errors="replace").splitlines())
    return Authors(frozenset(line for line in lines if line))


def _committed(root: Path, files: Mapping[Path, str]) -> bool:
    """Whether the last commit holds these very texts. `git status` would leave out what the index is told to assume unchanged."""
    here = root.resolve()
    names = [os.path.relpath(os.path.realpath(path), here) for path in files]
    if any("\n" in name for name in names):
        return False
    said = io.BytesIO(_git(root, ["cat-file", "--batch"], "".join(f"HEAD:./{name}\n" for name in names).encode()))
    for digest in files.values():
        told = said.readline().split()  # `<id> blob <bytes>`, or `<name> missing`
        if len(told) != 3 or told[1] != b"blob":
            return False
        held = said.read(int(told[2]))
        said.readline()
        if _digest(held) != digest:
            return False
    return True


def _digest(held: bytes) -> str | None:
    """Of the text as it is read from a file, where any end of line is one."""
    try:
        return hashlib.sha256(io.TextIOWrapper(io.BytesIO(held), encoding="utf-8").read().encode()).hexdigest()
    except UnicodeDecodeError:
        return None


def _in_repository(root: Path) -> bool:
    """Whether the project or a folder above it holds `.git`; not left to Git, whose "no" may be a failure of another kind."""
    place = root.resolve()
    return any(os.path.lexists(above / ".git") for above in (place, *place.parents))


def _git(root: Path, arguments: Sequence[str], given: bytes = b"") -> bytes:
    command = ["git", "-C", str(root), *_GIT, *arguments]
    try:
        said = subprocess.run(command, capture_output=True, check=True, timeout=_WAIT, input=given)
    except (OSError, subprocess.SubprocessError) as error:
        why = f"The project is in a Git repository, and Git does not tell who wrote these files ({type(error).__name__})."
        fix = "Run `git status` in the project as the user that runs the platform, and mend what it says."
        raise Unavailable.because("REVIEW-08", "the project's Git repository", why, fix) from None
    return said.stdout
