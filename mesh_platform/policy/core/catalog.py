"""CORE-01: what the organisation's catalog policy asks of every product."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, failing, passing, rule


@rule(
    "CORE-01",
    "A product has an owner, a domain, a description and a sensitivity label",
    passing("a described and labelled product of an owned domain"),
    passing(
        "no description where the catalog policy does not ask for one",
        product={"description": None},
        governance={"policies": {"dataCatalog": {"requireDescription": False}}},
    ),
    failing("no description", product={"description": None}),
    failing("neither product nor domain has an owner", product={"owner": None}, domain={"owner": ""}),
    failing("no columns, so no label", product={"columns": None, "retention": {"from": None}, "dataContracts": None}),
    source="House rule: dataCatalog in governance/policies.yaml",
)
def catalogued(facts: Facts) -> Iterator[Objection]:
    policy = facts.governance.policies.data_catalog
    if policy.require_owner and not facts.mesh.owner(facts.product.key):
        yield Objection("It has no owner.", "Add `owner: team@example.com` to the product or its domain.yaml.", ("owner",))
    if not facts.descriptor.domain.strip():
        yield Objection("It names no domain.", f"Add `domain: {facts.product.key.domain}`.", ("domain",))
    if policy.require_description and not facts.descriptor.description:
        yield Objection("It has no description.", "Add `description:`: what one row is, and what it is for.", ("description",))
    if policy.require_sensitivity_label and not facts.columns:
        why = "It declares no columns, so it has no sensitivity label and counts as restricted."
        yield Objection(why, "Add `columns:`, each with its type and `sensitivity:`.", ("columns",))


CATALOG = (catalogued,)
