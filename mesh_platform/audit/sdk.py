"""`record(…)` for domain code: one line in the audit log of the project at hand.

For notebooks, jobs and `definitions.py`. A transform runs in a process that reaches no database, and is recorded by the platform instead.
"""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from mesh_platform.actor import Actor
from mesh_platform.audit.leaf import Act, Phase, What
from mesh_platform.audit.log import AuditLog, Receipt
from mesh_platform.audit.opening import open_audit
from mesh_platform.settings import load_settings
from mesh_platform.state import Database, open_state


@dataclass(slots=True)
class _Opened:
    process: int
    project: Path | None
    database: Database
    log: AuditLog

    def close(self) -> None:
        if self.process == os.getpid():
            self.log.close()
        self.database.close()


_lock = threading.Lock()
_opened: _Opened | None = None


def record(
    what: str,
    *,
    product: str | None = None,
    fields: tuple[str, ...] = (),
    ref: str | None = None,
    reason: str | None = None,
    n: int | None = None,
    key: str | None = None,
    actor: Actor | None = None,
    project: Path | None = None,
) -> Receipt:
    """Record an act of a domain, durable when this returns.

    Args:
        what: what was done, in a few words of plain letters (`model trained`).
        product: `domain/product` that it concerns.
        fields: names of the columns that were used.
        ref: id of what was made or used.
        reason: a code.
        n: a count.
        key: makes the record one with another of the same key, so that a job that is repeated records it once.
        actor: who acted, where that is known.
        project: the project's folder; the one at hand where None.

    Returns:
        the record's id, and its place in the log.

    Raises:
        Unavailable: AUDIT-12, where the record does not stand; then what was to follow must not.
        UsageProblem: AUDIT-13, where a value is none that the log takes. Nothing personal belongs here.
    """
    obj = What(product=product, what=what, fields=fields, ref=ref)
    return _log(project).record(Act.DOMAIN, Phase.DONE, actor, obj, reason=reason, n=n, key=key)


def _log(project: Path | None) -> AuditLog:
    """The log of this process, opened once."""
    global _opened
    with _lock:
        if _opened is None or (_opened.process, _opened.project) != (os.getpid(), project):
            if _opened is not None:
                _opened.close()
            else:
                atexit.register(_close)
            settings = load_settings(project)
            database = open_state(settings)
            _opened = _Opened(os.getpid(), project, database, open_audit(settings, database))
        return _opened.log


def _close() -> None:
    global _opened
    if _opened is not None:
        _opened.close()
        _opened = None
