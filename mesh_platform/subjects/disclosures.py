"""Who was shown a person's data: what the audit log says of reads, by whatever port and for whatever export, beside what the person had said of the purpose by then.

The log knows which columns of a product went to whom, and not which rows: a read is told as one that may have shown the person, unless what they
had said by then left their rows out. Of products whose rows were deleted since it tells the reads all the same. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.audit.reading import Told
from mesh_platform.audit.spans import Span, span
from mesh_platform.ledger import Ledger
from mesh_platform.ledger.fold import fold, micros
from mesh_platform.ledger.journal import Entry
from mesh_platform.ledger.law import Answer, Reason, Row, decide
from mesh_platform.product.models import LegalBasis
from mesh_platform.subjects.asked import NOBODY_KNOWS, Meant, Reads, meant_by, object_of, product_of, texts_of
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.held import held_products
from mesh_platform.subjects.people.identity import close, in_all_forms
from mesh_platform.subjects.people.locate import located
from mesh_platform.subjects.requests.values import Identifier


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One read on record.

    Attributes:
        seq: of its record in the audit log, which `mesh audit prove` proves; `log` is the region whose log it is, empty for the mesh's own.
        columns: of those that were asked about, the ones that went out; `masked` those among them that were not handed out as they are.
        rows: that were answered in all; None where it did not end well, and for what a publication read.
        basis: the legal basis that the purpose rested on.
        policy: hash of the version of the policy that held then; `code` of the files by which the product was published.
        under: the grants and contracts.
        consent: what the person had said by then, as the ledger gives it: a reason.
        shown: False where that left the person's rows out.
        unknown: those of `columns` of which nobody knows any more what they were: no version that is held, nor the registry, has them.
        timed: whether the record's own time is believed; otherwise it was written between records of these days under a clock that was wrong.
    """

    seq: int
    log: str
    time: str
    who: str
    behind: str | None
    purpose: str | None
    product: str
    version: str | None
    columns: tuple[str, ...]
    masked: tuple[str, ...]
    rows: int | None
    basis: str | None
    policy: str | None
    code: str | None
    under: tuple[str, ...]
    consent: str
    shown: bool
    unknown: tuple[str, ...] = ()
    timed: bool = True

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Disclosures:
    """What is on record.

    Attributes:
        reads: in the order of their moments.
        held: how many rows of the person each product holds now.
        dropped: how many records say nothing any more.
        unread: regions whose logs are not at hand here, so that their reads are missing.
        amiss: in how many places a log has a record that its tree lacks, or lacks one that its tree has: reads may be missing.
    """

    reads: tuple[Disclosure, ...]
    held: Mapping[str, int]
    dropped: int
    unread: tuple[str, ...] = ()
    amiss: int = 0

    def as_json(self) -> dict[str, object]:
        return {
            "reads": [one.as_json() for one in self.reads],
            "held_now": dict(self.held),
            "records_dropped": self.dropped,
            "logs_not_at_hand": list(self.unread),
            "records_amiss": self.amiss,
        }


def disclosures(
    means: Means,
    named: Identifier,
    what: str,
    since: datetime,
    until: datetime,
    may: Callable[[str], bool] = lambda domain: True,
    step: Callable[[str], None] = lambda text: None,
) -> Disclosures:
    """Who may have been shown what of a person, from one moment up to another.

    Args:
        means: lake, ledger and audit log.
        named: an identifier of the person.
        what: the name of a column, or a data category with all below it.
        since: from then on.
        until: up to then, without it.
        may: whether whoever asks may be told of the products of a domain.
        step: is told what is begun now, which is nothing about the person.
    """
    ledger = means.ledger
    step("looking where the person stands")
    with means.lake.reader() as reader:
        held = held_products(means.lake, reader)
        every = tuple(in_all_forms(ledger.tokens, ledger.governance.namespaces, named))
        closure = close(every, held, reader, ledger.tokens, ledger.governance.namespaces, 1)
        rows = located(held, closure, means.lake, reader)
    meant = meant_by(what, held, means.registry)
    said = {one.token: ledger.history(one.token) for one in (*every, *closure.identifiers)}
    then = _Then(ledger, [*said.values()])
    logs, unread = logs_of(means.audit)
    reads, dropped, amiss = list[Disclosure](), 0, 0
    for name, log in logs.items():
        step(f"reading the audit log{f' of {name}' if name else ''}")
        log.settle()
        with span(log.database, since, until) as written:
            found = _found(written, Reads(what, meant, may))
            dropped, amiss = dropped + written.dropped, amiss + written.amiss
        reads += (_disclosure(name, one, meant, then) for one in found)
    asked_of = {one.key for one in held if may(one.place.domain) and (said_of := meant.get(one.place.key)) and said_of.asked}
    held_now = {key: count for key, count in rows.items() if key in asked_of}
    return Disclosures(tuple(sorted(reads, key=lambda one: one.time)), held_now, dropped, unread, amiss)


def logs_of(audit: AuditLog) -> tuple[dict[str, AuditLog], tuple[str, ...]]:
    """The mesh's own log and those of its regions, by name; and the regions whose logs are not at hand."""
    regions = dict(audit.regions.each()) if audit.regions else {}
    logs = {"": audit} | {name: log for name, log in regions.items() if log is not None}
    return logs, tuple(name for name, log in regions.items() if log is None)


@dataclass(slots=True)
class _Found:
    """A read of what was asked about, and how many rows it is on record to have given."""

    told: Told
    timed: bool
    columns: tuple[str, ...]
    rows: int | None = None


def _found(written: Span, reads: Reads) -> list[_Found]:
    found, ended = list[_Found](), dict[str, int | None]()
    for told, timed in written.records(Act.READ, keep=reads.keep):
        if told.phase == Phase.DONE and "parent" in told.record:
            ended[str(told.record["parent"])] = told.n
        elif told.phase == Phase.INTENT and (columns := reads.columns(product_of(told), texts_of(told, "fields"))):
            found.append(_Found(told, timed, columns))
    for one in found:
        one.rows = ended.get(one.told.eid)
    return found


def _disclosure(log: str, one: _Found, meant: Mapping[str, Meant], then: _Then) -> Disclosure:
    told, columns = one.told, one.columns
    obj = object_of(told)
    product, _, version = str(obj.get("product", "")).partition("@")
    purpose = (told.record.get("actor") or {}).get("purpose")
    basis = next((one for one in LegalBasis if one.value == obj.get("what")), None)
    answer = then.answer(purpose, basis, datetime.fromisoformat(told.time)) if one.timed else None
    return Disclosure(
        seq=told.seq,
        log=log,
        time=told.time,
        who=told.who,
        behind=told.behind,
        purpose=purpose,
        product=product,
        version=version or None,
        columns=columns,
        masked=tuple(name for name in texts_of(told, "masked") if name in columns),
        rows=one.rows,
        basis=basis.value if basis else None,
        policy=obj.get("policy"),
        code=obj.get("code"),
        under=tuple(texts_of(told, "under")),
        consent=answer.reason.value if answer else "unknown",
        shown=answer is None or answer.allowed,
        unknown=tuple(name for name in columns if name not in meant.get(product, NOBODY_KNOWS).known),
        timed=one.timed,
    )


class _Then:
    """What the ledger answered of a person at a moment, whose entries are `said`, identifier by identifier."""

    def __init__(self, ledger: Ledger, said: Sequence[Sequence[Entry]]) -> None:
        self._ledger, self._said = ledger, said

    def answer(self, purpose: str | None, basis: LegalBasis | None, at: datetime) -> Answer | None:
        """One identifier that closes closes for all. None where the purpose is not known any more."""
        if purpose is None or self._ledger.governance.purpose(purpose) is None:
            return None
        asked = self._ledger.purposes.asked(purpose, [basis] if basis else None)
        now = micros(at) or 0
        answers = [decide(_rows(entry for entry in each if entry.recorded_at <= at), asked, now) for each in self._said]
        closing = next((one for one in answers if one.closes), None)
        return closing or next((one for one in answers if one.allowed), None) or Answer(False, Reason.NO_RECORD)


def _rows(entries: Iterable[Entry]) -> list[Row]:
    state = fold((entry.sequence, entry.event) for entry in entries)
    return [Row(slot.kind, slot.purpose, slot.source, *held) for slot, held in state.items()]
