"""`mesh retention apply`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import actor_of, worn
from mesh_platform.cli.retention_desk import moment_of, only, opened_keeper
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

ROLES = ("privacy", "platform")


@click.command()
@only
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="What was due on that day, and no more; none to come."
)
@click.option("--dry-run", is_flag=True, help="Show what would be done; --as-of may then be a day to come.")
@click.option(
    "--today",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Say which day it is, where the clock leapt and nothing is deleted for that. For the role privacy or platform.",
)
@worn
@options
@pass_session
def apply(
    session: Session,
    /,
    only: tuple[str, ...],
    as_of: datetime | None,
    dry_run: bool,
    today: datetime | None,
    as_principal: str | None,
) -> int:
    """Delete or anonymise what is due, product by product, as the daily job does, and look whether it is gone.

    For the role privacy or platform. Where nobody is signed in it runs as the daily job does, for the platform; not with an identity provider, who then has to say
    who asks. Exit code 1: something of it is not done, or was found again. 5: a product is busy, or the clock cannot be believed.

    \b
    Examples:
      mesh retention apply --dry-run
      mesh retention apply payments --json
      mesh retention apply --today 2027-01-02 --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now

    actor = None if dry_run and today is None else _asking(session, as_principal, needed=today is not None)
    now = utc_now()
    with opened_keeper(session) as keeper:
        if today is not None and actor is not None:
            keeper.confirm(today.date(), now, actor)
        if dry_run:
            planned = keeper.plan(moment_of(as_of, now), only)
            print_json({"dry_run": True, "products": [one.as_json() for one in planned]}) if session.json else None
            for due in planned:
                if due.overdue or due.older or due.reduced:
                    session.say(f"{due.product}: {due.why}")
            return 0
        done = keeper.apply(now, actor, only, as_of=None if as_of is None else moment_of(as_of, now))
    bad = [one.finding for one in done if one.finding is not None]
    if session.json:
        print_json({"ok": not bad, "products": [one.as_json() for one in done]})
    else:
        for one in done:
            if one.rows:
                told = ", ".join(f"{rows} rows: {name}" for name, rows in one.rows.items())
                click.echo(f"{one.due.product}: {told}; looked at again: {one.left} left.")
        for finding in bad:
            click.echo(str(finding), err=True)
        session.say(f"{len(done)} products, {sum(bool(one.rows) for one in done)} changed, {len(bad)} not done.")
    return 0 if not bad else 5 if all(finding.rule == "LAKE-10" for finding in bad) else 1


def _asking(session: Session, name: str | None, needed: bool) -> Actor | None:
    """Who asks, with the role for it; None, the platform itself, where nobody is signed in and `--as` would let anybody be anybody."""
    from mesh_platform.access.at_hand import token_at_hand
    from mesh_platform.settings import DEVELOPMENT

    alone = session.settings.issuer == DEVELOPMENT and name is None and token_at_hand(session.settings) is None
    return None if alone and not needed else actor_of(session, name, *ROLES)
