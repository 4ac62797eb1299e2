"""Requirements 3.6, 3.7, 10 and 12.5.2: keys, logs, and the map of where cards are."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.binding import Control
from mesh_platform.policy.examples_parts import record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import own_record
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.packs.pci.cards import DECLARED, cards
from mesh_platform.policy.rule import Objection, Verdict, allowed, failing, passing, refused

law = Pack("PCI")
_MAPPED = {**DECLARED, "privacy": {"records": ["it"]}}


@law.gate(
    "PCI-12.5.2",
    "Products with card numbers stand in the scope that was confirmed in the last year",
    passing("they do", product=_MAPPED, governance=record("scope", "customer/profiles", expires="2027-01-14")),
    failing("nobody confirmed it", product=DECLARED),
    failing("a year ago", product=_MAPPED, governance=record("scope", "customer/profiles", expires="2026-11-30")),
    source="PCI DSS 4.0.1, 12.5.2",
    remedy="Confirm the scope, put a record of the kind scope into governance/register.yaml (`NAME: {kind: scope, about: [DOMAIN/PRODUCT], by: WHO, on: DATE, expires: DATE}`) and NAME under `privacy: {records: […]}`.",
    verdict=Verdict.TASK,
    applies=cards,
    inputs=("privacy.records", "register.yaml"),
    condition="products with card numbers",
)
def scope_is_confirmed(facts: Facts) -> Iterator[Objection]:
    if not own_record(facts, "scope"):
        yield Objection("It holds card numbers, and stands in no confirmed scope.", at=("privacy", "records"))


KEEPING = (
    law.attested(
        "PCI-3.6",
        "Keys have owners, and few people can use them",
        "PCI DSS 4.0.1, 3.6.1",
        "Have whoever keeps the keys attest it in governance/register.yaml (about: [PCI-3.6]); `mesh key list` shows them.",
        applies=cards,
        condition="products with card numbers",
    ),
    law.attested(
        "PCI-3.7",
        "Keys are changed at the end of their time, and retired when they are weak",
        "PCI DSS 4.0.1, 3.7.4 and 3.7.5",
        "Attest the time of each key in governance/register.yaml (about: [PCI-3.7]); `mesh key rotate` changes one.",
        applies=cards,
        condition="products with card numbers",
    ),
    law.gate(
        "PCI-10.2",
        "Each access to card numbers is recorded",
        passing("a probe saw the log", product=DECLARED, facts={"probes": {Control.ACCESS_LOG: True}}),
        failing("a probe saw none", product=DECLARED, facts={"probes": {Control.ACCESS_LOG: False}}),
        source="PCI DSS 4.0.1, 10.2.1",
        remedy="Ask the platform team what the probe looked at.",
        needs=[Control.ACCESS_LOG],
        applies=cards,
        condition="products with card numbers",
    )(lambda facts: () if facts.probes.get(Control.ACCESS_LOG) else (Objection("No probe sees the log of accesses."),)),
    law.platform(
        "PCI-10.3",
        "A log that was changed does not verify",
        allowed("untouched", "keeping.log_untouched"),
        refused("one byte of one record changed", "keeping.log_changed"),
        refused("a record at the end taken away", "keeping.log_cut"),
        by="mesh_platform.audit.verify:verify",
        source="PCI DSS 4.0.1, 10.3.2 and 10.3.4",
        remedy="`mesh audit verify` names the first bad record.",
        verdict=Verdict.BLOCK,
        condition="the audit log",
    ),
    law.log_kept(
        "PCI-10.5.1",
        "A year of the log is kept, and at hand",
        1,
        "PCI DSS 4.0.1, 10.5.1",
        DECLARED,
        remedy="Set `audit_years` to 1 or more: all of it is at hand, none is put away.",
        applies=cards,
        condition="products with card numbers, at each publication",
    ),
    scope_is_confirmed,
)
