"""Requests and their tasks as rows of the control database. Identifiers stand there sealed, and only until the certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from mesh_platform.errors import NotFound, Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.state import Database
from mesh_platform.state import insert as upsert
from mesh_platform.state.tables import subject_requests, subject_tasks
from mesh_platform.subjects.requests.kinds import Kind, Regime
from mesh_platform.subjects.requests.sealed import new_key, opened_key, seal, unseal
from mesh_platform.subjects.requests.values import Closure, Ended, Identifier, Request, State, Task

_R, _T = subject_requests.c, subject_tasks.c
VALUE, _NAMES = "value", "names"
_TASK = ("rows", "reason", "fix", "version", "at_source")
Also = Callable[[Connection], object]
"""What else is written in the same transaction."""
Record = Callable[[Connection], str]
"""The same, that gives the id of the audit log's record."""


class Requests:
    """The requests in a migrated control database; every method may raise `Unavailable` where it cannot be used."""

    def __init__(self, database: Database, keys: KeyProvider) -> None:
        self._database, self._keys = database, keys

    @property
    def database(self) -> Database:
        return self._database

    def put(self, request: Request, named: Iterable[Identifier], also: Also, value: str | None = None) -> None:
        """Remember a new one with the identifiers that were named, and the value that is to stand in place of another."""
        wrapped = new_key(self._keys)
        sealed = seal(self._keys, wrapped, request.id, _spellings(named) | ({VALUE: (value,)} if value is not None else {}))
        closure = Closure(tuple(named))
        row: dict[str, Any] = {
            "id": request.id,
            "kind": request.kind.value,
            "regime": request.regime.value,
            "by": request.by,
            "attempts": 0,
            "wrong": 0,
            "people": request.people,
            "attested": request.attested,
            "detail": dict(request.detail) or None,
        }
        row |= {"person": request.person, "opened_at": request.opened_at, "wrapped": wrapped, "sealed": sealed}
        with self._database.write() as con:
            con.execute(insert(subject_requests), row | {"frozen": closure.as_json() | {"begun": True}})
            also(con)

    def get(self, id: str) -> Request:
        """One request with its tasks; its closure once that is frozen, without spellings.

        Raises:
            NotFound: DSAR-01, where there is none of that id.
        """
        with self._database.read() as con:
            row = con.execute(select(subject_requests).where(_R.id == id)).mappings().one_or_none()
            if row is None:
                fix = "`mesh dsar list` shows those that there are."
                raise NotFound.because("DSAR-01", "the request", "There is no request of that id.", fix)
            return _request(con, row)

    def listed(self) -> tuple[Request, ...]:
        """All of them, the newest first."""
        with self._database.read() as con:
            query = select(subject_requests).order_by(_R.opened_at.desc(), _R.id)
            return tuple(_request(con, row) for row in con.execute(query).mappings().all())

    def identifiers(self, id: str) -> tuple[Identifier, ...]:
        """The identifiers as far as they are known, with their spellings.

        Raises:
            Unavailable: DSAR-09, where the key to them was destroyed or does not open them.
        """
        frozen, held = self._unsealed(id)
        closure = Closure.from_json(frozen)
        return tuple(replace(one, spellings=tuple(held.get(one.token.hex(), ()))) for one in closure.identifiers)

    def value(self, id: str) -> str:
        """The value that is to stand in place of another; raises what `identifiers` does."""
        return self._unsealed(id)[1][VALUE][0]

    def names(self, id: str) -> tuple[str, ...]:
        """The person's own names, as far as products told them when the person was frozen; raises what `identifiers` does."""
        return tuple(self._unsealed(id)[1].get(_NAMES, ()))

    def _unsealed(self, id: str) -> tuple[Mapping[str, Any], dict[str, list[str]]]:
        with self._database.read() as con:
            row = con.execute(select(_R.frozen, _R.wrapped, _R.sealed).where(_R.id == id)).one()
        if row.wrapped is None or row.sealed is None:
            raise _no_key(id)
        return row.frozen, unseal(self._keys, bytes(row.wrapped), id, bytes(row.sealed))

    def key(self, id: str) -> bytes:
        """The request's own key, under which what is kept for it lies; raises DSAR-09 where it was destroyed."""
        with self._database.read() as con:
            wrapped = con.execute(select(_R.wrapped).where(_R.id == id)).scalar_one_or_none()
        if wrapped is None:
            raise _no_key(id)
        return opened_key(self._keys, bytes(wrapped))

    def token(self, id: str) -> bytes | None:
        """The keyed hash of the token that the person got."""
        with self._database.read() as con:
            found = con.execute(select(_R.token).where(_R.id == id)).scalar_one_or_none()
        return None if found is None else bytes(found)

    def change(self, id: str, also: Also | None = None, **values: object) -> None:
        """Write columns of one request, with what `also` writes."""
        with self._database.write() as con:
            con.execute(update(subject_requests).where(_R.id == id).values(**values))
            if also is not None:
                also(con)

    def freeze(self, id: str, closure: Closure, before: Iterable[str], names: Iterable[str] = ()) -> None:
        """Keep by what the person is known, and in which products the verifier saw them: from here on the person does not grow."""
        frozen = closure.as_json() | {"before": sorted(before)}
        with self._database.write() as con:
            row = con.execute(select(_R.wrapped, _R.sealed).where(_R.id == id)).one()
            value = unseal(self._keys, bytes(row.wrapped), id, bytes(row.sealed)).get(VALUE)
            spellings = _spellings(closure.identifiers) | ({VALUE: tuple(value)} if value else {}) | {_NAMES: tuple(names)}
            sealed = seal(self._keys, bytes(row.wrapped), id, spellings)
            con.execute(update(subject_requests).where(_R.id == id).values(frozen=frozen, sealed=sealed))
        self._database.scrub()

    def suppressed(self, id: str, sequence: int, now: datetime) -> None:
        """The ledger holds the suppression: every product that waits is at least hidden from reads."""
        with self._database.write() as con:
            con.execute(update(subject_requests).where(_R.id == id).values(sequence=sequence, suppressed_at=now))
            waiting = (_T.request == id, _T.state == State.OPEN.value)
            con.execute(update(subject_tasks).where(*waiting).values(state=State.SUPPRESSED.value))

    def reopened(self, id: str) -> None:
        """A suppression is missing: it is imposed again by the next run."""
        with self._database.write() as con:
            con.execute(update(subject_requests).where(_R.id == id).values(sequence=None, suppressed_at=None))

    def attempt(self, id: str) -> int:
        """Count a run of it; which one this is."""
        with self._database.write() as con:
            con.execute(update(subject_requests).where(_R.id == id).values(attempts=_R.attempts + 1))
            return int(con.execute(select(_R.attempts).where(_R.id == id)).scalar_one())

    def told(self, id: str, tasks: Iterable[Task], also: Also | None = None) -> None:
        """Write how far products are, with what `also` writes."""
        with self._database.write() as con:
            _write_tasks(con, id, tasks)
            if also is not None:
                also(con)

    def touched(self, id: str, now: datetime) -> None:
        """From here on something may have been erased for it."""
        with self._database.write() as con:
            con.execute(update(subject_requests).where(_R.id == id, _R.touched_at.is_(None)).values(touched_at=now))

    def forgotten(self, id: str, also: Also | None = None, **values: object) -> None:
        """Destroy the key to what is kept for a request, and write these columns of it."""
        self.change(id, also, wrapped=None, sealed=None, token=None, **values)
        self._database.scrub()

    def certified(
        self, id: str, tasks: Iterable[Task], document: dict[str, Any], now: datetime, record: Record, *, keep: bool = False
    ) -> str:
        """The certificate, and the end of the identifiers: their key goes in the same transaction. The id of the audit log's record.

        With `keep` the key stays, for what was made for the person and has a day of its own on which it goes.
        """
        gone: dict[str, Any] = {"verified_at": now, "certified_at": now, "answered_at": now}
        gone |= {} if keep else {"wrapped": None, "sealed": None}
        with self._database.write() as con:
            _write_tasks(con, id, tasks)
            eid = record(con)
            con.execute(update(subject_requests).where(_R.id == id).values(certificate=document, record=eid, **gone))
        self._database.scrub()
        return eid


def _no_key(id: str) -> Unavailable:
    why = "It is answered, and the key to its identifiers was destroyed."
    return Unavailable.because("DSAR-09", f"request {id}", why, "Open a new request where somebody asks again.")


def _spellings(identifiers: Iterable[Identifier]) -> dict[str, tuple[str, ...]]:
    return {one.token.hex(): one.spellings for one in identifiers}


def to_start(database: Database) -> list[tuple[str, int]]:
    """Requests with which the platform is to begin by itself, the oldest first, with how often that was tried; nothing sealed is opened for it."""
    nothing_yet = (_R.sequence.is_(None), _R.certified_at.is_(None), _R.ended.is_(None))
    with database.read() as con:
        rows = con.execute(select(subject_requests).where(*nothing_yet).order_by(_R.opened_at, _R.id)).mappings().all()
        return [(one.id, one.attempts) for one in (_request(con, row) for row in rows) if one.due_to_start]


def _write_tasks(con: Connection, id: str, tasks: Iterable[Task]) -> None:
    """Each task as it is now; one that stands keeps its position."""
    known = {row.product: row.position for row in con.execute(select(_T.product, _T.position).where(_T.request == id))}
    for task in tasks:
        position = known.setdefault(task.product, len(known))
        row = upsert(con, subject_tasks)
        said = {**task.as_json(), "request": id, "position": position}
        kept = {name: row.excluded[name] for name in said if name not in ("request", "product")}
        con.execute(row.on_conflict_do_update(index_elements=["request", "product"], set_=kept), said)


def _request(con: Connection, row: Any) -> Request:
    tasks = con.execute(select(subject_tasks).where(_T.request == row["id"]).order_by(_T.position)).mappings()
    frozen = row["frozen"]
    return Request(
        id=row["id"],
        kind=Kind(row["kind"]),
        regime=Regime(row["regime"]),
        by=row["by"],
        person=row["person"],
        opened_at=row["opened_at"],
        closure=None if frozen.get("begun") else Closure.from_json(frozen),
        before=tuple(frozen.get("before", ())),
        sequence=row["sequence"],
        suppressed_at=row["suppressed_at"],
        attempts=row["attempts"],
        verified_at=row["verified_at"],
        certified_at=row["certified_at"],
        certificate=row["certificate"],
        record=row["record"],
        people=row["people"],
        attested=row["attested"],
        asked_at=row["asked_at"],
        shown_at=row["shown_at"],
        wrong=row["wrong"],
        extended_at=row["extended_at"],
        answered_at=row["answered_at"],
        detail=row["detail"] or {},
        touched_at=row["touched_at"],
        ended=Ended(row["ended"]) if row["ended"] else None,
        ending=row["ending"],
        tasks=tuple(Task(t["product"], t["strategy"], State(t["state"]), *(t[name] for name in _TASK)) for t in tasks),
    )
