"""The scope of PCI DSS, told from descriptors and lineage: which products hold card numbers, whose transforms touch them, and what is connected to those.

Pure. It tells what is declared and what flows from it. Card numbers that nobody declared are the business of the scan and of the pack's rules at the gate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Literal

from mesh_platform.interop.evidence.model import Part
from mesh_platform.interop.withheld import Said
from mesh_platform.policy.packs.asking import within
from mesh_platform.policy.packs.pci.cards import CARD
from mesh_platform.product import Mesh, Product
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.lineage import Lineage, input_fields

Scope = Literal["holds", "touches", "connected", "out"]


class Member(Part):
    """One product in the map: `holds` declares card data; `touches` is given it, and keeps none by its own word; `connected` exchanges other columns with those."""

    product: str
    scope: Scope
    columns: tuple[str, ...]
    derived: tuple[str, ...]
    place: str | None
    why: Said


class Flow(Part):
    """What one product gives to another; `cards` are the fields of it that hold or derive from card data."""

    source: str
    target: str
    fields: tuple[str, ...]
    cards: tuple[str, ...]


class Recipient(Part):
    """Who gets card data by a contract."""

    product: str
    consumer: Said
    outside: bool
    purpose: str
    cards: tuple[str, ...]
    raw: tuple[str, ...]


class ScopeMap(Part):
    """The map of the mesh."""

    members: tuple[Member, ...]
    flows: tuple[Flow, ...]
    recipients: tuple[Recipient, ...]

    def part(self, covers: Callable[[str], bool]) -> ScopeMap:
        """The map of some of the products, with what flows to and from them."""
        return ScopeMap(
            members=tuple(one for one in self.members if covers(one.product)),
            flows=tuple(one for one in self.flows if covers(one.source) or covers(one.target)),
            recipients=tuple(one for one in self.recipients if covers(one.product)),
        )

    @property
    def inside(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.scope != "out")


def scope_of(mesh: Mesh, lineages: Mapping[str, Lineage], today: date) -> ScopeMap:
    """Which products are in scope, and why.

    Args:
        mesh: the mesh as its folders stand.
        lineages: of each product, by its key.
        today: on which contracts count.
    """
    declared = {ColumnRef(key, name) for key, one in mesh.products.items() for name in _declared(one)}
    tainted = _followed(mesh, lineages, declared)
    flows = tuple(_flow(mesh, source, target, tainted) for source, target in _edges(mesh))
    members = _members(mesh, declared, tainted, flows)
    return ScopeMap(members=members, flows=_within(flows, members), recipients=tuple(_recipients(mesh, tainted, today)))


def _declared(product: Product) -> tuple[str, ...]:
    return tuple(name for name, column in product.descriptor.columns.items() if within(column.category, *CARD))


def _followed(mesh: Mesh, lineages: Mapping[str, Lineage], declared: set[ColumnRef]) -> set[ColumnRef]:
    """Every column that is card data or derives from it, however far; a declassifier may have made it less, and it stays in the map all the same."""
    found, grown = set(declared), True
    while grown:
        grown = False
        for key, product in mesh.products.items():
            origins = lineages[str(key)].columns if str(key) in lineages else {}
            for name in product.descriptor.columns:
                ref = ColumnRef(key, name)
                if ref not in found and found & origins.get(name, frozenset()):
                    found.add(ref)
                    grown = True
    return found


def _edges(mesh: Mesh) -> Iterable[tuple[Product, Product]]:
    for _, target in sorted(mesh.products.items()):
        for entry in target.descriptor.inputs:
            if (source := mesh.products.get(entry.product)) is not None:
                yield source, target


def _flow(mesh: Mesh, source: Product, target: Product, tainted: set[ColumnRef]) -> Flow:
    given = input_fields(mesh, target)
    fields = tuple(
        dict.fromkeys(name for entry in target.descriptor.inputs if entry.product == source.key for name in given[entry.name])
    )
    cards = tuple(name for name in fields if ColumnRef(source.key, name) in tainted)
    return Flow(source=str(source.key), target=str(target.key), fields=fields, cards=cards)


def _members(mesh: Mesh, declared: set[ColumnRef], tainted: set[ColumnRef], flows: Iterable[Flow]) -> tuple[Member, ...]:
    scopes: dict[str, tuple[Scope, str]] = {}
    for ref in declared:
        scopes[str(ref.product)] = ("holds", "It declares card data.")
    for flow in flows:
        if flow.cards:
            scopes.setdefault(flow.target, ("touches", f"It is given {', '.join(flow.cards)} of {flow.source}."))
    core = {*scopes}
    for flow in flows:
        if flow.source in core:
            scopes.setdefault(flow.target, ("connected", f"It reads {flow.source}, and no card data of it."))
        if flow.target in core:
            scopes.setdefault(flow.source, ("connected", f"{flow.target} reads it."))
    return tuple(
        _member(product, *scopes.get(str(key), ("out", "")), declared, tainted) for key, product in sorted(mesh.products.items())
    )


def _member(product: Product, scope: Scope, why: str, declared: set[ColumnRef], tainted: set[ColumnRef]) -> Member:
    own = [(name, ColumnRef(product.key, name)) for name in product.descriptor.columns]
    return Member(
        product=str(product.key),
        scope=scope,
        columns=tuple(name for name, ref in own if ref in declared),
        derived=tuple(name for name, ref in own if ref in tainted and ref not in declared),
        place=product.location,
        why=why,
    )


def _within(flows: Iterable[Flow], members: Iterable[Member]) -> tuple[Flow, ...]:
    """The flows of which one end holds or touches card data."""
    core = {one.product for one in members if one.scope in ("holds", "touches")}
    return tuple(dict.fromkeys(flow for flow in flows if core & {flow.source, flow.target}))


def _recipients(mesh: Mesh, tainted: set[ColumnRef], today: date) -> Iterable[Recipient]:
    for key, product in sorted(mesh.products.items()):
        for contract in product.descriptor.data_contracts:
            cards = tuple(name for name in contract.fields if ColumnRef(key, name) in tainted)
            if cards and (contract.expires is None or contract.expires >= today):
                yield Recipient(
                    product=str(key),
                    consumer=contract.consumer,
                    outside=consumer_of(mesh, contract.consumer) is None,
                    purpose=contract.purpose,
                    cards=cards,
                    raw=tuple(name for name in cards if name in contract.raw),
                )
