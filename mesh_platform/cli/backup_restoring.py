"""`mesh backup restore` and `replay`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.backup_shelf import ROLES, shelf_of
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.subjects import Replayed


@click.command()
@click.argument("id", required=False)
@click.option("--product", "names", multiple=True, metavar="DOMAIN/PRODUCT", help="Only these; may be repeated.")
@click.option("--from", "root", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
              help="Where the home was lost: the folder with its backups.")  # fmt: skip
@click.option("--no-replay", is_flag=True, help="Leave what comes back closed; `mesh backup replay` lets it go.")
@options
@acting(*ROLES)
@pass_session
def restore(session: Session, /, id: str | None, names: tuple[str, ...], root: Path | None, no_replay: bool, actor: Actor) -> int:
    """Bring products back as they were when the backup was made, in place of what is published of them, and apply to them what the ledger says since.

    Until that is done every read of them is refused (LAKE-36). The control database stays as it is: ledger, audit log, grants and requests never
    go back in time. Exit code 1 where a product did not come back or stays closed.

    \b
    Examples:
      mesh backup restore 20261122T103000Z-3fa9c1 --product sales/orders --as platform-engineer
      mesh backup restore --from /mnt/backups --as platform-engineer
    """
    from mesh_platform.backups import restore as brought_back
    from mesh_platform.cli.output import print_json, say_findings
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.backing_up import backups_of

    if id is None and root is None:
        raise click.UsageError("Name the backup: `mesh backup list` shows those that there are.")
    lost = _revived(session, root) if root is not None else 0
    with open_runtime(session.settings) as runtime:
        backups = backups_of(runtime, root)
        done = brought_back(backups, backups.shelf.get(id), actor, names)
    replayed = () if no_replay or lost else _replayed(session, actor)
    waiting = {place.key for place in done.places} - {one.product for one in replayed}
    products = [one.as_json() for one in replayed] + [_waits(key) for key in sorted(waiting)]
    if session.json:
        print_json({"id": done.id, "products": products, "refused": [f.as_json() for f in done.refused], "records_lost": lost})
    else:
        say_findings(done.refused)
        _show(products)
        if lost:
            click.echo(f"The audit log lacks {lost} records that its anchor has seen; see `mesh backup replay --help`.")
    return 1 if done.refused or lost or any(not one.released for one in replayed) else 0


@click.command()
@click.option(
    "--accept-gap", is_flag=True, help="After a lost home: what the audit log lacks was recorded anew, or is answered for."
)
@options
@acting(*ROLES)
@pass_session
def replay(session: Session, /, accept_gap: bool, actor: Actor) -> int:
    """Apply to what was restored what the ledger says since: people who are gone go, what keeps no key is made again; then look, and let it go.

    Exit code 1 where a product stays closed. Called again it goes on where it stood.

    \b
    Examples:
      mesh backup replay --as platform-engineer --json
    """
    from mesh_platform.cli.output import print_json

    replayed = _replayed(session, actor, accept_gap)
    products = [one.as_json() for one in replayed]
    if session.json:
        print_json({"products": products})
    else:
        _show(products)
    return 0 if all(one.released for one in replayed) else 1


def _replayed(session: Session, actor: Actor, accept_gap: bool = False) -> tuple[Replayed, ...]:
    from mesh_platform.audit import Act, Phase, What
    from mesh_platform.backups import close_gap, gap
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.carrying import audited_ledger, republishing
    from mesh_platform.subjects import Replay

    home = session.settings.home_path
    with open_runtime(session.settings, behind=True) as runtime, shelf_of(session).alone():
        if accept_gap and (lost := gap(home)):
            runtime.audit.record(Act.BACKUP, Phase.DONE, actor, What(what="gap accepted"), n=lost)
            close_gap(home)
        ledger, republish = audited_ledger(session.mesh, runtime), republishing(session.mesh, runtime)
        publishable = frozenset(map(str, session.mesh.products))
        return Replay(runtime.lake, ledger, runtime.registry, runtime.audit, publishable, republish, actor).run()


def _revived(session: Session, root: Path) -> int:
    """Begin a lost home anew from the newest control database; how many records of the audit log are lost. 0 where the home stands."""
    from contextlib import closing

    from mesh_platform.audit import open_audit
    from mesh_platform.backups import note_gap, revive
    from mesh_platform.state import Database, look_at_state

    settings = session.settings
    with look_at_state(settings) as database:
        if database is not None:
            with (shelf := shelf_of(session)).alone():
                shelf.adopt(root.absolute())
            return 0
    with closing(Database(settings.database_url or settings.home_path / "control.db")) as database:
        revive(database, root.absolute(), settings.home_path)
        with (shelf := shelf_of(session)).alone():
            shelf.adopt(root.absolute())
        log = open_audit(settings, database)
        return note_gap(log, settings.home_path)


def _waits(key: str) -> dict[str, object]:
    why, fix = "What the ledger says since was not applied to it.", "mesh backup replay"
    return {"product": key, "state": "quarantined", "rows": 0, "reason": why, "fix": fix}


def _show(products: list[dict[str, object]]) -> None:
    from mesh_platform.cli.output import clean

    for one in products:
        state = click.style(f"{one['state']:<11}", fg="green" if one["state"] == "released" else "red")
        click.echo(f"  {state} {clean(one['product'])}  {one['rows']} rows taken out")
        if one["fix"]:
            click.echo(f"              {clean(one['reason'])}")
            click.echo(f"              Fix: {clean(one['fix'])}")
