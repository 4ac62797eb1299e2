"""What the commands of `mesh consent` share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from datetime import datetime

    from mesh_platform.ledger import Ledger

WRITERS = ("privacy", "steward", "source")
MOMENT = "ISO 8601 with its zone, such as 2026-03-01T12:00:00Z"
subject_option = click.option(
    "--subject",
    required=True,
    metavar="NAMESPACE:ID",
    help="Whom it is about, such as customer_id:C-7. Only a keyed token is kept.",
)


@contextmanager
def opened_ledger(session: Session) -> Iterator[Ledger]:
    """The ledger of the project."""
    from mesh_platform.ledger import open_ledger

    with open_ledger(session.settings, session.governance) as ledger:
        yield ledger


def moment_of(flag: str, text: str | None) -> datetime | None:
    """The moment that an option names."""
    from datetime import datetime

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"It is not {MOMENT}.", param_hint=flag) from None
    if moment.tzinfo is None:
        raise click.BadParameter(f"It lacks its time zone; write it as {MOMENT}.", param_hint=flag)
    return moment
