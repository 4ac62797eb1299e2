"""Controls that the platform cannot observe: somebody says that they are there, by name, with a day and an end; or nobody does, and that is told.

What nobody attests counts as not evaluated, never as passed, and an attestation that has ended counts as none.
"""

from __future__ import annotations

import re
from datetime import timedelta

from mesh_platform.policy.facts import Facts
from mesh_platform.product.register import Record

SOON = timedelta(days=30)
FILE = "governance/register.yaml"
_RULE = re.compile(r"[A-Z0-9][A-Z0-9.-]*")
"""Ids of rules and of lines of the checklist; whatever is written otherwise is a place."""


def attestation(rule: str, facts: Facts) -> Record | None:
    """The newest attestation of the rule that holds today for the product: about the rule itself, and about the product or its domain where it names any."""
    found = facts.governance.records_about(rule, facts.today, "attestation")
    fitting = [one for one in found if _covers(one, facts)]
    return max(fitting, key=lambda one: one.expires, default=None)


def _covers(record: Record, facts: Facts) -> bool:
    """An attestation that names products or domains holds for those alone, a name that nobody knows among them: what was mistyped widens nothing."""
    named = places(record)
    return not named or str(facts.product.key) in named or facts.product.key.domain in named


def places(record: Record) -> tuple[str, ...]:
    """The products and domains that an attestation names, names that nobody knows among them; none: it is about the whole mesh."""
    return tuple(name for name in record.about if not _RULE.fullmatch(name))


def unattested(rule: str, facts: Facts) -> str:
    """Why the rule counts as not evaluated; empty where somebody attests it."""
    if attestation(rule, facts):
        return ""
    said = [one for one in facts.governance.records.values() if one.kind == "attestation" and rule in one.about]
    if ended := [one for one in said if one.expires < facts.today]:
        last = max(one.expires for one in ended)
        return f"Its attestation ended on {last.isoformat()}: renew it in {FILE}."
    return f"The platform cannot observe it, and nobody attests it in {FILE}."
