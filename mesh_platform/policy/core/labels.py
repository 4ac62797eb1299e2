"""CORE-02 and CORE-05: every column has a sensitivity, and none is lower than what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from mesh_platform.classify.written import personal as _personal
from mesh_platform.policy.core.declassify import lowers
from mesh_platform.policy.core.evidence import patch_of
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.objections import first_twenty
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import Sensitivity
from mesh_platform.product.categories import CATEGORIES, category
from mesh_platform.product.models import Column

personal = lru_cache(maxsize=8192)(_personal)
"""The same texts are asked about at each gate of each run."""
_LABEL_FIX = "Add `sensitivity:` with public, internal, confidential or restricted."


@rule(
    "CORE-02",
    "Every column has a sensitivity label",
    passing("every column is labelled"),
    failing("one column is not", product={"columns": {"segment": {"sensitivity": None}}}),
    source="House rule: what nobody has classified counts as restricted",
)
def labelled(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(
        Objection(f"Column {name!r} has no sensitivity label.", _LABEL_FIX, ("columns", name))
        for name, column in facts.columns.items()
        if column.sensitivity is None
    )


@rule(
    "CORE-02",
    "Every staged column is declared",
    passing("the rows hold what is declared", facts={"staged": {"segment": "VARCHAR"}}),
    failing("the rows hold one more", facts={"staged": {"segment": "VARCHAR", "phone": "VARCHAR"}}),
    source="House rule: what nobody has classified counts as restricted",
    part="staged",
    needs=[Need.STAGED],
)
def declared(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(
        Objection(f"The rows hold column {name!r}, which nobody has declared.", "Declare it or leave it out.", ("columns",))
        for name in facts.staged or ()
        if name not in facts.columns
    )


@rule(
    "CORE-02",
    "A descriptor names columns and quotes no value of a person",
    passing("names of columns"),
    failing(
        "an address as a name", product={"columns": {"ana.smith@example.com": {"type": "string", "sensitivity": "internal"}}}
    ),
    failing("an address in a description", product={"columns": {"segment": {"description": "Such as ana.smith@example.com."}}}),
    failing("an address among the values", product={"columns": {"segment": {"values": ["ana.smith@shop.test", "none"]}}}),
    source="House rule: what is named is shown in every catalog, log and finding",
    part="names",
)
def names_no_value(facts: Facts) -> Iterator[Objection]:
    fix = "Name it by what it holds; values belong into rows."
    for i, (name, column) in enumerate(facts.columns.items(), 1):
        quoted = personal(name) and "name", personal(column.description) and "description"
        parts = [*quoted, any(isinstance(value, str) and personal(value) for value in column.values or ()) and "list of values"]
        if found := [part for part in parts if part]:
            yield Objection(f"The {found[0]} of column {i} holds a value of a person.", fix, ("columns", name))


@rule(
    "CORE-05",
    "No column's label is lower than its data category or its subject identifier calls for",
    passing("an e-mail address as restricted"),
    passing(
        "lowered by a registered declassifier",
        about="sales/segments",
        reader={
            "columns": {"domain": {"type": "string", "sensitivity": "internal", "category": "user", "declassify": "mail_domain"}}
        },
    ),
    failing("a diagnosis as internal", product={"columns": {"segment": {"category": "user.health.medical_diagnosis"}}}),
    failing("a customer number as internal", product={"columns": {"customer_id": {"sensitivity": "internal"}}}),
    source="House rule: the default level of each data category",
    part="category",
    waivable=True,
)
def as_high_as_its_category(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(
        Objection(
            f"Column {name!r} is labelled {column.sensitivity}; {why} is {least} at least.",
            f"Label it {least}, or name the registered declassifier that lowers it (`declassify:`).",
            ("columns", name, "sensitivity"),
            patch=patch_of(name, {"sensitivity": least.value}),
            bound=(why,),
        )
        for name, column in facts.columns.items()
        for why, least in called_for(column)
        if column.sensitivity is not None and column.sensitivity < least and not lowers(facts, name)
    )


def called_for(column: Column) -> Iterator[tuple[str, Sensitivity]]:
    """What the category or the subject of a column calls for: why, and the least level."""
    if column.category and (found := category(column.category)):
        yield found.key, found.sensitivity
    elif column.subject:
        yield f"an identifier of a person ({column.subject})", CATEGORIES["user.unique_id"].sensitivity


LABELS = (names_no_value, labelled, declared, as_high_as_its_category)
