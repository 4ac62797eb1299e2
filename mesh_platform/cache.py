"""What is slow to make and the same for the same content, kept as JSON files named by a hash of all that it was made from."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from mesh_platform.aside import written


def key_of(*made_from: object) -> str:
    """The hash of JSON values: text, format and versions of whatever made the kept value, since each of them may change it."""
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()


class JsonCache:
    """A folder of kept values. One that cannot be read or written costs time, nothing else."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is made when something is kept; nothing is kept where it is None."""
        self.folder = folder

    def read(self, key: str) -> object:
        """What is kept under `key`, of whatever shape it is; None where nothing is."""
        if self.folder is None:
            return None
        try:
            found: object = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return found

    def write(self, key: str, value: object) -> None:
        """Keep a JSON value; other processes see all of it or nothing."""
        if self.folder is None:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with written(self.folder / f"{key}.json", durable=False) as out:
                out.write(json.dumps(value).encode())
        except OSError:
            return
