"""CORE-13 and CORE-14: a read has a grant and a purpose. The decision that stands before each read upholds them, and their examples ask it."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.facts import Facts
from mesh_platform.policy.rule import Objection, Upheld, Verdict, allowed, refused, rule

DECIDES = "mesh_platform.access.decision:decide"


@rule(
    "CORE-13",
    "A read has an approved grant that has not expired",
    allowed("a grant in force", "reads.granted"),
    refused("no grant", "reads.not_granted"),
    refused("an expired one", "reads.grant_ended"),
    source="House rule: accessControl in governance/policies.yaml",
    verdict=Verdict.DENY,
    upheld=Upheld.PLATFORM,
    upheld_by=DECIDES,
)
def granted(facts: Facts) -> Iterator[Objection]:
    yield from ()


@rule(
    "CORE-14",
    "A read states its purpose",
    allowed("a registered purpose", "reads.granted"),
    refused("none", "reads.no_purpose"),
    refused("an unregistered one", "reads.unknown_purpose"),
    source="House rule, after GDPR Art. 5(1)(b)",
    verdict=Verdict.DENY,
    upheld=Upheld.PLATFORM,
    upheld_by=DECIDES,
)
def states_a_purpose(facts: Facts) -> Iterator[Objection]:
    yield from ()


REQUESTS = (granted, states_a_purpose)
