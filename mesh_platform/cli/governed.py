"""The governed reader of one call of `mesh`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.access.reading import Reading
    from mesh_platform.audit import AuditLog
    from mesh_platform.state import Database


@dataclass(frozen=True, slots=True)
class Opened:
    """A governed reader, and what it stands on."""

    reading: Reading
    database: Database
    audit: AuditLog


@contextmanager
def reading(session: Session) -> Iterator[Reading]:
    """A reader over the home's lake.

    Raises:
        NotFound: ACCESS-01, where nothing was ever published.
    """
    with opened(session) as found:
        yield found.reading


@contextmanager
def opened(session: Session) -> Iterator[Opened]:
    """The same, with the control database and the audit log below it."""
    from mesh_platform.access.reading import Reading
    from mesh_platform.access.store import AccessStore
    from mesh_platform.access.worker import Size, Workers
    from mesh_platform.audit import open_audit
    from mesh_platform.errors import NotFound
    from mesh_platform.keys import open_keys
    from mesh_platform.publish import confinement_of
    from mesh_platform.registry import Registry
    from mesh_platform.state import look_at_state, open_state

    settings = session.settings
    with look_at_state(settings) as known, session.lake() as lake:
        if known is None or lake is None:
            why = "Nothing was ever published here."
            raise NotFound.because("ACCESS-01", "the home", why, "`mesh demo` or `mesh run` publishes products.")
        size = Size(1, settings.memory_limit, settings.threads or 2)
        with (
            closing(open_state(settings)) as database,
            open_audit(settings, database) as audit,
            Workers(settings.home_path, open_keys(settings), confinement_of(settings), size) as workers,
            Reading(session.mesh, lake, Registry(database), workers, audit, AccessStore(database).on) as found,
        ):
            yield Opened(found, database, audit)
