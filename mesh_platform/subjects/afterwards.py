"""The look after the certificate: is anybody there again whom a certified erasure removed? Asked on a schedule, of what lies there then.

A certificate destroys the spellings, so this look knows people by their tokens alone: each value of a key column is brought to its normal form in every
file of every held version, and each word of the texts that an erasure redacts. What a law or an open hold keeps is no finding, nor is
whoever signed up anew (their suppression is lifted). It erases nothing: `again` does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mesh_platform.actor import PLATFORM, Role
from mesh_platform.audit import Act, AuditLog, Phase, What
from mesh_platform.errors import MeshError
from mesh_platform.lake import Lake, Place, Scan, quote_name
from mesh_platform.ledger import Ledger, suppressed_now
from mesh_platform.product import DataProduct
from mesh_platform.product.models import served_descriptor
from mesh_platform.retention import Holds, spared
from mesh_platform.subjects.erasure.mending import texts_of
from mesh_platform.subjects.erasure.recognise import Recogniser
from mesh_platform.subjects.plan import TEXT, strategy_of
from mesh_platform.subjects.requests.kinds import Kind
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Request
from mesh_platform.tasks import NewTask, TaskKind, Tasks

RULE = "DSAR-44"
_TIME, _AT_ONCE = timedelta(days=3), 10_000


@dataclass(frozen=True, slots=True)
class Back:
    """People of certified erasures found in one product, or why nobody can say that there are none: `rows` of them, of these requests."""

    product: str
    where: str
    rows: int
    requests: tuple[str, ...] = ()
    problem: str = ""
    form: str = "keyed token"

    def as_json(self) -> dict[str, object]:
        told = {"product": self.product, "where": self.where, "rows": self.rows, "requests": list(self.requests)}
        return told | {"form": self.form, "problem": self.problem}


@dataclass(frozen=True, slots=True)
class Afterwards:
    """The look over one mesh."""

    lake: Lake
    ledger: Ledger
    store: Requests
    audit: AuditLog
    tasks: Tasks

    def look(self, now: datetime) -> tuple[Back, ...]:
        """Everybody who is back; on record, and a task for the privacy team for each product."""
        found = self._seen(self._gone(self.store.listed()), now)
        for product in sorted({one.product for one in found}):
            rows = sum(one.rows for one in found if one.product == product)
            self.audit.record(
                Act.ERASURE, Phase.FAILED, PLATFORM, What(product=product, what="looked afterwards"), reason=RULE, n=rows
            )
            self._ask(product, [one for one in found if one.product == product], now)
        if not found:
            self.audit.record(Act.ERASURE, Phase.DONE, PLATFORM, What(what="looked afterwards"), n=0)
        return found

    def of(self, request: Request, now: datetime) -> tuple[Back, ...]:
        """Where the person of one request is seen, certified or not; nothing is recorded. What does not open is told as if they were there."""
        return self._seen(self._gone([request], reopened=True), now)

    def _seen(self, gone: Mapping[tuple[str, bytes], str], now: datetime) -> tuple[Back, ...]:
        places = [place for place in self.lake.places() if gone and self.lake.published(place)]
        return tuple(each for place in places for each in self._at(place, gone, now))

    def _gone(self, requests: Iterable[Request], *, reopened: bool = False) -> Mapping[tuple[str, bytes], str]:
        """By namespace and token the certified erasure of everybody who is suppressed still."""
        with self.store.database.read() as con:
            suppressed = suppressed_now(con)
        return {
            (one.namespace, one.token): request.id
            for request in requests
            if request.kind is Kind.ERASURE and request.closure is not None and (reopened or request.certified_at is not None)
            for one in request.closure.identifiers
            if one.token in suppressed
        }

    def _at(self, place: Place, gone: Mapping[tuple[str, bytes], str], now: datetime) -> Iterator[Back]:
        try:
            with self.lake.scan(place) as scan:
                descriptor = served_descriptor(scan.versions[-1].extra)
                if descriptor is None:
                    yield Back(place.key, "", 0, problem="What was published of it cannot be read by this release.")
                    return
                yield from self._in_keys(place, scan, descriptor, gone, now)
                if strategy_of(descriptor) == TEXT:
                    yield from self._in_texts(place, scan, descriptor, gone)
        except MeshError as error:
            yield Back(place.key, "", 0, problem=error.finding.why)

    def _in_keys(
        self, place: Place, scan: Scan, descriptor: DataProduct, gone: Mapping[tuple[str, bytes], str], now: datetime
    ) -> Iterator[Back]:
        kept = spared(place.key, descriptor, Holds(self.store.database).listed(only_open=True), now)
        but = f" AND NOT coalesce(({kept.where}), true)" if kept is not None else ""
        for column, namespace in descriptor.subject_columns.items():
            make, rows = self.ledger.tokens.maker(namespace), Counter[str]()
            for text, count in _cells(scan, column, but):
                token = make(text)
                if token is not None and (request := gone.get((namespace, token))):
                    rows[request] += count
            if rows:
                yield Back(place.key, f"column {column}", rows.total(), tuple(sorted(rows)))

    def _in_texts(
        self, place: Place, scan: Scan, descriptor: DataProduct, gone: Mapping[tuple[str, bytes], str]
    ) -> Iterator[Back]:
        met = set[str]()

        def holds(namespace: str, token: bytes) -> bool:
            if request := gone.get((namespace, token)):
                met.add(request)
            return (namespace, token) in gone

        for column in texts_of(descriptor, lists=True):
            met.clear()
            found = Recogniser(self.ledger.tokens, self.ledger.governance.namespaces, {name for name, _ in gone}, holds)
            if rows := sum(count for text, count in _cells(scan, column) if found.spans(text)):
                yield Back(place.key, f"column {column}", rows, tuple(sorted(met)), form="a word of a text")

    def _ask(self, product: str, found: list[Back], now: datetime) -> None:
        requests = sorted({id for one in found for id in one.requests})
        if problem := next((one.problem for one in found if one.problem), ""):
            why = f"Nobody can say that everybody who was erased is still gone from it: {problem}"
        else:
            where = ", ".join(one.where for one in found)
            why = f"People whose erasure was certified stand in it again ({where}; requests {', '.join(requests[:6])})."
        key = f"{TaskKind.RESURRECTION}:{product}:afterwards:{now:%Y-%m-%d}"
        command = f"mesh dsar status {requests[0]}" if requests else "mesh doctor"
        self.tasks.open_task(NewTask(key, TaskKind.RESURRECTION, product, why, Role.PRIVACY, now + _TIME, RULE, command))


def _cells(scan: Scan, column: str, but: str = "") -> Iterator[tuple[str, int]]:
    """Each value of a column in every file that has it, with how many rows have it."""
    name = quote_name(column)
    for file in scan.files:
        if column in {each for each, *_ in scan.con.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()}:
            query = f"SELECT CAST({name} AS VARCHAR), count(*) FROM {file} WHERE {name} IS NOT NULL{but} GROUP BY 1"
            result = scan.con.execute(query)
            while several := result.fetchmany(_AT_ONCE):
                yield from several
