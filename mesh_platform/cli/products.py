"""`mesh products`: one line per product."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from datetime import date

    from mesh_platform.cli.standing import Standing

COLUMNS = ("domain", "product", "version", "rows", "sensitivity", "region", "status", "sunset")


@click.command()
@click.argument("selection", nargs=-1, metavar="[SELECTION]...")
@options
@pass_session
def products(session: Session, selection: tuple[str, ...]) -> None:
    """The products: domain, version, rows, sensitivity, region, status, sunset. Nothing has to be published yet.

    Status is `published`, `blocked` (a finding closes the gate; an older version may still be served), `unpublished`,
    `draft`, `deprecated`, `ended` (its sunset has passed), `retired`, or `orphaned` (its folder is gone). The last three
    are served no more; `mesh retire` removes what is held of them. An older major version that is served beside the present
    one has a line of its own, such as `orders@1`.

    \b
    Examples:
      mesh products
      mesh products sales --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.cli.selection import select
    from mesh_platform.cli.standing import ORPHANED, standings

    only = select(session.mesh, selection)
    domains = {part.strip("/").removeprefix("+").removeprefix("domains/") for part in selection}
    found = [
        standing
        for standing in standings(session)
        if only is None or standing.key in only or (standing.status == ORPHANED and standing.key.domain in domains)
    ]
    if session.json:
        print_json([standing.as_json() for standing in found])
        return
    say_products(found)
    if not found:
        session.say("No product yet. `mesh new product DOMAIN/NAME --from FILE` makes one.")
    elif blocked := [standing for standing in found if standing.status == "blocked"]:
        session.say(f"{len(blocked)} blocked: `mesh show {blocked[0].key}` says why and how to fix it.")


def say_products(found: Iterable[Standing]) -> None:
    """The table of products."""
    from mesh_platform.cli.output import STATUS_COLOURS, say_table

    rows = [
        (s.key.domain, s.key.name, s.version or None, s.rows, s.sensitivity or None, s.region or None, s.status, _day(s.sunset))
        for s in found
    ]
    ends = any(row[-1] for row in rows)  # a column that is empty for all is left out
    if rows and ends:
        say_table(COLUMNS, rows, STATUS_COLOURS)
    elif rows:
        say_table(COLUMNS[:-1], [row[:-1] for row in rows], STATUS_COLOURS)


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
