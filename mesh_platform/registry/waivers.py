"""Waivers in the control database: asked for by whoever answers for a product, decided by somebody else with the role privacy, ended early or by their day.

A row is never taken back: what was asked, by whom it was decided and why stays. A waiver that ran out is a row whose last day has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from mesh_platform.actor import Actor, Role, same_person
from mesh_platform.audit import AuditLog
from mesh_platform.classify.written import personal
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Denied, Finding, NotFound, Severity, UsageProblem
from mesh_platform.policy.renewals import Chain, Spell, chain_to, too_often
from mesh_platform.policy.waiving import MOST_DAYS, beyond, covers
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.product.waivers import Waiver
from mesh_platform.registry.waiver_records import amiss, on_record, recording
from mesh_platform.registry.waiver_values import WITHDRAWN, Asked, State
from mesh_platform.state import Database
from mesh_platform.state.tables import waivers
from mesh_platform.tasks import Tasks, waiver_end_key, waiver_end_task, waiver_key, waiver_task

ASKERS = (Role.OWNER, Role.STEWARD, Role.PRIVACY)
MOST_TEXT = 500
_TO_DECIDE = timedelta(days=7)
_T = waivers.c


class Waivers:
    """The waivers in a migrated control database. Every method may raise `Unavailable` where it cannot be used. What is done without the log counts for nothing."""

    def __init__(self, db: Database, tasks: Tasks, clock: Callable[[], datetime] = utc_now, log: AuditLog | None = None) -> None:
        self._db = db
        self._log = log
        self._tasks = tasks
        self._clock = clock

    def ask(self, mesh: Mesh, finding: Finding, reason: str, control: str, days: int, by: Actor) -> Asked:
        """Ask for one, and open the task of whoever decides it.

        Args:
            mesh: the mesh with what its organisation decides.
            finding: what is to be let through, as the gate told it.
            reason: why, in at most 500 characters; no value out of the data.
            control: what protects people meanwhile, likewise.
            days: how many days it is to last, counted from today.
            by: the authenticated principal.

        Raises:
            Denied: WAIVER-01, where the rule is not waivable; WAIVER-02, where this principal may not ask.
            UsageProblem: WAIVER-03, where a text is missing, too long, or quotes a value, or the days are too many.
            CheckFailed: WAIVER-04, where one for the same finding waits or counts already; WAIVER-10, where it would be renewed too often in this way.
        """
        key = ProductKey.parse(finding.product)
        if not finding.waivable:
            why = f"{finding.rule} is not waivable, for anybody."
            raise Denied.because("WAIVER-01", finding.where, why, finding.fix, finding.product)
        if not any(by.may(role, key.domain) for role in ASKERS):
            why = f"{by.name} has none of the roles {', '.join(ASKERS)} for the domain {key.domain}."
            raise Denied.because("WAIVER-02", finding.product, why, "Leave it to the product's owner.", finding.product)
        for name, text in (("reason", reason), ("control", control)):
            _told(name, text, finding.product)
        if not 1 <= days <= MOST_DAYS:
            why = f"A waiver lasts from 1 to {MOST_DAYS} days."
            raise UsageProblem.because("WAIVER-03", "--days", why, "Ask for fewer; it can be asked for anew.", finding.product)
        now, bound = self._clock(), covers(finding)
        with self._acting(by) as (con, record):
            for other in _found(con, _T.product == finding.product, _T.covers == bound):
                stands = other.state is State.APPROVED and other.expires > now.date() and not beyond(finding, other.measured)
                if other.state is State.ASKED or stands:
                    why = f"Waiver {other.id} of the same finding is {other.state} already."
                    fix = f"`mesh waiver show {other.id}` tells of it; on its last day it can be asked for anew."
                    raise CheckFailed.because("WAIVER-04", finding.product, why, fix, finding.product)
            _renewable(mesh, _history(con, finding.product, finding.rule), now.date(), control, by, finding.product)
            row = {
                "product": finding.product,
                "rule": finding.rule,
                "about": finding.about,
                "covers": bound,
                "finding": finding.why,
                "measured": {one.what: one.value for one in finding.measured},
                "reason": reason.strip(),
                "control": control.strip(),
                "expires": now.date() + timedelta(days=days),
                "requested_by": by.name,
                "requested_person": by.person,
                "requested_at": now,
                "state": State.ASKED,
            }
            id: Any = con.execute(insert(waivers).returning(_T.id), row).scalar_one()
            self._tasks.opened_in(con, waiver_task(id, finding.product, finding.rule, now + _TO_DECIDE, by))
            return record(_one(con, id))

    def decide(self, mesh: Mesh, id: int, approve: bool, note: str, by: Actor) -> Asked:
        """Approve or reject one that waits.

        Raises:
            NotFound: WAIVER-05. CheckFailed: WAIVER-06, where it was decided before, or its last day has passed.
            Denied: WAIVER-07, where this principal may not: another role, its own request, or its own product.
            UsageProblem: WAIVER-03, where the note is missing, too long, or quotes a value.
        """
        now = self._clock()
        with self._acting(by) as (con, record):
            found = _one(con, id)
            _told("note", note, found.product)
            if found.state is not State.ASKED or found.expires < now.date():
                why = "Its last day has passed." if found.state is State.ASKED else f"It is {found.standing(now.date())} already."
                raise CheckFailed.because("WAIVER-06", f"waiver {id}", why, "Ask for a new one.", found.product)
            if why_not := refusal(mesh, found, by):
                fix = "Leave it to somebody with the role privacy who neither asked for it nor owns the product."
                raise Denied.because("WAIVER-07", f"waiver {id}", why_not, fix, found.product)
            state, domain = State.APPROVED if approve else State.REJECTED, found.product.partition("/")[0]
            said = {"state": state, "note": note.strip(), "decided_at": now, "decided_by": by.name, "decided_person": by.person}
            done = _changed(con, id, said)
            decision, worn = "approve" if approve else "reject", by.impersonated_by
            self._tasks.resolve_in(con, waiver_key(id), decision, note, by.name, worn, by.voice(domain))
            if approve:
                end = datetime.combine(found.expires, time(), UTC)
                self._tasks.opened_in(con, waiver_end_task(id, found.product, found.rule, end))
            return record(done)

    def end(self, id: int, note: str, by: Actor) -> Asked:
        """End one before its day; the next publication is judged without it.

        Raises:
            NotFound: WAIVER-05. CheckFailed: WAIVER-06, where it does not count now. Denied: WAIVER-02, where this principal may not.
        """
        now = self._clock()
        with self._acting(by) as (con, record):
            found = _one(con, id)
            _told("note", note, found.product)
            if not any(by.may(role, found.product.partition("/")[0]) for role in ASKERS):
                why = f"{by.name} has none of the roles {', '.join(ASKERS)} for its domain."
                raise Denied.because("WAIVER-02", f"waiver {id}", why, "Leave it to the product's owner.", found.product)
            if found.standing(now.date()) != State.APPROVED:
                why = f"It does not count now: it is {found.standing(now.date())}."
                raise CheckFailed.because("WAIVER-06", f"waiver {id}", why, "Nothing is to be done.", found.product)
            voice = by.voice(found.product.partition("/")[0])
            self._tasks.resolve_in(con, waiver_end_key(id), "ended", note, by.name, by.impersonated_by, voice)
            said = {"state": State.ENDED, "ended_note": note.strip(), "ended_at": now}
            return record(_changed(con, id, {**said, "ended_by": by.name, "ended_person": by.person}))

    def withdraw(self, id: int, note: str, by: Actor) -> Asked:
        """Take back one that waits: by whoever asked for it, or somebody else who might have.

        Raises:
            NotFound: WAIVER-05. CheckFailed: WAIVER-06, where it was decided before. Denied: WAIVER-02, where this principal may not.
        """
        with self._acting(by) as (con, record):
            found = _one(con, id)
            _told("note", note, found.product)
            asked = same_person(found.requested_by, found.requested_person, by)
            if not asked and not any(by.may(role, found.product.partition("/")[0]) for role in ASKERS):
                why = f"{by.name} did not ask for it, and has none of the roles {', '.join(ASKERS)} for its domain."
                raise Denied.because("WAIVER-02", f"waiver {id}", why, "Leave it to who asked.", found.product)
            if found.state is not State.ASKED:
                why = f"It is {found.standing(self._clock().date())} already."
                raise CheckFailed.because(
                    "WAIVER-06", f"waiver {id}", why, "`mesh waiver end` ends one that counts.", found.product
                )
            voice = by.voice(found.product.partition("/")[0])
            self._tasks.resolve_in(con, waiver_key(id), WITHDRAWN, note, by.name, by.impersonated_by, voice)
            said = {"state": State.ENDED, "ended_note": note.strip(), "ended_at": self._clock()}
            return record(_changed(con, id, {**said, "ended_by": by.name, "ended_person": by.person}))

    @contextmanager
    def _acting(self, by: Actor) -> Iterator[tuple[Connection, Callable[[Asked], Asked]]]:
        """A transaction in which one is changed, and what puts it on record there: row and record stand, or neither."""
        write = recording(self._log, by)
        with self._db.write() as con:

            def record(one: Asked) -> Asked:
                write(con, one)
                return one

            yield con, record
        if self._log is not None:
            self._log.stands()

    def get(self, id: int) -> Asked:
        """One of them; raises `NotFound` (WAIVER-05)."""
        with self._db.read() as con:
            return _one(con, id)

    def listed(self, product: str | None = None) -> tuple[Asked, ...]:
        """Those of a product or a domain, or all, the newest first."""
        with self._db.read() as con:
            found = _found(con)
        return tuple(one for one in reversed(found) if product is None or product in (one.product, one.product.partition("/")[0]))


def refusal(mesh: Mesh, waiver: Asked, by: Actor) -> str | None:
    """Why this principal may not decide this waiver, None where it may."""
    domain, names = waiver.product.partition("/")[0], {by.name.casefold(), by.person.casefold()}
    if not by.may(Role.PRIVACY, domain):
        return f"{by.name} has not the role privacy for the domain {domain}."
    if by.may(Role.OWNER, domain) or mesh.owner(ProductKey.parse(waiver.product)).casefold() in names:
        return f"{by.name} owns the product."
    if same_person(waiver.requested_by, waiver.requested_person, by):
        return f"{by.name} asked for it: nobody decides on their own."
    return None


def with_waivers(mesh: Mesh, db: Database | None) -> Mesh:
    """`mesh` with the waivers that were approved in this control database, and told of each that the audit log does not bear out; without one, as it is."""
    if db is None:
        return mesh
    found, told = _approved(db)
    mesh = replace(mesh, waivers=found) if found != mesh.waivers else mesh
    products = {
        key: replace(one, findings=(*one.findings, *told[str(key)])) for key, one in mesh.products.items() if str(key) in told
    }
    return replace(mesh, products={**mesh.products, **products}) if products else mesh


def approved_in(db: Database) -> tuple[Waiver, ...]:
    """Those that were approved and not ended early, as the audit log says; whether one counts on a day says its last day."""
    return _approved(db)[0]


def _approved(db: Database) -> tuple[tuple[Waiver, ...], dict[str, list[Finding]]]:
    told: dict[str, list[Finding]] = {}
    found = []
    with db.read() as con:
        for one in _found(con, _T.state == State.APPROVED):
            if why := amiss(con, one):
                told.setdefault(one.product, []).append(unborne(one, why))
            else:
                found.append(value_of(one))
    return tuple(found), told


def unborne(one: Asked, why: str) -> Finding:
    """WAIVER-11: a row that the audit log does not bear out."""
    fix = "It counts for nothing. See who may write to the control database, and ask for it anew where it is needed."
    return Finding("WAIVER-11", f"waiver {one.id}", f"{why} It lets nothing through.", fix, one.product, Severity.WARN)


def rows_amiss(db: Database) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The rows that differ from the audit log, or count without it; and those that ended, of which it knows nothing, as of all from before it was told."""
    bad: list[Finding] = []
    unknown: list[Finding] = []
    with db.read() as con:
        for one in _found(con):
            if why := amiss(con, one):
                ended = one.state is not State.APPROVED and not on_record(con, one)
                (unknown if ended else bad).append(unborne(one, why))
    return tuple(bad), tuple(unknown)


def value_of(one: Asked) -> Waiver:
    assert one.decided_by is not None and one.decided_at is not None
    return Waiver(
        product=one.product,
        rule=one.rule,
        about=one.about,
        covers=one.covers,
        reason=one.reason,
        control=one.control,
        requested_by=one.requested_by,
        approved_by=one.decided_by,
        approved_on=one.decided_at.date(),
        expires=one.expires,
        measured=one.measured,
    ).called(str(one.id), str(one.chain))


def _history(con: Connection, product: str, rule: str) -> tuple[Spell, ...]:
    found = _found(con, _T.product == product, _T.rule == rule)
    return tuple(one.spell for one in found if one.spell)


def _renewable(mesh: Mesh, spells: Iterable[Spell], today: date, control: str, asks: Actor, product: str) -> None:
    """Raise where one more would prolong the exemption too often, asked for in this way by this principal."""
    key = ProductKey.parse(product)
    most = mesh.governance.policies.waivers.renewals
    if why := too_often(chain_to(spells, today), control, asks.may(Role.PRIVACY, key.domain), most):
        raise CheckFailed.because("WAIVER-10", product, why, "Mend what the rule finds, or change what it is about.", product)


def _told(name: str, text: str, product: str) -> None:
    if not text.strip() or len(text) > MOST_TEXT:
        why = f"It says what it is in at most {MOST_TEXT} characters."
        raise UsageProblem.because("WAIVER-03", f"the {name}", why, f"Give --{name} TEXT.", product)
    if quoted := personal(text):
        why = f"It quotes a value of the kind {quoted}, which would stay in the control database."
        raise UsageProblem.because("WAIVER-03", f"the {name}", why, "Say it without a value out of the data.", product)


def _changed(con: Connection, id: int, values: Mapping[str, object]) -> Asked:
    con.execute(update(waivers).where(_T.id == id).values(values))
    return _one(con, id)


def _one(con: Connection, id: int) -> Asked:
    found = _found(con, _T.id == id)
    if not found:
        raise NotFound.because("WAIVER-05", f"waiver {id}", "There is none of that number.", "`mesh waiver list` has them.")
    return found[0]


def _found(con: Connection, *where: ColumnElement[bool]) -> tuple[Asked, ...]:
    rows = con.execute(select(waivers).where(*where).order_by(_T.id)).mappings()
    found = tuple(_asked(row) for row in rows)
    spells: dict[tuple[str, str], list[tuple[int, Spell]]] = {}
    for row in con.execute(select(waivers).where(_T.decided_at.is_not(None))).mappings() if found else ():
        if (spell := (one := _asked(row)).spell) is not None:
            spells.setdefault((one.product, one.rule), []).append((one.id, spell))
    return tuple(replace(one, chain=_chain(one, spells.get((one.product, one.rule), []))) for one in found)


def _chain(one: Asked, spells: Iterable[tuple[int, Spell]]) -> Chain:
    """Its own chain: what was approved before it, on the day of its approval, or of asking for it."""
    day = (one.decided_at or one.requested_at).date()
    return chain_to((spell for id, spell in spells if id < one.id), day)


def _asked(row: Mapping[Any, Any]) -> Asked:
    return Asked(**{**row, "state": State(row["state"]), "measured": row["measured"] or {}})
