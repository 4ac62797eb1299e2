"""`mesh retention`: how long rows stay."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
TABLE = {
    "plan": Entry(f"{_HERE}.retention_asking:plan", "What is due in each product; nothing is changed."),
    "apply": Entry(f"{_HERE}.retention_deciding:apply", "Delete or anonymise what is due, and look whether it is gone."),
    "check": Entry(f"{_HERE}.retention_asking:check", "Count what stands past its time, apart from what deletes it."),
}


@click.group(cls=LazyGroup, table=TABLE)
@options
def retention() -> None:
    """How long rows stay: what is due by the `retention` of each product, and the end of it.

    What goes first: a legal hold, then a statutory minimum, then an erasure that was asked for, then the period. A daily job applies it too.

    \b
    Examples:
      mesh retention plan --json
      mesh retention plan --as-of 2027-01-01
      mesh retention apply
      mesh retention check
    """
