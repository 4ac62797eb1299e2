"""What the processes of one mesh on one machine share about calls: how many there were in each minute, and which tokens were shown.

A small SQLite file beside the control database, without durability: after a power loss counting begins anew. Names of callers stand in it
hashed under a key that is not in it: whoever has the file alone cannot try names against it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from mesh_platform.errors import Finding, Unavailable

FILE = "calls.db"
WINDOW = 60
_WAIT = 2.0
_TABLES = """
DROP TABLE IF EXISTS key;
CREATE TABLE IF NOT EXISTS calls (who BLOB NOT NULL, minute INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (who, minute)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shown (token BLOB PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID;
"""


class Shared:
    """The file in `home`, for its owner alone; for any number of threads and processes.

    Args:
        home: where the file is.
        hashed: makes of a text what stands in it, under a key of the mesh.

    Raises:
        Unavailable: HTTP-10, where the file cannot be used.
    """

    def __init__(self, home: Path, hashed: Callable[[str], bytes]) -> None:
        self._path, self._local, self._hash = home / FILE, threading.local(), hashed
        self._swept = 0
        try:
            with suppress(FileExistsError):  # what SQLite makes beside it has the rights that it has
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            if self._path.stat().st_mode & 0o077:
                self._path.chmod(0o600)
            self._con().executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise _gone(error) from None

    def call(self, caller: str, what: str, most: int, now: float) -> float:
        """Count a call; seconds to wait where there were `most` in the last minute already, else 0.

        The minute slides: of the calls of the calendar minute before, as many count as of it lie within the last sixty seconds.
        """
        who, minute, part = self._hash(f"{caller}\0{what}"), int(now // WINDOW), now % WINDOW / WINDOW
        try:
            con = self._con()
            con.execute("BEGIN IMMEDIATE")
            try:
                counts = dict(con.execute("SELECT minute, n FROM calls WHERE who = ? AND minute >= ?", (who, minute - 1)))
                before, here = counts.get(minute - 1, 0), counts.get(minute, 0)
                if before * (1 - part) + here + 1 > most:
                    return _wait(before, here, most, part)
                con.execute(
                    "INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1",
                    (who, minute),
                )
                if minute > self._swept:
                    con.execute("DELETE FROM calls WHERE minute < ?", (minute - 1,))
                    self._swept = minute
                return 0.0
            finally:
                con.execute("COMMIT")
        except sqlite3.Error as error:
            raise _gone(error) from None

    def first(self, token: str, until: float, now: float) -> bool:
        """Whether this token is shown for the first time; it is remembered until then."""
        try:
            con = self._con()
            con.execute("DELETE FROM shown WHERE until < ?", (now,))
            return con.execute("INSERT OR IGNORE INTO shown VALUES (?, ?)", (self._hash(token), until)).rowcount == 1
        except sqlite3.Error as error:
            raise _gone(error) from None

    def look(self) -> None:
        """See whether calls can be counted.

        Raises:
            Unavailable: HTTP-10, where they cannot.
        """
        try:
            self._con().execute("SELECT 1 FROM calls").fetchone()
        except sqlite3.Error as error:
            raise _gone(error) from None

    def _con(self) -> sqlite3.Connection:
        con: sqlite3.Connection | None = getattr(self._local, "con", None)
        if con is None or self._local.pid != os.getpid():
            con = sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)
            con.execute("PRAGMA journal_mode = WAL")
            con.execute("PRAGMA synchronous = OFF")
            self._local.con, self._local.pid = con, os.getpid()
        return con


def _wait(before: int, here: int, most: int, part: float) -> float:
    """Seconds until a call fits: within this minute as the one before slides out, else in the next."""
    if here + 1 <= most and before:
        return max(1.0, (1 - (most - here - 1) / before - part) * WINDOW)
    left = (1 - part) * WINDOW
    return max(1.0, left + max(0.0, 1 - (most - 1) / here) * WINDOW if here else left)


def _gone(error: Exception) -> Unavailable:
    why = f"The count of calls cannot be kept ({type(error).__name__}), so none is let through."
    return Unavailable(Finding("HTTP-10", f"{FILE} in the home", why, "See that the home has room and rights."))
