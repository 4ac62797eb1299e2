"""Open the control database of a mesh: its home for its owner alone, its tables up to date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_platform.errors import Unavailable
from mesh_platform.state.database import Database
from mesh_platform.state.errors import WHERE
from mesh_platform.state.migrate import HEAD

if TYPE_CHECKING:
    from mesh_platform.settings import Settings

FILE = "control.db"


def open_state(settings: Settings) -> Database:
    """The control database that `settings` name, ready for use.

    Raises:
        UsageProblem: where its URL cannot be used.
        Unavailable: where the home cannot be made or the database not be opened.
    """
    _private(settings.home_path)
    database = Database(settings.database_url or settings.home_path / FILE)
    database.migrate()
    return database


@contextmanager
def look_at_state(settings: Settings) -> Iterator[Database | None]:
    """The control database as it stands, to read from; None where nothing was written yet. Nothing is made, closed or migrated.

    Raises:
        Unavailable: where it cannot be read, or its tables are of another version.
    """
    with closing(Database(settings.database_url or settings.home_path / FILE)) as database:
        found = database.revision()
        if found not in (None, HEAD):
            why = "Its tables are of an older version of the platform, and looking does not change them."
            raise Unavailable.because("STATE-15", WHERE, why, "The next `mesh run` brings them up to date.")
        yield database if found else None


def _private(home: Path) -> None:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_mode & 0o077:
            home.chmod(0o700)
    except OSError as error:
        raise Unavailable.because(
            "STATE-14",
            "MESH_HOME",
            f"The folder cannot be made or closed to other users ({type(error).__name__}).",
            "Give this user a folder of its own, or set MESH_HOME to one.",
        ) from None
