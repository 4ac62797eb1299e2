"""The part of the evidence's page that tells the versions of the policy, by date."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mesh_platform.interop.evidence.model import Evidence, PolicyChange, PolicyVersion
from mesh_platform.interop.evidence.sections import many, minute, section
from mesh_platform.interop.markup import Child, Html, joined, table, tag

MOST = 40
_HEAD = (
    "version",
    "first decision under it",
    "decisions",
    "kept back",
    "reads",
    "first",
    "last",
    "what it has otherwise than the one before",
)
_TEXT = (
    "A version is what the organisation decides (its folder governance/) and every rule of every pack, under one hash. Each decision of the gate and each read names the "
    "version by which it was made, in the audit log too. Who changed the files stands in their own history, and not here."
)


def policy(evidence: Evidence) -> Html:
    """Which versions there were, what was decided and read under each, and what changed between them."""
    earlier = sum(one.policy is None for one in evidence.decisions)
    rows = [_row(one, evidence.about.policy) for one in evidence.policies]
    return section(
        "policy",
        "Versions of the policy",
        tag("p", _TEXT),
        table("Versions of the policy by date", _HEAD, rows, numbers=(2, 3, 4)),
        tag(
            "p",
            f"{many(earlier, 'decision')} of the gate {'was' if earlier == 1 else 'were'} recorded before versions were.",
            class_="soft",
        )
        if earlier
        else None,
        _packs(evidence.policies),
    )


def _row(one: PolicyVersion, now: str) -> tuple[Child, ...]:
    name = joined((tag("code", one.policy), " (as the files stand)" if one.policy == now else ""))
    seen = minute(one.first_seen) if one.first_seen else "none yet" if one.known else "not on record"
    return name, seen, one.decisions, one.kept_back or "–", one.reads, minute(one.first), minute(one.last), _changed(one)


def _changed(one: PolicyVersion) -> Child:
    if not one.known:
        return "What stood in it is not on record: reads alone name it."
    if one.after is None:
        return "It is the first on record."
    told = [tag("div", text) for text in _lines(one.changes)]
    more = len(told) - MOST
    return joined((*told[:MOST], *((tag("div", f"and {more} more, in evidence.json"),) if more > 0 else ())))


def _lines(changes: Iterable[PolicyChange]) -> Iterable[str]:
    governance = [one.name.replace("_", " ") for one in changes if one.of == "governance"]
    for one in changes:
        if one.of != "governance":
            yield f"{one.of} {one.name} {one.how}{': ' if one.said else ''}{one.said}"
    if governance:
        yield f"governance changed: {', '.join(governance)}"


def _packs(versions: Iterable[PolicyVersion]) -> Html | None:
    """Each pack as it stood, and in how many of the versions it did so."""
    stood = Counter(held for version in versions for held in version.packs)
    rows = [(one.pack, one.file or "the platform", one.rules, times, tag("code", one.digest)) for one, times in stood.items()]
    head = ("pack", "comes from", "rules", "versions of the policy", "hash of its rules")
    return table("Packs in these versions", head, rows, numbers=(2, 3)) if rows else None
