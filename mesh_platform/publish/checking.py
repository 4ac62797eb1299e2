"""`mesh check`: the gate over the whole mesh as its folders stand, and over what is known of the versions that are served, where any are.

Nothing runs and nothing is published. What only staged rows can tell is listed as not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import Finding
from mesh_platform.policy import NotEvaluated, Review, Served
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.product.lineage import Lineage
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish.assessment import Assessment
from mesh_platform.publish.served_inputs import Inputs, held_to


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one product where a version of it is served: its review, that version, and how its readers are to take it."""

    review: Review
    served: Served = Served()
    for_readers: Inputs = Inputs()

    @property
    def waits(self) -> bool:
        """Whether its files are held back by a review, so that a run of the mesh goes on serving what is served."""
        return self.review.standing in ("waiting", "rejected")


@dataclass(frozen=True, slots=True)
class Report:
    """The whole mesh as `mesh check` sees it."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


def judged(mesh: Mesh, product: Product, shapes: ShapeCache, today: date, known: Mapping[ProductKey, Known]) -> Assessment:
    """The gate over one product's files: what `mesh check`, `mesh products` and `mesh show` say alike."""
    own, inputs = known.get(product.key), Inputs()
    for key in mesh.upstream(product.key):
        if key in known and known[key].waits:
            inputs |= known[key].for_readers
    return held_to(inputs, mesh, product, shapes, today, own.review if own else None, own.served if own else None)


def check_mesh(
    mesh: Mesh,
    shapes: ShapeCache,
    today: date,
    only: frozenset[ProductKey] | None = None,
    contracts: ExtraCompiler | None = None,
    known: Mapping[ProductKey, Known] | None = None,
) -> Report:
    """Every finding of the mesh, or of the products in `only`; broken descriptors included, and contracts that cannot be compiled."""
    from mesh_platform.contract import contract_of, contract_problems  # loading a code location does without pandera

    findings: list[Finding] = list(mesh.findings)
    if only is None:
        findings += [finding for domain in mesh.domains.values() for finding in domain.findings]
    else:
        named = {key.domain for key in only}
        findings += [finding for name, domain in mesh.domains.items() if name in named for finding in domain.findings]
    not_evaluated: dict[NotEvaluated, None] = {}
    for key in sorted({*mesh.products, *mesh.broken}):
        if only is not None and key not in only:
            continue
        if key in mesh.broken:
            findings += mesh.broken[key].findings
            continue
        assessment = judged(mesh, mesh.products[key], shapes, today, known or {})
        findings += assessment.findings
        findings += _unfitting_types(mesh.products[key], assessment.lineage)
        findings += contract_problems(contract_of(mesh.products[key], contracts))
        not_evaluated |= dict.fromkeys(assessment.decision.not_evaluated)
    return Report(tuple(dict.fromkeys(findings)), tuple(not_evaluated))


def _unfitting_types(product: Product, lineage: Lineage) -> Iterator[Finding]:
    """Columns that the transform yields as a type which staging would refuse, told by the rule that would refuse it."""
    from mesh_platform.lake import unfitting  # loading a code location does without the lake

    declared = {name.casefold(): (name, column.type.duckdb) for name, column in product.descriptor.columns.items()}
    for found, kind in lineage.staged or ():
        if found.casefold() in declared:
            name, wanted = declared[found.casefold()]
            if refused := unfitting(name, kind, wanted, str(product.key)):
                where = lineage.lines.get(name.casefold(), product.at("columns", name, "type"))
                yield replace(refused, where=where)
