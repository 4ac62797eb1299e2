"""Entries of the register of recipients that end soon or have ended: a task each for the privacy team, until the entry is reviewed anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from mesh_platform.product import Governance
from mesh_platform.product.governance.recipients import SOON, Recipient, first_end, lapsed
from mesh_platform.tasks import NewTask, TaskKind, Tasks
from mesh_platform.tasks.kinds import recipient_end_stem, recipient_end_task


def ending(name: str, one: Recipient, governance: Governance, today: date) -> NewTask | None:
    """The task that its end within thirty days brings, or its end in the past; None where it is further off."""
    end = first_end(one, governance)
    why = lapsed(one, governance, today)
    if not why and (end is None or end.on - today > SOON):
        return None
    due = datetime.combine(end.on if end else today, time(), UTC)
    return recipient_end_task(name, why or (f"{end.what} ends on {end.on.isoformat()}." if end else ""), end and end.on, due)


def tell_of_ending(tasks: Tasks, governance: Governance, now: datetime) -> int:
    """Open the tasks of those that end, and resolve those of entries that were reviewed since; how many stand."""
    told, standing = tasks.listed(kind=TaskKind.RECIPIENT_END), 0
    for name, one in governance.recipients.items():
        wanted = ending(name, one, governance, now.date())
        for task in told:
            if task.key.startswith(recipient_end_stem(name)) and (wanted is None or task.key != wanted.key):
                tasks.resolve_key(task.key, "reviewed", "Its entry was reviewed since.")
        if wanted is not None:
            tasks.open_task(wanted)
            standing += 1
    return standing
