"""What a version keeps of its scan: per column the kinds found with counts and reasons, and a checksum of the content they were found in.

It stands in the version's commit, in the encrypted catalog beside the rows. A record of another scanner counts for nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from mesh_platform.lake import Version
from mesh_platform.policy import Found, Scan
from mesh_platform.product import Sensitivity

RECORD = "classification"
"""Where the commit of a version keeps it."""
_MOST_NOTES = 5
_DECIDING = ("duckdb", "numpy", "phonenumbers", "polars", "pyarrow", "python-stdnum")


class Evidence(NamedTuple):
    """One kind in a column: the rows that hold it, the level that it brings here, and why it is believed."""

    rows: int
    level: Sensitivity
    why: str


@dataclass(frozen=True, slots=True)
class ColumnScan:
    """The scan of one column: rows scanned, kind → what is kept of it, what was not scanned, and a checksum of the content.

    `read`: its free texts were read, which those of a restricted column are not.
    """

    rows: int = 0
    found: Mapping[str, Evidence] = field(default_factory=dict)
    not_scanned: tuple[str, ...] = ()
    content: str = ""
    read: bool = True

    def followed_by(self, fresh: ColumnScan, new: float) -> ColumnScan:
        """This scan and that of the rows that came after; `new` is their share of what was scanned with them."""
        found = dict(self.found)
        for kind, one in fresh.found.items():
            before = found.get(kind, one._replace(rows=0))
            rows = before.rows + math.ceil(one.rows * new)
            found[kind] = Evidence(rows, Sensitivity.highest((before.level, one.level)), one.why)
        notes = tuple(dict.fromkeys((*fresh.not_scanned, *self.not_scanned)))[:_MOST_NOTES]
        return ColumnScan(self.rows + math.ceil(fresh.rows * new), found, notes, read=self.read and fresh.read)

    def as_json(self) -> dict[str, Any]:
        """As the commit keeps it; what is empty is left out."""
        found = {kind: [one.rows, one.level.value, one.why] for kind, one in self.found.items()}
        parts = {"rows": self.rows, "found": found, "notScanned": list(self.not_scanned), "content": self.content}
        parts["unread"] = not self.read
        return {key: part for key, part in parts.items() if part}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> ColumnScan:
        found = {
            str(kind): Evidence(int(rows), Sensitivity(level), str(why))
            for kind, (rows, level, why) in held.get("found", {}).items()
        }
        return cls(
            int(held.get("rows", 0)),
            found,
            tuple(map(str, held.get("notScanned", ()))),
            str(held.get("content", "")),
            not held.get("unread"),
        )


def as_scan(kept: ColumnScan) -> Scan:
    """The scan as the gate judges it."""
    from mesh_platform.classify.entities import Entity

    found = []
    for kind, one in kept.found.items():
        entity = Entity(kind)
        share = min(1.0, one.rows / kept.rows) if kept.rows else 1.0
        points, personal = entity.identifiability, entity.personal
        found.append(Found(kind, one.level, entity.category, points, personal, one.rows, share, one.why))
    return Scan(tuple(found), kept.not_scanned)


def kept_with(version: Version | None) -> dict[str, ColumnScan]:
    """Column → its scan, as `version` keeps it; nothing where it keeps none, or one of another scanner."""
    held = version.extra.get(RECORD) if version else None
    if not isinstance(held, Mapping) or held.get("scanner") != scanner():
        return {}
    return {str(name): ColumnScan.from_json(column) for name, column in held["columns"].items()}


def to_keep(found: Mapping[str, ColumnScan]) -> dict[str, Any]:
    """The record for the commit."""
    return {"scanner": scanner(), "columns": {name: kept.as_json() for name, kept in found.items()}}


@cache
def scanner() -> str:
    """Which scanner this is: a digest of its code and weights, of the packages that decide with it, and of the engine that makes checksums."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(" ".join(version(name) for name in _DECIDING).encode())
    parts = [file for file in (package / "classify").rglob("*") if file.is_file() and file.suffix != ".pyc"]
    for file in sorted([*parts, Path(__file__), Path(__file__).with_name("classification.py")]):
        digest.update(file.relative_to(package).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]
