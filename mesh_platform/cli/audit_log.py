"""The audit log of the project at hand, opened for a command: to look into, or to write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.audit import AuditLog


@contextmanager
def looking(session: Session) -> Iterator[AuditLog]:
    """The log to look into: nothing is made or migrated.

    Raises:
        NotFound: AUDIT-16, where nothing was recorded yet.
    """
    from mesh_platform.audit import open_audit
    from mesh_platform.audit.tree import head
    from mesh_platform.errors import NotFound
    from mesh_platform.state import look_at_state

    with look_at_state(session.settings) as database:
        size = 0
        if database is not None:
            with database.read() as con:
                size = head(con).size
        if database is None or not size:
            why, fix = "Nothing was recorded yet.", "`mesh run` records its decisions."
            raise NotFound.because("AUDIT-16", "audit log", why, fix)
        yield open_audit(session.settings, database)


@contextmanager
def working(session: Session) -> Iterator[AuditLog]:
    """The log to write to; the home is made where it is missing."""
    from mesh_platform.audit import open_audit
    from mesh_platform.state import open_state

    with closing(open_state(session.settings)) as database, open_audit(session.settings, database) as log:
        yield log
