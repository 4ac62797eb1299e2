"""The clocks of requests: what is due when, an extension that the person is told of, and what the sweep tells once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from mesh_platform.actor import PLATFORM, Actor, Role
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import CheckFailed
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.requests.clocks import Calendar, Clock, clock_of, rule_for
from mesh_platform.subjects.requests.history import Happened, remember
from mesh_platform.subjects.requests.values import Request
from mesh_platform.subjects.verification import Verification
from mesh_platform.tasks import NewTask, TaskKind

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Told:
    """What a sweep told of one request for the first time."""

    request: str
    event: Happened
    due: str

    def as_json(self) -> dict[str, str]:
        return {"request": self.request, "event": self.event.value, "due": self.due}


def clock(means: Means, request: Request, now: datetime) -> Clock:
    """The request's dates, as governance has them."""
    policy = means.ledger.governance.policies.subject_requests
    calendar = Calendar.of(policy)
    rule = rule_for(request.regime, request.kind, calendar.day(request.opened_at), policy)
    pauses = [(request.asked_at, request.shown_at)] if request.asked_at is not None else []
    return clock_of(rule, calendar, request.opened_at, pauses, request.extended_at is not None, request.answered_at or now)


def standing(means: Means, request: Request, now: datetime) -> dict[str, object]:
    """Where the clock of a request stands."""
    found = clock(means, request, now)
    breached = found.breached(request.answered_at, now)
    return {"due": found.due.isoformat(), "breached": breached, "clock": found.as_json()}


def extend(means: Means, request: Request, reason: str, told: str | None, actor: Actor, now: datetime) -> Clock:
    """Take longer, with a notice that is out before the first time is over; the clock since.

    Args:
        told: how the person was told, where no letter is to go out.

    Raises:
        CheckFailed: DSAR-37, where the law gives no more time, or the time for the notice is over; DSAR-34, where the person cannot be reached.
        Unavailable: DSAR-34, where the letter did not leave: nothing is extended then.
    """
    before = clock(means, request, now)
    if problem := _not_extended(request, before, now):
        raise CheckFailed.because("DSAR-37", f"request {request.id}", problem, "Answer it by its day.")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        why = f"An extension needs a reason, of {LONGEST_REASON} characters at most."
        raise CheckFailed.because("DSAR-37", f"request {request.id}", why, "Give it with --reason; it goes to the person.")
    since = clock(means, replace(request, extended_at=now), now)
    if told is None:
        by = Verification(means, actor)
        contact, kind = by.contact(request)
        text = f"Your request takes longer: until {since.due.isoformat()}. The reason: {reason}"
        letter = {"event": "request.extended", "subject": "Your request takes longer", "text": text, "request": request.id}
        by.post(contact, kind, letter | {"due": since.due.isoformat(), "reason": reason})
    record = means.audit.within(Act.REQUEST, Phase.DONE, actor)

    def also(con: Connection) -> None:
        note = f"{reason} (told: {told})" if told else reason
        remember(con, request.id, Happened.EXTENDED, now, actor.name, actor.person, note=note)
        record(con, What(what="extended with notice", ref=request.id), None)

    means.store.change(request.id, also, extended_at=now)
    means.audit.stands()
    return since


def sweep_clocks(means: Means, now: datetime) -> tuple[Told, ...]:
    """Tell of each request that is due soon, or overdue, once; as an entry of its history, a record of the audit log and a task with its notices."""
    found = list[Told]()
    for request in means.store.listed():
        if request.answered_at is not None:
            continue
        times = clock(means, request, now)
        if times.breached(None, now):
            found += _told(means, request, Happened.BREACHED, times, now)
        elif times.warned(None, now):
            found += _told(means, request, Happened.WARNED, times, now)
    return tuple(found)


def _told(means: Means, request: Request, event: Happened, times: Clock, now: datetime) -> list[Told]:
    due = times.due.isoformat()
    record = means.audit.within(Act.REQUEST, Phase.FAILED if event is Happened.BREACHED else Phase.INTENT, PLATFORM)
    why = f"The request {request.id} ({request.kind}, {request.regime}) is {event.value}: its last day is {due}."
    key = f"{TaskKind.DEADLINE}:{request.id}:{event.name}:{due}"
    task = NewTask(key, TaskKind.DEADLINE, "", why, Role.PRIVACY, times.due_at, "DSAR-42", f"mesh dsar status {request.id}")
    with means.store.database.write() as con:
        if not remember(con, request.id, event, now, PLATFORM.name, PLATFORM.person, occasion=due):
            return []
        record(con, What(what=event.value, ref=request.id), None)
        means.tasks.opened_in(con, task)
    means.audit.stands()
    return [Told(request.id, event, due)]


def _not_extended(request: Request, times: Clock, now: datetime) -> str | None:
    if request.answered_at is not None:
        return "It is answered."
    if request.extended_at is not None:
        return "It was extended before, and once is all there is."
    if times.extend_by is None:
        return "The law gives no longer time for it."
    if now >= times.extend_by:
        return f"The person had to be told before the end of {times.due.isoformat()}."
    return None
