"""The gate before anything runs: what a product's files alone say of it. The same function serves `mesh check`, loading and publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mesh_platform.confine import Confinement, Limits
from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import Finding
from mesh_platform.policy import Decision, Facts, NotEvaluated, Review, gate, rules
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.product.lineage import Lineage, lineage_of
from mesh_platform.product.sql import ShapeCache
from mesh_platform.settings import Settings


def shape_cache(settings: Settings) -> ShapeCache:
    """Where parsed SQL is kept; needs no database and no lake."""
    return ShapeCache(settings.home_path / "cache" / "sql")


def confinement_of(settings: Settings) -> Confinement:
    """How domain code runs under these settings."""
    limits = Limits(memory=int(settings.transform_memory), seconds=settings.transform_seconds)
    return Confinement(limits, weakened=settings.confinement == "weakened")


def extra_compiler(settings: Settings) -> ExtraCompiler:
    """What compiles the `contract.py` of products, and where compiled checks are kept."""
    return ExtraCompiler(confinement_of(settings), settings.home_path / "cache" / "contract")


@dataclass(frozen=True, slots=True)
class Assessment:
    """What is known of a product before it runs: its lineage, and the gate's decision on its files."""

    product: ProductKey
    decision: Decision
    lineage: Lineage

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What reading the files found, what the SQL's text shows, and what the rules say."""
        return self.decision.findings

    @property
    def open(self) -> bool:
        """Whether it may run; a retired product may not, although nothing is wrong with it."""
        return self.decision.open


@dataclass(frozen=True, slots=True)
class Report:
    """The whole mesh as `mesh check` sees it."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]

    @property
    def ok(self) -> bool:
        return not any(finding.blocks for finding in self.findings)


def assess(mesh: Mesh, product: Product, shapes: ShapeCache, today: date, review: Review | None = None) -> Assessment:
    """The gate over what can be known offline, and over the review where it is at hand; no engine, no database."""
    lineage = lineage_of(mesh, product, shapes)
    facts = Facts(mesh=mesh, product=product, lineage=lineage, today=today, review=review)
    return Assessment(product.key, gate(facts, rules()), lineage)


def check_mesh(
    mesh: Mesh,
    shapes: ShapeCache,
    today: date,
    only: frozenset[ProductKey] | None = None,
    contracts: ExtraCompiler | None = None,
    reviews: Mapping[ProductKey, Review] | None = None,
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
        assessment = assess(mesh, mesh.products[key], shapes, today, (reviews or {}).get(key))
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
