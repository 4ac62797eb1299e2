"""Cases of the platform's own records: that backups end, and that a changed audit log shows."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from mesh_platform.audit.tlog import frontier_add, frontier_root, leaf_hash
from mesh_platform.settings import Settings


def _field(name: str, value: Any) -> bool:
    """Whether the settings take that value."""
    try:
        Settings.__pydantic_validator__.validate_assignment(Settings.model_construct(), name, value)
    except ValidationError:
        return False
    return True


def backup_ends() -> bool:
    return _field("backup_days", 35)


def backup_without_end() -> bool:
    return _field("backup_days", 0)


_RECORDS = (b"one", b"two", b"three")


def _same_root(records: tuple[bytes, ...]) -> bool:
    """Whether these records give the root that was signed for the three."""
    return _root(records) == _root(_RECORDS)


def _root(records: tuple[bytes, ...]) -> bytes:
    frontier: list[bytes] = []
    for i, body in enumerate(records):
        frontier_add(frontier, i, leaf_hash(body))
    return frontier_root(frontier)


def log_untouched() -> bool:
    return _same_root(_RECORDS)


def log_changed() -> bool:
    return _same_root((b"one", b"twp", b"three"))


def log_cut() -> bool:
    return _same_root(_RECORDS[:2])
