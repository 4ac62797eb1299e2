"""Requirements 3.4 and 7: who sees a card number, how much of it, and under which grant."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.attested import attestation
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.packs.pci.cards import DECLARED, cards, pan_columns
from mesh_platform.policy.rule import Objection, Veil, Verdict, allowed, failing, passing, refused

law = Pack("PCI")
HALF_A_YEAR = 184
_CONTRACT = {"consumer": "sales", "purpose": "enrichment", "fields": ["customer_id", "card"]}
_RAW = {**DECLARED, "dataContracts": [{**_CONTRACT, "raw": ["card"]}]}
_NEED = {
    "records": {
        "it": {
            "kind": "attestation",
            "about": ["PCI-3.4.1"],
            "by": "ciso@example.com",
            "on": "2026-01-15",
            "expires": "2026-12-31",
        }
    }
}


_CUTS = frozenset({"bin_last4", "last4"})


def _cut(facts: Facts) -> Iterator[Veil]:
    """Card numbers, unless a need is attested; one that declares no mask for cards is redacted."""
    columns = tuple(sorted({*pan_columns(facts)}))
    if columns and attestation("PCI-3.4.1", facts) is None:
        whole = frozenset(name for name in columns if facts.columns[name].mask not in _CUTS)
        yield Veil(columns, "It is a card number, and nobody attests that a role needs it whole.", redact=whole)


@law.gate(
    "PCI-3.4.1",
    "Nobody sees more of a card than its beginning and last four digits, unless their role needs it",
    passing("masked", product={**DECLARED, "dataContracts": [_CONTRACT]}),
    passing("whole, for a role whose need is attested", product=_RAW, governance=_NEED),
    failing("whole", product=_RAW),
    source="PCI DSS 4.0.1, 3.4.1",
    remedy="It is masked at each read; take it out of `raw:`, or attest the need of that role in governance/register.yaml (about: [PCI-3.4.1]).",
    part="contract",
    version=2,
    verdict=Verdict.MASK,
    applies=cards,
    hides=_cut,
    inputs=("dataContracts.raw", "register.yaml"),
    condition="card numbers, at each read under a contract or an approved request",
)
def contracts_mask(facts: Facts) -> Iterator[Objection]:
    for veil in _cut(facts):
        for i, contract in enumerate(facts.descriptor.data_contracts):
            if shown := sorted({*veil.columns} & {*contract.raw}):
                why = f"The contract with {contract.consumer!r} lists {shown[0]!r} as raw, and nobody attests that its role needs it: it is masked."
                yield Objection(why, at=("dataContracts", i, "raw"), consumer=contract.consumer)


@law.gate(
    "PCI-7.2",
    "A grant on card numbers ends within half a year, so that it is looked at again",
    passing("180 days", product=DECLARED, governance={"policies": {"accessControl": {"grantDays": 180}}}),
    passing("no card numbers"),
    failing("a year", product=DECLARED),
    source="PCI DSS 4.0.1, 7.2.4",
    remedy="Set `grantDays: 180` under accessControl in governance/policies.yaml; grants in force then end in their time.",
    part="review",
    verdict=Verdict.TASK,
    applies=cards,
    inputs=("policies.yaml grantDays",),
    condition="products with card numbers",
)
def grants_are_looked_at(facts: Facts) -> Iterator[Objection]:
    days = facts.governance.policies.access_control.grant_days
    if days > HALF_A_YEAR:
        yield Objection(f"A grant on its card numbers may hold for {days} days.")


USE = (
    law.platform(
        "PCI-3.4.1",
        "A shown card number is cut to six digits and four",
        allowed("masked by `bin_last4`", "masks.card_cut"),
        refused("not masked", "masks.card_whole"),
        by="mesh_platform.access.masks:masked",
        source="PCI DSS 4.0.1, 3.4.1: the issuer's beginning and the last four at most; six of the beginning, however long, are a house rule",
        remedy="Declare `mask: bin_last4` or `last4` for the column; without one it is redacted.",
        verdict=Verdict.MASK,
        condition="each read",
    ),
    contracts_mask,
    law.platform(
        "PCI-3.4.2",
        "A card number leaves in no file or copy whole",
        allowed("an export of columns below confidential", "reads.granted_internal"),
        refused("a restricted column is masked in what leaves, too", "reads.granted_restricted"),
        by="mesh_platform.access.exporting:Exporting",
        source="PCI DSS 4.0.1, 3.4.2 for remote access; that every other export is masked, too, is a house rule",
        remedy="Export masked values.",
        condition="each export: it is a read, by the same decision",
    ),
    law.platform(
        "PCI-7.2",
        "Card numbers are read under an approved grant in force",
        allowed("a grant in force", "reads.granted"),
        refused("none", "reads.not_granted"),
        refused("one that has ended", "reads.grant_ended"),
        by="mesh_platform.access.decision:decide",
        source="PCI DSS 4.0.1, 7.2.1 to 7.2.3",
        remedy="Request access for a purpose.",
        condition="each read",
    ),
    grants_are_looked_at,
)
