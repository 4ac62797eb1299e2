"""Recital 26: what calls itself anonymous points at nobody, and that is measured in the rows. Eleven people in the smallest class is a house rule."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.policy.core.closeness import patch, told
from mesh_platform.policy.core.combinations import LEAST_OUTSIDE, MOST_COLUMNS, all_quasi
from mesh_platform.policy.facts import Combination, Diversity, Facts, Need
from mesh_platform.policy.packs.asking import identifying
from mesh_platform.policy.packs.making import Pack
from mesh_platform.policy.rule import Objection, failing, passing
from mesh_platform.policy.shapes import Shape, Shapes
from mesh_platform.product.privacy import Claim

law = Pack("GDPR")
_TOWN = {"type": "string", "sensitivity": "internal", "category": "user.contact.address.city"}
_BORN = {"type": "string", "sensitivity": "internal", "identifiability": "quasi"}
_BARE = {
    "privacy": {"claim": "anonymous"},
    "columns": {"customer_id": None, "email": None, "town": _TOWN, "born": _BORN},
    "dataContracts": None,
}
_BOTH = frozenset({"town", "born"})


@law.gate(
    "GDPR-R26",
    "What is said to be anonymous singles nobody out",
    passing("no claim is made"),
    passing("no identifier", product=_BARE),
    failing("an identifier is declared", product={"privacy": {"claim": "anonymous"}}),
    source="GDPR Recital 26",
    remedy="Drop identifying columns (a keyed hash is one), or take the claim back.",
    inputs=("privacy.claim", "columns"),
    applies=lambda facts: facts.descriptor.privacy.claim is Claim.ANONYMOUS,
    condition="products with `claim: anonymous`",
)
def anonymous_has_no_identifier(facts: Facts) -> Iterator[Objection]:
    for name in identifying(facts):
        why = f"It says that it is anonymous, and {name!r} identifies people, directly or under a pseudonym."
        yield Objection(why, f"Drop {name!r}, or take the claim back.", ("columns", name))


@law.gate(
    "GDPR-R26",
    "What is said to be anonymous singles nobody out, as its rows show",
    passing(
        "eleven people share each combination",
        product=_BARE,
        facts={"combinations": {_BOTH: Combination(11, 9)}, "diversity": {}, "shapes": Shapes()},
    ),
    failing(
        "ten do",
        product=_BARE,
        facts={"combinations": {_BOTH: Combination(10, 9)}, "diversity": {}, "shapes": Shapes()},
    ),
    failing(
        "one person stands alone",
        product=_BARE,
        facts={"combinations": {_BOTH: Combination(1, 9, 1)}, "diversity": {}, "shapes": Shapes()},
    ),
    failing("not counted", product=_BARE, facts={"combinations": {}, "diversity": {}, "shapes": Shapes()}),
    failing(
        "a column of digests",
        product=_BARE,
        facts={
            "combinations": {_BOTH: Combination(11, 9)},
            "diversity": {},
            "shapes": Shapes({"segment": Shape(rows=100, digests=100, distinct=100)}),
        },
    ),
    failing(
        "one diagnosis in a class",
        product=_BARE,
        facts={"combinations": {_BOTH: Combination(11, 9)}, "diversity": {"segment": Diversity(1, 9, 2)}, "shapes": Shapes()},
    ),
    source="GDPR Recital 26; eleven people and two values are house rules",
    remedy="Make the columns coarser (year, zip3, age_band), aggregate to groups of eleven, or take the claim back.",
    part="measured",
    inputs=("staged rows",),
    needs=[Need.COMBINATIONS, Need.DIVERSITY, Need.SHAPES],
    applies=lambda facts: facts.descriptor.privacy.claim is Claim.ANONYMOUS,
    condition="products with `claim: anonymous`, at each publication",
)
def anonymous_in_its_rows(facts: Facts) -> Iterator[Objection]:
    columns = all_quasi(facts)
    found = (facts.combinations or {}).get(columns)
    names = ", ".join(sorted(columns)[:6])
    if len(columns) > 1:
        if found is None or len(columns) > MOST_COLUMNS:
            yield Objection(f"It says that it is anonymous, and how far {names} tell people apart together was not counted.")
        elif found.smallest is not None and found.smallest < LEAST_OUTSIDE:
            why = f"It says that it is anonymous, and {names} single out {found.smallest} people in the smallest class."
            fix = f"Make one of them coarser (a year, the first three digits), or drop one, until {LEAST_OUTSIDE} people share each class."
            yield Objection(why, told(facts.remedies) or fix, ("columns", min(columns)), patch=patch(facts.remedies))
    for name, spread in (facts.diversity or {}).items():
        if spread.least is not None and spread.least < 2:
            why = f"In {spread.bare:,} classes everybody has the same {name!r}."
            yield Objection(why, told(facts.remedies), ("columns", name), patch=patch(facts.remedies))
    for name, shape in (facts.shapes.columns if facts.shapes else {}).items():
        if shape.digests or shape.hashes or shape.codes:
            why = f"It says that it is anonymous, and {name!r} holds digests, or codes of which each row has its own: they are pseudonyms."
            yield Objection(why, f"Drop {name!r}.", ("columns", name))


ANONYMITY = (anonymous_has_no_identifier, anonymous_in_its_rows)
