"""CORE-01: what the organisation's catalog policy asks of every product; CORE-15, as far as it asks for someone who approves."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import Sensitivity


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


@rule(
    "CORE-15",
    "Confidential data has someone else than its owner who approves access",
    passing("the organisation names an approver"),
    passing("internal data needs none", product={"columns": {"customer_id": None, "email": None}, "dataContracts": None}),
    failing("nobody approves", governance={"policies": {"accessControl": {"approvers": []}}}),
    failing("the only approver is the owner", domain={"approvers": ["Customer@example.com"]}),
    source="House rule: accessControl in governance/policies.yaml",
    part="approver",
    applies=lambda facts: facts.governance.policies.access_control.require_approval,
)
def somebody_approves(facts: Facts) -> Iterator[Objection]:
    if facts.descriptor.sensitivity < Sensitivity.CONFIDENTIAL:
        return
    owner = facts.mesh.owner(facts.product.key).casefold()
    approvers = facts.mesh.approvers(facts.product.key.domain)
    fix = "Name `approvers:` in domain.yaml, or under accessControl in governance/policies.yaml."
    if not approvers:
        yield Objection(f"It is {facts.descriptor.sensitivity}, and nobody is named who approves access to it.", fix)
    elif all(approver.casefold() == owner for approver in approvers):
        yield Objection("Its owner is the only one who approves access to it.", f"Name somebody else. {fix}", ("owner",))


CATALOG = (catalogued, somebody_approves)
