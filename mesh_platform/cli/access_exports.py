"""`mesh access export` and `exports`: rows that leave as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, actor_of
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from mesh_platform.access.exports import Exports
    from mesh_platform.actor import Actor

COLOURS = {"overdue": "red", "standing": "green"}


@click.command()
@click.argument("sql")
@click.option("--purpose", required=True, metavar="PURPOSE", help="What the rows are for.")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="FILE.parquet or FILE.csv, new.")
@click.option("--rows", type=click.IntRange(1), default=1_000_000, show_default=True, help="Refuse it where it has more.")
@acting()
@options
@pass_session
def export(session: Session, actor: Actor, sql: str, purpose: str, output: Path, rows: int) -> None:
    """Write the rows of SQL to a file, decided like any other read, with a manifest beside it.

    The file may be kept for as long as governance says (`accessControl.exportDays`), and no longer than what it was read under holds; whoever holds
    it says when it is gone. It is remembered whose rows may be in it: an erasure waits for its holder (`mesh dsar`).

    \b
    Examples:
      mesh access export "select * from sales.customer_orders" --purpose analytics --output orders.parquet --as sales-analyst
    """
    from mesh_platform.access.exporting import MANIFEST, Exporting
    from mesh_platform.access.exports import Exports
    from mesh_platform.cli.governed import opened
    from mesh_platform.cli.output import clean, counted, print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.tasks import Tasks
    from mesh_platform.tasks.channels import channel_names

    now = utc_now()
    with opened(session) as found:
        exports = Exports(found.database, session.settings.home_path, Tasks(found.database, channel_names(session.settings)))
        desk = Exporting(session.mesh, found.reading, exports, found.audit)
        made = desk.export(actor, purpose, sql, output, now, rows=rows)
    if session.json:
        print_json(made.as_json(now))
        return
    click.echo(clean(f"{made.id}: {counted(made.rows, 'row')} in {output.name}, told in {output.name}{MANIFEST}."))
    session.say(f"Remove it by {made.expires_at:%Y-%m-%d %H:%M} UTC, then: `mesh access exports --ended {made.id}`.")


@click.command()
@click.option("--ended", metavar="ID", help="Say that this file is gone; for its holder and the role privacy of its domains.")
@click.option("--cleaned", metavar="ID", help="Say that everybody of whom its holder was told is out of this file.")
@click.option("--all", "everything", is_flag=True, help="Those that are gone, too.")
@click.option("--as", "as_principal", metavar="NAME", help="With --ended or --cleaned: act as this principal. Development only.")
@options
@pass_session
def exports(session: Session, ended: str | None, cleaned: str | None, everything: bool, as_principal: str | None) -> int:
    """The files of rows that left: what is in them, who holds them, and until when.

    Its holder is told of each withdrawal and erasure of somebody who may be in it (`mesh consent recipients`), and says with --cleaned that
    they are out of it, where no endpoint of theirs does (governance/holders.yaml).

    \b
    Examples:
      mesh access exports
      mesh access exports --ended ex-1f0c2d3e4a --as sales-analyst
      mesh access exports --cleaned ex-1f0c2d3e4a --as sales-analyst

    Exit code 1 where one is overdue.
    """
    from mesh_platform.access.exports import Exports
    from mesh_platform.cli.output import print_json, say_table
    from mesh_platform.clock import utc_now
    from mesh_platform.state import look_at_state
    from mesh_platform.tasks import Tasks

    now = utc_now()
    if cleaned is not None:
        _clean(session, cleaned, as_principal)
        session.say(
            f"{cleaned} is on record as holding nobody any more of whom its holder was told, since you say so: nobody looked."
        )
    if ended is not None:
        _say(session, ended, as_principal, "file gone", lambda exports, by, record: exports.ended(ended, by, utc_now(), record))
        session.say(f"{ended} is on record as gone, since you say so: nobody looked.")
    with look_at_state(session.settings) as database:
        found = Exports(database, session.settings.home_path, Tasks(database)).listed() if database else ()
    found = tuple(one for one in found if everything or one.ended_at is None)
    if session.json:
        print_json([one.as_json(now) for one in found])
    elif not found:
        session.say("No file of rows is out.")
    else:
        rows = [
            (one.id, ", ".join(one.products), one.by, one.rows, one.format, f"{one.expires_at:%Y-%m-%d %H:%M}", one.state(now))
            for one in found
        ]
        say_table(("id", "of", "held by", "rows", "form", "until", "state"), rows, COLOURS)
    return 1 if any(one.state(now) == "overdue" for one in found) else 0


def _clean(session: Session, id: str, as_principal: str | None) -> None:
    """Everything that is on record by now is put before the holder first: the word holds for it too."""
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.outside import put_holders

    with open_runtime(session.settings) as runtime:
        put_holders(session.governance, runtime)
    told = "people removed from the file"
    _say(session, id, as_principal, told, lambda exports, by, record: exports.cleaned(id, by, utc_now(), record))


def _say(
    session: Session,
    id: str,
    as_principal: str | None,
    what: str,
    say: Callable[[Exports, Actor, Callable[[Connection], object]], object],
) -> None:
    """The holder's word, on record, or the refusal of it."""
    from contextlib import closing

    from mesh_platform.access.exports import Exports
    from mesh_platform.audit import Act, Phase, What, open_audit
    from mesh_platform.errors import Denied
    from mesh_platform.state import open_state
    from mesh_platform.tasks import Tasks

    actor = actor_of(session, as_principal)
    with closing(open_state(session.settings)) as database, open_audit(session.settings, database) as audit:
        record = audit.within(Act.EXPORT, Phase.DONE, actor)
        about = What(ref=id, what=what)
        try:
            say(Exports(database, session.settings.home_path, Tasks(database)), actor, lambda con: record(con, about, None))
        except Denied as refusal:
            audit.record(Act.EXPORT, Phase.DENIED, actor, about, "deny", refusal.finding.rule)
            raise
        audit.stands()
