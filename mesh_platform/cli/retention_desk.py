"""What the commands of `mesh retention` and `mesh hold` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.retention import Keeper

only = click.argument("only", nargs=-1, metavar="[PRODUCT|DOMAIN]...")


@contextmanager
def opened_keeper(session: Session) -> Iterator[Keeper]:
    """Retention over the project's lake, registry and audit log."""
    from mesh_platform.publish import open_runtime
    from mesh_platform.retention import keeper_of

    with open_runtime(session.settings) as runtime:
        yield keeper_of(runtime)


def moment_of(day: datetime | None, now: datetime) -> datetime:
    """The moment at which something is asked: now where no day is given, or where that is today; noon of any other."""
    if day is None or day.date() == now.date():
        return now
    return datetime.combine(day.date(), time(12), UTC)


def day_of(given: datetime | None) -> date | None:
    """The day of an option; None where it is left out."""
    return None if given is None else given.date()
