"""A request that ends without being carried out: withdrawn by the person, or refused with its ground (Art. 12(5), 12(2), 12(6) GDPR).

The clock stops, whoever asked is told, and what was done already is said: nothing that was erased comes back. A suppression that this request alone caused is
lifted where nothing was erased yet; the ledger keeps both events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import CheckFailed
from mesh_platform.ledger import Decision, Event
from mesh_platform.ledger import Kind as Said
from mesh_platform.state.tables import ledger_state
from mesh_platform.subjects.erasure.erasing import SOURCE
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.requests.history import Happened, remember
from mesh_platform.subjects.requests.kinds import Kind
from mesh_platform.subjects.requests.values import Ended, Request
from mesh_platform.subjects.verification import Verification

_S = ledger_state.c
LONGEST = 500
"""Characters of a reason."""
LIFTED, STAYS, NONE = "lifted", "stays", "none"


class Ground(StrEnum):
    """Why a request is refused."""

    UNFOUNDED = "manifestly unfounded"
    EXCESSIVE = "excessive"
    UNIDENTIFIED = "identity not established"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of one request, by one principal, or by the person with the token of it."""

    means: Means
    actor: Actor

    def withdraw(self, request: Request, reason: str, now: datetime) -> None:
        """The person takes it back.

        Raises:
            CheckFailed: DSAR-45, where it has ended, or the reason is too long.
        """
        self._may_end(request, reason)
        self._end(request, Ended.WITHDRAWN, {"reason": reason}, now)

    def refuse(self, request: Request, ground: Ground, reason: str, told: str | None, now: datetime) -> None:
        """It is refused, and the person told why, and where to complain (Art. 12(4) GDPR).

        Args:
            told: how the person was told, where no letter is to go out.

        Raises:
            CheckFailed: DSAR-45, where it has ended or something was erased for it, the ground is not so, or no reason is given; DSAR-34, DSAR-35,
                where nobody can be reached. Unavailable: DSAR-34, where the letter did not leave: nothing is refused then.
        """
        self._may_end(request, reason)
        if not reason.strip():
            raise _cannot(request, "A refusal needs a reason, which goes to the person.", "Give it with --reason.")
        if ground is Ground.UNIDENTIFIED and request.identified:
            raise _cannot(request, "It is known who asks.", "Name the ground that is so.")
        if request.touched_at is not None:
            raise _cannot(request, "Something was erased for it already.", "Carry it out: `mesh dsar run`.")
        if told is None:
            self._letter(request, ground, reason)
        self._end(request, Ended.REFUSED, {"ground": ground.value, "reason": reason, "told": told or "a letter"}, now)

    def _may_end(self, request: Request, reason: str) -> None:
        if request.certified_at is not None or request.certificate is not None:
            raise _cannot(request, "It is carried out and certified.", "What is gone stays gone; a restriction has its own end.")
        if request.ended is not None:
            raise _cannot(request, f"It was {request.ended.value} already.", "Open a new one where somebody asks again.")
        if len(reason) > LONGEST:
            raise _cannot(request, f"A reason has {LONGEST} characters at most.", "Say it shorter.")

    def _letter(self, request: Request, ground: Ground, reason: str) -> None:
        by = Verification(self.means, self.actor)
        contact, kind = by.contact(request)
        text = (
            f"Your request is refused ({ground.value}). The reason: {reason} You may lodge a complaint with a supervisory authority, and seek a"
            " judicial remedy."
        )
        letter = {"event": "request.refused", "subject": "Your request is refused", "text": text, "request": request.id}
        by.post(contact, kind, letter | {"ground": ground.value, "reason": reason})

    def _end(self, request: Request, how: Ended, said: Mapping[str, str], now: datetime) -> None:
        suppression = self._lifted(request)
        done = [task.product for task in request.tasks if task.version is not None or task.at_source]
        told: dict[str, Any] = {**said, "suppression": suppression, "carried_out": done, "in_words": _in_words(done, suppression)}
        record = self.means.audit.within(Act.ERASURE if request.kind is Kind.ERASURE else Act.REQUEST, Phase.DONE, self.actor)
        happened = Happened.WITHDRAWN if how is Ended.WITHDRAWN else Happened.REFUSED
        note = f"{said['ground']}: {said['reason']}" if "ground" in said else said["reason"]

        def also(con: Connection) -> None:
            remember(con, request.id, happened, now, self.actor.name, self.actor.person, note=note)
            record(con, What(what=f"{how.value} and suppression {suppression}", ref=request.id), len(done))

        values = {"ended": how.value, "ending": told, "answered_at": now}
        self.means.store.forgotten(request.id, also, **values)
        self.means.audit.stands()
        for task in self.means.tasks.listed():
            if request.id in task.key:
                by, voice = self.actor.name, self.actor.voice(task.domain)
                self.means.tasks.resolve_key(task.key, how.value, f"The request was {how.value}.", by, voice)

    def _lifted(self, request: Request) -> str:
        """Lift what this request alone suppressed, where nothing was erased; whether that was done."""
        if request.sequence is None or request.closure is None or request.kind is not Kind.ERASURE:
            return NONE
        if request.touched_at is not None:
            return STAYS
        others = self._others(request)
        own = [one for one in request.closure.identifiers if one.token not in others]
        events = [
            Event(one.token, one.namespace, Said.SUPPRESSION, Decision.LIFTED, SOURCE, f"{request.id}/ended/{number}")
            for number, one in enumerate(own)
        ]
        if events:
            self.means.ledger.append(*events, by=self.actor)
        return LIFTED if len(own) == len(request.closure.identifiers) else STAYS

    def _others(self, request: Request) -> set[bytes]:
        """Who of them another request, or another source, suppressed too."""
        assert request.closure is not None
        tokens = [one.token for one in request.closure.identifiers]
        imposed = (_S.kind == Said.SUPPRESSION.value) & (_S.decision == Decision.IMPOSED.value) & (_S.source != SOURCE)
        with self.means.store.database.read() as con:
            rows = con.execute(select(_S.subject).where(imposed, _S.subject.in_(tokens))).all()
        found = {bytes(row.subject) for row in rows}
        for other in self.means.store.listed():
            stands = other.id != request.id and other.kind is Kind.ERASURE and other.sequence is not None
            if stands and other.closure is not None and (other.ending or {}).get("suppression") != LIFTED:
                found |= {one.token for one in other.closure.identifiers}
        return found


def _in_words(done: list[str], suppression: str) -> str:
    """What is left of the request, for whoever asks after it."""
    stays = f"What was erased stays erased: {', '.join(done)}." if done else "Nothing was erased."
    whether = {
        LIFTED: " The person is shown again, as the sources deliver them.",
        STAYS: " The person stays suppressed: no read shows them; an event of the ledger lifts that.",
        NONE: "",
    }
    return stays + whether[suppression]


def _cannot(request: Request, why: str, fix: str) -> CheckFailed:
    return CheckFailed.because("DSAR-45", f"request {request.id}", why, fix)
