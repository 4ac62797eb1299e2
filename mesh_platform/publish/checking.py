"""`mesh check`: the gate over the whole mesh as its folders stand, and over what is known of the versions that are served, where any are.

Nothing runs and nothing is published. What only staged rows can tell is listed as not evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import Finding, Severity
from mesh_platform.policy import Closure, NotEvaluated, Review, Served
from mesh_platform.product import Lifecycle, Mesh, Product, ProductKey
from mesh_platform.product.lineage import Lineage
from mesh_platform.product.mesh import DomainFolder
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


@dataclass(frozen=True, slots=True)
class Looked:
    """One product as `mesh check` sees it; `runs` is False for one that is retired or whose descriptor cannot be read."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...] = ()
    runs: bool = True
    closures: tuple[Closure, ...] = ()

    @property
    def open(self) -> bool:
        return self.runs and not self.blocking

    @property
    def blocking(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.blocks)


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
    findings: list[Finding] = list(mesh.findings)
    named = {*mesh.domains} if only is None else {key.domain for key in only}
    for name in (name for name in mesh.domains if name in named):
        findings += [*mesh.domains[name].findings, *_unread(mesh, mesh.domains[name])]
    not_evaluated: dict[NotEvaluated, None] = {}
    for key in sorted({*mesh.products, *mesh.broken}):
        if only is not None and key not in only:
            continue
        found = looked_at(mesh, key, shapes, today, contracts, known)
        findings += found.findings
        not_evaluated |= dict.fromkeys(found.not_evaluated)
    return Report(tuple(dict.fromkeys(findings)), tuple(not_evaluated))


def looked_at(
    mesh: Mesh,
    key: ProductKey,
    shapes: ShapeCache,
    today: date,
    contracts: ExtraCompiler | None = None,
    known: Mapping[ProductKey, Known] | None = None,
) -> Looked:
    """All that can be said of one product before it runs: the gate over its files, the types that its SQL yields, its contract."""
    from mesh_platform.contract import contract_of, contract_problems  # loading a code location does without pandera

    if key in mesh.broken:
        return Looked(mesh.broken[key].findings, runs=False)
    product = mesh.products[key]
    assessment = judged(mesh, product, shapes, today, known or {})
    beside = (*_unfitting_types(product, assessment.lineage), *contract_problems(contract_of(product, contracts)))
    runs = product.descriptor.status is not Lifecycle.RETIRED
    found, decision = tuple(dict.fromkeys((*assessment.findings, *beside))), assessment.decision
    return Looked(found, decision.not_evaluated, runs, decision.closures)


def _unread(mesh: Mesh, domain: DomainFolder) -> Iterator[Finding]:
    """Python files of a domain's folder that nothing ever reads: an asset in one would wait for ever."""
    for path in sorted(domain.folder.glob("*.py")):
        if path.name != "definitions.py":
            why = "Nothing reads this file: what stands in it never runs."
            fix = f"Make it a product (domains/{domain.name}/<product>/ with product.yaml and transform.py), or remove it."
            yield Finding("DESC-16", path.relative_to(mesh.root).as_posix(), why, fix, severity=Severity.INFO)


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
