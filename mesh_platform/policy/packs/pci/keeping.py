"""Requirements 3.6, 3.7, 10 and 12.5.2: keys, logs, and the map of where cards are."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.binding import Control
from mesh_platform.policy.examples_parts import record
from mesh_platform.policy.facts import Facts, Need
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


def _aged(days: int, **governance: object) -> dict[str, object]:
    return {"product": DECLARED, "facts": {"key_days": days}, "governance": {"policies": {"keys": governance}}}


@law.gate(
    "PCI-3.7",
    "The key over card numbers is changed at the end of its time",
    passing("made yesterday", **_aged(1)),
    passing("a year old", **_aged(365)),
    passing("no card numbers, and an old key", facts={"key_days": 5_000}),
    failing("a day over a year, whatever anybody attests", **_aged(366)),
    failing("a day over the time that the organisation gives", **_aged(91, cryptoperiod="90 days")),
    source="PCI DSS 4.0.1, 3.7.4; one year, where the organisation names no other time, is a house rule",
    remedy="`mesh key rotate` changes it; `mesh key list` shows when it was made.",
    version=2,
    needs=[Need.KEY_DAYS],
    applies=cards,
    inputs=("the provider of keys", "policies.yaml cryptoperiod"),
    condition="products with card numbers, at each publication",
)
def keys_are_changed(facts: Facts) -> Iterator[Objection]:
    span = facts.governance.policies.keys.cryptoperiod
    if facts.key_days is not None and facts.key_days > span.approximate.days:
        yield Objection(f"The key that seals its keys is {facts.key_days:,} days old; it is to be changed after {span}.")


KEEPING = (
    law.attested(
        "PCI-3.6",
        "Keys have owners, and few people can use them",
        "PCI DSS 4.0.1, 3.6.1",
        "Have whoever keeps the keys attest it in governance/register.yaml (about: [PCI-3.6]); `mesh key list` shows them.",
        applies=cards,
        condition="products with card numbers",
    ),
    keys_are_changed,
    law.attested(
        "PCI-3.7",
        "Keys that are weak or known to others are retired",
        "PCI DSS 4.0.1, 3.7.5",
        "Have whoever keeps the keys attest it in governance/register.yaml (about: [PCI-3.7]); `mesh key revoke` destroys one.",
        part="weak keys",
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
