"""What a version keeps of its scan: per column the kinds found with counts and reasons, and a checksum of the content they were found in.

It stands in the version's commit, in the encrypted catalog beside the rows. A record of another scanner counts for nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from mesh_platform.lake import Version
from mesh_platform.policy import Found, Scan
from mesh_platform.product import Sensitivity

RECORD = "classification"
"""Where the commit of a version keeps it."""
_MOST_NOTES = 5


class Evidence(NamedTuple):
    """One kind in a column: the rows that hold it, the level that it brings here, and why it is believed."""

    rows: int
    level: Sensitivity
    why: str


@dataclass(frozen=True, slots=True)
class Kept:
    """The scan of one column: rows scanned, kind → what is kept of it, what was not scanned, and a checksum of the content.

    `read`: its free texts were read, which those of a restricted column are not.
    """

    rows: int = 0
    found: Mapping[str, Evidence] = field(default_factory=dict)
    not_scanned: tuple[str, ...] = ()
    content: str = ""
    read: bool = True

    def followed_by(self, fresh: Kept, alone: bool) -> Kept:
        """This scan and that of the rows that came after; `alone` where those were scanned without any of the earlier ones."""
        found = dict(self.found)
        for kind, one in fresh.found.items():
            before = found.get(kind, one._replace(rows=0))
            rows = before.rows + one.rows if alone else max(before.rows, one.rows)
            found[kind] = Evidence(rows, Sensitivity.highest((before.level, one.level)), one.why)
        notes = tuple(dict.fromkeys((*fresh.not_scanned, *self.not_scanned)))[:_MOST_NOTES]
        rows = self.rows + fresh.rows if alone else max(self.rows, fresh.rows)
        return Kept(rows, found, notes, read=self.read and fresh.read)

    def as_json(self) -> dict[str, Any]:
        """As the commit keeps it; what is empty is left out."""
        found = {kind: [one.rows, one.level.value, one.why] for kind, one in self.found.items()}
        parts = {"rows": self.rows, "found": found, "notScanned": list(self.not_scanned), "content": self.content}
        parts["unread"] = not self.read
        return {key: part for key, part in parts.items() if part}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Kept:
        found = {
            str(kind): Evidence(int(rows), Sensitivity(level), str(why))
            for kind, (rows, level, why) in held.get("found", {}).items()
        }
        return cls(int(held.get("rows", 0)), found, tuple(map(str, held.get("notScanned", ()))), str(held.get("content", "")), not held.get("unread"))


def as_scan(kept: Kept) -> Scan:
    """The scan as the gate judges it."""
    from mesh_platform.classify.entities import Entity

    found = []
    for kind, one in kept.found.items():
        entity = Entity(kind)
        share = min(1.0, one.rows / kept.rows) if kept.rows else 1.0
        points, personal = entity.identifiability, entity.personal
        found.append(Found(kind, one.level, entity.category, points, personal, one.rows, share, one.why))
    return Scan(tuple(found), kept.not_scanned)


def kept_with(version: Version | None) -> dict[str, Kept]:
    """Column → its scan, as `version` keeps it; nothing where it keeps none, or one of another scanner."""
    held = version.extra.get(RECORD) if version else None
    if not isinstance(held, Mapping) or held.get("scanner") != scanner():
        return {}
    return {str(name): Kept.from_json(column) for name, column in held["columns"].items()}


def to_keep(found: Mapping[str, Kept]) -> dict[str, Any]:
    """The record for the commit."""
    return {"scanner": scanner(), "columns": {name: kept.as_json() for name, kept in found.items()}}


@cache
def scanner() -> str:
    """Which scanner this is: a digest of its code and weights, and the engine whose checksums tell that a column is the same."""
    folder = Path(__file__).parents[1] / "classify"
    digest = hashlib.sha256(duckdb.__version__.encode())
    for file in sorted(file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc"):
        digest.update(file.relative_to(folder).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
