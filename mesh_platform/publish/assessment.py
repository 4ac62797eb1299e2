"""The gate before anything runs: what a product's files alone say of it. The same function serves `mesh check`, loading and publishing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from mesh_platform.confine import Confinement, Limits
from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import Finding
from mesh_platform.policy import Decision, Facts, NotEvaluated, Review, Served, gate, rules_of
from mesh_platform.product import Mesh, Product, ProductKey
from mesh_platform.product.lineage import Lineage, lineage_of
from mesh_platform.product.sql import ShapeCache
from mesh_platform.settings import Settings

_NO_SUCH_INPUT = "DESC-09"
_ALONG_LINEAGE = ("CORE-09", "CORE-11", "CORE-17")


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


def assess(
    mesh: Mesh,
    product: Product,
    shapes: ShapeCache,
    today: date,
    review: Review | None = None,
    served: Served | None = None,
) -> Assessment:
    """The gate over what can be known offline, and over review and served version where they are at hand; no engine, no database."""
    lineage = lineage_of(mesh, product, shapes)
    facts = Facts(mesh=mesh, product=product, lineage=lineage, today=today, review=review, served=served)
    if any(finding.rule == _NO_SUCH_INPUT and finding.blocks for finding in product.findings):
        return Assessment(product.key, _without_an_input(facts), lineage)
    return Assessment(product.key, gate(facts, rules_of(mesh.governance)), lineage)


def _without_an_input(facts: Facts) -> Decision:
    """Closed, since an input or a field of one does not exist; what follows from that along lineage is not judged and would bury it."""
    every = rules_of(facts.governance)
    left_out = [rule for rule in every if rule.id in _ALONG_LINEAGE]
    decision = gate(facts, (rule for rule in every if rule not in left_out))
    key = str(facts.product.key)
    skipped = tuple(
        NotEvaluated(key, rule.name, f"An input of it, or a field of one, does not exist ({_NO_SUCH_INPUT}).")
        for rule in left_out
    )
    return replace(decision, open=False, not_evaluated=(*decision.not_evaluated, *skipped))
