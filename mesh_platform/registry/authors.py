"""Who wrote what a product's files hold, as Git tells: the authors of their last commit and of those since a moment.

Where the project is in no repository nobody is named. Where it is in one and Git does not answer, that is an error and never "nobody". A
name or a date in a commit is what its author chose to write: whoever protects the branch makes it true.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mesh_platform.errors import Unavailable

_WAIT = 20.0  # seconds
_GIT = ("--no-pager", "--no-optional-locks", "--literal-pathspecs", "-c", "core.fsmonitor=false")


@dataclass(frozen=True, slots=True)
class Authors:
    """Names and addresses, in lower case. `uncommitted` where no commit holds the files as they are, so that nobody knows who wrote them."""

    names: frozenset[str] = frozenset()
    uncommitted: bool = False


def authors_of(root: Path, folder: Path, files: Sequence[Path], since: datetime | None = None) -> Authors:
    """The authors of a product.

    Args:
        root: the project.
        folder: the product's; whoever commits to it is an author.
        files: those that were read and hashed; one may lie elsewhere, such as a dbt model.
        since: whoever committed after that moment is an author too; without it, the last commit's alone.

    Raises:
        Unavailable: REVIEW-08, where the project is in a repository and Git fails.
    """
    if not _in_repository(root):
        return Authors()
    paths = list(dict.fromkeys(os.path.realpath(path) for path in (folder, *files)))
    log = ["log", "--no-show-signature", "--format=%ae%n%an"]
    if _git(root, ["status", "--porcelain", "--untracked-files=all", "--ignored", "--", *map(os.path.realpath, files)]):
        return Authors(uncommitted=True)
    last = _git(root, [*log, "-n", "1", "--", *paths])
    later = _git(root, [*log, f"--since={since.isoformat()}", "--", *paths]) if since is not None else ""
    lines = (line.strip().casefold() for line in f"{last}\n{later}".splitlines())
    return Authors(frozenset(line for line in lines if line))


def _in_repository(root: Path) -> bool:
    """Whether the project or a folder above it holds `.git`; not left to Git, whose "no" may be a failure of another kind."""
    place = root.resolve()
    return any(os.path.lexists(above / ".git") for above in (place, *place.parents))


def _git(root: Path, arguments: Sequence[str]) -> str:
    command = ["git", "-C", str(root), *_GIT, *arguments]
    try:
        said = subprocess.run(command, capture_output=True, check=True, timeout=_WAIT, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.SubprocessError) as error:
        why = f"The project is in a Git repository, and Git does not tell who wrote these files ({type(error).__name__})."
        fix = "Run `git status` in the project as the user that runs the platform, and mend what it says."
        raise Unavailable.because("REVIEW-08", "the project's Git repository", why, fix) from None
    return said.stdout.decode("utf-8", errors="replace")
