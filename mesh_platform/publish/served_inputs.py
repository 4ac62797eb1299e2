"""A reader is held to its inputs as they are served: what their files say beyond that grants nothing until it is published.

What they take back counts at once. So both have to let a reader through: the files as they stand, and what is served.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from mesh_platform.errors import Finding
from mesh_platform.lake import Lake
from mesh_platform.policy import Review, Served
from mesh_platform.product import Mesh, Product, ProductKey, served_descriptor
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish.assessment import Assessment, assess
from mesh_platform.publish.review import Before, before
from mesh_platform.publish.runtime import Runtime


@dataclass(frozen=True, slots=True)
class Inputs:
    """Products that others read, where their files are not what is served: as served, and those of which that cannot be read."""

    served: Mapping[ProductKey, Product] = field(default_factory=dict)
    unread: frozenset[ProductKey] = frozenset()

    def of(self, mesh: Mesh, product: Product) -> Inputs:
        """Those of them that `product` reads or refers to."""
        read = mesh.upstream(product.key)
        return Inputs({key: self.served[key] for key in read if key in self.served}, self.unread & {*read})

    def __or__(self, other: Inputs) -> Inputs:
        return Inputs({**self.served, **other.served}, self.unread | other.unread)


def as_served(product: Product, follows: Before) -> Inputs:
    """`product` as the newest of those versions describes it; nothing before the first, or where these very files are served."""
    if not follows.versions or follows.newest.get("spec_hash") == product.spec_hash:
        return Inputs()
    descriptor = served_descriptor(follows.newest)
    if descriptor is None:
        return Inputs(unread=frozenset({product.key}))
    location = follows.moved_from or product.location
    return Inputs({product.key: replace(product, descriptor=descriptor, location=location, lines={})})


def assessed(mesh: Mesh, product: Product, runtime: Runtime, today: date, review: Review | None) -> Assessment:
    """The gate over the files of a product that is about to be published, held to what is served of its inputs."""
    inputs = Inputs()
    for key in mesh.upstream(product.key):
        if key in mesh.products:
            inputs |= _differing(mesh.products[key], runtime)
    return held_to(inputs, mesh, product, runtime.shapes, today, review)


def _differing(product: Product, runtime: Runtime) -> Inputs:
    last = runtime.registry.latest(product.key)
    if product.location is None or (last and (last.spec_hash, last.location) == (product.spec_hash, product.location)):
        return Inputs()
    return as_served(product, _own(product, runtime.lake))


def _own(product: Product, lake: Lake) -> Before:
    """What was published under this very name: an older version that stands beside the present one grants nothing of its own before."""
    follows = before(product, lake)
    return follows if follows.own else Before()


def held_to(
    inputs: Inputs,
    mesh: Mesh,
    product: Product,
    shapes: ShapeCache,
    today: date,
    review: Review | None = None,
    served: Served | None = None,
) -> Assessment:
    """The gate over the files, and again with those inputs as they are served: both have to be open."""
    found = assess(mesh, product, shapes, today, review, served)
    inputs = inputs.of(mesh, product)
    beyond = list(_unread(product, inputs.unread))
    if inputs.served:
        then = assess(replace(mesh, products={**mesh.products, **inputs.served}), product, shapes, today, review, served)
        said = {(finding.rule, finding.where) for finding in found.decision.blocking}
        beyond += [_told(f, tuple(inputs.served)) for f in then.decision.blocking if (f.rule, f.where) not in said]
    if not beyond:
        return found
    return replace(found, decision=replace(found.decision, open=False, findings=(*found.findings, *beyond)))


def _told(finding: Finding, inputs: tuple[ProductKey, ...]) -> Finding:
    names, first = ", ".join(map(str, inputs)), inputs[0]
    why = f"{finding.why} So it is with {names} as served; what the files there say beyond that counts once it is published."
    fix = f"`mesh run {first}` publishes them, or says what they wait for; `mesh review show {first}` tells of a review. {finding.fix}"
    return replace(finding, why=why, fix=fix)


def _unread(product: Product, keys: frozenset[ProductKey]) -> Iterator[Finding]:
    for i, entry in enumerate(product.descriptor.inputs):
        if entry.product in keys:
            why = (
                f"What {entry.product} serves was described in a form that this release cannot read: nobody knows what it grants."
            )
            fix = f"`mesh run {entry.product}` publishes it anew."
            yield Finding("CORE-09", product.at("inputs", i), why, fix, str(product.key))
