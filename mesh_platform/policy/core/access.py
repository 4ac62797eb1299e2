"""CORE-15: nobody reads without proving who they are, nobody writes through a port, and somebody else than the owner approves."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import Sensitivity

_NO_PROOF = frozenset({"", "none", "no", "no auth", "off", "false", "anonymous", "open", "public", "n/a", "disabled", "optional"})
_READING = frozenset({"read", "read only", "readonly", "reader", "query", "query only", "select", "consume", "consumer", "get"})


def _port(**change: object) -> dict[str, object]:
    return {"interfaces": [{"type": "SQL", "authentication": "OAuth2", "accessLevel": "Read-Only", **change}]}


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
    owner = facts.mesh.owner(facts.product.key).strip().casefold()
    approvers = [approver for approver in facts.mesh.approvers(facts.product.key.domain) if approver.strip()]
    fix = "Name `approvers:` in domain.yaml, or under accessControl in governance/policies.yaml."
    if not approvers:
        yield Objection(f"It is {facts.descriptor.sensitivity}, and nobody is named who approves access to it.", fix)
    elif all(approver.strip().casefold() == owner for approver in approvers):
        yield Objection("Its owner is the only one who approves access to it.", f"Name somebody else. {fix}", ("owner",))


@rule(
    "CORE-15",
    "Callers of every interface prove who they are",
    passing("a product without interfaces"),
    passing("by OAuth2", product=_port()),
    failing("nothing says how", product=_port(authentication=None)),
    failing("by nothing", product=_port(authentication="None")),
    failing("an open door beside a closed one", product={"interfaces": [*_port()["interfaces"], {"type": "API"}]}),  # type: ignore[misc]
    source="House rule; GDPR Art. 32(1)(b)",
    part="authentication",
)
def callers_prove_who_they_are(facts: Facts) -> Iterator[Objection]:
    for i, port in enumerate(facts.descriptor.interfaces):
        if _folded(port.authentication) in _NO_PROOF:
            why = f"Its interface {port.type!r} lets callers in who do not prove who they are."
            yield Objection(why, "Add `authentication:`, such as OAuth2.", ("interfaces", i, "authentication"))


@rule(
    "CORE-15",
    "An interface is for reading",
    passing("a read-only one", product=_port()),
    passing("one that says nothing, since the platform only hands out rows", product=_port(accessLevel=None)),
    failing("one to write through", product=_port(accessLevel="Read-Write")),
    failing("one whose access level nobody knows", product=_port(accessLevel="Full")),
    source="House rule: rows come into a product through its publication alone",
    part="writable",
)
def interfaces_are_for_reading(facts: Facts) -> Iterator[Objection]:
    for i, port in enumerate(facts.descriptor.interfaces):
        if port.access_level is not None and _folded(port.access_level) not in _READING:
            why = f"Its interface {port.type!r} says `accessLevel: {port.access_level[:40]}`, which is more than reading."
            fix = "Write `accessLevel: Read-Only`: what is to change goes through a publication."
            yield Objection(why, fix, ("interfaces", i, "accessLevel"))


def _folded(text: str | None) -> str:
    return " ".join((text or "").replace("-", " ").replace("_", " ").casefold().split())


ACCESS = (somebody_approves, callers_prove_who_they_are, interfaces_are_for_reading)
