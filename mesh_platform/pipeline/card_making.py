"""Cards from the mesh: each product read and judged alone, so that a broken one is a card with findings and its siblings stay whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, MeshError
from mesh_platform.pipeline.card import Card, ColumnCard
from mesh_platform.pipeline.edge import at_the_edge
from mesh_platform.pipeline.hush import hushed

if TYPE_CHECKING:
    from mesh_platform.product import Mesh, Product, ProductKey
    from mesh_platform.publish import Assessment
    from mesh_platform.settings import Settings

_ON_A_CYCLE = "DESC-08"


def cards_from_mesh(settings: Settings, domain: str | None) -> tuple[Card, ...]:
    """The cards of one domain's products, or of all, as the folders say today."""
    from mesh_platform.product import load_mesh
    from mesh_platform.publish import confinement_of, shape_cache

    root, shapes, today = settings.project.resolve(), shape_cache(settings), utc_now().date()
    with hushed():  # a descriptor may be Python
        mesh = load_mesh(root, confinement_of(settings))
    upstream = dependencies(mesh)

    def judge(product: Product) -> Assessment:
        from mesh_platform.publish import assess

        return assess(mesh, product, shapes, today)

    def card(key: ProductKey) -> Card:
        if key in mesh.broken:
            return Card(key.domain, key.name, blocked=True, findings=mesh.broken[key].findings)
        product = mesh.products[key]
        judged = at_the_edge(lambda: judge(product), str(key), root)
        return _card(mesh, product, judged, upstream[key])

    keys = sorted({*mesh.products, *mesh.broken})
    return tuple(card(key) for key in keys if domain is None or key.domain == domain)


def let_through_here(settings: Settings, cards: tuple[Card, ...]) -> tuple[Card, ...]:
    """The cards under the waivers of the control database; where it cannot be read, none counts."""
    from mesh_platform.policy.waiving import counts, let_through
    from mesh_platform.registry.waivers import approved_in
    from mesh_platform.state import look_at_state

    today = utc_now().date()
    try:
        with look_at_state(settings) as database:
            waivers = [one for one in approved_in(database) if counts(one, today)] if database else []
    except MeshError:
        return cards

    def judged(card: Card) -> Card:
        own = [one for one in waivers if one.product == f"{card.domain}/{card.name}"]
        findings = tuple(let_through(finding, own, today) for finding in card.findings)
        return replace(card, findings=findings, blocked=card.blocked and any(finding.blocks for finding in findings))

    return tuple(map(judged, cards))


def _card(mesh: Mesh, product: Product, judged: Assessment | Finding, inputs: tuple[ProductKey, ...]) -> Card:
    findings = (judged,) if isinstance(judged, Finding) else judged.findings
    origins = {} if isinstance(judged, Finding) else judged.lineage.columns
    descriptor = product.descriptor
    freshness = descriptor.sla.freshness if descriptor.sla else None
    return Card(
        domain=product.key.domain,
        name=product.key.name,
        kind=_kind(product),
        version=descriptor.version,
        lifecycle=descriptor.status.value,
        description=descriptor.description,
        owner=mesh.owner(product.key),
        sensitivity=descriptor.sensitivity.value,
        region=descriptor.data_residency.region or product.location or "",
        location=product.location or "",
        spec_hash=product.spec_hash,
        freshness_seconds=freshness.approximate.total_seconds() if freshness else None,
        columns=tuple(_column(product, name, origins.get(name, frozenset())) for name in descriptor.columns),
        inputs=tuple((key.domain, key.name) for key in inputs),
        blocked=any(finding.blocks for finding in findings),
        findings=tuple(dict.fromkeys(findings)),
        not_evaluated=() if isinstance(judged, Finding) else tuple(n.rule for n in judged.decision.not_evaluated),
    )


def _column(product: Product, name: str, origins: Iterable[tuple[ProductKey, str]]) -> ColumnCard:
    column = product.descriptor.columns[name]
    return ColumnCard(
        name=name,
        type=column.type.text,
        description=column.description,
        nullable=column.nullable,
        unique=column.unique,
        sensitivity=column.sensitivity.value if column.sensitivity else "",
        category=column.category or "",
        origins=tuple(sorted((key.domain, key.name, field) for key, field in origins)),
    )


def _kind(product: Product) -> str:
    made = type(product.transform).__name__.removesuffix("Transform").lower()
    if product.transform is not None:
        return made
    source = product.descriptor.source
    if source is None:
        return ""
    suffix = Path((source.path or "").removesuffix(".gz")).suffix.lstrip(".")
    return source.format or (suffix if suffix.isalnum() else "") or "table"


def dependencies(mesh: Mesh) -> Mapping[ProductKey, tuple[ProductKey, ...]]:
    """What must be published before each product: its inputs, and the products that its columns reference.

    A product on a cycle waits for nothing, since one cycle would take the whole asset graph down (its finding says so); a reference
    that would close a cycle orders nothing. An older major version that stands beside a product goes first, since a change that breaks its
    readers is published only where that version is served.
    """
    found: dict[ProductKey, dict[ProductKey, None]] = {}
    for key, product in mesh.products.items():
        on_a_cycle = any(finding.rule == _ON_A_CYCLE for finding in product.findings)
        found[key] = {} if on_a_cycle else {entry.product: None for entry in product.descriptor.inputs}
    for key in sorted(mesh.products):
        for column in mesh.products[key].descriptor.columns.values():
            target = column.reference[0] if column.reference else key
            if target != key and not _reaches(found, target, key):
                found[key][target] = None
    for key in mesh.products:
        for older in mesh.versions(key) if key.major is None else ():
            if _is_live(mesh, older) and not _reaches(found, older, key):
                found[key][older] = None
    return {key: tuple(targets) for key, targets in found.items()}


def _is_live(mesh: Mesh, key: ProductKey) -> bool:
    from mesh_platform.publish.lifecycle import ended

    return key in mesh.products and not ended(mesh.products[key], utc_now().date())


def _reaches(edges: Mapping[ProductKey, Iterable[ProductKey]], start: ProductKey, goal: ProductKey) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        step = waiting.pop()
        if step == goal:
            return True
        fresh = set(edges.get(step, ())) - seen
        seen |= fresh
        waiting += fresh
    return False
