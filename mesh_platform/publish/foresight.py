"""What a change of packs, descriptors, purposes or governance would do before it does: products that would be blocked or open, and who reads them.

Two meshes are judged by the very functions that the gate and the reads use, and what differs is told. Nothing runs, and no row is looked at: a rule
that needs rows is listed as not evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.filters import off_its_basis
from mesh_platform.access.grants import Consumer, Grant, Kind, contract_grants
from mesh_platform.access.standing import decided_by_both
from mesh_platform.actor import Actor, Role
from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import Finding
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.lineage import input_fields
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish.checking import Known, Looked, looked_at
from mesh_platform.publish.inputs import not_given, refusal_of

Grants = Callable[[ProductKey], Sequence[Grant]]
NOTHING = Looked((), runs=False)


def no_grants(key: ProductKey) -> tuple[Grant, ...]:
    """Where no request was ever approved."""
    return ()


@dataclass(frozen=True, slots=True)
class World:
    """A mesh, and what is known of the versions that are served under its names."""

    mesh: Mesh
    known: Mapping[ProductKey, Known] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads one product for one purpose: under a contract, a grant, as its own domain, or to make another product."""

    product: ProductKey
    consumer: str
    purpose: str
    through: str = field(compare=False)
    caller: Caller = field(compare=False)


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


@dataclass(frozen=True)
class Judge:
    """What both worlds are judged with: one moment, one set of approved grants."""

    shapes: ShapeCache
    now: datetime
    contracts: ExtraCompiler | None = None
    grants: Grants = no_grants

    def of(self, world: World, applied: bool) -> Judgement:
        """The judgement of a world; `applied`: as it is once every product that may be published was."""
        mesh = world.mesh
        products: dict[ProductKey, Looked] = {}
        for key in (*mesh.order(), *mesh.broken):
            found = looked_at(mesh, key, self.shapes, self.now.date(), self.contracts, world.known)
            served = partial(self._served, world, products, applied)
            products[key] = replace(found, findings=(*found.findings, *self._inputs(mesh, key, served))) if found.open else found
        given = {
            reader: self.read(mesh, self._served(world, products, applied, mesh.products[reader.product]), reader)
            for key in mesh.products
            for reader in readers(mesh, key, self.grants(key), self.now)
        }
        outside = {one: _closing(products[one.product], one.consumer) for key in mesh.products for one in outsiders(mesh, key)}
        return Judgement(products, given, outside)

    def read(self, mesh: Mesh, served: Product, reader: Reader) -> Decision:
        """What that reader gets of a product as it is served."""
        found = decided_by_both(mesh, reader.caller, served, reader.purpose, self.now, self.grants(reader.product))
        if not (found.allowed and found.about_people):
            return found
        told = off_its_basis(served, mesh.products.get(served.key), found, mesh.governance, Purposes(mesh.governance))
        return replace(found, refusal=told) if told else found

    def _served(self, world: World, products: Mapping[ProductKey, Looked], applied: bool, product: Product) -> Product:
        """As it is served: the last published description of it where the present one is held back, or not published yet."""
        known = world.known.get(product.key)
        old = known.served.descriptor if known else None
        if old is None or (applied and products.get(product.key, NOTHING).open):
            return product
        return replace(product, descriptor=old, lines={})

    def _inputs(self, mesh: Mesh, key: ProductKey, served: Callable[[Product], Product]) -> Iterator[Finding]:
        """RUN-15: what the publication would not be given of its inputs."""
        product = mesh.products[key]
        caller = Caller.publication(key, product.location)
        for number, entry in enumerate(product.descriptor.inputs):
            if entry.product in mesh.products:
                reader = Reader(entry.product, str(key), entry.purpose or "", "input", caller)
                decision = self.read(mesh, served(mesh.products[entry.product]), reader)
                if told := refusal_of(decision, input_fields(mesh, product)[entry.name]):
                    yield not_given(product, number, told)


def readers(mesh: Mesh, key: ProductKey, approved: Iterable[Grant], now: datetime) -> Iterator[Reader]:
    """Everybody who may read a product by what stands in files and registers, each once; from within its region unless a grant says otherwise."""
    product = mesh.products[key]
    home = product.location or product.descriptor.data_residency.region
    found: dict[tuple[str, str], Reader] = {}

    def add(consumer: Consumer, purpose: str, through: str, caller: Caller | None) -> None:
        if caller is not None:
            found.setdefault((str(consumer), purpose), Reader(key, str(consumer), purpose, through, caller))

    for other in mesh.readers(key):
        for entry in mesh.products[other].descriptor.inputs:
            if entry.product == key:
                caller = Caller.publication(other, mesh.products[other].location)
                add(Consumer(Kind.PRODUCT, str(other)), entry.purpose or "", "input", caller)
    for through, grants in (("contract", contract_grants(mesh, product)), ("grant", approved)):
        for grant in grants:
            if grant.holds_on(now):
                add(grant.consumer, grant.purpose, through, _caller(mesh, grant, home))
    for purpose in product.descriptor.purposes:
        consumer = Consumer(Kind.DOMAIN, key.domain)
        add(
            consumer, purpose, "own domain", Caller.person(Actor(f"somebody of {key.domain}", (Role.OWNER,), (key.domain,), home))
        )
    yield from found.values()


def outsiders(mesh: Mesh, key: ProductKey) -> Iterator[Outsider]:
    """Whom the product's contracts name outside of the mesh."""
    for contract in mesh.products[key].descriptor.data_contracts:
        if consumer_of(mesh, contract.consumer) is None:
            yield Outsider(key, contract.consumer, contract.purpose)


def _closing(product: Looked, consumer: str) -> Finding | None:
    return next((one.finding for one in product.closures if one.consumer == consumer), None)


def _caller(mesh: Mesh, grant: Grant, home: str | None) -> Caller | None:
    """Somebody who reads under that grant; None for a product that is not there."""
    consumer, region = grant.consumer, grant.region or home
    if consumer.kind is Kind.PRODUCT:
        key = ProductKey.as_written(consumer.name)
        return Caller.publication(key, mesh.products[key].location) if key in mesh.products else None
    roles = (consumer.name,) if consumer.kind is Kind.ROLE else (Role.CONSUMER.value,)
    domains = (consumer.name,) if consumer.kind is Kind.DOMAIN else ()
    return Caller.person(Actor(consumer.name, roles, domains, region))
