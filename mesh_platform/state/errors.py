"""What a database error means to the person who reads it: a rule, a reason without values, and the way out.

The engines' own messages are never passed on: PostgreSQL's quote the row and psycopg's the connection string. What stays is the code, the
constraint's name and the statement's text, in which values are only placeholders.
"""

from __future__ import annotations

import re
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from mesh_platform.errors import CheckFailed, Finding, MeshError, Unavailable, UsageProblem

WHERE = "control database"


class Kind(StrEnum):
    """What happened, whichever engine said it."""

    BUSY = "busy"
    UNREACHABLE = "unreachable"
    FULL = "full"
    IO = "io"
    DAMAGED = "damaged"
    READ_ONLY = "read-only"
    CONSTRAINT = "constraint"
    OTHER = "other"


class CommitUnknown(Unavailable):
    """COMMIT reported an error, so the write may stand or not: look it up by its id before repeating it."""


class Conflict(CheckFailed):
    """A constraint of the control database refused the row."""


_SAID = {
    Kind.BUSY: (
        Unavailable,
        "STATE-01",
        "Another writer kept the control database for longer than this one may wait.",
        "Repeat the call; if it stays busy, look for a stopped or hanging process that uses the same MESH_HOME or database.",
    ),
    Kind.UNREACHABLE: (
        Unavailable,
        "STATE-02",
        "The control database cannot be opened or reached.",
        "Check that MESH_HOME (or the server of MESH_DATABASE_URL) exists, is up and lets this user in; `mesh doctor` tells more.",
    ),
    Kind.FULL: (
        Unavailable,
        "STATE-03",
        "There is no space left for the control database; nothing of this write was kept.",
        "Free space on the disk that holds it and repeat the call.",
    ),
    Kind.IO: (
        Unavailable,
        "STATE-04",
        "The disk under the control database reported an error; nothing of this write counts as kept.",
        "Check the disk, then repeat the call; it opens the database anew.",
    ),
    Kind.DAMAGED: (
        Unavailable,
        "STATE-05",
        "The control database is damaged or is no database.",
        "Move it aside and restore it from a backup; publications are rebuilt from the lake by themselves.",
    ),
    Kind.READ_ONLY: (
        Unavailable,
        "STATE-08",
        "The control database refused a write: the transaction is a reading one or the file is read-only.",
        "Write inside `Database.write()`; if it did, give this user write permission on the file and its folder.",
    ),
    Kind.CONSTRAINT: (
        Conflict,
        "STATE-09",
        "A constraint of the control database refused the row; nothing of this transaction was kept.",
        "Look up what already stands there under that key, and repeat with values that agree with it.",
    ),
    Kind.OTHER: (
        Unavailable,
        "STATE-10",
        "The control database refused a statement; nothing of this transaction was kept.",
        "Run `mesh doctor`; if the schema is up to date, this is a defect of the platform: report it with the code above.",
    ),
}


def trouble(kind: Kind, error: DBAPIError | None = None) -> MeshError:
    """The error to raise for `kind`, with what may be told of `error`."""
    cls, rule, why, fix = _SAID[kind]
    detail = _told(error) if error is not None else ""
    return cls(Finding(rule, WHERE, f"{why}{detail}", fix))


def commit_unknown(error: DBAPIError) -> CommitUnknown:
    """COMMIT ended in an error: nobody knows whether it took place."""
    return CommitUnknown(
        Finding(
            "STATE-06",
            WHERE,
            f"The commit ended in an error, so it is not known whether the write stands.{_told(error)}",
            "Read it back by its id on a new connection, and repeat it only where it is missing.",
        )
    )


def ended_early() -> MeshError:
    """The transaction was over before its block was: what came after the end was not part of it."""
    return Unavailable(
        Finding(
            "STATE-11",
            WHERE,
            "The transaction had ended before its block did, by the engine itself or by a commit inside, so the block does not stand as one.",
            "Let `Database.write()` alone commit, and do not go on after a failed statement without a savepoint.",
        )
    )


def nested() -> MeshError:
    """A write inside a write of the same thread would wait for itself."""
    return UsageProblem(
        Finding(
            "STATE-12",
            WHERE,
            "A write was begun inside a write of the same thread and would wait for itself.",
            "Pass the open connection on instead of opening a second one.",
        )
    )


def _told(error: DBAPIError) -> str:
    parts = [_code(error), _constraint(error), _statement(error)]
    told = "; ".join(filter(None, parts))
    return f" ({told})" if told else ""


def _code(error: DBAPIError) -> str:
    for name in ("sqlite_errorname", "sqlstate"):
        code = getattr(error.orig, name, None)
        if code:
            return str(code)
    return type(error.orig).__name__


def _constraint(error: DBAPIError) -> str:
    """The constraint's name (PostgreSQL) or columns (SQLite); neither holds a value."""
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
    if named:
        return str(named)
    found = re.fullmatch(r"(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: ([\w., ]+))?", str(error.orig))
    return (found[1] or "") if found else ""


def _statement(error: DBAPIError) -> str:
    text = " ".join((error.statement or "").split())
    return text if len(text) <= 160 else text[:157] + "..."
