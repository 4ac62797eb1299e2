"""What was restored is brought to where the ledger is, looked at, and let go; or it stays closed and says why.

Rows of people who are suppressed go by key, and they go from texts that an erasure redacts. A product that keeps no key and was made before the last suppression is made again, from
inputs that were brought there before it. The look reads each file and takes nothing from what was deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
from sqlalchemy import func, select

from mesh_platform.actor import MESH, Actor
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.backups import gap
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, MeshError
from mesh_platform.failpoints import fp
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.lake import Doomed, Lake, Scan, quote_name
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.ledger import Ledger, suppressed_now
from mesh_platform.product import ProductKey
from mesh_platform.product.models import served_descriptor
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.registry import Registry, Republish
from mesh_platform.retention import Holds, spared
from mesh_platform.state import Database
from mesh_platform.state.tables import ledger_events
from mesh_platform.subjects.erasure.restored_texts import doomed_in_texts, goes_by_text, told_of
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.plan import in_order

_E = ledger_events.c


@dataclass(frozen=True, slots=True)
class Replayed:
    """One product: let go, or why it stays closed. `rows` of people who are gone were taken out."""

    product: str
    released: bool
    rows: int = 0
    why: str = ""
    fix: str = ""

    def as_json(self) -> dict[str, object]:
        state = "released" if self.released else "quarantined"
        return {"product": self.product, "state": state, "rows": self.rows, "reason": self.why, "fix": self.fix}


class _Stays(Exception):
    """Why a product stays closed, and what helps."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The work on what waits. `lake` was opened behind the marks; `republish` publishes through it."""

    lake: Lake
    ledger: Ledger
    registry: Registry
    audit: AuditLog
    publishable: frozenset[str]
    republish: Republish
    actor: Actor

    def run(self) -> tuple[Replayed, ...]:
        """Every product that waits, each after those that it derives from.

        Raises:
            CheckFailed: BACKUP-11, where records of the audit log were lost with the home and nobody answered for it.
        """
        waiting = self.lake.quarantined()
        if not waiting:
            return ()
        if lost := gap(self.lake.home):
            why = f"The audit log lacks {lost} records that its anchor has seen: who was suppressed or said no in them is not known here."
            fix = "Record anew what sources know (`mesh consent import`, `mesh dsar open`), then call this with --accept-gap."
            raise CheckFailed.because("BACKUP-11", "the audit log", why, fix)
        gone, last = self._suppressed()
        with self.lake.reader() as reader:
            held = [one for one in in_order(held_products(self.lake, reader)) if one.place in waiting]
        done = [self._one(one, gone, last) for one in held]
        lost_again = sorted(waiting.keys() - {one.place for one in held})
        return (*done, *(Replayed(place.key, False, 0, *_NOT_THERE) for place in lost_again))

    def _one(self, one: Held, gone: frozenset[bytes], last: datetime | None) -> Replayed:
        about = What(product=one.place.key, what="replay")
        try:
            rows = self._applied(one, gone, last)
            self._look(one, gone)
            self.registry.reconcile(ProductKey.parse(one.place.key), self.lake.versions(one.place), under_lock=True)
        except _Stays as stays:
            why, fix = stays.args
        except MeshError as error:
            why, fix = error.finding.why, error.finding.fix
        else:
            self.audit.record(Act.BACKUP, Phase.DONE, self.actor, about, n=rows)
            fp("replay.recorded")
            self.lake.lift(one.place)
            return Replayed(one.place.key, True, rows)
        self.audit.record(Act.BACKUP, Phase.FAILED, self.actor, about)
        return Replayed(one.place.key, False, 0, why, fix)

    def _suppressed(self) -> tuple[frozenset[bytes], datetime | None]:
        """The tokens that are suppressed now, and when somebody was last."""
        with self.ledger.database.read() as con:
            gone = suppressed_now(con)
            imposed = select(func.max(_E.sequence)).where(_E.kind == "suppression", _E.decision == "imposed")
            at = select(_E.recorded_at).where(_E.sequence == imposed.scalar_subquery())
            return gone, con.execute(at).scalar()

    def _applied(self, one: Held, gone: frozenset[bytes], last: datetime | None) -> int:
        """Take out who is gone; how many rows."""
        if one.problem or one.descriptor is None:
            raise _Stays(
                f"It does not open ({one.problem or 'its descriptor is of another release'}).", "Restore another backup."
            )
        if not gone:
            return 0
        if goes_by_text(one):
            doomed = doomed_in_texts(one, gone, self.ledger, kept_rows(one, self.ledger.database))
            return self.lake.purge(one.place, doomed, MESH, "replay after a restore").rows
        if one.subjects and one.marked == one.subjects.keys():
            return self._by_key(one, gone)
        if one.subjects or self._holds_people(one, last):
            self._made_again(one)
        return 0

    def _by_key(self, one: Held, gone: frozenset[bytes]) -> int:
        marks, stays = sorted(map(subject63_of, gone)), kept_rows(one, self.ledger.database)
        rows = 0
        for column in one.subjects:
            doomed = Doomed(column=SUBJECTS + column, values=pa.array(np.array(marks, dtype=np.int64)))
            if stays:
                doomed = Doomed(where=f"{quote_name(SUBJECTS + column)} IN ({', '.join(map(str, marks))}) AND NOT ({stays})")
            rows += self.lake.purge(one.place, doomed, MESH, "replay after a restore").rows
        fp("replay.purged")
        return rows

    def _holds_people(self, one: Held, last: datetime | None) -> bool:
        """Whether rows of people may stand in it that no key tells, and that are older than the last suppression."""
        assert one.descriptor is not None
        made = self.lake.versions(one.place)[-1].committed_at
        if last is None or made >= last:
            return False
        return bool(one.descriptor.inputs) or one.descriptor.sensitivity >= Sensitivity.CONFIDENTIAL

    def _made_again(self, one: Held) -> None:
        key = one.place.key
        if key not in self.publishable:
            raise _Stays(
                "Nobody can be found in it by a key, and it cannot be made again: its folder is gone.", f"`mesh retire {key}`."
            )
        before = self.lake.versions(one.place)[-1].snapshot_id
        if problem := self.republish(key):
            raise _Stays(f"It has to be made again, and could not be ({problem.rule}).", problem.fix)
        if self.lake.versions(one.place)[-1].snapshot_id == before:
            why = "It has to be made again, and its source brought nothing new: older rows are as they were."
            raise _Stays(why, f"`mesh retire {key}`, then publish it from all of its files.")
        fp("replay.published")
        self.lake.purge(one.place, Doomed(where="false"), MESH, "replay after a restore")

    def _look(self, one: Held, gone: frozenset[bytes]) -> None:
        """Read what lies there now, file by file: nobody who is gone stands in a key of it, but where a law or a hold keeps their rows."""
        with self.lake.scan(one.place) as scan:
            descriptor = served_descriptor(scan.versions[-1].extra)
            if descriptor is None:
                raise _Stays("What was published of it cannot be read by this release.", "Restore another backup.")
            if scan.hidden or scan.unknown:
                raise _Stays("Files lie there that no version needs, or rows that are only hidden.", "Call this again.")
            for column, namespace in descriptor.subject_columns.items():
                stays = kept_rows(replace(one, descriptor=descriptor), self.ledger.database)
                if any(token in gone for token in self._tokens(scan, column, namespace, stays)):
                    raise _Stays(f"Somebody who is gone stands in its column {column}.", "Publish it anew, then call this again.")
            if gone and goes_by_text(one):
                stays = kept_rows(replace(one, descriptor=descriptor), self.ledger.database)
                if column := next(told_of(scan, descriptor, gone, self.ledger, stays), ""):
                    raise _Stays(f"Its column {column} tells of somebody who is gone.", "Publish it anew, then call this again.")

    def _tokens(self, scan: Scan, column: str, namespace: str, stays: str) -> Iterator[bytes]:
        make, name = self.ledger.tokens.maker(namespace), quote_name(column)
        but = f" AND NOT ({stays})" if stays else ""
        for file in scan.files:
            values = scan.con.execute(f"SELECT DISTINCT CAST({name} AS VARCHAR) FROM {file} WHERE {name} IS NOT NULL{but}")
            yield from _made(make(text) for (text,) in values.fetchall())


_NOT_THERE = ("It was to come back, and nothing of it stands there.", "Restore it again, or publish it anew after `mesh retire`.")


def _made(tokens: Iterable[bytes | None]) -> Iterator[bytes]:
    yield from (token for token in tokens if token is not None)


def kept_rows(one: Held, database: Database) -> str:
    """The condition that a row stays although its person is erased: an open hold or a statutory minimum wants it; empty where none does."""
    if one.descriptor is None:
        return ""
    stays = spared(one.place.key, one.descriptor, Holds(database).listed(only_open=True), utc_now())
    return stays.where if stays is not None else ""
