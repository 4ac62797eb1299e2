"""What a caller gets of a product under all grants on it: its contracts, its own domain's, and those of approved requests.

A product is read as it is served, less what its files have taken back since. Governed reads decide by this, and so does whoever asks what they would
decide; nothing here reads a row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from mesh_platform.access.decision import Caller, Decision, decide, stricter
from mesh_platform.access.grants import Grant, contract_grants, own_domain, under_rules
from mesh_platform.errors import Finding
from mesh_platform.policy import Facts
from mesh_platform.policy.at_reads import AtReads, at_reads, bearing
from mesh_platform.product import Lifecycle, Mesh, Product


def decided_on(
    mesh: Mesh,
    caller: Caller,
    product: Product,
    purpose: str | None,
    now: datetime,
    approved: Sequence[Grant],
    closed: Mapping[str, Finding] | None = None,
) -> Decision:
    """The decision on one description of a product.

    Args:
        mesh: the mesh whose governance counts.
        caller: who asks.
        product: the product as served, or as its files stand.
        purpose: what for.
        now: the moment on which grants have to be in force.
        approved: the grants of approved requests on it.
        closed: consumers, as contracts name them, whom the rows of the served version closed.
    """
    descriptor, where = product.descriptor, str(product.key)
    sunset = descriptor.sunset
    if descriptor.status is Lifecycle.RETIRED or (sunset is not None and sunset < now.date()):
        why = "It is retired." if descriptor.status is Lifecycle.RETIRED else f"Its sunset was {sunset}."
        fix = f"Read {descriptor.successor} instead." if descriptor.successor else "Ask its owner what follows it."
        return Decision(product.key, purpose or "", Finding("ACCESS-03", where, why, fix, where))
    given = (*contract_grants(mesh, product), *own_domain(product.key, descriptor.purposes), *approved)
    rules = what_rules_do(mesh, product, now.date()).closing(closed or {})
    grants = tuple(under_rules(given, rules.for_purpose(purpose, mesh.governance), mesh, product.key.domain))
    return decide(caller, product, purpose, grants, mesh.governance, now)


def what_rules_do(mesh: Mesh, product: Product, today: date) -> AtReads:
    """What the packs that bind the product do to its reads on that day."""
    return at_reads(Facts(mesh, product, today), bearing(mesh.governance))


def decided_by_both(
    mesh: Mesh,
    caller: Caller,
    served: Product,
    purpose: str | None,
    now: datetime,
    approved: Sequence[Grant],
    closed: Mapping[str, Finding] | None = None,
) -> Decision:
    """The decision on a product as it is served and as its files stand, the stricter of both column by column."""
    found = decided_on(mesh, caller, served, purpose, now, approved, closed)
    files = mesh.products.get(served.key)
    return found if files is None else stricter(found, decided_on(mesh, caller, files, purpose, now, approved, closed))
