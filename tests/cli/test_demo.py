"""`mesh demo` makes its landing files anew when they are missing, old, or of another scale or seed than is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.cli.demo import _landing
from mesh_platform.cli.session import Session
from mesh_platform.demo import SEED, Made, generate, made_in


@pytest.fixture
def session(project: Path) -> Session:
    found = Session()
    found.project, found.quiet = project, True
    return found


def asked(session: Session, scale: int | None = None, seed: int | None = None, keep: bool = False) -> Made | None:
    _landing(session, scale, seed, keep)
    return made_in(session.settings.project / "landing")


def test_another_seed_or_scale_makes_other_files_on_the_same_day_and_nothing_said_keeps_them(session: Session) -> None:
    today = datetime.now(UTC).date()
    assert asked(session) == Made(1, SEED, today)
    assert asked(session, seed=9) == Made(1, 9, today)
    accounts = session.settings.project / "landing/crm/accounts.csv"
    before = accounts.stat().st_mtime_ns
    assert asked(session) == Made(1, 9, today)
    assert asked(session, scale=1) == Made(1, 9, today)
    assert accounts.stat().st_mtime_ns == before
    assert asked(session, scale=2) == Made(2, 9, today)


def test_old_files_are_made_anew_unless_they_are_to_be_kept(session: Session) -> None:
    landing = session.settings.project / "landing"
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    generate(landing, as_of=yesterday)
    assert asked(session, seed=9, keep=True) == Made(1, SEED, yesterday)
    (landing / "demo.json").unlink()
    assert asked(session, keep=True) is None
    assert asked(session) == Made(1, SEED, yesterday + timedelta(days=1))
    (landing / "crm/accounts.csv").unlink()
    assert asked(session, keep=True) == Made(1, SEED, yesterday + timedelta(days=1))
