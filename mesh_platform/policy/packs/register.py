"""SOV-9: whoever outside gets or holds people's data stands in the register of recipients, reviewed, under an agreement, and until a day."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mesh_platform.errors import Severity
from mesh_platform.outbound import on_this_machine
from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.packs.asking import agreement, outside, personal
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, failing, passing
from mesh_platform.product.governance.recipients import TRANSFER, UNKNOWN, Recipient, lapsed

law = Pack("SOVEREIGNTY", own=True)
_CLOUD: dict[str, Any] = {"role": "processor", "country": "NL", "places": ["westeurope"], "records": ["it"]}
_STORE = {"kind": "http", "keys": {"mail": "email"}, "secret": "env:STORE_SECRET"}
_STORES = {"source": {"stores": [{**_STORE, **dict.fromkeys(("find", "erase", "verify"), "https://api.mailer.example.com/x")}]}}


def _cloud(**said: Any) -> dict[str, Any]:
    held = {"address": None, "secret": None, **_CLOUD, **said}
    return {**recipient(**{name: value for name, value in held.items() if value is not None}), **record("dpa", "mailer")}


@law.gate(
    "SOV-9",
    "Whoever outside gets or holds people's data stands in the register, and their entry holds",
    passing("nobody outside gets any"),
    passing(
        "a processor, reviewed and under its agreement",
        product=OUTSIDE,
        governance={**recipient(role="processor", country="DE", records=["it"]), **record("dpa", "mailer")},
    ),
    passing("whoever runs its storage does so under an agreement", governance=_cloud()),
    passing("a store of a registered recipient", product=_STORES, governance=_cloud(hosts=["api.mailer.example.com"])),
    failing("nobody knows the recipient", product=OUTSIDE),
    failing("nobody ever reviewed it", product=OUTSIDE, governance=recipient(role="controller", reviewed=None, expires=None)),
    failing("its review has ended", product=OUTSIDE, governance=recipient(role="controller", expires="2026-11-30")),
    failing(
        "its agreement has ended",
        product=OUTSIDE,
        governance={**recipient(role="processor", records=["it"]), **record("dpa", "mailer", expires="2026-11-30")},
    ),
    failing(
        "nobody can tell it of an erasure",
        product=OUTSIDE,
        governance={"recipients": {"mailer": {"role": "controller", "reviewed": "2026-01-15", "expires": "2027-01-15"}}},
    ),
    failing(
        "it keeps the data elsewhere, under nothing", product=OUTSIDE, governance=recipient(role="controller", regions=["US"])
    ),
    failing("the review of whoever runs its storage has ended", governance=_cloud(expires="2026-11-30")),
    failing("a store of nobody who is registered", product=_STORES),
    source="House rule; GDPR Art. 28(1), 30(1)(d), 5(2); 45 CFR 164.504(e)",
    remedy="Review the entry in governance/recipients.yaml (role, reviewed, expires, records, address); `mesh vendor show NAME` tells what ends when.",
    applies=personal,
    inputs=("dataContracts.consumer", "source.stores", "dataResidency", "recipients.yaml", "register.yaml"),
    condition="products about people: contracts with somebody outside, stores outside, and places that a recipient runs",
)
def recipients_stand(facts: Facts) -> Iterator[Objection]:
    for at, contract, known in outside(facts):
        why = lapsed(known or UNKNOWN, facts.governance, facts.today) or _untold(known or UNKNOWN) or _elsewhere(facts, known)
        if why:
            where = ("dataContracts", at, "consumer")
            yield Objection(f"{contract.consumer!r} gets people's data. {why}", at=where, consumer=contract.consumer, severity=Severity.BLOCK)  # fmt: skip
    yield from _storage(facts)
    yield from _stores(facts)


def _untold(one: Recipient) -> str:
    return "" if one.address else "It has no address, so it cannot be told of withdrawals and erasures."


def _elsewhere(facts: Facts, one: Recipient | None) -> str:
    """Where a recipient keeps the data although it may not lie there, and no transfer rests on anything."""
    allowed = facts.mesh.allowed_regions(facts.product.key.domain)
    out = [one_region for one_region in (one.regions if one else ()) if not facts.governance.regions.within(one_region, allowed)]
    if not out or agreement(facts, one, *TRANSFER):
        return ""
    return f"It keeps them in {out[0]!r}, which is not allowed for the domain, and no transfer rests on anything."


def _storage(facts: Facts) -> Iterator[Objection]:
    residency = facts.descriptor.data_residency
    for place in dict.fromkeys((facts.product.location or "", *residency.replicas, *residency.backups)):
        for name, one in facts.governance.recipients_storing(place):
            if why := lapsed(one, facts.governance, facts.today):
                yield Objection(f"{name!r} runs the storage of {place!r}. {why}", at=("dataResidency",))


def _stores(facts: Facts) -> Iterator[Objection]:
    source = facts.descriptor.source
    for i, store in enumerate(source.stores if source else ()):
        for address in dict.fromkeys(filter(None, (store.find, store.erase, store.verify))):
            if on_this_machine(address):
                continue
            found = facts.governance.recipient_at(urlsplit(address).hostname or "")
            if why := lapsed(found[1] if found else UNKNOWN, facts.governance, facts.today):
                yield Objection(f"A store outside holds people's rows. {why}", at=("source", "stores", i))
                break
