"""Who was shown a person's data: what the audit log says of reads, by whatever port and for whatever export, beside what the person had said of the purpose by then.

The log knows which columns of a product went to whom, and not which rows: a read is told as one that may have shown the person, unless what they
had said by then left their rows out. Of products whose rows were deleted since it tells the reads all the same. Nothing is decided here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from mesh_platform.audit import Act, AuditLog, Phase
from mesh_platform.audit.reading import Told, bodies_dropped, records_between
from mesh_platform.ledger import Ledger
from mesh_platform.ledger.fold import fold, micros
from mesh_platform.ledger.journal import Entry
from mesh_platform.ledger.law import Answer, Reason, Row, decide
from mesh_platform.product.models import LegalBasis
from mesh_platform.registry import Registry
from mesh_platform.state import Database
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.people.identity import close, in_all_forms
from mesh_platform.subjects.people.locate import located
from mesh_platform.subjects.requests.values import Identifier

_ENDED = b'"phase":"done"'
_PARENT = re.compile(rb'"parent":"([0-9a-f]{32,64})"')


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One read on record.

    Attributes:
        seq: of its record in the audit log, which `mesh audit prove` proves; `log` is the region whose log it is, empty for the mesh's own.
        columns: of those that were asked about, the ones that went out; `masked` those among them that were not handed out as they are.
        rows: that were answered in all; None where it did not end well, and for what a publication read.
        basis: the legal basis that the purpose rested on.
        policy: hash of what the organisation had decided by then; `code` of the files by which the product was published.
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
    """

    reads: tuple[Disclosure, ...]
    held: Mapping[str, int]
    dropped: int
    unread: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        return {
            "reads": [one.as_json() for one in self.reads],
            "held_now": dict(self.held),
            "records_dropped": self.dropped,
            "logs_not_at_hand": list(self.unread),
        }


def disclosures(
    means: Means, named: Identifier, what: str, since: datetime, until: datetime, may: Callable[[str], bool] = lambda domain: True
) -> Disclosures:
    """Who may have been shown what of a person, from one moment up to another.

    Args:
        means: lake, ledger and audit log.
        named: an identifier of the person.
        what: the name of a column, or a data category with all below it.
        since: from then on.
        until: up to then, without it.
        may: whether whoever asks may be told of the products of a domain.
    """
    ledger = means.ledger
    with means.lake.reader() as reader:
        held = held_products(means.lake, reader)
        every = tuple(in_all_forms(ledger.tokens, ledger.governance.namespaces, named))
        closure = close(every, held, reader, ledger.tokens, ledger.governance.namespaces, 1)
        rows = located(held, closure, means.lake, reader)
    meant = _meant(held, means.registry, what)
    said = {one.token: ledger.history(one.token) for one in (*every, *closure.identifiers)}
    logs, unread = _logs(means.audit)
    reads, dropped = list[Disclosure](), 0
    for name, database in logs.items():
        ended: dict[str, int | None] = {}
        found, begun = [], set[bytes]()
        for told, timed in records_between(database, since, until, Act.READ, keep=_of_those(begun)):
            if told.phase == Phase.DONE and "parent" in told.record:
                ended[str(told.record["parent"])] = told.n
            elif told.phase == Phase.INTENT and may(_product(told).partition("/")[0]):
                asked = meant.get(_product(told), _NOBODY_KNOWS)
                if columns := tuple(name for name in _texts(told, "fields") if name == what or asked.has(name)):
                    begun.add(told.eid.encode())
                    found.append((told, timed, columns, tuple(name for name in columns if name not in asked.known)))
        reads += (
            _disclosure(name, told, timed, columns, unknown, ended.get(told.eid), ledger, [*said.values()])
            for told, timed, columns, unknown in found
        )
        dropped += bodies_dropped(database)
    asked_of = {one.key for one in held if may(one.place.domain) and (said_of := meant.get(one.place.key)) and said_of.asked}
    held_now = {key: count for key, count in rows.items() if key in asked_of}
    return Disclosures(tuple(sorted(reads, key=lambda one: one.time)), held_now, dropped, unread)


def _of_those(begun: Collection[bytes]) -> Callable[[bytes], bool]:
    """Leaves out what only says how a read ended that is not told of: a record of it stands after the one of its beginning."""

    def kept(body: bytes) -> bool:
        return _ENDED not in body or ((parent := _PARENT.search(body)) is not None and parent[1] in begun)

    return kept


def _logs(audit: AuditLog) -> tuple[dict[str, Database], tuple[str, ...]]:
    """The mesh's own log and those of its regions, by name; and the regions whose logs are not at hand."""
    regions = dict(audit.regions.each()) if audit.regions else {}
    logs = {"": audit.database} | {name: log.database for name, log in regions.items() if log is not None}
    return logs, tuple(name for name, log in regions.items() if log is None)


@dataclass(slots=True)
class _Meant:
    """Of one product: the columns that are known by what is held or registered, and those among them that were asked about under any of these."""

    known: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def has(self, name: str) -> bool:
        """Whether it was asked about; a column of which nobody knows any more what it was may be."""
        return name in self.asked or name not in self.known

    def add(self, name: str, category: str | None, what: str) -> None:
        self.known.add(name)
        if name == what or _below(category, what):
            self.asked.add(name)


_NOBODY_KNOWS = _Meant()


def _meant(held: Iterable[Held], registry: Registry, what: str) -> Mapping[str, _Meant]:
    """By product. A column that was renamed, or whose category was changed, since somebody read it is looked for in all that is still known."""
    found = defaultdict[str, _Meant](_Meant)
    for one in held:
        for name, column in (one.descriptor.columns if one.descriptor else {}).items():
            found[one.place.key].add(name, column.category, what)
    for entry in registry.products(gone=True):
        for each in entry.columns:
            found[str(entry.key)].add(each.name, each.category, what)
    return dict(found)


def _below(category: str | None, what: str) -> bool:
    return category is not None and (category == what or category.startswith(f"{what}."))


def _product(told: Told) -> str:
    return str(_object(told).get("product", "")).partition("@")[0]


def _disclosure(
    log: str,
    told: Told,
    timed: bool,
    columns: tuple[str, ...],
    unknown: tuple[str, ...],
    rows: int | None,
    ledger: Ledger,
    said: Sequence[Sequence[Entry]],
) -> Disclosure:
    obj = _object(told)
    product, _, version = str(obj["product"]).partition("@")
    purpose = (told.record.get("actor") or {}).get("purpose")
    basis = next((one for one in LegalBasis if one.value == obj.get("what")), None)
    answer = _then(ledger, said, purpose, basis, datetime.fromisoformat(told.time)) if timed else None
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
        masked=tuple(name for name in _texts(told, "masked") if name in columns),
        rows=rows,
        basis=basis.value if basis else None,
        policy=obj.get("policy"),
        code=obj.get("code"),
        under=tuple(_texts(told, "under")),
        consent=answer.reason.value if answer else "unknown",
        shown=answer is None or answer.allowed,
        unknown=unknown,
        timed=timed,
    )


def _then(
    ledger: Ledger, said: Sequence[Sequence[Entry]], purpose: str | None, basis: LegalBasis | None, at: datetime
) -> Answer | None:
    """What the ledger answered at that moment: one identifier that closes closes for all. None where the purpose is not known any more."""
    if purpose is None or ledger.governance.purpose(purpose) is None:
        return None
    asked = ledger.purposes.asked(purpose, [basis] if basis else None)
    now = micros(at) or 0
    answers = [decide(_rows(entry for entry in each if entry.recorded_at <= at), asked, now) for each in said]
    closing = next((one for one in answers if one.closes), None)
    return closing or next((one for one in answers if one.allowed), None) or Answer(False, Reason.NO_RECORD)


def _rows(entries: Iterable[Entry]) -> list[Row]:
    state = fold((entry.sequence, entry.event) for entry in entries)
    return [Row(slot.kind, slot.purpose, slot.source, *held) for slot, held in state.items()]


def _object(told: Told) -> dict[str, str]:
    obj = told.record.get("obj")
    return obj if isinstance(obj, dict) else {}


def _texts(told: Told, name: str) -> list[str]:
    found = told.record.get("obj", {}).get(name, [])
    return [str(one) for one in found] if isinstance(found, list) else []
