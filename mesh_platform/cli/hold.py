"""`mesh hold`: what is kept for a legal matter."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "open": Entry(f"{_HERE}.hold_deciding:open_", "Keep what a matter needs from deletion."),
    "close": Entry(f"{_HERE}.hold_deciding:close", "End a hold; what waited for it goes on."),
    "read": Entry(f"{_HERE}.hold_reading:read", "Read the rows that the holds of a matter keep; for its counsel."),
    "list": Entry(f"{_HERE}.hold_deciding:list_", "The holds that there are."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def hold() -> None:
    """Legal holds: what must not be deleted while a matter is open, neither by an erasure nor for its age.

    A hold keeps what it covers and no more. Rows of a person who asked for erasure stay hidden from every read meanwhile; the request is told as
    held, under Art. 17(3)(e) GDPR, and goes on once the hold is closed. For the role
    privacy; the role counsel reads what is kept.

    \b
    Examples:
      mesh hold open --matter M-1 --owner legal@example.com --reason "claim of a customer" --domain payments --as privacy-engineer
      mesh hold list --as privacy-engineer --json
      mesh hold read M-1 payments/invoices --as legal-counsel
      mesh hold close M-1 --reason settled --as privacy-engineer
    """
