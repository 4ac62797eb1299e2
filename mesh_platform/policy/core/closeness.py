"""CORE-22: what claims to be anonymous or de-identified tells nothing of a class that is not true of everybody. Measured in the staged rows.

Two values in a class are not enough where one of them is rare among all and common in it: who knows the class has learnt something
(t-closeness). Where a claim is not borne out, the remedies that publication tried on the rows are told, and the first is a patch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from mesh_platform.errors import Measured, Severity
from mesh_platform.policy.core.combinations import LEAST_INSIDE, LEAST_OUTSIDE
from mesh_platform.policy.core.diversity import LEAST, classes_over, is_special
from mesh_platform.policy.core.evidence import patch_of
from mesh_platform.policy.facts import Combination, Diversity, Facts, Need, Remedy
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product.privacy import Claim

CLAIMS = (Claim.ANONYMOUS, Claim.SAFE_HARBOR, Claim.EXPERT_DETERMINATION)
_TOWN = {"type": "string", "sensitivity": "internal", "category": "user.contact.address.city"}
_ILL = {"type": "string", "sensitivity": "restricted", "category": "user.health.medical_diagnosis"}
_SAID = {
    "privacy": {"claim": "anonymous"},
    "columns": {"customer_id": None, "email": None, "town": _TOWN, "diagnosis": _ILL},
    "dataContracts": None,
}
_FAR = Diversity(2, 40, 0, 0.35, 3)


def claims(facts: Facts) -> bool:
    """Whether its rows are said to point at nobody any more; a limited data set says no such thing."""
    return facts.descriptor.privacy.claim in CLAIMS


def borne_out(facts: Facts, people: Combination | None, spread: tuple[Diversity, ...]) -> bool:
    """Whether counts of rows hold what the claim says: people in the smallest class, values in each, and how far these lie from everybody's."""
    least = LEAST_OUTSIDE if facts.descriptor.privacy.claim is Claim.ANONYMOUS else LEAST_INSIDE
    if people is not None and people.smallest is not None and people.smallest < least:
        return False
    most = facts.governance.policies.releases.most_distance
    return all(one.least is None or (one.least >= LEAST and one.distance is not None and one.distance <= most) for one in spread)


def told(remedies: tuple[Remedy, ...]) -> str:
    """What was tried and helps, as a sentence; empty where nothing was found."""
    return f"Tried on these rows, each is enough: {'; or '.join(map(_told, remedies))}." if remedies else ""


def patch(remedies: tuple[Remedy, ...]) -> str:
    """The first remedy that `mesh fix` can write, as a patch."""
    found = next((one for one in remedies if one.coarsen and not one.drop and not one.small), None)
    return "\n".join(patch_of(name, {"coarsen": how}) for name, how in found.coarsen.items()) if found else ""


def _told(one: Remedy) -> str:
    parts = [f"`{name}: {{coarsen: {how}}}`" for name, how in one.coarsen.items()]
    parts += [f"drop {name!r}" for name in one.drop]
    parts += [f"leave the {one.small:,} rows of small classes out"] if one.small else []
    return " and ".join(parts)


@rule(
    "CORE-22",
    "What claims to be anonymous or de-identified tells of no class more than of everybody",
    passing("no claim is made", product={"columns": _SAID["columns"], "dataContracts": None}, facts={"diversity": {}}),
    passing("nothing of a special category", product={"privacy": {"claim": "anonymous"}}, facts={"diversity": {}}),
    passing("each class is like all rows", product=_SAID, facts={"diversity": {"diagnosis": Diversity(2, 40, 0, 0.1)}}),
    passing("no rows", product=_SAID, facts={"diversity": {"diagnosis": Diversity(None)}}),
    passing(
        "the organisation allows more",
        product=_SAID,
        facts={"diversity": {"diagnosis": _FAR}},
        governance={"policies": {"releases": {"mostDistance": 0.4}}},
    ),
    failing("three classes are far from all rows", product=_SAID, facts={"diversity": {"diagnosis": _FAR}}),
    failing(
        "the same, with a remedy that was tried",
        product=_SAID,
        facts={"diversity": {"diagnosis": _FAR}, "remedies": (Remedy({"born": "year"}), Remedy(drop=("town",)))},
    ),
    failing(
        "the same under safe harbor, where it is told",
        product={**_SAID, "privacy": {"claim": "safe_harbor"}},
        facts={"diversity": {"diagnosis": _FAR}},
    ),
    failing("not measured", product=_SAID, facts={"diversity": {"diagnosis": Diversity(2, 40)}}),
    failing("not counted", product=_SAID, facts={"diversity": {}}),
    source="House rule: a distance of 0.2 at most; Li et al., t-Closeness (2007)",
    waivable=True,
    needs=[Need.DIVERSITY],
    applies=claims,
    condition="products with `claim: anonymous`, `safe_harbor` or `expert_determination`; for the latter two it warns",
    inputs=("privacy.claim", "releases.mostDistance", "staged rows"),
)
def special_values_are_close(facts: Facts) -> Iterator[Objection]:
    columns = classes_over(facts)
    most = facts.governance.policies.releases.most_distance
    severity = None if facts.descriptor.privacy.claim is Claim.ANONYMOUS else Severity.WARN
    for name in [name for name, column in facts.columns.items() if is_special(column)] if columns else ():
        found = (facts.diversity or {}).get(name)
        if found is not None and (found.least is None or (found.distance is not None and found.distance <= most)):
            continue
        if found is None or found.distance is None:
            why = f"How far {name!r} in a class of people lies from that of everybody was not measured."
            measured: tuple[Measured, ...] = ()
        else:
            by = ", ".join(map(repr, sorted(columns)[:6]))
            why = (
                f"In {found.far:,} of {found.classes:,} classes by {by}, {name!r} lies farther from that of all rows "
                f"than {most:g} (up to {found.distance:.2f}): who knows the class learns it."
            )
            percent = math.ceil(100 * found.far / max(found.classes, 1))
            measured = (Measured("distance", round(found.distance, 2)), Measured("percent of classes that lie far", percent))
        fix = told(facts.remedies) or "Make the columns of the class coarser or drop one, until each class is like all rows."
        bound = (name, "measured" if measured else "not measured", *sorted(columns))
        mend = patch(facts.remedies)
        yield Objection(why, fix, ("columns", name), severity=severity, patch=mend, bound=bound, measured=measured)


CLOSENESS = (special_values_are_close,)
