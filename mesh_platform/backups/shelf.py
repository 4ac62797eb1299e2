"""Where backups stand: those that this home made, on whatever disk, until they end.

The home remembers each before its folder gets its name, so that an erasure finds every backup that may hold the person. One counts from the
moment on at which its manifest's hash is remembered; what a killed process left never does, and goes with the next one.
"""

from __future__ import annotations

import json
import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from mesh_platform.aside import written
from mesh_platform.backups.manifest import ID, Manifest
from mesh_platform.errors import NotFound, Unavailable
from mesh_platform.settings import Settings
from mesh_platform.state.turnstile import alone

FOLDER, INDEX, LOCK = "backups", "index.json", "backups"


@dataclass(frozen=True, slots=True)
class Entry:
    """One backup as the home remembers it. `digest` is None until it counts."""

    id: str
    root: Path
    created_at: datetime
    ends_at: datetime
    sequence: int
    digest: str | None = None

    @property
    def folder(self) -> Path:
        return self.root / self.id

    @property
    def reachable(self) -> bool:
        return self.folder.is_dir()

    def as_json(self, home: Path) -> dict[str, Any]:
        """Nothing absolute is kept of what lies in the home: a copied home opens where it lands."""
        inside = self.root.is_relative_to(home)
        return {
            "root": str(self.root.relative_to(home) if inside else self.root),
            "created_at": self.created_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "sequence": self.sequence,
            "digest": self.digest,
        }


class Shelf:
    """The backups that one home made.

    Args:
        home: the home.
        root: where new ones go; `backups/` in the home where None.
    """

    def __init__(self, home: Path, root: Path | None = None) -> None:
        self.home = home
        self.root = (root or home / FOLDER).absolute()

    @classmethod
    def of(cls, settings: Settings, root: Path | None = None) -> Shelf:
        """That of a project; new ones go to `root`, or to where its settings say."""
        folder = settings.project / settings.backup_folder if settings.backup_folder is not None else None
        return cls(settings.home_path, root or folder)

    def alone(self, wait: float = 0.0) -> AbstractContextManager[None]:
        """One at a time makes, changes or restores backups.

        Raises:
            Unavailable: BACKUP-04, where another process does.
        """
        why = "Another process makes, changes or restores one at this moment."
        refusal = Unavailable.because("BACKUP-04", "the backups", why, "Wait for it to end, then try again.")
        return alone(self.home, LOCK, refusal, wait)

    def entries(self) -> tuple[Entry, ...]:
        """Those that count, and are not ended, the newest first.

        Raises:
            Unavailable: BACKUP-09, where what is remembered cannot be read.
        """
        return tuple(one for one in self._every() if one.digest is not None)

    def unfinished(self) -> tuple[Entry, ...]:
        """What a killed process may have left."""
        return tuple(one for one in self._every() if one.digest is None)

    def get(self, id: str | None = None) -> Entry:
        """One of them; the newest where None.

        Raises:
            NotFound: BACKUP-01, where there is none of that id.
        """
        for one in self.entries():
            if id in (None, one.id):
                return one
        what = "There is no backup yet." if id is None else "There is no backup of that id."
        raise NotFound.because("BACKUP-01", "the backup", what, "`mesh backup list` shows those that there are.")

    def remember(self, entry: Entry) -> None:
        """Durable when it returns."""
        self._write([*(one for one in self._every() if one.id != entry.id), entry])

    def forget(self, id: str) -> None:
        self._write([one for one in self._every() if one.id != id])

    def adopt(self, root: Path) -> int:
        """Remember the backups under `root` of which this home knows nothing: it was lost, or they were made elsewhere. How many."""
        known = {one.id for one in self._every()}
        found = [folder for folder in sorted(root.iterdir()) if ID.fullmatch(folder.name) and folder.name not in known]
        for folder in found:
            manifest = Manifest.read(folder)
            dates = (manifest.created_at, manifest.ends_at, manifest.ledger_sequence)
            self.remember(Entry(manifest.id, root.absolute(), *dates, manifest.digest))
        return len(found)

    def sweep(self) -> None:
        """Remove what killed processes left; call it alone."""
        for one in self.unfinished():
            destroy(one.folder)
            destroy(part_of(one.folder))
            self.forget(one.id)

    def _every(self) -> list[Entry]:
        try:
            said = json.loads(self._file.read_text(encoding="utf-8"))
            return sorted((self._entry(id, one) for id, one in said.items()), key=lambda one: one.id, reverse=True)
        except FileNotFoundError:
            return []
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            why = "What the home remembers of its backups cannot be read, so nobody knows where they stand."
            fix = f"Remove MESH_HOME/{FOLDER}/{INDEX}, then `mesh backup list --from DIR` for each folder that holds some."
            raise Unavailable.because("BACKUP-09", "the backups", why, fix) from None

    def _entry(self, id: str, said: dict[str, Any]) -> Entry:
        created, ends = (datetime.fromisoformat(said[name]) for name in ("created_at", "ends_at"))
        return Entry(id, self.home / said["root"], created, ends, int(said["sequence"]), said["digest"])

    def _write(self, entries: list[Entry]) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written(self._file) as out:
            out.write(json.dumps({one.id: one.as_json(self.home) for one in entries}, sort_keys=True).encode())
        handle = os.open(self._file.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    @property
    def _file(self) -> Path:
        return self.home / FOLDER / INDEX


def part_of(folder: Path) -> Path:
    """Where a backup is written until it is whole."""
    return folder.with_name(f".{folder.name}.part")


def destroy(folder: Path) -> None:
    """Remove a backup, the keys first: what a kill leaves of it opens nowhere."""
    for key in sorted(folder.glob("home/catalogs/*/*/*.key")):
        key.unlink(missing_ok=True)
    if folder.is_dir():
        shutil.rmtree(folder)
