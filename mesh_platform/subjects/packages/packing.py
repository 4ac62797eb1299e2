"""From a request to a package, and from there to the person: collect, take everybody else out, say what has to be said, check, seal, hand over, delete."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from mesh_platform.access.store import AccessStore
from mesh_platform.actor import PLATFORM, Actor
from mesh_platform.aside import written
from mesh_platform.audit import Act, Phase, What
from mesh_platform.errors import Unavailable, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.lake import Reader
from mesh_platform.product.governance import Governance
from mesh_platform.subjects.certificate import certify
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.packages.about import about, clock_of, lacking, missing, rights, taken_along
from mesh_platform.subjects.packages.check import Check, Found
from mesh_platform.subjects.packages.collect import Collector, Part
from mesh_platform.subjects.packages.numbers import kept_back
from mesh_platform.subjects.packages.page import page
from mesh_platform.subjects.packages.redact import MASKED, OTHER, Redactor
from mesh_platform.subjects.packages.shelf import Package, Shelf
from mesh_platform.subjects.packages.strangers import Strangers
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.requests.history import Happened, remember
from mesh_platform.subjects.requests.kinds import HANDED_OVER, Kind
from mesh_platform.subjects.requests.values import Closure, Identifier, Request, State, Task


@dataclass(frozen=True, slots=True)
class Packing:
    """The package of one request, for one principal."""

    means: Means
    actor: Actor

    def make(self, request: Request, now: datetime) -> None:
        """Make and check it; what stands in the way is in the request's tasks, and then nothing is kept."""
        with self.means.lake.reader() as reader:
            held = held_products(self.means.lake, reader)
            closure = request.closure or self._freeze(request.id, held, reader)
            tasks, archive, rows = self._packed(request, closure, held, reader, now)
        now_there = {task.product for task in tasks}
        gone = [replace(task, state=State.UNTOUCHED, reason="It is not found any more.", fix="") for task in request.tasks]
        self.means.store.told(request.id, [*tasks, *(task for task in gone if task.product not in now_there)])
        if archive is None or any(task.state is State.BLOCKED for task in tasks):
            return
        days = self.means.ledger.governance.policies.subject_requests.package_days
        record = self.means.audit.within(Act.EXPORT, Phase.INTENT, self.actor)

        def also(con: Connection) -> None:
            remember(con, request.id, Happened.PACKED, now, self.actor.name, self.actor.person, occasion=now.isoformat())
            record(con, What(what="package made", ref=request.id, code=hashlib.sha256(archive).hexdigest()), rows)

        self._shelf.put(request.id, archive, rows, now, now + timedelta(days=days), also)
        fp("subjects.packed")
        self.means.store.change(request.id, verified_at=now)
        self.means.audit.stands()

    def hand_over(self, id: str, now: datetime, to: Path | None = None) -> tuple[Package, bytes]:
        """The package for the person, on record; with `to` it is written there, readable for its owner alone.

        Raises:
            UsageProblem: DSAR-40, where the request is for something else, or a file stands where it is to be written.
            NotFound: DSAR-39. Unavailable: DSAR-39, where it cannot be written.
        """
        request = self.means.store.get(id)
        if request.kind not in HANDED_OVER:
            why = f"It is for {request.kind}, which hands over nothing."
            raise UsageProblem.because("DSAR-40", f"request {id}", why, "Open one with --kind access or --kind portability.")
        archive = self._shelf.archive(id, now)
        record = self.means.audit.within(Act.EXPORT, Phase.DONE, self.actor)
        copies = _written(archive, to) if to is not None else {}

        def also(con: Connection) -> None:
            remember(con, id, Happened.RELEASED, now, self.actor.name, self.actor.person, occasion=now.isoformat())
            record(con, What(what="package handed over", ref=id, code=hashlib.sha256(archive).hexdigest()), None)

        self._shelf.released(id, now, copies, also)
        self.means.audit.stands()
        kept = self._shelf.get(id)
        if request.certified_at is None:
            said = {"package": {"sha256": kept.sha256, "rows": kept.rows, "expires_at": kept.expires_at.isoformat()}}
            certify(self.means.store, self.means.audit, request, None, self.actor, now, more=said, keep=True)
        return kept, archive

    def _freeze(self, id: str, held: Sequence[Held], reader: Reader) -> Closure:
        closure = self.means.closed(self.means.store.identifiers(id), held, reader)
        self.means.store.freeze(id, closure, ())
        return closure

    def _packed(
        self, request: Request, closure: Closure, held: Sequence[Held], reader: Reader, now: datetime
    ) -> tuple[tuple[Task, ...], bytes | None, int]:
        tokens, namespaces = self.means.ledger.tokens, dict(self.means.ledger.governance.namespaces)
        known = self.means.store.identifiers(request.id)
        collector = Collector(reader, tokens, namespaces, closure, known)
        parts, tasks = _collected(request, closure, held, collector, self.means.ledger.governance, now.date())
        if any(task.state is State.BLOCKED for task in tasks):
            return tasks, None, 0
        redactor = Redactor(collector, Strangers(held, reader, tokens, namespaces, closure), regime=request.regime)
        shown, own = redactor.parts(parts), _own(known, closure, kept_back(held, request.regime))
        document = self._document(request, own, shown, redactor.counts, closure, now)
        if unsaid := [*_unsaid(document, request.kind)]:
            return (*(task for task in tasks if task.product not in {one.product for one in unsaid}), *unsaid), None, 0
        archive = _archive(document)
        found = Check(held, reader, tokens, namespaces, closure).look(archive)
        fp("subjects.checked")
        return (*tasks, *_blocked(found)), archive, sum(map(len, parts))

    def _document(
        self,
        request: Request,
        own: Mapping[str, Sequence[str]],
        parts: Iterable[Part],
        counts: Mapping[str, int],
        closure: Closure,
        now: datetime,
    ) -> dict[str, Any]:
        governance = self.means.ledger.governance
        grants = AccessStore(self.means.store.database)
        exports = self.means.exports.holders([one.subject63 for one in closure.identifiers])
        products = list[dict[str, Any]]()
        for part in parts:
            descriptor = part.held.descriptor
            assert descriptor is not None
            given = grants.grants(part.held.place.key)
            said = about(part.held, descriptor, given, exports, governance, now, request.regime)
            rows, mentions = list(part.rows), list(part.mentions)
            products.append(
                {"product": part.key, "about": {**said, "kept": clock_of(descriptor)}, "rows": rows, "mentions": mentions}
            )
        nothing = "Nothing of this kind is held of you by what was named in the request."
        notes = [
            *([] if products else [nothing]),
            f"{counts.get(OTHER, 0)} places that name somebody else, or may, are shown as {OTHER}.",
            f"{counts.get(MASKED, 0)} numbers or secrets whose loss would harm you are shown as {MASKED}.",
            "Products in which no row is yours by an identifier, such as counts of many people, are not in it.",
            "Backups and logs are not searched for it.",
        ]
        return {
            "request": request.id,
            "kind": request.kind.value,
            "regime": request.regime.value,
            "made_at": now.isoformat(),
            "identifiers": own,
            "products": products,
            "notes": notes,
            "rights": list(rights(request.regime, request.kind)),
        }

    @property
    def _shelf(self) -> Shelf:
        return Shelf(self.means.lake.home, self.means.store)


def sweep_packages(means: Means, now: datetime) -> int:
    """Delete the packages whose time is over, with the keys to them; how many."""
    shelf = Shelf(means.lake.home, means.store)
    due = [kept for kept in shelf.standing() if now >= kept.expires_at]
    for kept in due:
        _dropped(means, shelf, kept.request, now)
    return len(due)


def drop_those_of(means: Means, closure: Closure, now: datetime) -> int:
    """Delete every package of a person who is to be erased; how many."""
    shelf, tokens = Shelf(means.lake.home, means.store), {one.token for one in closure.identifiers}
    theirs = [kept.request for kept in shelf.standing() if _holds(means.store.get(kept.request), tokens)]
    for request in theirs:
        _dropped(means, shelf, request, now)
    return len(theirs)


def _holds(request: Request, tokens: set[bytes]) -> bool:
    return request.closure is None or any(one.token in tokens for one in request.closure.identifiers)


def _dropped(means: Means, shelf: Shelf, request: str, now: datetime) -> None:
    record = means.audit.within(Act.EXPORT, Phase.DONE, PLATFORM)

    def also(con: Connection) -> None:
        remember(con, request, Happened.DELETED, now, PLATFORM.name, PLATFORM.person)
        record(con, What(what="package deleted", ref=request), None)

    shelf.delete(request, now, also)
    means.audit.stands()


def _collected(
    request: Request, closure: Closure, held: Sequence[Held], collector: Collector, governance: Governance, today: date
) -> tuple[list[Part], tuple[Task, ...]]:
    """What products hold of the person, and a task for each of them and for each link that was not followed."""
    tasks = {one.key: _unread(one, closure) for one in held}
    parts = [part for one in held if tasks[one.key] is None and len(part := collector.part(one))]
    if request.kind is Kind.PORTABILITY:
        parts = [taken for part in parts if len(taken := _taken_along(part))]
    tasks |= {part.key: _said_in_full(part, request, governance, today) for part in parts}
    nothing = "Nothing of the person stands in it."
    every = (task or Task(key, request.kind, State.UNTOUCHED, 0, nothing) for key, task in tasks.items())
    return parts, (*every, *_weak(closure))


def _said_in_full(part: Part, request: Request, governance: Governance, today: date) -> Task:
    """The task of a product whose rows go into the package; blocked where it does not say what an answer has to."""
    assert part.held.descriptor is not None
    if names := missing(part.held.descriptor, governance, today, request.regime):
        why, fix = (
            f"Nobody says of it: {', '.join(names)} (Art. 15(1) and (2) GDPR).",
            "Declare it in the descriptor, or in governance/recipients.yaml; publish, then run the request again.",
        )
        return Task(part.key, request.kind, State.BLOCKED, len(part), why, fix)
    return Task(part.key, request.kind, State.VERIFIED, len(part))


def _unsaid(document: Mapping[str, Any], kind: Kind) -> Iterator[Task]:
    """What the written answer lacks: it is not kept."""
    for product, names in lacking(document, kind).items():
        why = f"The answer lacks {', '.join(names)} (Art. 15 GDPR)."
        yield Task(product or "answer", kind, State.BLOCKED, 0, why, "Tell the platform team: it is not sent without.")


def _own(known: Iterable[Identifier], closure: Closure, unsaid: Collection[str]) -> dict[str, list[str]]:
    """The person's identifiers by namespace, as they are written; those of namespaces that are not to be said are masked."""
    shown: dict[str, set[str]] = {name: set() for name in sorted(closure.namespaces)}
    for one in known:
        if one.spellings and one.namespace in shown:
            shown[one.namespace].add(MASKED if one.namespace in unsaid else one.spellings[0])
    return {name: sorted(each) for name, each in shown.items()}


def _unread(one: Held, closure: Closure) -> Task | None:
    """Why a product cannot be looked through; None where it can."""
    fix = f"Publish {one.key} once, then run the request again."
    if one.problem or one.descriptor is None:
        why = f"It does not open ({one.problem or 'its form'}), so nobody can say what it holds."
        return Task(one.key, "access", State.BLOCKED, 0, why, f"See `mesh doctor`; {fix[0].lower()}{fix[1:]}")
    if {name for name, namespace in one.subjects.items() if namespace in closure.namespaces} - one.marked:
        why = "It was published before the platform wrote beside each row whose it is, so nobody can be found in it."
        return Task(one.key, "access", State.BLOCKED, 0, why, fix)
    return None


def _weak(closure: Closure) -> Iterable[Task]:
    """Links that were not followed: told, and what stands behind them is left out, since it may be somebody else's."""
    for weak in closure.weak:
        why = f"A link over {weak.namespace} was not followed: {weak.why}. What stands behind it is not in the package."
        yield Task(f"{weak.product} over {weak.namespace}", "weak_link", State.UNTOUCHED, 0, why)


def _taken_along(part: Part) -> Part:
    """What a person takes along of a product: the columns that were collected from them."""
    assert part.held.descriptor is not None
    names = [name for name in taken_along(part.held.descriptor) if name in part.columns]
    return replace(
        part, columns=tuple(names), rows=tuple({n: row[n] for n in names} for row in part.rows) if names else (), mentions=()
    )


def _blocked(found: Iterable[Found]) -> Iterable[Task]:
    for one in found:
        why = f"The finished package held what is not the person's: {one.where}, {one.times} times."
        fix = "Give the column its category or its subject, publish, then run the request again."
        yield Task(f"package: {one.product or 'beside the rows,'} {one.where}", "check", State.BLOCKED, 0, why, fix)


def _archive(document: Mapping[str, Any]) -> bytes:
    """Machine-readable (JSON, CSV) and readable."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("package.json", json.dumps(document, indent=2, ensure_ascii=False, default=str))
        packed.writestr("index.html", page(document))
        for product in document["products"]:
            rows = [*product["rows"], *product["mentions"]]
            packed.writestr(f"data/{product['product'].replace('/', '.')}.csv", _csv(rows))
    return out.getvalue()


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows({name: _inert(cell) for name, cell in row.items()} for row in rows)
    return out.getvalue()


def _inert(cell: Any) -> Any:
    """The cell as no spreadsheet takes it for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "@", "\t", "\r")) else cell


def _written(archive: bytes, to: Path) -> dict[str, str]:
    """The archive as a `.zip`, or its members below a folder; path → hash of what was written."""
    try:
        if to.suffix == ".zip":
            with written(to, new=True) as out:
                out.write(archive)
            return {str(to.resolve()): hashlib.sha256(archive).hexdigest()}
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        copies = {}
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            for name in packed.namelist():
                path, data = to / name, packed.read(name)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                with written(path, new=True) as out:
                    out.write(data)
                copies[str(path.resolve())] = hashlib.sha256(data).hexdigest()
    except FileExistsError:
        why = "A file stands there already."
        raise UsageProblem.because("DSAR-40", "the place for the package", why, "Name another folder or .zip.") from None
    except OSError as error:
        why = f"It cannot be written there ({type(error).__name__})."
        raise Unavailable.because("DSAR-39", "the place for the package", why, "Name another folder or .zip.") from None
    return copies
