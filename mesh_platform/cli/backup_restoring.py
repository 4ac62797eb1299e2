"""`mesh backup restore` and `replay`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.backup_shelf import ROLES, shelf_of
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.audit import AuditLog
    from mesh_platform.settings import Settings
    from mesh_platform.state import Database
    from mesh_platform.subjects import Replayed


@click.command()
@click.argument("id", required=False)
@click.option("--product", "names", multiple=True, metavar="DOMAIN/PRODUCT", help="Only these; may be repeated.")
@click.option("--from", "root", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
              help="Where the home was lost: the folder with its backups.")  # fmt: skip
@click.option(
    "--region-logs", is_flag=True, help="Bring back the audit logs of regions of which nothing is left, and nothing else."
)
@click.option("--no-replay", is_flag=True, help="Leave what comes back closed; `mesh backup replay` lets it go.")
@options
@acting(*ROLES)
@pass_session
def restore(
    session: Session,
    /,
    id: str | None,
    names: tuple[str, ...],
    root: Path | None,
    region_logs: bool,
    no_replay: bool,
    actor: Actor,
) -> int:
    """Bring products back as they were when the backup was made, in place of what is published of them, and apply to them what the ledger says since.

    Until that is done every read of them is refused (LAKE-36). The control database stays as it is: ledger, audit log, grants and requests never
    go back in time. Exit code 1 where a product did not come back or stays closed, or records of a log are lost.

    \b
    Examples:
      mesh backup restore 20261122T103000Z-3fa9c1 --product sales/orders --as platform-engineer
      mesh backup restore --from /mnt/backups --as platform-engineer
      mesh backup restore 20261122T103000Z-3fa9c1 --region-logs --as platform-engineer
    """
    from mesh_platform.backups import restore as brought_back
    from mesh_platform.cli.output import print_json, say_findings
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.backing_up import backups_of

    if id is None and root is None:
        raise click.UsageError("Name the backup: `mesh backup list` shows those that there are.")
    lost = _revived(session, root, actor) if root is not None else 0
    if region_logs:
        return _logs_alone(session, id, actor)
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


def _revived(session: Session, root: Path, actor: Actor) -> int:
    """Begin a lost home anew from the newest control database; how many records of the audit log are lost. 0 where the home stands."""
    from contextlib import closing

    from mesh_platform.backups import excused, revive, revive_logs
    from mesh_platform.state import Database, look_at_state

    settings = session.settings
    with look_at_state(settings) as database:
        if database is not None:
            with (shelf := shelf_of(session)).alone():
                shelf.adopt(root.absolute())
            return 0
    with closing(Database(settings.database_url or settings.home_path / "control.db")) as database:
        manifest = revive(database, root.absolute(), settings.home_path)
        with (shelf := shelf_of(session)).alone():
            shelf.adopt(root.absolute())
        with _regions(settings) as regions:  # before they are opened: an empty one would be given new keys
            back = revive_logs(regions, root.absolute() / manifest.id, manifest)
        lost, theirs = _lacking(settings, database, lambda log: excused(log, actor, manifest.id), (None, *back))
        _tell(theirs)
        return lost


def _logs_alone(session: Session, id: str | None, actor: Actor) -> int:
    """Bring back the logs of regions that are gone, from one backup; on record in the log over them."""
    from mesh_platform.audit import Act, Phase, What
    from mesh_platform.backups import excused, read, revive_logs
    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.backing_up import backups_of

    with open_runtime(session.settings) as runtime:
        entry = backups_of(runtime).shelf.get(id)
        about = What(what="restore of region logs", ref=entry.id)
        said = runtime.audit.record(Act.BACKUP, Phase.INTENT, actor, about)
        with _regions(session.settings) as regions:
            done = revive_logs(regions, entry.folder, read(entry))
        runtime.audit.record(Act.BACKUP, Phase.DONE, actor, about, n=sum(done.values()), parent=said.eid)
        _, lost = _lacking(session.settings, runtime.database, lambda log: excused(log, actor, entry.id), tuple(done))
    if session.json:
        print_json({"id": entry.id, "regions": done, "records_lost": lost})
    for name, count in done.items():
        session.say(f"{name}: {counted(count, 'record')} of its log are back.")
    if not done:
        session.say("Each region's log stands where it lies; nothing was changed.")
    _tell(lost)
    return 1 if lost else 0


def _tell(lost: dict[str, int]) -> None:
    for name, count in lost.items():
        click.echo(f"The log of {name} lacks {count} records that its anchor has seen; `mesh audit verify` names them.", err=True)


@contextmanager
def _regions(settings: Settings) -> Iterator[dict[str, Database]]:
    """The databases of regions, not opened as logs."""
    from mesh_platform.audit.regions import region_database

    with ExitStack() as opened:
        databases = {name: region_database(url, settings.project) for name, url in settings.audit_regions.items()}
        for database in databases.values():
            opened.callback(database.close)
        yield databases


def _lacking(
    settings: Settings, database: Database, excuse: Callable[[AuditLog], int], back: tuple[str | None, ...]
) -> tuple[int, dict[str, int]]:
    """How many records the log lacks that its anchor has seen, kept until somebody answers for it; and the same of regions, which hold nobody up.

    In those that came `back` (None: the log over the regions) it is said that what was sealed did not; nothing is excused in one that stood.
    """
    from mesh_platform.audit import open_audit
    from mesh_platform.audit.regions import log_of
    from mesh_platform.backups import lacking, note_gap

    with open_audit(settings, database) as log:
        regions = dict(log.regions.each()) if log.regions else {}
        lost, theirs = note_gap(log, settings.home_path), {name: lacking(one) for name, one in regions.items() if one is not None}
        for name in back:
            excuse(log_of(log, name))
    return lost, {name: count for name, count in theirs.items() if count}


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
