"""Everybody outside who is to be told of withdrawals and erasures, over an opened mesh: recipients, and holders of exported files."""

from __future__ import annotations

from mesh_platform.access.exports import Exports
from mesh_platform.clock import utc_now
from mesh_platform.product import Governance
from mesh_platform.propagation import holders, recipients, sending
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.runtime import Runtime


def exports_of(runtime: Runtime) -> Exports:
    """The exported files of the runtime's home."""
    return Exports(runtime.database, runtime.settings.home_path, tasks_of(runtime))


def put_holders(governance: Governance, runtime: Runtime) -> None:
    """Put what was recorded since about people in exported files before their holders."""
    holders.put(runtime.database, exports_of(runtime), governance, runtime.audit.origin, utc_now())


def send_outside(governance: Governance, runtime: Runtime) -> sending.Sent:
    """Put what was recorded since into the outbox of each, and post what is due.

    Raises:
        UsageProblem: CONSENT-08; everybody else was told by then, or is by the next call. Unavailable: where the control database cannot be used.
    """
    put_holders(governance, runtime)
    told = holders.send(runtime.database, exports_of(runtime), governance)
    recipients.put(runtime.database, governance, runtime.audit.origin, utc_now())
    return sending.together([told, sending.send(runtime.database, governance)])


def tell_outside(governance: Governance, runtime: Runtime) -> tuple[int, int, int]:
    """Put and post, and keep the tasks of those who did not acknowledge; events posted, acknowledged, and how many are red."""
    sent = send_outside(governance, runtime)
    tasks, now = tasks_of(runtime), utc_now()
    red = sending.tell(runtime.database, governance, tasks, now)
    red += holders.tell(runtime.database, exports_of(runtime), governance, tasks, now)
    return sent.posted, sent.acknowledged, red
