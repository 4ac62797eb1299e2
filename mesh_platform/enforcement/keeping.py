"""Cases of how long the platform's own records are kept: backups, and the audit log."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from mesh_platform.audit.dropping import years_before
from mesh_platform.audit.tlog import frontier_add, frontier_root, leaf_hash
from mesh_platform.settings import Settings

_NOW = datetime(2026, 12, 1, tzinfo=UTC)


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


def _kept(recorded: datetime) -> bool:
    """Whether the body of a record of that day still stands under the default number of years."""
    return recorded >= years_before(_NOW, Settings.model_fields["audit_years"].default)


def log_of_a_year_ago() -> bool:
    return _kept(datetime(2025, 12, 2, tzinfo=UTC))


def log_of_two_years_ago() -> bool:
    return _kept(datetime(2024, 12, 2, tzinfo=UTC))


def log_of_six_years_ago() -> bool:
    return _kept(datetime(2020, 12, 2, tzinfo=UTC))


def log_of_long_ago() -> bool:
    return _kept(datetime(1990, 1, 1, tzinfo=UTC))


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
