"""What a change of packs, descriptors, purposes or governance would do before it does: products that would be blocked or open, and who reads them.

Two meshes are judged by the very functions that the gate and the reads use, each at its moment, and what differs is told. Nothing runs, and no row is
looked at: a rule that needs rows is listed as not evaluated, and whose reads it may touch is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.filters import LEDGER, off_its_basis, unsaid_of
from mesh_platform.access.grants import Consumer, Grant, Kind, contract_grants, own_domain
from mesh_platform.access.standing import decided_by_both
from mesh_platform.actor import Actor, Role
from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import Finding
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.policy import rules_of
from mesh_platform.policy.at_reads import closed_by_rows
from mesh_platform.product import DataProduct, Mesh, Product, ProductKey, served_descriptor
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.lineage import input_fields
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish.checking import Known, Looked, looked_at
from mesh_platform.publish.inputs import not_given, refusal_of
from mesh_platform.publish.row_effects import Shown, biting, shown

Grants = Callable[[ProductKey], Sequence[Grant]]
Commits = Callable[[ProductKey], Mapping[str, object]]
NOTHING = Looked((), runs=False)


def no_grants(key: ProductKey) -> tuple[Grant, ...]:
    """Where no request was ever approved."""
    return ()


def no_commits(key: ProductKey) -> Mapping[str, object]:
    """Where nothing is served."""
    return {}


@dataclass(frozen=True, slots=True)
class World:
    """A mesh at a moment, and what is known of the versions that are served under its names."""

    mesh: Mesh
    now: datetime
    known: Mapping[ProductKey, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads one product for one purpose: under a contract, a grant, as its own domain, or to make another product."""

    product: ProductKey
    consumer: str
    purpose: str
    through: str = field(compare=False)
    caller: Caller = field(compare=False)
    under: str = field(default="", compare=False)
    """The purpose by whose grant it reads, where that stands above its own in the registry."""


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside of the mesh whom a contract of the product names."""

    product: ProductKey
    consumer: str
    purpose: str
    through: str = "contract with somebody outside"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One mesh judged: each product, and what each reader gets of it."""

    products: Mapping[ProductKey, Looked]
    reads: Mapping[Reader, Decision]
    outside: Mapping[Outsider, Finding | None] = field(default_factory=dict)
    """Why somebody outside may not be served; None where they may."""
    rows: Mapping[Reader, Shown] = field(default_factory=dict)
    """What decides which rows each reader is shown who is allowed any."""
    biting: frozenset[str] = frozenset()
    """Rules that need rows, and may keep a product back or close a consumer."""


@dataclass(frozen=True)
class Judge:
    """What both worlds are judged with: one set of approved grants, and what the commits of the served versions tell."""

    shapes: ShapeCache
    contracts: ExtraCompiler | None = None
    grants: Grants = no_grants
    commits: Commits = no_commits

    def readers(self, world: World) -> tuple[Reader, ...]:
        """Everybody who may read anything there by what stands in files and registers."""
        return tuple(one for key in world.mesh.products for one in readers(world.mesh, key, self.grants(key), world.now))

    def of(self, world: World, applied: bool, others: Iterable[Reader] = ()) -> Judgement:
        """The judgement of a world.

        Args:
            world: the mesh at its moment.
            applied: as it is once every product that may be published was.
            others: readers of the other world: a grant that they lack here is not all by which they may read.
        """
        mesh = world.mesh
        products: dict[ProductKey, Looked] = {}
        for key in (*mesh.order(), *mesh.broken):
            found = looked_at(mesh, key, self.shapes, world.now.date(), self.contracts, world.known)
            reads = _Reads(self, world, products, applied)
            products[key] = replace(found, findings=(*found.findings, *reads.inputs(key))) if found.open else found
        reads = _Reads(self, world, products, applied)
        here = self.readers(world)
        there = (_as_in(mesh, one) for one in others if one not in {*here} and one.product in mesh.products)
        given = {one: reads.of(one) for one in (*here, *filter(None, there))}
        rows = {one: reads.rows(one, found) for one, found in given.items() if found.allowed}
        outside = {one: _closing(products[one.product], one.consumer) for key in mesh.products for one in outsiders(mesh, key)}
        return Judgement(products, given, outside, rows, biting(rules_of(mesh.governance)))


@dataclass(frozen=True)
class _Reads:
    """Reads in one world, of whose products those in `products` are judged already."""

    judge: Judge
    world: World
    products: Mapping[ProductKey, Looked]
    applied: bool

    def of(self, reader: Reader) -> Decision:
        """What that reader gets of a product as it is served."""
        mesh, key = self.world.mesh, reader.product
        served, anew = self.served(mesh.products[key]), self.anew(key)
        commit = self.judge.commits(key)
        closed = self._closed(key, commit)
        found = decided_by_both(mesh, reader.caller, served, reader.purpose, self.world.now, self.judge.grants(key), closed)
        if not (found.allowed and found.about_people):
            return found
        ledger = None if anew else commit.get(LEDGER)
        bases = ledger.get("bases") if isinstance(ledger, dict) else None
        told = unsaid_of(served, ledger, found.purpose) if isinstance(ledger, dict) else None
        told = told or off_its_basis(served, mesh.products.get(key), found, mesh.governance, self._purposes, bases)
        return replace(found, refusal=told) if told else found

    def rows(self, reader: Reader, found: Decision) -> Shown:
        """What decides which rows that reader is shown."""
        return shown(self.served(self.world.mesh.products[reader.product]), found, self._purposes)

    def anew(self, key: ProductKey) -> bool:
        """Whether it is published anew, or was never before."""
        return self._description(key) is None or (self.applied and self.products.get(key, NOTHING).open)

    def served(self, product: Product) -> Product:
        """As it is served: the last published description of it where the present one is held back, or not published yet."""
        old = self._description(product.key)
        if old is None or self.anew(product.key):
            return product
        place = str(self.judge.commits(product.key).get("location") or product.location or "") or None
        return replace(product, descriptor=old, location=place, lines={})

    def _description(self, key: ProductKey) -> DataProduct | None:
        """What is served under its name, wherever it lies: its files may name another place by now."""
        if found := served_descriptor(self.judge.commits(key)):
            return found
        known = self.world.known.get(key)
        return known.served.descriptor if known else None

    def inputs(self, key: ProductKey) -> Iterator[Finding]:
        """RUN-04, RUN-15: what the publication would not be given of its inputs."""
        mesh = self.world.mesh
        product = mesh.products[key]
        caller = Caller.publication(key, product.location)
        for number, entry in enumerate(product.descriptor.inputs):
            if entry.product in mesh.products and self._left_behind(mesh.products[entry.product]):
                why = f"Its input {entry.product} is to lie elsewhere, is held back, and has no version there."
                fix = f"Publish {entry.product} first."
                yield Finding("RUN-04", product.where, why, fix, str(key))
            elif entry.product in mesh.products:
                decision = self.of(Reader(entry.product, str(key), entry.purpose or "", "input", caller))
                if told := refusal_of(decision, input_fields(mesh, product)[entry.name]):
                    yield not_given(product, number, told)

    def _left_behind(self, product: Product) -> bool:
        """Whether its rows lie at another place than its files name, and stay there since it is held back."""
        place = self.judge.commits(product.key).get("location")
        return bool(place) and place != product.location and not self.products.get(product.key, NOTHING).open

    def _closed(self, key: ProductKey, commit: Mapping[str, object]) -> Mapping[str, Finding]:
        """Consumers whom rows closed: those of the served version, and of what is published anew those whose rule still waits for its rows."""
        found = closed_by_rows(commit)
        if not (found and self.anew(key)):
            return found
        asked = {one.rule.partition(" ")[0] for one in self.products.get(key, NOTHING).not_evaluated}
        return {name: one for name, one in found.items() if one.rule.partition(" ")[0] in asked}

    @cached_property
    def _purposes(self) -> Purposes:
        return Purposes(self.world.mesh.governance)


def readers(mesh: Mesh, key: ProductKey, approved: Iterable[Grant], now: datetime) -> Iterator[Reader]:
    """Everybody who may read a product by what stands in files and registers, each once; from within its region unless a grant says otherwise."""
    product = mesh.products[key]
    home = product.location or product.descriptor.data_residency.region
    found: dict[tuple[str, str], Reader] = {}

    def add(consumer: Consumer, purpose: str, through: str, caller: Caller | None, under: str = "") -> None:
        if caller is not None:
            found.setdefault((str(consumer), purpose), Reader(key, str(consumer), purpose, through, caller, under))

    for other in mesh.readers(key):
        for entry in mesh.products[other].descriptor.inputs:
            if entry.product == key:
                maker = Consumer(Kind.PRODUCT, str(other))
                add(maker, entry.purpose or "", "input", _known(mesh, maker))
    own = Caller.person(Actor(f"somebody of {key.domain}", (Role.OWNER,), (key.domain,), home))
    named = [
        *(("contract", one, _caller(mesh, one, home)) for one in contract_grants(mesh, product) if one.holds_on(now)),
        *(("grant", one, _caller(mesh, one, home)) for one in approved if one.holds_on(now)),
        *(("own domain", one, own) for one in own_domain(key, product.descriptor.purposes)),
    ]
    for through, grant, caller in named:
        add(grant.consumer, grant.purpose, through, caller)
    for through, grant, caller in named:
        for purpose in _below(mesh, grant.purpose):
            add(grant.consumer, purpose, through, caller, grant.purpose)
    yield from found.values()


def _as_in(mesh: Mesh, reader: Reader) -> Reader | None:
    """That reader as the mesh knows it; None for a product that it does not hold."""
    kind, _, name = reader.consumer.partition(" ")
    consumer = Consumer(Kind(kind), name) if kind in {*Kind} else Consumer(Kind.PRODUCT, reader.consumer)
    caller = _known(mesh, consumer) if consumer.kind in (Kind.PRODUCT, Kind.PERSON) else reader.caller
    if caller is None and consumer.kind is Kind.PRODUCT:
        return None
    return replace(reader, caller=caller or reader.caller)


def _known(mesh: Mesh, consumer: Consumer) -> Caller | None:
    """A product or a principal of the organisation's files; None where they hold none of that name."""
    if consumer.kind is Kind.PRODUCT:
        key = ProductKey.as_written(consumer.name)
        return Caller.publication(key, mesh.products[key].location) if key in mesh.products else None
    known = mesh.governance.roles.principals.get(consumer.name) if consumer.kind is Kind.PERSON else None
    return Caller.person(Actor(consumer.name, known.roles, known.domains, known.region)) if known else None


def _below(mesh: Mesh, purpose: str) -> Iterator[str]:
    """The purposes that stand below one in the registry: whoever holds it may name them."""
    return (one for one in mesh.governance.purposes if one != purpose and mesh.governance.purpose_covers(purpose, one))


def outsiders(mesh: Mesh, key: ProductKey) -> Iterator[Outsider]:
    """Whom the product's contracts name outside of the mesh."""
    for contract in mesh.products[key].descriptor.data_contracts:
        if consumer_of(mesh, contract.consumer) is None:
            yield Outsider(key, contract.consumer, contract.purpose)


def _closing(product: Looked, consumer: str) -> Finding | None:
    return next((one.finding for one in product.closures if one.consumer == consumer), None)


def _caller(mesh: Mesh, grant: Grant, home: str | None) -> Caller | None:
    """Somebody who reads under that grant, as far as the organisation's files know them; None for a product that is not there."""
    consumer, region = grant.consumer, grant.region or home
    if (found := _known(mesh, consumer)) or consumer.kind is Kind.PRODUCT:
        return found
    roles = (consumer.name,) if consumer.kind is Kind.ROLE else (Role.CONSUMER.value,)
    domains = (consumer.name,) if consumer.kind is Kind.DOMAIN else ()
    return Caller.person(Actor(consumer.name, roles, domains, region))
