"""The ledger's word carried into the rows of one domain: bits written anew, rows taken out that are not to be held, derived products made again.

Whatever was killed or failed is done again by the next call, and what stands is not done twice. What this says of itself is a claim: `verifying` looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import uuid4

import duckdb
import numpy as np
import pyarrow as pa

from mesh_platform.access.filters import LEDGER
from mesh_platform.actor import MESH
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, MeshError, Unavailable
from mesh_platform.failpoints import fp
from mesh_platform.keys.tokens import subject63_of
from mesh_platform.lake import Doomed, Lake, Marks
from mesh_platform.lake.hidden import CONSENT, SUBJECTS
from mesh_platform.lake.remark import BITS, CHANGED, GONE
from mesh_platform.ledger import Ledger
from mesh_platform.ledger.bits import Standing, moved_since, standing
from mesh_platform.ledger.fold import EPOCH, micros
from mesh_platform.product import DataProduct
from mesh_platform.product.bases import basis_for
from mesh_platform.product.models import LegalBasis
from mesh_platform.propagation.published import Published, Shelf
from mesh_platform.propagation.store import AGAIN, Receipts
from mesh_platform.propagation.values import Applied, Outcome, Progress, Receipt, Verdict
from mesh_platform.propagation.verifying import Second
from mesh_platform.registry import Republish
from mesh_platform.state.turnstile import alone

WhyKept = Callable[[str, DataProduct], tuple[Outcome, str] | None]
"""Why no row of a product may go, as outcome and rule; None where they may."""


def kept_by_law(product: str, descriptor: DataProduct) -> tuple[Outcome, str] | None:
    """A statutory minimum goes before a withdrawal: rows stay, and no read shows them (Art. 17(3)(b) GDPR)."""
    retention = descriptor.retention
    return (Outcome.EXEMPT, "CONSENT-01") if retention is not None and retention.minimum is not None else None


@dataclass(frozen=True, slots=True)
class Propagation:
    """Everything that carrying the ledger's word into rows needs. `by` is the location that does it."""

    lake: Lake
    ledger: Ledger
    audit: AuditLog
    receipts: Receipts
    republish: Republish
    by: str
    kept: WhyKept = kept_by_law

    def apply(self, domain: str, now: datetime | None = None) -> Applied:
        """Bring every product of the domain to where the ledger stands, and look again.

        Raises:
            Unavailable: CONSENT-02, where another process is at it; where database or home cannot be used. What was done stands.
        """
        with self._alone(domain):
            return _Batch(self, domain, self.ledger.sequence(), self.ledger.moment(now)).run()

    def _alone(self, domain: str) -> AbstractContextManager[None]:
        why = "Another process carries the ledger's word into it at this moment."
        refusal = Unavailable.because("CONSENT-02", f"the domain {domain}", why, "Wait for it to end, then try again.")
        return alone(self.lake.home, f"consent-{domain}", refusal)


@dataclass(slots=True)
class _Batch:
    """One call for one domain, up to `sequence`."""

    by: Propagation
    domain: str
    sequence: int
    moment: datetime
    _moved: dict[tuple[int, int], frozenset[bytes]] = field(default_factory=dict)
    _standing: dict[object, Standing] = field(default_factory=dict)
    _shelf: Shelf = field(init=False)

    def run(self) -> Applied:
        self._shelf = Shelf(self.by.lake)
        stood, before = self.by.receipts.progress(self.domain), self.by.receipts.absorbed(self.domain)
        own = self._shelf.of_domain(self.domain)
        receipts = [receipt for one in own if (receipt := self._brought(one, stood)) is not None]
        here = {(one.key, one.place.location) for one in own}
        self.by.receipts.forget(one for name, one in stood.items() if name not in here)
        receipts = self._looked_at(receipts)
        reached = [one.sequence for one in self.by.receipts.progress(self.domain).values()]
        whole = len(reached) == len(own) and all(sequence >= self.sequence for sequence in reached)
        if whole and self.sequence > before:
            self.by.receipts.batch(self.domain, before, self.sequence, self.by.by, utc_now())
            fp("consent.batch")
        return Applied(self.domain, before, self.sequence, tuple(receipts), whole)

    def _brought(self, one: Published, stood: Mapping[tuple[str, str], Progress]) -> Receipt | None:
        """The product up to the sequence; None where nothing was recorded that it had not absorbed."""
        if one.problem is not None:
            return self._failed(one, 0, one.problem.rule)
        try:
            self.by.lake.settled(one.place)  # what read before the sequence and stands before its rename
            one = self._shelf.at(one.place, again=True)
            known = stood.get((one.key, one.place.location))
            if known is None or known.publication != one.publication:
                since, at = one.stands_at if known is None or known.publication != AGAIN else (0, EPOCH)
                known = Progress(one.key, one.place.location, self.domain, since, at, one.publication, 0)
            moved = self._moved_since(known) if one.about_people else frozenset()
            if not moved:
                reached = max(self.sequence, known.sequence)
                verified = max(known.verified, reached) if known.verified >= known.sequence else known.verified
                self.by.receipts.reached([replace(known, sequence=reached, at=self.moment, verified=verified)], utc_now())
                return None
            return self._applied(one, known, moved)
        except (MeshError, duckdb.Error, OSError) as error:
            return self._failed(one, 0, error.finding.rule if isinstance(error, MeshError) else type(error).__name__)

    def _applied(self, one: Published, known: Progress, moved: frozenset[bytes]) -> Receipt:
        about = What(product=one.key, what="carried into rows", consent=self.sequence)
        self.by.audit.record(Act.CONSENT, Phase.INTENT, None, about)
        fp("consent.intended")
        rows = marked = 0
        problem: Finding | None = None
        if not one.fresh(self.sequence) and self._made_of_them(one, known, moved):
            problem, before = self.by.republish(one.key), one
            fp("consent.published")
            if problem is None:
                one = self._shelf.at(one.place, again=True)
                self.by.lake.purge(one.place, Doomed(where="false"), MESH, "consent")  # the versions before
                rows, marked = max(0, _rows(before) - _rows(one)), max(1, _rows(one))
        outcome, rule = Outcome.APPLIED, ""
        if one.keys and one.told is not None and (problem is not None or not marked):
            rows, marked, outcome, rule = self._in_place(one, moved)
        elif problem is None and not marked:
            outcome = Outcome.APPLIED if self._dropped_older(one) else Outcome.NOT_PRESENT
        fp("consent.applied")
        if problem is not None:
            return self._failed(one, known.sequence, problem.rule, rows, marked)
        return self._told(one, known, outcome, rule, rows, marked)

    def _in_place(self, one: Published, moved: frozenset[bytes]) -> tuple[int, int, Outcome, str]:
        """Rows that went and rows that were marked anew, and what that comes to."""
        kept = self._kept(one)
        marks = Marks(
            one.keys, _subjects(moved), lambda people: self._judged(one, people, self._kept(one) is not None), self._teller(one)
        )
        judged = self._present(one, marks)
        if not judged.num_rows:
            return 0, 0, Outcome.APPLIED if self._dropped_older(one) else Outcome.NOT_PRESENT, ""
        rows = marked = 0
        if _differs(judged) or len(one.versions) > 1:
            done = self.by.lake.remark(one.place, marks, MESH, "consent")
            rows, marked = done.removed, done.marked
        if kept is not None and self._judged(one, [judged.column(SUBJECTS + key) for key in one.keys], False)[1].true_count:
            return rows, marked, *kept
        return rows, marked, Outcome.APPLIED, ""

    def _kept(self, one: Published) -> tuple[Outcome, str] | None:
        """Why no row of it may go: asked once more where the lock is held."""
        return self.by.kept(one.key, one.descriptor) if one.descriptor else None

    def _dropped_older(self, one: Published) -> bool:
        """Whether older versions, which may hold them, were there and went."""
        if len(one.versions) > 1:
            self.by.lake.purge(one.place, Doomed(where="false"), MESH, "consent")
        return len(one.versions) > 1

    def _present(self, one: Published, marks: Marks) -> pa.Table:
        """The people of rows of those who moved, judged."""

        def read(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> pa.Table:
            con.register(CHANGED, pa.table({"who": marks.changed}))
            try:
                return con.execute(marks.touched(over["t"])).to_arrow_table()
            finally:
                con.unregister(CHANGED)

        with self.by.lake.reader() as reader:
            return marks.judged(reader.follow({"t": one.place}, read))

    def _judged(self, one: Published, people: Sequence[pa.ChunkedArray], kept: bool) -> tuple[pa.Array, pa.Array]:
        """The bits of rows, and whether they go, as the ledger stands now."""
        stands = self._stands({purpose: tuple(bases) for purpose, bases in one.bases.items()})
        subjects = [np.asarray(column.fill_null(-1).to_numpy(), dtype=np.int64) for column in people]
        bits, suppressed = stands.of_rows(subjects)
        gone = np.zeros(len(bits), dtype=bool) if kept else suppressed | stands.ended(subjects)
        return pa.array(bits), pa.array(gone)

    def _teller(self, one: Published) -> Callable[[Mapping[str, object]], Mapping[str, object]]:
        def told(extra: Mapping[str, object]) -> Mapping[str, object]:
            """What the version tells, with this batch in it; rows of another publication were not judged."""
            before = extra.get(LEDGER)
            if str(extra.get("publication_id", "")) != one.publication or not isinstance(before, dict):
                why = "It was published anew meanwhile."
                raise Unavailable.because("CONSENT-03", one.key, why, "Nothing: the next batch takes it up.", one.key)
            if int(before["sequence"]) >= self.sequence:
                return extra
            return {**extra, LEDGER: {**before, "sequence": self.sequence, "at": self.moment.isoformat()}}

        return told

    def _made_of_them(self, one: Published, known: Progress, moved: frozenset[bytes]) -> bool:
        """Whether rows have to be made again: they may be made of those of somebody whom an input leaves out now, or do not say whose they are."""
        if one.keys and one.told is None:
            return True
        if not any(self._closed(name, purpose, moved, kept=bool(one.keys)) for name, purpose in _read(one)):
            return False
        return any(self._may_have_changed(name, known.sequence) for name in one.inputs)

    def _closed(self, name: str, purpose: str, moved: frozenset[bytes], kept: bool) -> bool:
        """Whether one of them is left out of what that product gives for the purpose; with `kept` for more than a restriction."""
        governance = self.by.ledger.governance
        key = governance.purpose(purpose)
        subjects = np.sort(_subjects(moved).to_numpy())
        for one in self._shelf.named(name):
            basis = basis_for(one.descriptor.purposes, key, governance) if one.descriptor and key else None
            if basis is None or key is None:
                return True
            stands = self._stands({key: (basis,)})
            places, hit = stands.found(subjects)
            closed = stands.against if kept else stands.closed
            if (closed[places[hit]] != 0).any() or stands.suppressed[places[hit]].any():
                return True
        return False

    def _may_have_changed(self, name: str, since: int) -> bool:
        """Whether rows of an input went since, or nobody knows yet."""
        places = {one.place.location for one in self._shelf.named(name)}
        theirs = [one for (key, at), one in self.by.receipts.progress().items() if key == name and at in places]
        if len(theirs) < max(1, len(places)) or any(one.sequence < self.sequence for one in theirs):
            return True
        return self.by.receipts.changed(name, since)

    def _moved_since(self, known: Progress) -> frozenset[bytes]:
        then, now = micros(known.at) or 0, micros(self.moment) or 0
        asked = known.sequence, then
        if asked not in self._moved:
            with self.by.ledger.database.read() as con:
                self._moved[asked] = frozenset(moved_since(con, known.sequence, then, now))
        return self._moved[asked]

    def _stands(self, bases: Mapping[str, Sequence[LegalBasis]]) -> Standing:
        """What stands now of everybody for these purposes; at least up to the batch's sequence."""
        name = tuple(sorted((purpose, tuple(each)) for purpose, each in bases.items())), self.by.ledger.sequence()
        if name not in self._standing:
            self._standing[name] = standing(self.by.ledger, {purpose: list(each) for purpose, each in bases.items()})
        return self._standing[name]

    def _told(self, one: Published, known: Progress, outcome: Outcome, rule: str, rows: int, marked: int) -> Receipt:
        version = self.by.lake.versions(one.place)[-1]
        receipt = self._receipt(one, known.sequence, outcome, rule, rows, marked, version.snapshot_id)
        publication = str(version.extra.get("publication_id", ""))
        reached = Progress(one.key, one.place.location, self.domain, self.sequence, self.moment, publication, known.verified)
        self._record(receipt, reached, Phase.DONE)
        return receipt

    def _failed(self, one: Published, since: int, rule: str, rows: int = 0, marked: int = 0) -> Receipt:
        receipt = self._receipt(one, since, Outcome.FAILED, rule, rows, marked, None)
        self._record(receipt, None, Phase.FAILED)
        return receipt

    def _receipt(
        self, one: Published, since: int, outcome: Outcome, rule: str, rows: int, marked: int, snapshot: int | None
    ) -> Receipt:
        about = uuid4().hex, self.domain, one.key, one.place.location, since, self.sequence
        return Receipt(*about, outcome, rule, rows, marked, snapshot, self.by.by, utc_now())

    def _record(self, receipt: Receipt, reached: Progress | None, phase: Phase) -> None:
        write = self.by.audit.within(Act.CONSENT, phase, None)
        about = What(product=receipt.product, what="carried into rows", ref=receipt.id, consent=receipt.sequence)
        self.by.receipts.put(receipt, reached, lambda con: write(con, about, receipt.rows))
        self.by.audit.stands()
        fp("consent.receipt")

    def _looked_at(self, receipts: Sequence[Receipt]) -> list[Receipt]:
        """Every claim held against the data by code of its own."""
        second = Second(self.by.lake, self.by.ledger, self.by.kept)
        told = []
        for receipt in receipts:
            if receipt.outcome is not Outcome.FAILED:
                receipt = replace(receipt, verdict=self._verdict(second, receipt))
            told.append(receipt)
        return told

    def _verdict(self, second: Second, receipt: Receipt) -> Verdict:
        one = next((each for each in self._shelf.named(receipt.product) if each.place.location == receipt.location), None)
        if one is None:
            return Verdict.OPEN
        try:
            found = second.look(one.place, receipt, self.moment)
        except (MeshError, duckdb.Error, OSError):
            return Verdict.OPEN  # asked again by the next batch
        verdict = Verdict.FALSE if found else Verdict.HOLDS
        phase = Phase.FAILED if found else Phase.DONE
        write = self.by.audit.within(Act.CONSENT, phase, None)
        about = What(product=receipt.product, what="looked at again", ref=receipt.id, consent=receipt.sequence)
        self.by.receipts.judged(receipt, verdict, lambda con: write(con, about, found))
        if verdict is Verdict.HOLDS:
            self.by.receipts.verified(receipt.product, receipt.location, receipt.sequence)
        self.by.audit.stands()
        fp("consent.verified")
        return verdict


def _read(one: Published) -> Iterator[tuple[str, str]]:
    """Input and purpose."""
    for entry in one.descriptor.inputs if one.descriptor else ():
        yield str(entry.product), entry.purpose or ""


def _subjects(moved: frozenset[bytes]) -> pa.Array:
    return pa.array(np.unique(np.fromiter(map(subject63_of, moved), dtype=np.int64, count=len(moved))))


def _differs(judged: pa.Table) -> bool:
    if judged.column(GONE).combine_chunks().true_count:
        return True
    written = judged.column(CONSENT).to_numpy()
    return bool((written != judged.column(BITS).to_numpy()).any())


def _rows(one: Published) -> int:
    told = one.version.extra.get("rows") if one.version else None
    return told if isinstance(told, int) else 0
