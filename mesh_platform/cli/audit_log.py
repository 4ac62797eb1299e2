"""The audit log of the project at hand, opened for a command: to look into, or to write to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.audit import AuditLog


REGION = click.option("--region", metavar="REGION", help="The log of this region, where it has one (`audit_regions`).")


@contextmanager
def looking(session: Session, region: str | None = None) -> Iterator[AuditLog]:
    """The log to look into, that of a region where one is named: nothing is made or migrated.

    Raises:
        NotFound: AUDIT-16, where nothing was recorded yet, or the region has no log.
    """
    from mesh_platform.audit import open_audit
    from mesh_platform.audit.regions import log_of
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
        log = open_audit(session.settings, database, look=True)
        try:
            yield log_of(log, region)
        finally:
            for each in log.regions.opened() if log.regions else ():
                each.database.close()


@contextmanager
def working(session: Session, region: str | None = None) -> Iterator[AuditLog]:
    """The log to write to, that of a region where one is named; the home is made where it is missing.

    Raises:
        NotFound: AUDIT-16, where the region has no log.
    """
    from mesh_platform.audit import open_audit
    from mesh_platform.audit.regions import log_of
    from mesh_platform.state import open_state

    with closing(open_state(session.settings)) as database, open_audit(session.settings, database) as log:
        yield log_of(log, region)
