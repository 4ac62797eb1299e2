"""The logs of regions in a backup: a copy of each database beside that of the control database, and back where one was lost.

They are copied after the control database, so that none ends before what the log over them tells there. Sealed parts are not in a copy. One that has
records is never put back over: what was recorded since would be gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Engine, delete, func, select

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.tree import head
from mesh_platform.audit.verify import verify
from mesh_platform.backups.manifest import REGIONS, Files, RegionLog
from mesh_platform.errors import CheckFailed, MeshError
from mesh_platform.lake.copies import hash_of
from mesh_platform.state import Database
from mesh_platform.state.snapshot import copy_state, fill_state, looked_into
from mesh_platform.state.tables import audit_private, audit_subject_keys


def copied(audit: AuditLog, part: Path) -> tuple[tuple[RegionLog, ...], Files]:
    """Copy the log of each region into a backup that is being made. One that cannot be had is left out, with the rule that says why.

    Raises:
        OSError, SQLAlchemyError: where the copy cannot be written.
    """
    logs, files = list[RegionLog](), dict[str, tuple[str, int]]()
    for name in audit.regions.names if audit.regions is not None else ():
        try:
            log = audit.regions.named(name) if audit.regions is not None else audit
            with suppress(CheckFailed):  # a log that does not hold is copied as it is, for whoever looks into it
                log.checkpoint()
            target = part / REGIONS / f"{name}.db"
            target.parent.mkdir(mode=0o700, exist_ok=True)
            copy_state(log.database, target)
        except MeshError as error:
            logs.append(RegionLog(name, gone=f"it could not be copied ({error.finding.rule})"))
            continue
        size, root = scrubbed(target)
        logs.append(RegionLog(name, size, root))
        files[f"{REGIONS}/{name}.db"] = hash_of(target)
    return tuple(logs), files


def scrubbed(copy: Path) -> tuple[int, str]:
    """Take out of a copied log what is sealed about people, which would outlive its key there; size and root of its tree."""
    engine = looked_into(copy)
    try:
        with engine.begin() as con:
            con.exec_driver_sql("PRAGMA secure_delete = ON")
            con.execute(delete(audit_private))
            con.execute(delete(audit_subject_keys))
            told = head(con)
        vacuumed(engine)
    finally:
        engine.dispose()
    return told.size, told.root.hex()


def vacuumed(engine: Engine) -> None:
    """Leave no free page in which something deleted may stand."""
    with engine.connect() as con:
        con.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM")


def sound(folder: Path, logs: tuple[RegionLog, ...]) -> Iterator[str]:
    """What is wrong with the copies of logs in a backup's folder, whose hashes hold."""
    for one in logs:
        if one.gone:
            continue
        engine = looked_into(folder / REGIONS / f"{one.name}.db")
        try:
            with engine.connect() as con:
                whole = con.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                if not whole or (head(con).size, head(con).root.hex()) != (one.size, one.root):
                    yield f"Its copy of the log of {one.name} is damaged, or not the one that its manifest names."
        finally:
            engine.dispose()


def brought_back(folder: Path, logs: tuple[RegionLog, ...], databases: Mapping[str, Database]) -> dict[str, int]:
    """Put back the logs of which nothing is left where they lay; by region how many records came back.

    Raises:
        Unavailable: where a region's database cannot be had, or the copy was made by another version of the platform.
    """
    done = dict[str, int]()
    for one in logs:
        if not one.gone and one.size and one.name in databases and _empty(databases[one.name]):
            fill_state(databases[one.name], folder / REGIONS / f"{one.name}.db")
            done[one.name] = one.size
    return done


def excused(log: AuditLog, actor: Actor | None, backup: str) -> int:
    """Say in a log that came back, under its own keys, that what was sealed about people did not: no backup holds it. How many parts.

    Raises:
        Unavailable: AUDIT-12 or AUDIT-17, where it cannot be said.
    """
    with log.database.read() as con:
        held = int(con.execute(select(func.count()).select_from(audit_private)).scalar_one())
    gone = verify(log, ask=False).checked["sealed"] - held
    if gone > 0:
        log.declare(Act.REDACTED, Phase.DONE, actor, What(what="sealed parts not in backup", ref=backup), gone)
    return max(0, gone)


def _empty(database: Database) -> bool:
    if database.revision() is None:
        return True
    with database.read() as con:
        return head(con).size == 0


def lacking(log: AuditLog) -> int:
    """Records that the log's anchor has seen and that the log lacks."""
    anchored = max((held.checkpoint.size for anchor in log.anchors if (held := anchor.read())), default=0)
    with log.database.read() as con:
        return max(0, anchored - head(con).size)
