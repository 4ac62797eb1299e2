"""DESC-11: purposes, data categories, namespaces of identifiers and declassifiers come from closed registries."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator

from mesh_platform.errors import Severity
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.objections import REGISTER_PURPOSE, first_twenty
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product.categories import RENAMED, category, nearest_category

_SOURCE = "House rule: a closed registry, so that a word means one thing everywhere"


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]!r}? " if close else ""


@rule(
    "DESC-11",
    "A purpose is registered",
    passing("both are"),
    failing("one is not", product={"purposes": {"curiosity": "contract"}}),
    failing("that of the source", product={"source": {"purpose": "curiosity"}}),
    failing("that of a column", product={"columns": {"segment": {"purposes": ["curiosity"]}}}),
    source=_SOURCE,
    part="purpose",
)
def purpose_is_registered(facts: Facts) -> Iterator[Objection]:
    source = facts.descriptor.source
    named: list[tuple[str, tuple[str, ...]]] = [(name, ("purposes", name)) for name in facts.descriptor.purposes]
    named += [(source.purpose, ("source", "purpose"))] if source and source.purpose else []
    named += [(text, ("columns", name, "purposes")) for name, column in facts.columns.items() for text in column.purposes or ()]
    yield from first_twenty(
        Objection(f"The purpose {text!r} is not registered.", _nearest(text, facts.governance.purposes) + REGISTER_PURPOSE, at)
        for text, at in named
        if facts.governance.purpose(text) is None
    )


@rule(
    "DESC-11",
    "A data category is a key of the taxonomy",
    passing("user.contact.email"),
    failing("an unknown one", product={"columns": {"segment": {"category": "user.contact.emial"}}}),
    failing("one that has a new name, which is told", product={"columns": {"segment": {"category": "user.health_and_medical"}}}),
    source=_SOURCE,
    part="category",
)
def category_is_known(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(_categories(facts))


def _categories(facts: Facts) -> Iterator[Objection]:
    for name, column in facts.columns.items():
        key, at = column.category, ("columns", name, "category")
        if key is None:
            continue
        if key in RENAMED:
            why = f"The category {key!r} of column {name!r} has a new name."
            yield Objection(why, f"Write {RENAMED[key]!r}.", at, severity=Severity.WARN)
        elif category(key) is None:
            close = nearest_category(key)
            fix = f"Did you mean {close!r}?" if close else "Use a key of the taxonomy (docs/reference/categories.md)."
            yield Objection(f"The category {key!r} of column {name!r} is unknown.", fix, at)


@rule(
    "DESC-11",
    "A namespace of identifiers is registered",
    passing("both are"),
    failing("one is not", product={"columns": {"customer_id": {"subject": "loyalty_id"}}}),
    source=_SOURCE,
    part="namespace",
)
def namespace_is_registered(facts: Facts) -> Iterator[Objection]:
    fix = "Register it in governance/identifiers.yaml with the normal form of its values, or name a registered one."
    yield from first_twenty(
        Objection(
            f"Column {name!r} holds identifiers of {subject!r}, which is no registered namespace.",
            _nearest(subject, facts.governance.namespaces) + fix,
            ("columns", name, "subject"),
        )
        for name, subject in facts.descriptor.subject_columns.items()
        if subject not in facts.governance.namespaces
    )


@rule(
    "DESC-11",
    "A declassifier is registered",
    passing("none is named"),
    failing("an unknown one", product={"columns": {"segment": {"declassify": "wishful"}}}),
    source=_SOURCE,
    part="declassifier",
)
def declassifier_is_registered(facts: Facts) -> Iterator[Objection]:
    fix = "Register it in governance/declassifiers.yaml (the privacy team decides), or leave it out."
    yield from first_twenty(
        Objection(
            f"Column {name!r} names the declassifier {column.declassify!r}, which is not registered.",
            _nearest(column.declassify, facts.governance.declassifiers) + fix,
            ("columns", name, "declassify"),
        )
        for name, column in facts.columns.items()
        if column.declassify is not None and column.declassify not in facts.governance.declassifiers
    )


REGISTRIES = (purpose_is_registered, category_is_known, namespace_is_registered, declassifier_is_registered)
