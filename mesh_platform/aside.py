"""Files that are whole or not there: written beside their place, then moved into it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def written(path: Path, mode: int = 0o600, *, new: bool = False, durable: bool = True) -> Iterator[BinaryIO]:
    """What is written here stands at `path` once this is left well, and nowhere where it is left by an error.

    Args:
        path: in a folder that exists.
        mode: of the file; it is closed to others until it is whole.
        new: never replace a file.
        durable: the content, and that it stands there, outlives a power failure.

    Raises:
        FileExistsError: with `new`, where a file stands at `path`; it is left as it is.
        OSError: where it cannot be written.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    aside = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            yield out
            out.flush()
            if durable:
                os.fsync(out.fileno())
        aside.chmod(mode)
        if new:
            os.link(aside, path)
        else:
            aside.replace(path)
        if durable:
            _sync(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
