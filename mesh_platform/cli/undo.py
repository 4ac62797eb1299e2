"""All or nothing for a handful of files: what was done is taken back, last first, when a later step fails or the person interrupts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from mesh_platform.aside import written


class Undo:
    """Steps to take back. Leaving the `with` by any error takes them back; leaving it well forgets them."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []

    def __enter__(self) -> Undo:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for step in reversed(self._steps):
                with contextlib.suppress(OSError):  # what cannot be taken back must not keep the rest from it
                    step()
        self._steps.clear()

    def by(self, step: Callable[[], object]) -> None:
        """Remember how to take back what is done next."""
        self._steps.append(step)

    def write(self, path: Path, text: str, mode: int = 0o644) -> None:
        """Write a file whole, or replace it whole."""
        self.make_folder(path.parent)
        before = path.read_bytes() if path.exists() else None
        mode = path.stat().st_mode & 0o777 if before is not None else mode
        self.by(path.unlink if before is None else partial(_replace, path, before, mode))
        _replace(path, text.encode(), mode)

    def copy(self, source: Path, target: Path) -> None:
        """Copy a file whole, for its owner alone, since it may hold anything; nothing may stand in its place."""
        self.make_folder(target.parent)
        with written(target, 0o600) as out, source.open("rb") as content:
            self.by(partial(target.unlink, missing_ok=True))
            shutil.copyfileobj(content, out, 1 << 20)

    def folder(self, place: Path, files: Mapping[str, str]) -> None:
        """Make a folder of these files, complete in one rename; nothing may stand in its place."""
        aside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
        self.by(partial(shutil.rmtree, aside, ignore_errors=True))
        for name, text in files.items():
            (aside / name).write_text(text, encoding="utf-8")
        aside.chmod(0o755)
        aside.rename(place)
        self.by(partial(shutil.rmtree, place, ignore_errors=True))

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it; taking it back removes them only while they are empty."""
        missing = [step for step in (folder, *folder.parents) if not step.exists()]
        for step in reversed(missing):
            step.mkdir(exist_ok=True)
            self.by(step.rmdir)


def _replace(path: Path, data: bytes, mode: int) -> None:
    with written(path, mode) as out:
        out.write(data)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One `mesh new` at a time in this project; another one waits."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
