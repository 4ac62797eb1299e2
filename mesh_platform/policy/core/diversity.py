"""CORE-21: people who share a class share no diagnosis. Counted in the staged rows at publication.

Where all people of one town and year of birth have the same special value, knowing town and year is knowing the value, however many they are
(l-diversity with l below two). The class is over all quasi-identifiers that are no special category, whatever their labels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from mesh_platform.errors import Measured
from mesh_platform.policy.core.combinations import MOST_COLUMNS, Columns
from mesh_platform.policy.facts import Diversity, Facts, Need
from mesh_platform.policy.people import is_quasi
from mesh_platform.policy.rule import Objection, Verdict, failing, passing, rule
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.models import Column

LEAST = 2
_SPECIAL = (
    "user.health",
    "user.criminal_history",
    "user.demographic.philosophical_belief",
    "user.demographic.political_opinion",
    "user.demographic.race_ethnicity",
    "user.demographic.religious_belief",
    "user.demographic.sexual_orientation",
    "user.demographic.union_membership",
)
"""GDPR Art. 9 and 10, by category; what is under them counts too, record numbers aside."""
_TOWN = {"type": "string", "sensitivity": "internal", "category": "user.contact.address.city"}
_ILL = {"type": "string", "sensitivity": "restricted", "category": "user.health.medical_diagnosis"}
_BOTH = {"columns": {"town": _TOWN, "diagnosis": _ILL}}


def is_special(column: Column) -> bool:
    """Whether a column's values are of a special category and no identifiers themselves."""
    found = category(column.category) if column.category else None
    if found is None or found.identifiability in (Identifiability.DIRECT, Identifiability.PSEUDONYMOUS):
        return False
    return any(found.key == key or found.key.startswith(f"{key}.") for key in _SPECIAL)


def classes_over(facts: Facts) -> Columns:
    """The quasi-identifiers over which classes are made."""
    return frozenset(name for name, column in facts.columns.items() if is_quasi(column) and not is_special(column))


def to_diversify(facts: Facts) -> tuple[str, ...]:
    """The special columns that the rule needs counted; none where no class can be made, or of too many columns."""
    if not 1 <= len(classes_over(facts)) <= MOST_COLUMNS:
        return ()
    return tuple(name for name, column in facts.columns.items() if is_special(column))


@rule(
    "CORE-21",
    "People who share their quasi-identifiers do not all share one special value",
    passing("nothing of a special category", facts={"diversity": {}}),
    passing("a diagnosis without quasi-identifiers", product={"columns": {"diagnosis": _ILL}}, facts={"diversity": {}}),
    passing("two in each class", product=_BOTH, facts={"diversity": {"diagnosis": Diversity(2, 40)}}),
    passing("no rows", product=_BOTH, facts={"diversity": {"diagnosis": Diversity(None)}}),
    failing("classes with one diagnosis", product=_BOTH, facts={"diversity": {"diagnosis": Diversity(1, 40, 3)}}),
    failing("not counted", product=_BOTH, facts={"diversity": {}}),
    source="House rule: two values at least; Machanavajjhala et al., l-Diversity (2007)",
    verdict=Verdict.WARN,
    waivable=True,
    needs=[Need.DIVERSITY],
)
def special_values_are_diverse(facts: Facts) -> Iterator[Objection]:
    columns = classes_over(facts)
    special = [name for name, column in facts.columns.items() if is_special(column)]
    for name in special if columns else ():
        found = (facts.diversity or {}).get(name)
        if found is None:
            why = f"How diverse {name!r} is among people who share {len(columns)} quasi-identifiers was not counted."
            measured: tuple[Measured, ...] = ()
        elif found.least is not None and found.least < LEAST:
            why = (
                f"In {found.bare:,} of {found.classes:,} classes of people who share {', '.join(map(repr, sorted(columns)[:6]))}, "
                f"all have the same {name!r}: who knows the one knows the other."
            )
            percent = math.ceil(100 * found.bare / max(found.classes, 1))
            measured = (Measured("percent of classes with one value", percent),)
        else:
            continue
        fix = "Make the quasi-identifiers coarser (a year, a region) or the special values (a group of diagnoses), or drop one."
        bound = (name, "counted" if measured else "not counted", *sorted(columns))
        yield Objection(why, fix, ("columns", name), bound=bound, measured=measured)


DIVERSITY = (special_values_are_diverse,)
