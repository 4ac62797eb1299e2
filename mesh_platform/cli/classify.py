"""`mesh classify`: what personal data is in files, columns and texts."""

from __future__ import annotations

import click

from mesh_platform.cli.lazy import Entry, LazyGroup
from mesh_platform.cli.session import options

COMMANDS = {
    "scan": Entry("mesh_platform.cli.classify_scan:scan", "The personal data in the columns of files, with the evidence."),
    "texts": Entry("mesh_platform.cli.classify_texts:texts", "The spans of personal data in texts."),
}


@click.group(cls=LazyGroup, table=COMMANDS)
@options
def classify() -> None:
    """Find personal data: in columns, and in texts.

    \b
    Examples:
      mesh classify scan landing/
      mesh classify texts tickets.parquet -o spans.json
    """
