"""Bring products back out of a backup, closed to every reader until the ledger was applied to them.

The control database of a living mesh stays: the ledger, the audit log and what is suppressed never go back in time. Where the home was
lost, the newest backup's is taken, whichever the products come from, and what it lacks against the audit log's anchor is told.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.backups.logs import brought_back, lacking
from mesh_platform.backups.making import Backups
from mesh_platform.backups.manifest import CONTROL, ID, LAKE, Manifest, Stored
from mesh_platform.backups.shelf import FOLDER, Entry
from mesh_platform.backups.verifying import closed, read, usable
from mesh_platform.errors import CheckFailed, Finding, MeshError, NotFound
from mesh_platform.failpoints import fp
from mesh_platform.lake import Place
from mesh_platform.lake.copies import hash_of
from mesh_platform.lake.files import copy, sync
from mesh_platform.product import ProductKey
from mesh_platform.registry import Registry
from mesh_platform.registry.retirements import Retirements
from mesh_platform.state import Database
from mesh_platform.state.snapshot import fill_state, opens_as_it_is

GAP = "gap.json"


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back, and what did not and why."""

    id: str
    places: tuple[Place, ...]
    refused: tuple[Finding, ...]


def restore(of: Backups, entry: Entry, actor: Actor, names: Collection[str] = ()) -> Restored:
    """Bring back the products of these keys (all that the backup holds where none is named), each closed until `replay`.

    Raises:
        NotFound: BACKUP-01, where it holds no product of that name.
        Unavailable, CheckFailed: where the backup cannot be used; nothing is changed then.
    """
    with of.shelf.alone():
        chosen = _chosen(read(entry), names)
        manifest = usable(entry, chosen)
        said = of.audit.record(Act.BACKUP, Phase.INTENT, actor, What(what="restore", ref=entry.id), n=len(chosen))
        places, refused = list[Place](), list[Finding]()
        unopened = closed(of, entry, chosen)
        for one in chosen:
            try:
                if one.place in unopened:  # what is served is not given up for it
                    raise CheckFailed(unopened[one.place])
                _brought(of, entry, manifest, one)
                places.append(one.place)
            except MeshError as error:
                refused.append(error.finding.of(one.place.key))
            fp("backup.restored_one")
        phase = Phase.FAILED if refused else Phase.DONE
        of.audit.record(Act.BACKUP, phase, actor, What(what="restore", ref=entry.id), n=len(places), parent=said.eid)
        return Restored(entry.id, tuple(places), tuple(refused))


def _chosen(manifest: Manifest, names: Collection[str]) -> tuple[Stored, ...]:
    chosen = tuple(one for one in manifest.held if not names or one.place.key in names)
    if lacking := sorted({*names} - {one.place.key for one in chosen}):
        why = f"It holds nothing of {', '.join(lacking)}."
        raise NotFound.because("BACKUP-01", f"backup {manifest.id}", why, "`mesh backup list --json` names what each holds.")
    return chosen


def _brought(of: Backups, entry: Entry, manifest: Manifest, one: Stored) -> None:
    for receipt in Retirements(of.database).listed(ProductKey.parse(one.place.key)):
        if receipt.begun_at >= manifest.created_at:
            why = f"It was retired since, and nothing brings it back (receipt {receipt.id})."
            fix = "Publish it anew where that is meant."
            raise CheckFailed.because("BACKUP-10", f"{one.place.key} in backup {entry.id}", why, fix, one.place.key)
    said = {"backup": entry.id, "ledger_sequence": manifest.ledger_sequence, "created_at": manifest.created_at.isoformat()}
    of.lake.bring_back(one.place, entry.folder / LAKE, said)


def newest_in(root: Path) -> Path:
    """The newest backup below a folder.

    Raises:
        NotFound: BACKUP-01, where there is none.
    """
    folders = sorted(folder for folder in root.iterdir() if ID.fullmatch(folder.name)) if root.is_dir() else []
    if not folders:
        why = "There is no backup in that folder."
        raise NotFound.because("BACKUP-01", "--from", why, "Name the folder that `mesh backup create --to` was given.")
    return folders[-1]


def revive(database: Database, root: Path, home: Path) -> Manifest:
    """Begin a lost home anew with the newest control database below `root`. Whose manifest it was.

    Raises:
        NotFound: BACKUP-01. CheckFailed, Unavailable: where that backup cannot be used, or rows stand in the database already.
    """
    folder = newest_in(root)
    manifest = Manifest.read(folder)
    usable(Entry(manifest.id, root, manifest.created_at, manifest.ends_at, manifest.ledger_sequence, manifest.digest), ())
    if database.file is not None and opens_as_it_is(folder / CONTROL):
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = database.file.with_name(f".{database.file.name}.restored")
        aside.unlink(missing_ok=True)
        copy(folder / CONTROL, aside)
        sync(aside)
        aside.replace(database.file)
        sync(database.file.parent)
        database.migrate()
    else:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        fill_state(database, folder / CONTROL)
        Registry(database).find_anew()
    return manifest


def revive_logs(databases: Mapping[str, Database], folder: Path, manifest: Manifest) -> dict[str, int]:
    """Put the logs of regions back of which nothing is left in these databases; by region how many records. Those that stand are left as they are.

    Raises:
        CheckFailed: BACKUP-05, where a copy is not what it was. Unavailable: where a region's database cannot be had.
    """
    for name, told in manifest.control.items():
        if name != CONTROL and (not (folder / name).is_file() or hash_of(folder / name) != told):
            why = "A copy of a region's log in it is not there, or not what it was."
            raise CheckFailed.because("BACKUP-05", f"backup {manifest.id}", why, "Use another backup; `mesh backup list`.")
    return brought_back(folder, manifest.logs, databases)


def note_gap(audit: AuditLog, home: Path) -> int:
    """After `revive`: how many records the anchor has seen that the revived log lacks. Kept in the home until somebody answers for it."""
    if lost := lacking(audit):
        (home / FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / FOLDER / GAP).write_text(json.dumps({"records": lost}))
    return lost


def gap(home: Path) -> int:
    """Records of the audit log that were lost with a home, and for which nobody has answered yet."""
    try:
        said: Any = json.loads((home / FOLDER / GAP).read_text(encoding="utf-8"))
        return int(said["records"])
    except FileNotFoundError:
        return 0


def close_gap(home: Path) -> None:
    (home / FOLDER / GAP).unlink(missing_ok=True)
