"""Open the audit log that the settings describe: its keys, its anchor outside of the home, its witnesses."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

from mesh_platform.audit.anchor import Anchor
from mesh_platform.audit.log import AuditLog
from mesh_platform.audit.regions import Regions, checked_names, region_database
from mesh_platform.audit.signing import Signer
from mesh_platform.audit.tree import head
from mesh_platform.audit.witnessing import policy_at
from mesh_platform.keys import KeyProvider, open_keys
from mesh_platform.settings import Settings
from mesh_platform.state import Database

NO_ANCHOR = "none"


def open_audit(settings: Settings, database: Database, keys: KeyProvider | None = None, *, look: bool = False) -> AuditLog:
    """The audit log in `database`, which must be migrated; its keys are made at the first opening. Closing it is the caller's.

    Args:
        settings: of the project.
        database: the control database.
        keys: what wraps the keys of personal parts.
        look: make no log of a region that is not there yet.

    Raises:
        Unavailable: AUDIT-17, where the log's keys cannot be read, or are gone while records stand.
        UsageProblem: AUDIT-15, where the policy of witnesses cannot be read; AUDIT-25, where a region is not known.
    """
    provider = keys or open_keys(settings)
    log = _opened(settings, database, provider, key_folder(settings), settings.audit_origin)
    if settings.audit_regions:
        from mesh_platform.product import load_governance

        tree = load_governance(settings.project)[0].regions
        names = checked_names(settings.audit_regions, tree.known)

        def opened(name: str) -> AuditLog | None:
            theirs = region_database(settings.audit_regions[name], settings.project)
            if look and theirs.revision() is None:
                return None
            if not look:
                theirs.migrate()
            return _opened(settings, theirs, provider, key_folder(settings) / f"audit-{name}", f"{log.origin}/{name}")

        log.regions = Regions(log, names, opened, lambda place, name: tree.within(place, (name,)))
    return log


def _opened(settings: Settings, database: Database, keys: KeyProvider, folder: Path, origin: str | None) -> AuditLog:
    with database.read() as con:
        new = head(con).size == 0
    signer = Signer.opened(folder, new=new, origin=origin)
    anchored = anchor_folder(settings)
    anchors = [Anchor(anchored, signer.origin)] if anchored else []
    deadline = timedelta(hours=settings.audit_witness_hours)
    return AuditLog(database, keys, signer, anchors, policy_at(policy_file(settings)), deadline)


def key_folder(settings: Settings) -> Path:
    return settings.project / settings.audit_keys if settings.audit_keys else settings.home_path / "keys"


def policy_file(settings: Settings) -> Path | None:
    return settings.project / settings.audit_witnesses if settings.audit_witnesses else None


def anchor_folder(settings: Settings) -> Path | None:
    """Where this project's logs are anchored: what the settings name, else a folder of its own in the user's state; None for `none`."""
    chosen = settings.audit_anchor
    if chosen == NO_ANCHOR:
        return None
    if chosen:
        return settings.project / Path(chosen).expanduser()
    state = os.environ.get("XDG_STATE_HOME")
    base = Path(state) if state and Path(state).is_absolute() else Path.home() / ".local" / "state"
    mark = hashlib.sha256(str(settings.home_path).encode()).hexdigest()[:16]
    return base / "mesh" / "audit" / mark


def inside_home(settings: Settings) -> bool:
    """Whether the anchor lies where whoever has the home has it too."""
    folder = anchor_folder(settings)
    return folder is not None and folder.resolve().is_relative_to(settings.home_path)
