"""`mesh backup create`, `list`, `verify` and `expire`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.backup_shelf import ROLES, shelf_of, told
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option(
    "--to",
    "root",
    type=FOLDER,
    metavar="DIR",
    help="Folder of the backup, best on another disk [default: `backup_folder`, or `backups` in the home].",
)
@options
@acting(*ROLES)
@pass_session
def create(session: Session, /, root: Path | None, actor: Actor) -> int:
    """Make a backup of everything that is published. Exit code 1 where a product had to be left out; the others are in it.

    The control database is copied first, then each product under its lock; publications go on meanwhile. A call that is killed leaves nothing
    that counts.

    \b
    Examples:
      mesh backup create --as platform-engineer --json
    """
    from mesh_platform.backups import create as made
    from mesh_platform.cli.output import clean, counted, print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.backing_up import backups_of

    with open_runtime(session.settings) as runtime:
        backups = backups_of(runtime, root)
        manifest = made(backups, actor, utc_now())
        entry = backups.shelf.get(manifest.id)
    left_out = [{"product": one.place.key, "reason": one.gone} for one in manifest.left_out]
    left_out += [{"product": f"log of {one.name}", "reason": one.gone} for one in manifest.logs if one.gone]
    if session.json:
        held = [one.place.key for one in manifest.held]
        print_json({**told(entry), "products": held, "left_out": left_out, "bytes": manifest.bytes})
    else:
        click.echo(
            f"{manifest.id}: {counted(len(manifest.held), 'product')}, {manifest.bytes / 1e6:.1f} MB, ends {entry.ends_at:%Y-%m-%d}"
        )
        for one in left_out:
            click.echo(clean(f"  left out: {one['product']}: {one['reason']}"))
        session.say(f"It stands in {clean(entry.folder)}.")
        if entry.root.is_relative_to(session.settings.home_path):
            session.say("That is inside of the home, and lost with it: name another disk with --to, or set MESH_BACKUP_FOLDER.")
    return 1 if left_out else 0


@click.command(name="list")
@click.option(
    "--from", "root", type=FOLDER, metavar="DIR", help="A folder with backups that this home does not know; it does from here on."
)
@options
@acting(*ROLES)
@pass_session
def list_(session: Session, /, root: Path | None, actor: Actor) -> None:
    """The backups that there are, the newest first, with the day on which each ends.

    \b
    Examples:
      mesh backup list --as platform-engineer --json
      mesh backup list --from /mnt/backups --as platform-engineer
    """
    from mesh_platform.backups import read
    from mesh_platform.cli.output import print_json
    from mesh_platform.errors import MeshError

    shelf = shelf_of(session)
    if root is not None:
        with shelf.alone():
            shelf.adopt(root.absolute())
    said = []
    for entry in shelf.entries():
        try:
            held = [one.place.key for one in read(entry).held]
        except MeshError:
            held = []
        said.append({**told(entry), "products": held})
    if session.json:
        print_json(said)
        return
    for one in said:
        where = "" if one["reachable"] else ", not reachable"
        click.echo(f"{one['id']}  {len(one['products'])} products, ends {str(one['ends_at'])[:10]}{where}")  # type: ignore[arg-type]


@click.command()
@click.argument("id", required=False)
@options
@acting(*ROLES)
@pass_session
def verify(session: Session, /, id: str | None, actor: Actor) -> int:
    """Hold every file of a backup (the newest where none is named) against its manifest, that against the audit log, and open each product.

    Exit code 1 where something does not hold.

    \b
    Examples:
      mesh backup verify 20261122T103000Z-3fa9c1 --as platform-engineer --json
    """
    from mesh_platform.backups import checked
    from mesh_platform.cli.output import counted, print_json, say_findings
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.backing_up import backups_of

    with open_runtime(session.settings) as runtime:
        backups = backups_of(runtime)
        entry = backups.shelf.get(id)
        manifest, findings = checked(backups, entry)
    good = not any(finding.blocks for finding in findings)
    if session.json:
        files = len(manifest.files)
        print_json({**told(entry), "ok": good, "files": files, "findings": [finding.as_json() for finding in findings]})
    else:
        say_findings(findings)
        click.echo(f"{entry.id}: {counted(len(manifest.files), 'file')} {'hold' if good else 'do not hold'}")
    return 0 if good else 1


@click.command()
@options
@acting(*ROLES)
@pass_session
def expire(session: Session, /, actor: Actor) -> None:
    """Remove the backups that ended, their keys first. `mesh backup create` does so too.

    \b
    Examples:
      mesh backup expire --as platform-engineer --json
    """
    from mesh_platform.backups import expire as ended
    from mesh_platform.cli.output import counted, print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime
    from mesh_platform.publish.backing_up import backups_of

    with open_runtime(session.settings) as runtime:
        backups = backups_of(runtime)
        with backups.shelf.alone():
            gone = ended(backups, actor, utc_now())
    if session.json:
        print_json({"removed": list(gone)})
    else:
        click.echo(f"{counted(len(gone), 'backup')} removed")
