"""Seeing that a writer waits, so that no test has to guess how long that takes."""

from __future__ import annotations

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
        turn = Path(f"{make_url(url).database}-turn").stat().st_ino
        blocked = (line.split() for line in Path("/proc/locks").read_text().splitlines() if " -> " in line)
        return any(words[6].endswith(f":{turn}") for words in blocked)
    with database.read() as con:
        waiting = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE datname = current_database()"
        return bool(con.execute(text(f"{waiting} AND locktype = 'advisory' AND NOT granted")).scalar())
