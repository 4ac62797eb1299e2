"""`mesh backup`: copies of products and of the control database."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "create": Entry(f"{_HERE}.backup_keeping:create", "Make one of everything that is published."),
    "list": Entry(f"{_HERE}.backup_keeping:list_", "Those that there are, and when each ends."),
    "verify": Entry(f"{_HERE}.backup_keeping:verify", "Hold one against its manifest and the audit log, and open it."),
    "expire": Entry(f"{_HERE}.backup_keeping:expire", "Remove those that ended."),
    "restore": Entry(f"{_HERE}.backup_restoring:restore", "Bring products back, closed until the ledger was applied to them."),
    "replay": Entry(f"{_HERE}.backup_restoring:replay", "Apply to what was restored what the ledger says since, and let it go."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def backup() -> None:
    """Backups: products as they lie in the lake, encrypted, and the control database. The key ring is not in them.

    A backup ends after `backup_days`; erasures take people out of each that can be reached. What is restored is closed to every reader until
    what the ledger says since was applied to it. For the roles platform and privacy.

    \b
    Examples:
      mesh backup create --to DIR --as platform-engineer --json
      mesh backup verify --as platform-engineer
      mesh backup restore ID --product sales/orders --as platform-engineer
    """
