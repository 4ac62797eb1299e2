"""Looking at the control database leaves everything as it is: rights, tables, and that there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.settings import Settings
from mesh_platform.state import look_at_state, migrate, open_state, opening


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(project=tmp_path, home=tmp_path / "home")


def test_where_none_stands_none_is_made(settings: Settings) -> None:
    for named in (settings, settings.model_copy(update={"database_url": f"sqlite:///{settings.project}/elsewhere.db"})):
        with look_at_state(named) as database:
            assert database is None
    assert list(settings.project.iterdir()) == []


def test_what_is_open_to_others_stays_so_until_something_is_written(settings: Settings) -> None:
    open_state(settings).close()
    for path, mode in ((settings.home_path, 0o755), (settings.home_path / "control.db", 0o644)):
        path.chmod(mode)
        with look_at_state(settings) as database:
            assert database is not None
        assert path.stat().st_mode & 0o777 == mode


def test_older_tables_are_told_and_not_brought_up_to_date(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    open_state(settings).close()
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "9999"))
    monkeypatch.setattr(opening, "HEAD", "9999")
    for _ in range(2):
        with pytest.raises(Unavailable, match="STATE-15"), look_at_state(settings):
            pass
