"""A grant: what one consumer gets of one product, for one purpose. An approved contract of the product is one; a person's approved request is another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from mesh_platform.access.aggregates.groups import Groups
from mesh_platform.actor import Actor, Role
from mesh_platform.errors import Finding
from mesh_platform.policy.at_reads import AtReads, Hidden
from mesh_platform.product import Column, DataContract, Governance, Mesh, Product, ProductKey, Sensitivity
from mesh_platform.product.contracts import consumer_of

READERS = (Role.OWNER, Role.CONSUMER)
"""Roles that read rows at all; the others see states, counts and evidence."""


class Kind(StrEnum):
    """What a grant names as its consumer."""

    DOMAIN = "domain"
    PRODUCT = "product"
    ROLE = "role"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who gets it: everybody of a domain, the pipeline of one product, a role, or one person."""

    kind: Kind
    name: str

    def is_person(self, actor: Actor) -> bool:
        """Whether that principal reads under it."""
        if not any(role in actor.roles for role in READERS):
            return False
        names: Mapping[Kind, Iterable[str]] = {
            Kind.DOMAIN: actor.domains,
            Kind.ROLE: actor.roles,
            Kind.PERSON: (actor.name,),
        }
        return self.name in names.get(self.kind, ())

    def is_product(self, key: ProductKey) -> bool:
        """Whether that product's publication reads under it."""
        return self.name == {Kind.DOMAIN: key.domain, Kind.PRODUCT: str(key)}.get(self.kind)

    def is_of(self, domain: str) -> bool:
        """Whether it is that domain, or a product of it; a person or a role is of none, whoever reads under it."""
        return self == Consumer(Kind.DOMAIN, domain) or (self.kind is Kind.PRODUCT and self.name.partition("/")[0] == domain)

    def __str__(self) -> str:
        return f"{self.kind.value} {self.name}"


@dataclass(frozen=True, slots=True)
class Grant:
    """An approved contract, or an approved request.

    `fields` None stands for every field (a domain's own products). `raw` are the fields that are handed out as they are although their
    sensitivity brings a mask. A request's grant also says up to which moment and from where it is read, how sensitive each field was
    (`levels`), and which quasi-identifiers were judged together (`judged`). A `break_glass` one is for its person whatever the role.
    One with `groups` gives groups of people in place of rows. `refused` is the rule by which nobody reads under it although it is in force,
    and `hidden` the columns that a rule masks.
    """

    id: str
    consumer: Consumer
    purpose: str
    fields: frozenset[str] | None
    excluded: frozenset[str] = frozenset()
    raw: frozenset[str] = frozenset()
    expires: date | None = None
    until: datetime | None = None
    region: str | None = None
    levels: Mapping[str, Sensitivity] | None = None
    judged: frozenset[str] | None = None
    break_glass: bool = False
    groups: Groups | None = None
    by_contract: bool = False
    refused: Finding | None = None
    hidden: Mapping[str, Hidden] = field(default_factory=dict)

    def holds_on(self, day: date) -> bool:
        """Whether it is in force: at that moment where `day` is one, else on all of that day."""
        if self.until is not None and (day >= self.until if isinstance(day, datetime) else day >= self.until.date()):
            return False
        return self.expires is None or (day.date() if isinstance(day, datetime) else day) <= self.expires

    @property
    def ends(self) -> datetime | None:
        """The moment from which on it is not in force; None where it has no end."""
        day_after = datetime.combine(self.expires + timedelta(days=1), time(), UTC) if self.expires else None
        return min((end for end in (self.until, day_after) if end), default=None)

    def holds_in(self, region: str | None, governance: Governance) -> bool:
        """Whether somebody in `region` may read under it."""
        return self.region is None or inside(region, self.region, governance)

    def lists(self, name: str, column: Column) -> bool:
        """Whether it gives that column, as sensitive as it is now."""
        return self.names(name) and not self.outgrown(name, column)

    def names(self, name: str) -> bool:
        return self.fields is None or name in self.fields

    def outgrown(self, name: str, column: Column) -> bool:
        """Whether the column is more sensitive now than it was when this was granted: that was never approved."""
        if self.levels is None or not self.names(name):
            return False
        now = column.sensitivity or Sensitivity.RESTRICTED
        return name not in self.levels or now > self.levels[name]


def inside(region: str | None, outer: str, governance: Governance) -> bool:
    """Whether `region` is `outer` or lies in it; one that nobody knows lies nowhere."""
    regions = governance.regions
    if not region:
        return False
    return region == outer or bool(regions.locations(region) and regions.locations(region) <= regions.locations(outer))


def contract_grants(mesh: Mesh, product: Product) -> tuple[Grant, ...]:
    """The grants that the product's own contracts are. One with somebody outside of the mesh is none: nobody here is that consumer."""
    found = enumerate(product.descriptor.data_contracts)
    return tuple(grant for i, contract in found if (grant := _of_contract(mesh, product, i, contract)) is not None)


def under_rules(grants: Iterable[Grant], at: AtReads, mesh: Mesh, domain: str) -> Iterator[Grant]:
    """The grants on a product of `domain` as rules leave them: a contract whose consumer is refused opens nothing, nothing opens to others than the
    domain where all of them are, and what is masked is masked under every one.
    """
    refused = {consumer_of(mesh, name): finding for name, finding in at.refused.items()}
    own = {consumer_of(mesh, one.consumer): one.consumer for one in at.hidden if one.consumer}
    for grant in grants:
        contract = grant.by_contract
        name = grant.consumer.name if contract else None
        outside = None if grant.consumer.is_of(domain) else at.outside
        why = at.broken or (refused.get(name) if contract else None) or outside
        yield replace(grant, refused=why, hidden=at.hidden_from(own.get(name)))


def _of_contract(mesh: Mesh, product: Product, position: int, contract: DataContract) -> Grant | None:
    name = consumer_of(mesh, contract.consumer)
    if name is None:
        return None
    return Grant(
        id=f"{product.key}: contract {position + 1}",
        consumer=Consumer(Kind.PRODUCT if "/" in name else Kind.DOMAIN, name),
        purpose=contract.purpose,
        fields=frozenset(contract.fields),
        excluded=frozenset(contract.excluded_fields),
        raw=frozenset(contract.raw),
        expires=contract.expires,
        groups=Groups.of_contract(contract, product, mesh.governance),
        by_contract=True,
    )


def own_domain(product: ProductKey, purposes: Iterable[str]) -> tuple[Grant, ...]:
    """Inside a domain no contract is needed: everybody of it reads its products for what they are for, masked as they say."""
    consumer = Consumer(Kind.DOMAIN, product.domain)
    return tuple(Grant(f"{product}: its own domain", consumer, purpose, None) for purpose in purposes)
