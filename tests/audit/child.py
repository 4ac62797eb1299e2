"""The command under test: `python -m tests.audit.child HOME [BROKEN BUILD]` records three acts, makes a checkpoint and says that it did."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy import event

from mesh_platform.audit import AuditLog, commits
from mesh_platform.state import Database, sqlite
from tests.audit.conftest import opened, quiet, say
from tests.faults.powerloss import ACKNOWLEDGED

RECORDS = 3


def log_at(home: Path) -> AuditLog:
    """Without the file of shared memory, whose pages the model of the disk does not know: one connection has the database to itself."""
    database = Database(home / "control.db")
    event.listen(
        database._driver.engine, "connect", lambda dbapi, _: dbapi.execute("PRAGMA locking_mode = EXCLUSIVE"), insert=True
    )
    return quiet(opened(database, home))


def commits_are_not_flushed() -> None:
    sqlite.PRAGMAS["synchronous"] = 0


def acknowledged_before_the_commit() -> None:
    put = commits.Writer._put

    def early(self: commits.Writer, batch: Sequence[commits.Item]) -> None:
        (Path(sys.argv[1]) / ACKNOWLEDGED).touch()
        put(self, batch)

    commits.Writer._put = early  # type: ignore[method-assign]


BROKEN: dict[str, Callable[[], None]] = {
    build.__name__: build for build in (commits_are_not_flushed, acknowledged_before_the_commit)
}


def main(home: Path, broken: str | None = None) -> None:
    if broken is not None:
        BROKEN[broken]()
    log = log_at(home)
    say(log, RECORDS)
    assert log.checkpoint() is not None
    (home / ACKNOWLEDGED).touch()
    log.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
