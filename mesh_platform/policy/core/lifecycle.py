"""LIFE: a product that ends says when and what takes its place."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.errors import Severity
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, Verdict, failing, passing, rule
from mesh_platform.product import Lifecycle

_ENDING = {"status": "deprecated", "sunset": "2027-06-30", "successor": "sales/segments"}


@rule(
    "LIFE-01",
    "A deprecated product names its sunset and its successor",
    passing("both", product=_ENDING),
    failing("no sunset", product={**_ENDING, "sunset": None}),
    failing("no successor", product={**_ENDING, "successor": None}),
    failing("a successor that does not exist", product={**_ENDING, "successor": "sales/nowhere"}),
    failing("itself", product={**_ENDING, "successor": "customer/profiles"}),
    source="House rule: consumers can plan",
    applies=lambda facts: facts.descriptor.status is Lifecycle.DEPRECATED,
)
def ends_in_order(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.sunset is None:
        yield Objection("It is deprecated and names no day of its end.", "Add `sunset: <date>`.", ("status",))
    successor = facts.descriptor.successor
    if successor is None:
        yield Objection("It is deprecated and names no successor.", "Add `successor: domain/product`.", ("status",))
    elif successor == facts.product.key or successor not in {*facts.mesh.products, *facts.mesh.broken}:
        yield Objection(f"Its successor {successor} is no other product of the mesh.", "Name one that exists.", ("successor",))


@rule(
    "LIFE-02",
    "A retired product is not run",
    passing("active"),
    failing("retired", product={"status": "retired"}),
    source="House rule: consumers can plan",
    verdict=Verdict.WARN,
)
def retired(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.status is Lifecycle.RETIRED:
        fix = "Remove its folder once `mesh retire` has purged it."
        yield Objection("It is retired and is not published any more.", fix, ("status",), severity=Severity.INFO)


@rule(
    "LIFE-03",
    "A product does not outlive its sunset",
    passing("before it", product=_ENDING),
    passing("on the day", product={**_ENDING, "sunset": "2026-12-01"}),
    failing("after it", product={**_ENDING, "sunset": "2026-11-30"}),
    source="House rule: consumers can plan",
    applies=lambda facts: facts.descriptor.status is not Lifecycle.RETIRED,
)
def before_its_sunset(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.sunset is not None and facts.descriptor.sunset < facts.today:
        yield Objection("Its sunset has passed.", "Set `status: retired`, or move the sunset.", ("sunset",))


@rule(
    "LIFE-04",
    "A product reads none that is retired, and is told of those that end",
    passing("its input is active", about="sales/segments"),
    failing("its input is deprecated", about="sales/segments", product=_ENDING),
    failing("its input is retired", about="sales/segments", product={"status": "retired"}),
    source="House rule: consumers can plan",
    part="input",
)
def reads_living_products(facts: Facts) -> Iterator[Objection]:
    for i, _, source in facts.inputs():
        ends, successor = source.descriptor.sunset, source.descriptor.successor
        fix = f"Read {successor} instead." if successor else f"Ask the owner of {source.key} what takes its place."
        if source.descriptor.status is Lifecycle.RETIRED:
            yield Objection(f"Its input {source.key} is retired.", fix, ("inputs", i))
        elif source.descriptor.status is Lifecycle.DEPRECATED:
            when = f" and ends on {ends.isoformat()}" if ends else ""
            yield Objection(f"Its input {source.key} is deprecated{when}.", fix, ("inputs", i), severity=Severity.WARN)


LIFECYCLE = (ends_in_order, retired, before_its_sunset, reads_living_products)
