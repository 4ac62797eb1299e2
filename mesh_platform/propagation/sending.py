"""Posting events to recipients: signed, a hundred at a time, and believed to have arrived where the recipient says so of each by name, under the shared secret.

The body is a batch of CloudEvents (`application/cloudevents-batch+json`), signed as notices are (`Mesh-Signature`). The answer is `{"acknowledged": [ids], "signature": hex}`, the
signature HMAC-SHA256 over `acknowledged.` and the ids, sorted, with commas between. Whatever else is answered, a 200 included, is no acknowledgement.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request

from mesh_platform.actor import Role
from mesh_platform.clock import utc_now
from mesh_platform.failpoints import fp
from mesh_platform.outbound import opener_for
from mesh_platform.product import Governance
from mesh_platform.propagation import recipients
from mesh_platform.propagation.recipients import secret_of
from mesh_platform.state import Database
from mesh_platform.tasks import NewTask, Task, TaskKind, Tasks
from mesh_platform.tasks.webhook import SIGNATURE, signature

WAIT = 10.0
"""Seconds."""
LONGEST = 1 << 20
"""Bytes of an answer that are read."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What one call did: events posted, those that were acknowledged; kinds of errors, by recipient."""

    posted: int
    acknowledged: int
    errors: tuple[str, ...]


def acknowledgement(secret: str, ids: Sequence[str]) -> str:
    """The signature of an answer."""
    said = "acknowledged." + ",".join(sorted(ids))
    return hmac.new(secret.encode(), said.encode(), hashlib.sha256).hexdigest()


def send(database: Database, governance: Governance, clock: Callable[[], datetime] = utc_now) -> Sent:
    """Post what is due to each recipient, batch by batch until one fails.

    Raises:
        UsageProblem: CONSENT-08. Unavailable: where the control database cannot be used. What was posted and not marked is posted again.
    """
    return together(
        deliver(database, name, one.address, secret_of(name, one), clock)
        for name, one in governance.recipients.items()
        if one.address
    )


def together(each: Iterable[Sent]) -> Sent:
    """Several calls as one."""
    posted, done, errors = 0, 0, list[str]()
    for one in each:
        posted, done, errors = posted + one.posted, done + one.acknowledged, [*errors, *one.errors]
    return Sent(posted, done, tuple(errors))


def deliver(
    database: Database,
    name: str,
    address: str,
    secret: str,
    clock: Callable[[], datetime] = utc_now,
    body_of: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda row: row["body"],
) -> Sent:
    """Post what is due to one addressee, batch by batch until one fails; `body_of` makes the event of a row of the outbox."""
    posted = done = 0
    while True:
        with database.write() as con:
            rows = recipients.take(con, name, clock())
        if not rows:
            return Sent(posted, done, ())
        ids, error = _posted(address, secret, [body_of(row) for row in rows], clock())
        fp("consent.posted")
        with database.write() as con:
            known = recipients.answered(con, rows, ids, error, clock())
        posted, done = posted + len(rows), done + known
        if known < len(rows):
            return Sent(posted, done, (f"{name}: {error or 'NotAcknowledged'}",))


def _posted(address: str, secret: str, events: list[dict[str, Any]], now: datetime) -> tuple[list[str], str]:
    """The ids that the recipient acknowledged, and the kind of error."""
    body = json.dumps(events, separators=(",", ":"), sort_keys=True).encode()
    headers = {
        "Content-Type": "application/cloudevents-batch+json; charset=UTF-8",
        "User-Agent": "mesh-platform",
        SIGNATURE: signature(secret, body, now),
    }
    try:
        opener = opener_for(address)
        with opener.open(Request(address, body, headers, method="POST"), timeout=WAIT) as answer:  # noqa: S310
            return _acknowledged(answer.read(LONGEST), secret, {event["id"] for event in events})
    except HTTPError as error:
        error.close()
        return [], f"HTTP {error.code}"
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        reason = getattr(error, "reason", None)
        return [], type(reason if isinstance(reason, Exception) else error).__name__


def _acknowledged(answer: bytes, secret: str, sent: set[str]) -> tuple[list[str], str]:
    try:
        said = json.loads(answer)
        ids, signed = [str(one) for one in said["acknowledged"]], str(said["signature"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return [], "NotAcknowledged"
    if not hmac.compare_digest(signed.encode(), acknowledgement(secret, ids).encode()):
        return [], "WrongSignature"
    return [one for one in ids if one in sent], ""


def tell(database: Database, governance: Governance, tasks: Tasks, now: datetime) -> int:
    """A task for each recipient that did not acknowledge in time, until it has; how many are red."""
    standings = recipients.standings(database, governance.recipients, now)
    told = tasks.listed(kind=TaskKind.EXTERNAL)
    for one in standings:
        stem = f"{TaskKind.EXTERNAL}:recipient:{one.recipient}:"
        keep_told(tasks, told, stem, _task(f"{stem}{one.oldest.isoformat()}", one, now) if one.red and one.oldest else None)
    return sum(one.red for one in standings)


def keep_told(tasks: Tasks, told: Iterable[Task], stem: str, wanted: NewTask | None) -> None:
    """Open the task, or resolve those of the open ones, `told`, whose keys begin so where there is none to open."""
    if wanted is not None:
        tasks.open_task(wanted)
        return
    for task in told:
        if task.key.startswith(stem):
            tasks.resolve_key(task.key, "acknowledged", "It acknowledged all that it was told.")


def _task(key: str, one: recipients.Standing, due: datetime) -> NewTask:
    name, waiting = one.recipient, one.waiting
    reason = f"The recipient {name} has not acknowledged {waiting} withdrawals or erasures in time: have it answer, or see that it removed the data."
    return NewTask(key, TaskKind.EXTERNAL, name, reason, Role.PRIVACY, due, "CONSENT-09", "mesh consent recipients")
