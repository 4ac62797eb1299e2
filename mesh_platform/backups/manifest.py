"""What a backup says of itself: every file with its hash, the ledger's sequence and the audit log's head as of the copy, and when it ends."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from mesh_platform.aside import written
from mesh_platform.errors import CheckFailed
from mesh_platform.lake import Place

FORMAT = 1
NAME, CONTROL, LAKE, REGIONS = "manifest.json", "control.db", "home", "regions"
ID = re.compile(r"[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")
Files = Mapping[str, tuple[str, int]]
"""By path below the backup: SHA-256 and size."""


@dataclass(frozen=True, slots=True)
class Stored:
    """One product in a backup. `gone` tells why nothing of it is in it any more, or never was."""

    place: Place
    version: str = ""
    published_at: str = ""
    files: Files = field(default_factory=dict)
    gone: str = ""

    def as_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {"version": self.version, "published_at": self.published_at, "gone": self.gone}
        return said | {"files": {name: list(each) for name, each in sorted(self.files.items())}}


@dataclass(frozen=True, slots=True)
class RegionLog:
    """The audit log of one region in a backup: size and root of its tree. `gone` tells why it is not in it."""

    name: str
    size: int = 0
    root: str = ""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. `revision` counts how often something was taken out of it; `changing` stands while that is under way."""

    id: str
    created_at: datetime
    ends_at: datetime
    ledger_sequence: int
    audit_size: int
    audit_root: str
    control: Files
    products: tuple[Stored, ...]
    revision: int = 1
    changing: bool = False
    logs: tuple[RegionLog, ...] = ()

    @property
    def held(self) -> tuple[Stored, ...]:
        """The products of which something is in it."""
        return tuple(one for one in self.products if not one.gone)

    @property
    def left_out(self) -> tuple[Stored, ...]:
        return tuple(one for one in self.products if one.gone)

    @property
    def files(self) -> dict[str, tuple[str, int]]:
        every = dict(self.control)
        for one in self.held:
            every |= {f"{LAKE}/{name}": each for name, each in one.files.items()}
        return every

    @property
    def bytes(self) -> int:
        return sum(size for _, size in self.files.values())

    @property
    def digest(self) -> str:
        """The hash by which the audit log knows it."""
        return hashlib.sha256(self.text().encode()).hexdigest()

    def text(self) -> str:
        return json.dumps(self._said(), sort_keys=True, indent=1)

    def with_products(self, *changed: Stored) -> Manifest:
        by_place = {one.place: one for one in changed}
        return replace(self, products=tuple(by_place.get(one.place, one) for one in self.products))

    def _said(self) -> dict[str, Any]:
        logs = {one.name: {"size": one.size, "root": one.root, "gone": one.gone} for one in self.logs}
        return ({"regions": logs} if logs else {}) | {
            "format": FORMAT,
            "id": self.id,
            "revision": self.revision,
            "changing": self.changing,
            "created_at": self.created_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "ledger_sequence": self.ledger_sequence,
            "audit": {"size": self.audit_size, "root": self.audit_root},
            "control": {name: list(each) for name, each in self.control.items()},
            "products": {str(one.place): one.as_json() for one in self.products},
        }

    def write(self, folder: Path) -> None:
        """Durable under its name, whole or as it was before."""
        with written(folder / NAME) as out:
            out.write(self.text().encode())

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Raises `CheckFailed` BACKUP-03 where there is none that can be read."""
        try:
            said = json.loads((folder / NAME).read_text(encoding="utf-8"))
            if said["format"] != FORMAT or not ID.fullmatch(said["id"]):
                raise ValueError("another format")
            return cls(
                said["id"],
                datetime.fromisoformat(said["created_at"]),
                datetime.fromisoformat(said["ends_at"]),
                int(said["ledger_sequence"]),
                int(said["audit"]["size"]),
                str(said["audit"]["root"]),
                _files(said["control"]),
                tuple(_stored(name, one) for name, one in said["products"].items()),
                int(said["revision"]),
                bool(said["changing"]),
                tuple(RegionLog(name, int(one["size"]), str(one["root"]), str(one["gone"])) for name, one in _regions(said)),
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            why = "Its manifest is not there or cannot be read."
            raise CheckFailed.because("BACKUP-03", f"backup {folder.name}", why, "Use another one; `mesh backup list`.") from None


def _regions(said: Mapping[str, Any]) -> Iterable[tuple[str, Mapping[str, Any]]]:
    """The logs of regions; older backups have none."""
    found: Mapping[str, Mapping[str, Any]] = said.get("regions", {})
    if any(Path(name).name != name for name in found):
        raise ValueError("a path that leads out of the backup")
    return found.items()


def _stored(name: str, said: Mapping[str, Any]) -> Stored:
    location, domain, product = name.split("/")
    files = _files(said["files"])
    if any(Path(file).is_absolute() or ".." in Path(file).parts for file in files):
        raise ValueError("a path that leads out of the backup")
    return Stored(Place(location, domain, product), said["version"], said["published_at"], files, said["gone"])


def _files(said: Mapping[str, Any]) -> Files:
    return {str(name): (str(digest), int(size)) for name, (digest, size) in said.items()}
