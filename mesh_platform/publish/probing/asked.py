"""Who asks, when a control is probed, and what they are told: the decisions on a synthetic reader, by the code of every read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mesh_platform.access.decision import Caller, Decision
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.access.standing import decided_on
from mesh_platform.actor import Actor, Role
from mesh_platform.product import Mesh, Product
from mesh_platform.product.bases import bases_of

NAME = "mesh probe"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader gets for one purpose: under its domain's own grant, and under one that lists all as raw."""

    lowest: Decision
    raw: Decision


def reader_of(product: Product) -> Caller:
    """Somebody of the product's own domain, where it lies, to whom nobody granted anything."""
    return Caller.person(Actor(NAME, (Role.CONSUMER,), (product.key.domain,), product.location))


def asked_of(mesh: Mesh, product: Product, now: datetime) -> tuple[Asked, ...]:
    """The decisions for each of its purposes for which the reader is let in."""
    caller, found = reader_of(product), []
    for purpose in product.descriptor.purposes:
        lowest = decided_on(mesh, caller, product, purpose, now, ())
        if lowest.allowed:
            every = Grant(NAME, Consumer(Kind.PERSON, NAME), purpose, None, raw=frozenset(product.descriptor.columns))
            found.append(Asked(lowest, decided_on(mesh, caller, product, purpose, now, (every,))))
    return tuple(found)


def unlawful_of(mesh: Mesh, product: Product, now: datetime) -> tuple[Decision, ...]:
    """The decisions on a read without a purpose, and on one for a purpose that the product does not serve, where there is any."""
    served = bases_of(product.descriptor.purposes, mesh.governance)
    other = next((name for name in mesh.governance.purposes if name not in served), None)
    return tuple(decided_on(mesh, reader_of(product), product, asked, now, ()) for asked in dict.fromkeys((None, other)))
