"""A governed read, top to bottom: statement → decision for each product → views → bind → record → rows → record.

It is the one way to rows for a person, a port or another domain's publication. What it refuses, it refuses whole, with column and rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from secrets import token_hex
from typing import TypeVar

import duckdb
import pyarrow as pa

from mesh_platform.access.accounts import read_of, record_reads, record_refusal
from mesh_platform.access.aggregates import rows_refused
from mesh_platform.access.binding import Describe, bind
from mesh_platform.access.decision import Caller, Decision, refused, stricter
from mesh_platform.access.filters import Filters, RowFilter
from mesh_platform.access.grants import Grant, contract_grants
from mesh_platform.access.growing import grows
from mesh_platform.access.kept import ReadCache
from mesh_platform.access.served import Answer, Served, Shape
from mesh_platform.access.standing import decided_by_both
from mesh_platform.access.statement import OURS, Statement
from mesh_platform.access.views import view
from mesh_platform.access.worker import Job, Limits, View, Workers
from mesh_platform.audit import AuditLog
from mesh_platform.errors import CheckFailed, Denied, MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.lake import MOVED, FileId, Lake, Place
from mesh_platform.lake.classes import class_sizes, people
from mesh_platform.lake.hidden import SUBJECTS
from mesh_platform.ledger.canaries import canary_marks
from mesh_platform.ledger.opening import mesh_tokens
from mesh_platform.policy.at_reads import closed_by_rows
from mesh_platform.policy.people import holds_persons
from mesh_platform.policy.version import policy_digest
from mesh_platform.product import LegalBasis, Mesh, Product, ProductKey, served_descriptor
from mesh_platform.product.sql_engine import Columns, described, quoted
from mesh_platform.registry import Registry

T = TypeVar("T")
REFUSED = "LAKE-32"
MOST_TRIES = 4
USUAL = Limits()
BINDING = Limits(seconds=10)


@dataclass(frozen=True, slots=True)
class _Bound:
    """A statement that was decided, over the views that stand for its products."""

    statement: Statement
    text: str
    views: Mapping[ProductKey, str]
    decisions: Mapping[ProductKey, Decision]
    served: Mapping[ProductKey, Served]
    columns: Columns


Grants = Callable[[ProductKey], Sequence[Grant]]
Admit = Callable[[Served], None]
"""What a port asks of a product before anything is decided on it; it raises where the caller may not ask there."""


class Reading:
    """Governed reads over one lake, for one thread.

    Args:
        mesh: the mesh as its folders stand: what they take back counts at once.
        lake: the lake.
        registry: what is published, and where.
        workers: where statements run.
        audit: where each read is recorded, and each that is refused.
        grants: the grants of approved requests on a product, beside those of its contracts.
    """

    def __init__(
        self, mesh: Mesh, lake: Lake, registry: Registry, workers: Workers, audit: AuditLog, grants: Grants = lambda key: ()
    ) -> None:
        self._mesh, self._registry, self._workers, self._audit, self._grants = mesh, registry, workers, audit, grants
        self._reader = lake.reader()
        self._filters, self._lake = Filters(mesh.governance, registry.database), lake
        self._kept = ReadCache()

    def close(self) -> None:
        self._reader.close()

    def __enter__(self) -> Reading:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def served(self, key: ProductKey) -> Served:
        """The product as it is served now.

        Raises:
            NotFound: NAME-02, where there is none of that name; ACCESS-01, where nothing of it is served.
        """
        last = self._registry.latest(key)
        if last is None:
            self._mesh.product(key)
            why = "It has never been published."
            raise NotFound.because(
                "ACCESS-01", str(key), why, f"`mesh run {key}` publishes it, or says what stands in its way.", str(key)
            )
        place = Place(last.location, key.domain, key.name)
        file = self._reader.stands(place)  # before it is looked at: what is published meanwhile is seen at the next read
        return self._kept.served(key, (place, file), lambda: self._served(key, place, file))

    def _served(self, key: ProductKey, place: Place, file: FileId | None) -> Served:
        version = self._reader.versions(place)[-1]
        descriptor = served_descriptor(version.extra)
        known = self._mesh.products.get(key)
        if descriptor is None:
            why = "What is served was described in a form that this release cannot read: nobody knows what may be handed out."
            raise Denied.because("ACCESS-02", str(key), why, f"`mesh run {key}` publishes it anew.", str(key))
        base = known or Product(key, self._mesh.root, descriptor, None, None, "", place.location, str(key))
        product = replace(base, descriptor=descriptor, location=place.location, lines={})
        return Served(product, place, version, dict(self._reader.columns(place, hidden=True)), file)

    def decision(self, caller: Caller, served: Served, purpose: str | None, now: datetime) -> Decision:
        """What `caller` gets of a product: what it grants as it is served, less what its files have taken back since."""
        key, grants = served.product.key, self._grants(served.product.key)

        def decide() -> Decision:
            return self.decided(caller, served, purpose, now, grants)

        return self._kept.decision(caller, purpose, key, served, grants, now, decide)

    def decided(self, caller: Caller, served: Served, purpose: str | None, now: datetime, grants: Sequence[Grant]) -> Decision:
        """The same, were `grants` those of the approved requests on the product."""
        return decided_by_both(self._mesh, caller, served.product, purpose, now, grants, closed_by_rows(served.version.extra))

    def ends(self, caller: Caller, made: Decision, served: Served, now: datetime, latest: datetime) -> datetime:
        """The moment from which on `caller` gets less of a product than `made` gives, `latest` where that comes first."""
        approved, files = self._grants(made.product), self._mesh.products.get(made.product)
        contracts = [grant for product in (served.product, files) if product for grant in contract_grants(self._mesh, product)]
        ends = sorted({end for grant in (*contracts, *approved) if (end := grant.ends) and now < end < latest})
        for moment in (now, *ends):
            then = self.decided(caller, served, made.purpose, moment, approved)
            if replace(stricter(made, then), expires=made.expires) != made:
                return moment
        return latest

    def broken_glass(self, made: Decision) -> tuple[str, ...]:
        """The break-glass grants under which that was decided."""
        return tuple(grant.id for grant in self._grants(made.product) if grant.break_glass and grant.id in made.grants)

    def smallest_class(self, served: Served, keys: Sequence[str], purposes: Mapping[str, LegalBasis]) -> int | None:
        """The people in the smallest class by these expressions, of the rows that one of `purposes` shows; None where none shows any.

        No value leaves the engine.

        Raises:
            Denied: ACCESS-40, ACCESS-41, where it cannot be told which rows are shown.
        """
        each, key = people(served.product.descriptor, served.types, holds_persons(served.product)), served.product.key
        shown = {self.filtered(Decision(key, name, basis=basis), served) for name, basis in purposes.items()}

        def read(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> list[int | None]:
            relations = [over["t"] if rows is None else rows.over(over["t"]) for rows in shown]
            counted = (con.execute(class_sizes(relation, keys, each)).to_arrow_table() for relation in relations)
            return [table.column(0)[0].as_py() for table in counted]

        found = self._reader.follow({"t": served.place}, read)
        return min((int(one) for one in found if one is not None), default=None)

    def subjects(self, served: Served) -> pa.Array | None:
        """Everybody whose rows that version holds, as the lake's 63 bits; None where nobody can tell: it names people and was published without
        those, or another version stands there by now."""
        held = [name for name in served.types if name.startswith(SUBJECTS)]
        if not held:
            return None if holds_persons(served.product) else pa.array([], pa.int64())

        def read(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> pa.Array | None:
            if self._reader.opened(served.place) != served.file:
                return None
            each = (f"SELECT {quoted(name)} AS who FROM {over['t']} WHERE {quoted(name)} IS NOT NULL" for name in held)
            return con.execute(" UNION ".join(each)).to_arrow_table().column(0).combine_chunks()

        return self._reader.follow({"t": served.place}, read)

    def shows(self, served: Served, decision: Decision, synthetic: Sequence[int]) -> int:
        """How many rows of these canaries a read would show, were they people.

        Raises:
            As `filtered`.
        """
        rows = self.filtered(decision, served, canaries=True)
        if rows is None or not synthetic:
            return 0
        theirs = " OR ".join(f"{quoted(name)} IN ({', '.join(map(str, synthetic))})" for name in rows.subjects)

        def read(con: duckdb.DuckDBPyConnection, over: Mapping[str, str]) -> int:
            [[count]] = con.execute(f"SELECT count(*) FROM {rows.over(over['t'])} WHERE {theirs or 'false'}").fetchall()
            return int(count)

        return self._reader.follow({"t": served.place}, read)

    def query(
        self,
        caller: Caller,
        purpose: str | None,
        sql: str,
        now: datetime,
        parameters: Sequence[object] = (),
        limits: Limits = USUAL,
        admit: Admit = lambda served: None,
    ) -> Answer:
        """The rows of `sql` for `caller` and `purpose`.

        Raises:
            Denied: where the statement, a product or a column of it is not for this caller.
            NotFound: where a product is not there.
            UsageProblem: where the statement cannot be read or bound.
        """
        purposed = self._mesh.governance.purpose(purpose) if purpose else None
        try:
            return settled(lambda: self._query(caller, purpose, purposed, sql, now, parameters, limits, admit))
        except Denied as refusal:
            record_refusal(self._audit, caller, purposed, refusal)
            raise

    def shape(
        self,
        caller: Caller,
        purpose: str | None,
        sql: str,
        now: datetime,
        parameters: Sequence[object] | None = None,
        admit: Admit = lambda served: None,
    ) -> Shape:
        """Names and types of what `query` would give, after the same decision and the same refusals; nothing is read.

        Without `parameters` each one that is missing counts as null.
        """
        try:
            bound = settled(lambda: self._bound(caller, purpose, sql, now, parameters, admit))
        except Denied as refusal:
            record_refusal(self._audit, caller, self._mesh.governance.purpose(purpose) if purpose else None, refusal)
            raise
        return Shape(bound.columns, bound.statement.parameters)

    def _bound(
        self, caller: Caller, purpose: str | None, sql: str, now: datetime, parameters: Sequence[object] | None, admit: Admit
    ) -> _Bound:
        found: dict[ProductKey, Served] = {}

        def look(key: ProductKey) -> int:
            found[key] = self.served(key)
            return len(found[key].types)

        statement = self._kept.statement(sql, look)
        for served in found.values():
            admit(served)
        decisions = {key: self.decision(caller, found[key], purpose, now) for key in statement.products}
        for decision in decisions.values():
            if not decision.allowed:
                raise refused(decision)
        values = parameters if parameters is not None else [None] * statement.parameters

        def bound() -> _Bound:
            views = {key: f"{OURS}{token_hex(8)}" for key in statement.products}
            text = statement.over(views)
            rows_refused(text, views, [key for key, decision in decisions.items() if decision.groups])
            describe = self._described(views, decisions, found) if grows(statement.tree) else described
            return _Bound(
                statement, text, views, decisions, found, bind(statement, text, views, decisions, found, values, describe)
            )

        return self._kept.bound((statement, *decisions.values(), *found.values()), values, bound)

    def _query(
        self,
        caller: Caller,
        purpose: str | None,
        purposed: str | None,
        sql: str,
        now: datetime,
        parameters: Sequence[object],
        limits: Limits,
        admit: Admit,
    ) -> Answer:
        bound = self._bound(caller, purpose, sql, now, parameters, admit)
        statement, text, views, decisions, found = bound.statement, bound.text, bound.views, bound.decisions, bound.served
        governed = tuple(self._view(name, decisions[key], found[key]) for key, name in views.items())
        recorded = record_reads(
            self._audit,
            caller,
            purposed,
            [
                read_of(decisions[key], found[key].version.extra, None if statement.unnamed else statement.words)
                for key in statement.products
            ],
            policy_digest(self._mesh.governance),
        )
        try:
            rows = self._workers.run(Job(text, governed, tuple(parameters), limits), recorded)
        except CheckFailed as refusal:
            raise _failing(refusal) from None
        return Answer(rows, tuple(decisions[key] for key in statement.products), tuple(found[key] for key in statement.products))

    def _described(
        self, views: Mapping[ProductKey, str], decisions: Mapping[ProductKey, Decision], served: Mapping[ProductKey, Served]
    ) -> Describe:
        """As `described`, in a worker: for statements over which the engine may go on for long while it binds them."""

        def describe(text: str, tables: Mapping[str, Columns], parameters: Sequence[object]) -> Columns:
            governed = tuple(self._view(name, decisions[key], served[key]) for key, name in views.items())
            try:
                found = self._workers.run(Job(f"DESCRIBE {text}", governed, tuple(parameters), BINDING, barrier=True)).table()
            except CheckFailed:
                raise duckdb.BinderException("a worker refuses it") from None
            return tuple(zip(found["column_name"].to_pylist(), found["column_type"].to_pylist(), strict=True))

        return describe

    def _view(self, name: str, decision: Decision, served: Served) -> View:
        """The governed view, without the rows of people who do not allow the purpose."""
        rows = self.filtered(decision, served)
        select = view(decision, served.types, "{t}" if rows is None else rows.over("{t}"))
        return View(name, served.place, select, rows is not None or decision.groups is not None, served.file)

    @cached_property
    def canaries(self) -> frozenset[int]:
        """The synthetic people of governance, by the lake's 63 bits."""
        if not self._mesh.governance.canaries:
            return frozenset()
        tokens = mesh_tokens(self._registry.database, self._lake.keys, self._mesh.governance)
        return canary_marks(tokens, self._mesh.governance)

    def filtered(self, decision: Decision, served: Served, canaries: bool = False) -> RowFilter | None:
        """Which rows are shown; None where all are. Synthetic people are shown with `canaries` alone.

        Raises:
            Denied: ACCESS-40, ACCESS-41, where that cannot be told of the served rows.
            Unavailable: where the ledger cannot be read.
        """
        standing = self._mesh.products.get(served.product.key)
        left_out = frozenset[int]() if canaries else self.canaries
        return self._filters.of(served.product, standing, served.version.extra, served.types, decision, left_out)


def settled(ask: Callable[[], T]) -> T:
    """What `ask` gives, asked anew where a product was published between decision and rows."""
    for _ in range(MOST_TRIES):
        try:
            return ask()
        except Unavailable as moved:
            if moved.finding.rule != MOVED:
                raise
    return ask()


def _failing(refusal: CheckFailed) -> MeshError:
    """What the engine met while it ran is told without the place in the data where it met it."""
    if refusal.finding.rule != REFUSED:
        return refusal
    why = "It fails on the rows that it reads: a conversion, a number out of range, or a subquery with too many rows."
    return UsageProblem.because("SQL-10", "the statement", why, "Use try_cast and the like, or say which row is meant.")
