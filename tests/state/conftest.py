"""In this room every new database gets its tables from the migrations."""

from __future__ import annotations

import pytest

from mesh_platform.state import migrate
from tests.tables import by_the_migrations


@pytest.fixture(autouse=True)
def _migrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_upgrade", by_the_migrations)
