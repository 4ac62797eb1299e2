"""CORE-13 and CORE-14: a read has a grant and a purpose. They are judged at each read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mesh_platform.policy.facts import Facts, Need, Request
from mesh_platform.policy.rule import Objection, Verdict, failing, passing, rule

_GRANTED = Request("service", "westeurope", date(2027, 1, 1), granted=True)


@rule(
    "CORE-13",
    "A read has an approved grant that has not expired",
    passing("a grant in force", facts={"request": _GRANTED}),
    failing("no grant", facts={"request": Request("service", "westeurope")}),
    failing("an expired one", facts={"request": Request("service", "westeurope", date(2026, 11, 30), granted=True)}),
    source="House rule: accessControl in governance/policies.yaml",
    verdict=Verdict.DENY,
    needs=[Need.REQUEST],
)
def granted(facts: Facts) -> Iterator[Objection]:
    request = facts.request
    if request is None or not request.granted:
        yield Objection("No approved grant covers this read.", "Request access for a purpose.")
    elif request.grant_expires is None or request.grant_expires < facts.today:
        yield Objection("The grant has expired.", "Request access anew.")


@rule(
    "CORE-14",
    "A read states its purpose",
    passing("a registered purpose", facts={"request": _GRANTED}),
    failing("none", facts={"request": Request(None, "westeurope")}),
    failing("an unregistered one", facts={"request": Request("curiosity", "westeurope")}),
    source="House rule, after GDPR Art. 5(1)(b)",
    verdict=Verdict.DENY,
    needs=[Need.REQUEST],
)
def states_a_purpose(facts: Facts) -> Iterator[Objection]:
    purpose = facts.request.purpose if facts.request else None
    if purpose is None or facts.governance.purpose(purpose) is None:
        yield Objection("The read states no registered purpose.", "State one of governance/purposes.yaml.")


REQUESTS = (granted, states_a_purpose)
