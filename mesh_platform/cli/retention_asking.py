"""`mesh retention plan` and `check`."""

from __future__ import annotations

from datetime import datetime

import click

from mesh_platform.cli.acting import anybody
from mesh_platform.cli.retention_desk import moment_of, only, opened_keeper
from mesh_platform.cli.session import Session, options, pass_session

COLOURS = {"due": "yellow", "clean": "green", "held": "cyan", "blocked": "red", "no rule": "bright_black"}


@click.command()
@only
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="What is due on that day [default: now].")
@options
@anybody
@pass_session
def plan(session: Session, /, only: tuple[str, ...], as_of: datetime | None) -> None:
    """What is due in each product, what becomes of it, and what is kept in spite of its age. Nothing is changed.

    `due up to` is the last day that is over: rows dated on it or before, by what the product's retention counts from, are past their period.

    \b
    Examples:
      mesh retention plan
      mesh retention plan payments --as-of 2027-01-01 --json
    """
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.retention import advised

    now = utc_now()
    moment = moment_of(as_of, now)
    with opened_keeper(session) as keeper:
        found = [advised(one, moment.date(), now.date()) for one in keeper.plan(moment, only)]
    if session.json:
        print_json({"as_of": moment.isoformat(), "products": [one.as_json() for one in found]})
        return
    rows = [
        (
            one.product,
            one.state.value,
            one.rows,
            one.overdue + one.older + one.reduced,
            one.held,
            one.cutoff or "",
            one.action or "",
        )
        for one in found
    ]
    say_table(("product", "state", "rows", "due", "held", "due up to", "action"), rows, COLOURS)
    for one in found:
        if one.fix:
            session.say(f"{one.product}: {one.why} Fix: {one.fix}")


@click.command()
@only
@options
@anybody
@pass_session
def check(session: Session, /, only: tuple[str, ...]) -> int:
    """Count the rows that stand past their period and its grace, in every file of every held version: apart from what deletes them.

    Exit code 1: some do, or it could not be looked.

    \b
    Examples:
      mesh retention check --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import Finding

    with opened_keeper(session) as keeper:
        found = list(keeper.overdue(utc_now(), only))
    told: list[dict[str, object]] = [
        {"product": one.key, "finding": seen.as_json()}
        if isinstance(seen, Finding)
        else {"product": one.key, "overdue": seen.overdue, "undated": seen.undated, "files": seen.files}
        for one, seen in found
    ]
    bad = [one for one in told if one.get("finding") or one.get("overdue")]
    if session.json:
        print_json({"ok": not bad, "products": told})
        return 1 if bad else 0
    for one, seen in found:
        if isinstance(seen, Finding):
            click.echo(str(seen))
        elif seen.overdue:
            click.echo(f"{one.key}: {seen.overdue} rows stand past their time.")
    session.say(
        f"{len(found)} products looked at, {len(bad)} with something to do."
        if bad
        else f"{len(found)} products, nothing overdue."
    )
    return 1 if bad else 0
