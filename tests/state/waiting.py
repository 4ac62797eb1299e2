"""Seeing that a writer waits, so that no test has to guess how long that takes."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path

from sqlalchemy import make_url, text

from mesh_platform.state import Database


def until_a_writer_waits(database: Database, url: str) -> None:
    """Return once somebody waits for the write lock that another holds."""
    deadline = time.monotonic() + 60
    while not _waits(database, url):
        assert time.monotonic() < deadline, "nobody waits"
        time.sleep(0.005)


def _waits(database: Database, url: str) -> bool:
    if database.dialect == "sqlite":
        return _is_locked(Path(f"{make_url(url).database}-turn"))  # who waits holds the turnstile meanwhile
    with database.read() as con:
        waiting = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database()"
        return bool(con.execute(text(f"{waiting} AND locktype = 'advisory' AND NOT granted")).scalar())


def _is_locked(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
