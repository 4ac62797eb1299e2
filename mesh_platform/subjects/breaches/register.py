"""The register of personal data breaches: reported, assessed, told and closed, each as an entry that stays, in the audit log with the entry's hash.

Every duty is a task with its deadline from the moment of the report. A law's clock is never stopped by what stands here; it is told once before it runs out and
once after. GDPR Art. 33(5): what was not told to anybody is documented just so, with the ground on which it was not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from mesh_platform.actor import PLATFORM, Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.audit.log import Receipt
from mesh_platform.errors import CheckFailed, NotFound
from mesh_platform.state import Database
from mesh_platform.state import insert as upsert
from mesh_platform.state.tables import breach_events, breaches
from mesh_platform.subjects.breaches.access import for_privacy
from mesh_platform.subjects.breaches.duties import Duty, duties_of, unfinished
from mesh_platform.subjects.breaches.texts import moments, needed, said, told_at
from mesh_platform.subjects.breaches.values import Breach, Entry, Found, Happened, Nature, Risk, Side, digest, none_lost
from mesh_platform.subjects.breaches.working import settle, task_of_deadline
from mesh_platform.subjects.requests.clocks import Calendar
from mesh_platform.tasks import Tasks

_B, _E = breaches.c, breach_events.c
_Record = Callable[[Connection, What, int | None], Receipt]


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reports: when the organisation became aware, what happened, and from when until when."""

    aware_at: datetime
    what: str
    nature: tuple[Nature, ...] = (Nature.CONFIDENTIALITY,)
    side: Side = Side.CONTROLLER
    since: datetime | None = None
    until: datetime | None = None
    reader: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """How the privacy team sees it: the risk and on which ground, what is done about it, and what it touches by now."""

    risk: Risk
    ground: str
    measures: str
    found: Found
    side: Side


@dataclass(frozen=True, slots=True)
class Told:
    """What a sweep told of one duty for the first time."""

    breach: str
    duty: str
    event: Happened
    due_at: datetime

    def as_json(self) -> dict[str, str]:
        return {"breach": self.breach, "duty": self.duty, "event": self.event.value, "due_at": self.due_at.isoformat()}


class Breaches:
    """The breaches in a migrated control database; every method may raise `Unavailable` where it or the log cannot be used."""

    def __init__(self, database: Database, audit: AuditLog, tasks: Tasks, calendar: Calendar) -> None:
        self._database, self._audit, self._tasks, self._calendar = database, audit, tasks, calendar

    def open(self, report: Report, found: Found, actor: Actor, now: datetime) -> Breach:
        """Put one on record, with a task for each duty that stands by now; whoever is signed in may.

        Raises:
            Denied: BREACH-01, where it counts the reads of a principal and this one does not decide about every domain.
            UsageProblem: BREACH-02, where a text quotes a value or is missing, or a moment is none.
        """
        if report.reader is not None:
            for_privacy(actor, ())
        what = needed("what", report.what)
        moments(report.aware_at, report.since, report.until, now)
        id = uuid4().hex
        row: dict[str, Any] = {
            "id": id,
            "aware_at": report.aware_at,
            "reported_at": now,
            "by": actor.name,
            "person": actor.person,
            "what": what,
            "nature": sorted({one.value for one in report.nature}),
            "side": report.side.value,
            "since": report.since,
            "until": report.until,
            "reader": report.reader,
            "found": found.as_json(),
        }
        record = self._audit.within(Act.BREACH, Phase.DONE, actor)
        with self._database.write() as con:
            con.execute(insert(breaches), row)
            detail = {name: _plain(value) for name, value in row.items()}
            self._put(con, id, Happened.OPENED, "", detail, actor, now, record, "opened")
            breach = _one(con, id)
            settle(con, self._tasks, breach, self.duties(breach), actor)
        self._audit.stands()
        return breach

    def assess(self, id: str, made: Assessment, actor: Actor, now: datetime) -> Breach:
        """Write down how it is seen now; its duties follow. One that was closed is open again.

        Raises:
            NotFound: BREACH-03. Denied: BREACH-01. UsageProblem: BREACH-02.
        """
        detail = {
            "risk": made.risk.value,
            "ground": needed("reason", made.ground),
            "measures": needed("measures", made.measures),
            "side": made.side.value,
            "found": made.found.as_json(),
        }

        def write(con: Connection, breach: Breach, record: _Record) -> None:
            for_privacy(actor, {one.domain for one in made.found.affected if one.product})
            detail["found"] = none_lost(breach.found, made.found).as_json()
            occasion = str(len(breach.history))
            self._put(con, id, Happened.ASSESSED, occasion, detail, actor, now, record, f"assessed as {made.risk.value}")

        return self._changed(id, write, actor)

    def notify(
        self,
        id: str,
        rule: str,
        to: str | None,
        at: datetime,
        actor: Actor,
        now: datetime,
        *,
        reason: str = "",
        reference: str = "",
    ) -> Breach:
        """Write down that somebody was told, and close the task of it.

        Args:
            id: of the breach.
            rule: that asks for it.
            to: who was told; None where the rule asks for one alone.
            at: when they were told.
            actor: who says so, with the role privacy.
            now: the moment.
            reason: why it was late: GDPR Art. 33(1) asks for it.
            reference: by which the other side knows it.

        Raises:
            NotFound: BREACH-03. Denied: BREACH-01. UsageProblem: BREACH-02, for a text or moment that is none.
            CheckFailed: BREACH-05, where nobody asks for that; BREACH-06, where it is closed; BREACH-07, late and without a reason;
                BREACH-08, where it stands already.
        """
        why, known_as = said("reason", reason), said("reference", reference)

        def write(con: Connection, breach: Breach, record: _Record) -> None:
            duty = self._outstanding(breach, rule, to)
            told_at(at, breach.aware_at, now)
            late = duty.late(at)
            if late and not why:
                problem = f"It was due by {duty.due_at.isoformat()}, and what is told late is told with the reason ({duty.term.source})."
                raise CheckFailed.because("BREACH-07", f"breach {id}", problem, "Say why it is late, with --reason.")
            detail = {"duty": duty.key, "at": at.isoformat(), "reason": why, "reference": known_as}
            words = f"{rule} {duty.term.to} told{' late' if late else ''}"
            self._put(con, id, Happened.NOTIFIED, duty.key, detail, actor, now, record, words)

        return self._changed(id, write, actor)

    def spare(self, id: str, rule: str, to: str | None, reason: str, actor: Actor, now: datetime) -> Breach:
        """Write down that a duty is not required, and on which ground, where its law knows such a ground.

        Raises:
            As `notify`; CheckFailed: BREACH-05 too, where the law knows none.
        """
        why = needed("reason", reason)

        def write(con: Connection, breach: Breach, record: _Record) -> None:
            duty = self._outstanding(breach, rule, to)
            if not duty.term.spares:
                fix = "Assess the risk as unlikely where that is so (`mesh breach assess`), or tell them."
                raise CheckFailed.because("BREACH-05", f"breach {id}", f"{duty.term.source} knows no such exception.", fix)
            detail = {"duty": duty.key, "at": now.isoformat(), "reason": why, "reference": duty.term.spares}
            occasion = f"{duty.key}@{len(breach.history)}"
            self._put(con, id, Happened.SPARED, occasion, detail, actor, now, record, f"{rule} {duty.term.to} not required")

        return self._changed(id, write, actor)

    def close(self, id: str, note: str, actor: Actor, now: datetime) -> Breach:
        """End it, once it is assessed and everybody was told; what is known better later opens it again.

        Raises:
            NotFound: BREACH-03. Denied: BREACH-01. UsageProblem: BREACH-02. CheckFailed: BREACH-06, where something is missing, or it is closed.
        """
        noted = needed("note", note)

        def write(con: Connection, breach: Breach, record: _Record) -> None:
            if problem := unfinished(breach, self._calendar):
                raise CheckFailed.because("BREACH-06", f"breach {id}", problem, f"`mesh breach show {id}` tells what is left.")
            self._put(con, id, Happened.CLOSED, str(len(breach.history)), {"note": noted}, actor, now, record, "closed")

        return self._changed(id, write, actor)

    def sweep(self, now: datetime) -> tuple[Told, ...]:
        """Tell of each duty that is due soon, or overdue, once: as an entry, a record of the audit log and a task with its notices."""
        found = list[Told]()
        for breach in self.listed():
            for duty in self.duties(breach):
                if breach.open and duty.answer is None and (duty.late(now) or now >= duty.warn_at):
                    found += self._tell(breach.id, duty, Happened.OVERDUE if duty.late(now) else Happened.WARNED, now)
        return tuple(found)

    def called(self, id: str) -> str:
        """The whole id of the one breach whose id begins so, with six characters at least; as it is given where none or several do."""
        with self._database.read() as con:
            query = select(_B.id).where(_B.id.startswith(id, autoescape=True)).limit(2)
            found: Sequence[str] = con.execute(query).scalars().all() if len(id) >= 6 else ()
        return found[0] if len(found) == 1 else id

    def get(self, id: str) -> Breach:
        """One of them; raises `NotFound` (BREACH-03)."""
        with self._database.read() as con:
            return _one(con, id)

    def listed(self) -> tuple[Breach, ...]:
        """All of them, the newest first."""
        return listed_in(self._database)

    def duties(self, breach: Breach) -> tuple[Duty, ...]:
        """What the laws ask for about it, and until when."""
        return duties_of(breach, self._calendar)

    def _changed(self, id: str, write: Callable[[Connection, Breach, _Record], None], actor: Actor) -> Breach:
        record = self._audit.within(Act.BREACH, Phase.DONE, actor)
        with self._database.write() as con:
            before = _one(con, id)
            for_privacy(actor, before.domains)
            write(con, before, record)
            after = _one(con, id)
            settle(con, self._tasks, after, self.duties(after), actor)
        self._audit.stands()
        return after

    def _outstanding(self, breach: Breach, rule: str, to: str | None) -> Duty:
        """The duty that is meant, where it stands and nobody was told yet."""
        where, all_ = f"breach {breach.id}", self.duties(breach)
        fitting = [one for one in all_ if one.term.rule == rule and to in (None, one.term.to)]
        waiting = [one for one in fitting if one.answer is None]
        if fitting and not waiting:
            why = f"{rule} is answered already."
            raise CheckFailed.because("BREACH-08", where, why, f"`mesh breach show {breach.id}` tells when and by whom.")
        if not breach.open:
            raise CheckFailed.because("BREACH-06", where, "It is closed.", "Assess it anew where more is known: that opens it.")
        if len(waiting) != 1:
            asked = ", ".join(f"{one.term.rule} {one.term.to}" for one in all_ if one.answer is None) or "nothing"
            raise CheckFailed.because("BREACH-05", where, f"What is asked for and not answered: {asked}.", "Name one of these.")
        return waiting[0]

    def _tell(self, id: str, duty: Duty, event: Happened, now: datetime) -> list[Told]:
        record = self._audit.within(Act.BREACH, Phase.FAILED if event is Happened.OVERDUE else Phase.INTENT, PLATFORM)
        detail = {"duty": duty.key, "due_at": duty.due_at.isoformat(), "house_rule": duty.term.house}
        occasion = f"{duty.key}@{duty.due_at.isoformat()}"
        with self._database.write() as con:
            breach = _one(con, id)
            stands = any(one.event is event and one.occasion == occasion for one in breach.history)
            if stands or not breach.open or duty not in self.duties(breach):
                return []  # somebody else told it, or answered meanwhile
            self._put(con, id, event, occasion, detail, PLATFORM, now, record, f"{duty.term.rule} {duty.term.to} {event.value}")
            self._tasks.opened_in(con, task_of_deadline(breach, duty, event), again=True)
        self._audit.stands()
        return [Told(id, duty.key, event, duty.due_at)]

    def _put(
        self,
        con: Connection,
        id: str,
        event: Happened,
        occasion: str,
        detail: Mapping[str, Any],
        actor: Actor,
        now: datetime,
        record: _Record,
        words: str,
    ) -> None:
        """One entry, and its record in the log with the entry's hash."""
        hashed = digest(id, event, occasion, now, detail)
        position = len(con.execute(select(_E.id).where(_E.breach == id)).all())
        row = {"breach": id, "event": event.value, "occasion": occasion, "at": now, "by": actor.name, "person": actor.person}
        made: Any = con.execute(
            upsert(con, breach_events)
            .values({**row, "detail": dict(detail), "sha256": hashed, "position": position})
            .returning(_E.id)
        ).scalar_one()
        receipt = record(con, What(what=words, ref=id, code=hashed), None)
        con.execute(update(breach_events).where(_E.id == made).values(record=receipt.eid))


def listed_in(database: Database, until: datetime | None = None) -> tuple[Breach, ...]:
    """All breaches of a control database, the newest first; as they stood before a moment, where one is named."""
    query = select(_B.id).order_by(_B.reported_at.desc(), _B.id)
    with database.read() as con:
        ids: Sequence[Any] = con.execute(query if until is None else query.where(_B.reported_at < until)).scalars().all()
        return tuple(_one(con, id, until) for id in ids)


def _one(con: Connection, id: str, until: datetime | None = None) -> Breach:
    """What was reported is read from its entry, whose hash the log has; the row beside it is there to be asked for."""
    row = con.execute(select(breaches).where(_B.id == id)).mappings().one_or_none()
    if row is None:
        fix = "`mesh breach list` shows those that there are."
        raise NotFound.because("BREACH-03", "the breach", "There is no breach of that id.", fix)
    kept: Sequence[Any] = con.execute(select(breach_events).where(_E.breach == id).order_by(_E.position)).mappings().all()
    entries = [
        Entry(Happened(e["event"]), e["occasion"], e["at"], e["by"], e["person"], e["detail"], e["sha256"], e["record"])
        for e in kept
    ]
    said = entries[0].detail if entries else {name: _plain(value) for name, value in row.items()}
    breach = Breach(
        **{name: said[name] for name in ("id", "by", "person", "what", "reader")},
        **{name: _moment(said[name]) for name in ("aware_at", "reported_at", "since", "until")},
        nature=tuple(map(Nature, said["nature"])),
        side=Side(said["side"]),
        found=Found.from_json(said["found"]),
    )
    return breach.after(one for one in entries if until is None or one.at < until)


def _moment(text: str | None) -> Any:
    return datetime.fromisoformat(text) if text else None


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value
