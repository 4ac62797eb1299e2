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
    """Who gets what of a product, and why."""
