"""Hold a backup against what it says of itself, and that against the audit log; open every product of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from mesh_platform.audit import Act
from mesh_platform.audit.leaf import decoded, eid_of, raw
from mesh_platform.backups.logs import sound
from mesh_platform.backups.making import Backups
from mesh_platform.backups.manifest import CONTROL, LAKE, NAME, REGIONS, Manifest, Stored
from mesh_platform.backups.shelf import Entry
from mesh_platform.errors import CheckFailed, Finding, MeshError, NotFound, Severity, Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import Lake, Place
from mesh_platform.lake.copies import hash_of
from mesh_platform.ledger.journal import highest
from mesh_platform.state.snapshot import looked_into
from mesh_platform.state.tables import audit_leaves

_PASSING = ((LAKE, "locks"), (LAKE, "subjects"))
"""What a lake keeps for itself, and an interrupted look may leave."""
_OTHER = "Use another backup; `mesh backup list` shows those that there are."


@contextmanager
def lake_of(folder: Path, keys: KeyProvider, temp: Path) -> Iterator[Lake]:
    """The products in a backup's folder, as a lake; what that writes for itself is taken away again."""
    try:
        with closing(Lake(folder / LAKE, keys, temp=temp, behind=True)) as lake:
            yield lake
    finally:
        for passing in _PASSING:
            shutil.rmtree(folder.joinpath(*passing), ignore_errors=True)


def checked(of: Backups, entry: Entry) -> tuple[Manifest, tuple[Finding, ...]]:
    """The manifest, and everything that does not hold.

    Raises:
        Unavailable: BACKUP-02, where its folder is not there. CheckFailed: BACKUP-03.
    """
    manifest = read(entry)
    found = [*_on_record(of, manifest), *_harmed(entry, manifest, manifest.products)]
    if not found:
        found += [*_state(entry, manifest), *closed(of, entry, manifest.held).values()]
    return manifest, tuple(found)


def read(entry: Entry) -> Manifest:
    """The manifest that counts.

    Raises:
        Unavailable: BACKUP-02, where its folder is not there.
        CheckFailed: BACKUP-03, where it cannot be read, or is another one than what the home remembers.
    """
    if not entry.reachable:
        why = "Its folder is not there."
        raise Unavailable.because("BACKUP-02", f"backup {entry.id}", why, "Attach the disk that it stands on, then try again.")
    manifest = Manifest.read(entry.folder)
    if not manifest.changing and (manifest.digest != entry.digest or manifest.id != entry.id):
        why = "Its manifest is another one than what the home remembers."
        raise CheckFailed.because("BACKUP-03", f"backup {entry.id}", why, _OTHER)
    return manifest


def usable(entry: Entry, chosen: Iterable[Stored] | None = None) -> Manifest:
    """The manifest of a backup whose files are what they were; of the chosen products alone where some are given.

    Raises:
        Unavailable, CheckFailed: as `read`; BACKUP-05, where a file is not what it was; BACKUP-06, where an erasure in it did not end.
    """
    manifest = read(entry)
    if manifest.changing:
        why = "Something is being taken out of it, and that has not come to its end."
        fix = "Run the request again (`mesh dsar list`), then try again."
        raise Unavailable.because("BACKUP-06", f"backup {entry.id}", why, fix)
    harmed = next(_harmed(entry, manifest, manifest.products if chosen is None else chosen), None)
    if harmed is not None:
        raise CheckFailed(harmed)
    return manifest


def _harmed(entry: Entry, manifest: Manifest, products: Iterable[Stored]) -> Iterator[Finding]:
    """Files that are gone, other than they were, or nobody's."""
    wanted = dict(manifest.control)
    for one in products:
        if not one.gone:
            wanted |= {f"{LAKE}/{name}": each for name, each in one.files.items()}
    if manifest.changing:
        return
    for name, told in sorted(wanted.items()):
        file = entry.folder / name
        if not file.is_file() or file.is_symlink():
            yield _bad(entry, f"{_kind(name)} is not there.")
        elif hash_of(file) != told:
            yield _bad(entry, f"{_kind(name)} is not what it was.")
    known = {*manifest.files, NAME}
    strangers = [p for p in entry.folder.rglob("*") if p.is_file() and str(p.relative_to(entry.folder)) not in known]
    if left := [p for p in strangers if p.relative_to(entry.folder).parts[:2] not in _PASSING]:
        yield _bad(entry, f"{len(left)} files lie in it that its manifest does not name.")


def _kind(name: str) -> str:
    parts = Path(name).parts
    if parts[0] == REGIONS:
        return f"Its copy of the log of {Path(name).stem}"
    return "Its control database" if name == CONTROL else f"A file of {'/'.join(parts[3:5]).partition('.')[0]}"


def _on_record(of: Backups, manifest: Manifest) -> Iterator[Finding]:
    if manifest.changing:
        why, fix = (
            "Something is being taken out of it, and that has not come to its end.",
            "Run the request again (`mesh dsar list`).",
        )
        yield Finding("BACKUP-06", f"backup {manifest.id}", why, fix)
        return
    eid = eid_of(Act.BACKUP, f"{manifest.id}/{manifest.revision}")
    try:
        seq = of.audit.seq_of(eid)  # what still waits for its place in the log counts
    except NotFound:
        why, fix = "The audit log has no record of it: the log is older, or somebody else made it.", "See where it comes from."
        yield Finding("BACKUP-07", f"backup {manifest.id}", why, fix, severity=Severity.WARN)
        return
    with of.database.read() as con:
        query = audit_leaves.select().with_only_columns(audit_leaves.c.body).where(audit_leaves.c.seq == seq)
        body = con.execute(query).scalar()
    if body is not None and decoded(raw(body)).get("obj", {}).get("code") != manifest.digest:
        why = "The audit log says that its manifest was another one."
        yield Finding("BACKUP-07", f"backup {manifest.id}", why, _OTHER)


def _state(entry: Entry, manifest: Manifest) -> Iterator[Finding]:
    engine = looked_into(entry.folder / CONTROL)
    try:
        with engine.connect() as con:
            if con.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
                yield _bad(entry, "Its control database is damaged.")
            elif highest(con) != manifest.ledger_sequence:
                yield _bad(entry, "Its ledger is not at the sequence that its manifest names.")
    finally:
        engine.dispose()
    yield from (_bad(entry, why) for why in sound(entry.folder, manifest.logs))


def closed(of: Backups, entry: Entry, products: Iterable[Stored]) -> dict[Place, Finding]:
    """Those of the products that do not open with the keys that are held now."""
    found = {}
    with lake_of(entry.folder, of.lake.keys, of.lake.home / "tmp") as lake, lake.reader() as reader:
        for one in products:
            try:
                reader.fetch(one.place, "SELECT count(*) FROM {t}")
            except MeshError as error:
                why = (
                    f"{one.place.key} does not open ({error.finding.rule}): its domain's key was revoked, or is another one now."
                )
                found[one.place] = Finding("BACKUP-05", f"backup {entry.id}", why, _OTHER, one.place.key)
    return found


def _bad(entry: Entry, why: str) -> Finding:
    return Finding("BACKUP-05", f"backup {entry.id}", why, _OTHER)
