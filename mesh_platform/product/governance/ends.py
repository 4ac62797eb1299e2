"""How long what a person says may count before somebody looks at it anew: records of the register, entries of recipients, packs that are left out.

What is written to last longer is refused: it counts for nothing, whoever wrote it, and its file says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from mesh_platform.product.durations import Span
from mesh_platform.product.governance.policies import Ending, EndPolicy
from mesh_platform.product.governance.whole import Governance

_YEAR, _THREE = Span.parse("1 year"), Span.parse("3 years")
LONGEST = MappingProxyType(
    {"attestation": _YEAR, "actual_knowledge": _YEAR, "derogation": _YEAR, "scope": _YEAR, "leave": _YEAR, "recipient": _THREE}
)
"""House rules, after PCI DSS 12.5.2 (a year) where a text says anything; every other kind of record: three years."""


def longest(policy: EndPolicy, what: Ending) -> Span:
    """How long one of that kind may count."""
    return policy.get(what) or LONGEST.get(what, _THREE)


def lasts_too_long(policy: EndPolicy, what: Ending, begins: date, ends: date) -> Span | None:
    """The longest that one of that kind may last, where this one lasts longer."""
    most = longest(policy, what)
    return most if ends > begins + timedelta(days=most.approximate.days + 1) else None


@dataclass(frozen=True, slots=True)
class Late:
    """What lasts too long: its part of governance, its name there, and why it is refused."""

    part: str
    name: str
    why: str


def too_long(governance: Governance) -> Iterator[Late]:
    """Each record and each entry of a recipient that ends later than it may."""
    policy = governance.policies.ends
    for name, one in governance.records.items():
        if most := lasts_too_long(policy, one.kind, one.on, one.expires):
            yield Late("records", name, _why(name, one.on, one.expires, f"a record of the kind {one.kind}", most))
    for name, held in governance.recipients.items():
        if held.reviewed and held.expires and (most := lasts_too_long(policy, "recipient", held.reviewed, held.expires)):
            yield Late("recipients", name, _why(name, held.reviewed, held.expires, "the review of a recipient", most))


def without(governance: Governance, late: tuple[Late, ...]) -> Governance:
    """`governance`, in which what lasts too long has ended before it began: it is there, and counts on no day."""
    if not late:
        return governance
    names = {(one.part, one.name) for one in late}
    records = {
        name: one.model_copy(update={"expires": one.on - timedelta(days=1)}) if ("records", name) in names else one
        for name, one in governance.records.items()
    }
    recipients = {
        name: one.model_copy(update={"expires": None}) if ("recipients", name) in names else one
        for name, one in governance.recipients.items()
    }
    return governance.model_copy(update={"records": records, "recipients": recipients})


def _why(name: str, begins: date, ends: date, what: str, most: Span) -> str:
    return f"{name!r} is to count from {begins} to {ends}, and {what} counts for {most} at most: it counts for nothing."
