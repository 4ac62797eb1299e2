"""`mesh search`: products for a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.registry import SearchHit

MOST = 50


@click.command()
@click.argument("text", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="At most so many.")
@options
@pass_session
def search(session: Session, text: tuple[str, ...], limit: int) -> int:
    """Find products by words in their names, descriptions and columns.

    \b
    Examples:
      mesh search email
      mesh search customer segment --json

    Exit code 4 where nothing is found.
    """
    from mesh_platform.cli.output import clean, print_json, say_table

    hits = _hits(session, " ".join(text), limit)
    if session.json:
        print_json(
            [
                {"product": str(hit.product), "name": hit.title, "description": hit.description, "columns": list(hit.columns)}
                for hit in hits
            ]
        )
    elif hits:
        say_table(
            ("product", "description", "columns"),
            [(str(hit.product), clean(hit.description), ", ".join(map(clean, hit.columns)) or None) for hit in hits],
        )
    else:
        session.say("Nothing found. `mesh products` lists all products.")
    return 0 if hits else 4


def _hits(session: Session, text: str, limit: int) -> tuple[SearchHit, ...]:
    """Found in a catalog made of the folders for the moment: a working copy never writes into a registry that others use."""
    import tempfile
    from pathlib import Path

    from mesh_platform.publish import register
    from mesh_platform.registry import Registry
    from mesh_platform.state import Database

    with tempfile.TemporaryDirectory(prefix="mesh-search-") as folder:
        database = Database(Path(folder) / "catalog.db")
        try:
            database.migrate()
            catalog = Registry(database)
            register(session.mesh, catalog)
            return catalog.search(text, limit)
        finally:
            database.close()
