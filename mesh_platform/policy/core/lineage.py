"""CORE-11: a derived column is as sensitive as what it derives from, and serves no purpose that its sources do not.

A column whose origin is unknown derives from every field of every input, and a source that is no product counts as restricted. A source whose
descriptor cannot be read just now is passed over, with the warning that loading gave; at publication its last readable descriptor is held
against it.
"""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.core.declassify import lowers, why_not
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.objections import first_twenty
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import ProductKey, Sensitivity
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.lineage import Lineage
from mesh_platform.product.models import Column, DataProduct

_PROFILES = ProductKey("customer", "profiles")
_DOMAIN = {"type": "string", "sensitivity": "internal", "derivedFrom": ["customer/profiles.customer_id"]}
_COUNTED = {
    "aggregate": {"minGroup": 5, "count": "people"},
    "columns": {
        "customer_id": None,
        "people": {
            "type": "integer",
            "sensitivity": "internal",
            "derivedFrom": ["customer/profiles.customer_id"],
            "declassify": "counts",
        },
    },
}
_TRACED = {
    "segment": frozenset({ColumnRef(_PROFILES, "segment")}),
    "people": frozenset({ColumnRef(_PROFILES, "customer_id")}),
}


@rule(
    "CORE-11",
    "A derived column is no less sensitive than its sources",
    passing("each column as its source", about="sales/segments"),
    passing(
        "lowered where it is attested",
        about="sales/segments",
        reader={"columns": {"domain": {**_DOMAIN, "declassify": "mail_domain"}}},
    ),
    passing(
        "counted in groups of five",
        about="sales/segments",
        reader=_COUNTED,
        facts={"lineage": Lineage(_TRACED, frozenset({"people"}), exact=True)},
    ),
    failing("lower than its source", about="sales/segments", reader={"columns": {"domain": _DOMAIN}}),
    failing(
        "a declassifier that nobody registered",
        about="sales/segments",
        reader={"columns": {"domain": {**_DOMAIN, "declassify": "wishful"}}},
    ),
    failing(
        "a declassifier of another column",
        about="sales/segments",
        reader={"columns": {"segment": {"derivedFrom": ["customer/profiles.customer_id"], "declassify": "mail_domain"}}},
    ),
    failing(
        "counted, but not by an aggregate",
        about="sales/segments",
        reader=_COUNTED,
        facts={"lineage": Lineage(_TRACED, frozenset(), exact=True)},
    ),
    failing(
        "counted in smaller groups than registered",
        about="sales/segments",
        reader={**_COUNTED, "aggregate": {"minGroup": 2, "count": "people"}},
        facts={"lineage": Lineage(_TRACED, frozenset({"people"}), exact=True)},
    ),
    failing("an unknown origin", about="sales/segments", reader={"columns": {"segment": {"derivedFrom": None}}}),
    failing(
        "an origin that is no input",
        about="sales/segments",
        reader={"columns": {"segment": {"derivedFrom": ["customer/elsewhere.segment"]}}},
    ),
    source="House rule: sensitivity is the maximum along lineage",
)
def as_high_as_its_sources(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(_derived_from_no_input(facts))
    yield from first_twenty(_below_its_sources(facts))


def _derived_from_no_input(facts: Facts) -> Iterator[Objection]:
    granted = {(entry.product, field) for _, entry, _ in facts.inputs() for field in facts.fields_taken(entry)}
    broken = {entry.product for entry in facts.descriptor.inputs} & set(facts.mesh.broken)
    for name, column in facts.columns.items():
        if column.derived_from is None:
            continue
        for product, field in sorted(facts.sources(name), key=str):
            if (product, field) not in granted and product not in broken:
                why = f"Column {name!r} derives from {product}.{field}, which is no field of its inputs."
                fix = "Name fields of its inputs in `derivedFrom:`, as domain/product.column."
                yield Objection(why, fix, ("columns", name, "derivedFrom"))


def _below_its_sources(facts: Facts) -> Iterator[Objection]:
    seen: dict[frozenset[ColumnRef], tuple[Sensitivity, str]] = {}
    for name, column in facts.columns.items():
        if column.sensitivity is None:
            continue
        sources = facts.sources(name)
        if sources not in seen:
            seen[sources] = _highest(facts, sources)
        least, culprit = seen[sources]
        if column.sensitivity < least and (reason := why_not(facts, name)):
            why = f"Column {name!r} is labelled {column.sensitivity}, but derives from {culprit}, which is {least}; {reason}."
            fix = f"Label it {least}, or name a declassifier of governance/declassifiers.yaml whose condition it meets."
            yield Objection(why, fix, ("columns", name, "sensitivity"))


def _highest(facts: Facts, sources: frozenset[ColumnRef]) -> tuple[Sensitivity, str]:
    levels = ((_level(facts, product, field), f"{product}.{field}") for product, field in sorted(sources, key=str))
    return max(levels, key=lambda found: found[0].rank, default=(Sensitivity.PUBLIC, ""))


def _level(facts: Facts, product: ProductKey, field: str) -> Sensitivity:
    if product in facts.mesh.broken:
        return Sensitivity.PUBLIC
    source = facts.mesh.products.get(product)
    column = source.descriptor.columns.get(field) if source else None
    return (column.sensitivity if column else None) or Sensitivity.RESTRICTED


@rule(
    "CORE-11",
    "A derived product serves no purpose that its sources do not",
    passing("a purpose of its sources", about="sales/segments"),
    passing("one below a purpose of its sources", about="sales/segments", product={"purposes": {"marketing": None}}),
    failing(
        "another one",
        about="sales/segments",
        reader={"purposes": {"marketing": "consent"}},
        product={"purposes": {"marketing": None}},
    ),
    failing(
        "one that a column of its source does not serve",
        about="sales/segments",
        reader={
            "inputs": [{"product": "customer/profiles", "purpose": "enrichment", "fields": ["customer_id", "segment", "email"]}],
            "columns": {"email": {"type": "string", "sensitivity": "restricted", "derivedFrom": ["customer/profiles.email"]}},
        },
    ),
    source="House rule, after GDPR Art. 5(1)(b)",
    part="purposes",
)
def serves_its_sources_purposes(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(_beyond_its_sources(facts))


def _beyond_its_sources(facts: Facts) -> Iterator[Objection]:
    seen: dict[tuple[str, frozenset[ColumnRef]], list[str]] = {}
    reported: set[tuple[str, str]] = set()
    for name, column in facts.columns.items():
        if lowers(facts, name):
            continue
        sources = facts.sources(name)
        for purpose in _purposes(column, facts.descriptor):
            if (purpose, sources) not in seen:
                seen[purpose, sources] = _not_served(facts, purpose, sources)
            for source in seen[purpose, sources]:
                if (purpose, source) not in reported:
                    reported.add((purpose, source))
                    why = f"Column {name!r} is for {purpose!r}, but derives from {source}, which does not serve it."
                    fix = f"Leave {purpose!r} out, narrow it (`purposes:` of the column), or ask the source's owner to add it."
                    yield Objection(why, fix, ("columns", name))


def _not_served(facts: Facts, purpose: str, sources: frozenset[ColumnRef]) -> list[str]:
    """The sources that do not serve a purpose."""
    found = []
    for product, field in sorted(sources, key=str):
        served = _served(facts, product, field)
        if served is not None and not any(facts.governance.purpose_covers(allowed, purpose) for allowed in served):
            found.append(f"{product}.{field}")
    return found


def _purposes(column: Column, descriptor: DataProduct) -> tuple[str, ...]:
    return column.purposes if column.purposes is not None else tuple(descriptor.purposes)


def _served(facts: Facts, product: ProductKey, field: str) -> tuple[str, ...] | None:
    """The purposes that a source column serves; None where it serves any, being neither personal nor limited."""
    source = facts.mesh.products.get(product)
    if source is None:
        return None
    column = source.descriptor.columns.get(field)
    if column is None:
        return tuple(source.descriptor.purposes)
    level = column.sensitivity or Sensitivity.RESTRICTED
    limited = column.purposes is not None or source.descriptor.purposes
    return _purposes(column, source.descriptor) if limited or level >= Sensitivity.CONFIDENTIAL or column.subject else None


LINEAGE = (as_high_as_its_sources, serves_its_sources_purposes)
