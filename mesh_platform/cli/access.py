"""`mesh access`: who gets what of a product, and why."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

_HERE = "mesh_platform.cli"
COMMANDS = {
    "explain": Entry(
        f"{_HERE}.access_explain:explain", "What a caller gets of a product, column by column, and the rule that decides."
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@options
def access() -> None:
    """Who gets what of a product, and why.

    \b
    Examples:
      mesh access explain customer/customer_360 --purpose enrichment --as sales-analyst
      mesh access explain customer/customer_360 --purpose analytics --domain sales --region US --as privacy-engineer
    """
