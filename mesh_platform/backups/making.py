"""Make a backup: the control database first, then every product under its own lock, then the manifest, then its name."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.leaf import eid_of
from mesh_platform.audit.tree import found
from mesh_platform.backups.logs import copied, scrubbed
from mesh_platform.backups.manifest import CONTROL, LAKE, REGIONS, Manifest, RegionLog, Stored
from mesh_platform.backups.shelf import Entry, Shelf, destroy, part_of
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.lake import Lake, Place
from mesh_platform.lake.copies import hash_of
from mesh_platform.ledger.journal import highest
from mesh_platform.registry import ClockFloor
from mesh_platform.state import Database
from mesh_platform.state.snapshot import copy_state, looked_into
from mesh_platform.state.tables import subject_requests


@dataclass(frozen=True, slots=True)
class Backups:
    """What backups are made of and kept with."""

    shelf: Shelf
    lake: Lake
    database: Database
    audit: AuditLog
    days: int
    leap: timedelta = timedelta(days=7)
    """How far the clock may have jumped forward without somebody confirming it."""


def create(of: Backups, actor: Actor, now: datetime) -> Manifest:
    """A new backup of everything that is published; it counts once this returns.

    A product that does not open is left out, and the manifest says why. Those that ended go.

    Raises:
        Unavailable: BACKUP-04, where another process is at it; BACKUP-08, where it cannot be written.
    """
    with of.shelf.alone():
        of.shelf.sweep()
        with suppress(Unavailable):  # on record, and none ends by a clock that cannot be believed
            expire(of, actor, now)
        id = f"{now:%Y%m%dT%H%M%SZ}-{token_hex(3)}"
        ends = now + timedelta(days=of.days)
        of.audit.record(Act.BACKUP, Phase.INTENT, actor, What(what="create", ref=id))
        entry = Entry(id, of.shelf.root, now, ends, 0)
        of.shelf.remember(entry)
        fp("backup.begun")
        try:
            manifest = _made(of, entry)
        except (OSError, SQLAlchemyError) as error:
            destroy(part_of(entry.folder))
            of.audit.record(Act.BACKUP, Phase.FAILED, actor, What(what="create", ref=id), reason="BACKUP-08")
            told = getattr(error, "strerror", None) or type(error).__name__
            why = f"It cannot be written ({told}); nothing of it counts."
            raise Unavailable.because("BACKUP-08", f"backup {id}", why, "Make room, or name another folder with --to.") from None
        stands(of, manifest, entry.root, actor, "create")
        return manifest


def stands(of: Backups, manifest: Manifest, root: Path, actor: Actor, what: str) -> None:
    """The manifest as it is now is the one that counts: on record, and remembered."""
    about = What(what=what, ref=manifest.id, code=manifest.digest)
    key = f"{manifest.id}/{manifest.revision}"
    of.audit.record(Act.BACKUP, Phase.DONE, actor, about, n=len(manifest.held), key=key)
    fp("backup.recorded")
    dates = (manifest.created_at, manifest.ends_at, manifest.ledger_sequence)
    of.shelf.remember(Entry(manifest.id, root, *dates, manifest.digest))


def on_record(of: Backups, id: str, revision: int) -> bool:
    """Whether the audit log has a manifest of that revision."""
    eid = eid_of(Act.BACKUP, f"{id}/{revision}")
    with of.database.read() as con:
        return eid in found(con, [eid])


def expire(of: Backups, actor: Actor, now: datetime) -> tuple[str, ...]:
    """Remove the backups that ended, keys first; their ids. One on a disk that is not there stays on the list until it is.

    Raises:
        Unavailable: RETAIN-01, RETAIN-02, where the clock cannot be believed; none is removed then.
    """
    gone = []
    ended = [entry for entry in of.shelf.entries() if entry.ends_at <= now]
    if ended:
        _believe(of, actor, now)
    for entry in ended:
        if entry.root.is_dir():
            destroy(entry.folder)
            of.audit.record(Act.BACKUP, Phase.DONE, actor, What(what="ended", ref=entry.id))
            of.shelf.forget(entry.id)
            gone.append(entry.id)
    return tuple(gone)


def _believe(of: Backups, actor: Actor, now: datetime) -> None:
    try:
        ClockFloor(of.database, of.leap).believe(now)
    except Unavailable as error:
        of.audit.record(Act.BACKUP, Phase.FAILED, actor, What(what="ended"), reason=error.finding.rule)
        raise


def _made(of: Backups, entry: Entry) -> Manifest:
    part = part_of(entry.folder)
    (part / LAKE).mkdir(mode=0o700, parents=True)
    part.chmod(0o700)
    control = part / CONTROL
    copy_state(of.database, control)
    sequence, size, root = _scrubbed(control)
    logs, files = copied(of.audit, part)
    fp("backup.state")
    waiting = of.lake.quarantined()
    places = [place for place in of.lake.places() if of.lake.published(place)]
    products = tuple(_product(of.lake, place, part / LAKE, place in waiting) for place in places)
    fp("backup.copied")
    files = {CONTROL: hash_of(control), **files}
    manifest = Manifest(entry.id, entry.created_at, entry.ends_at, sequence, size, root, files, products, logs=logs)
    manifest.write(part)
    _sync_folders(part, logs)
    fp("backup.written")
    part.rename(entry.folder)
    _sync(entry.root)
    fp("backup.named")
    return manifest


def _product(lake: Lake, place: Place, target: Path, waiting: bool) -> Stored:
    if waiting:
        return Stored(place, gone="it waits after a restore")
    try:
        copied = lake.copy_out(place, target)
    except MeshError as error:
        return Stored(place, gone=f"it could not be copied ({error.finding.rule})")
    extra, at = copied.version.extra, copied.version.committed_at.isoformat()
    return Stored(place, str(extra.get("version", "")), at, copied.files)


def _scrubbed(control: Path) -> tuple[int, int, str]:
    """Take out what is sealed about people, which would outlive its key here; the ledger's sequence and the audit log's head."""
    engine = looked_into(control)
    try:
        with engine.begin() as con:
            con.exec_driver_sql("PRAGMA secure_delete = ON")
            con.execute(update(subject_requests).values(sealed=None, wrapped=None))
            sequence = highest(con)
    finally:
        engine.dispose()
    return sequence, *scrubbed(control)


def _sync_folders(part: Path, logs: tuple[RegionLog, ...]) -> None:
    for folder in sorted((path for path in part.rglob("*") if path.is_dir()), reverse=True):
        _sync(folder)
    for name in (CONTROL, *(f"{REGIONS}/{one.name}.db" for one in logs if not one.gone)):
        _sync(part / name)
    _sync(part)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
