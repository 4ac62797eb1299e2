"""CORE-18: no column of these points at a person, and two together do. How far they do is counted in the staged rows at publication.

Quasi-identifiers are the columns that say `identifiability: quasi`, or whose category does. What is labelled restricted is out of the
combination: whoever may not read it meets the rest. Labels that are lower rise together where the smallest class of people is too small.
A consumer is judged on the union of what its contracts give it. The least sizes are house rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mesh_platform.policy.facts import Combination, Facts, Need
from mesh_platform.policy.people import is_quasi
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.product import Sensitivity
from mesh_platform.product.contracts import consumer_of

LEAST_INSIDE, LEAST_OUTSIDE = 5, 11
"""House rules; 11 is the cell size of the Centers for Medicare & Medicaid Services."""
MOST_COLUMNS = 16
"""Of more than so many no combination is counted."""

Columns = frozenset[str]
_PLACE = {"type": "string", "sensitivity": "internal", "category": "user.contact.address.city"}
_BORN = {"type": "string", "sensitivity": "internal", "identifiability": "quasi"}
_QUASI = {"columns": {"town": _PLACE, "born": _BORN}}
_BOTH = frozenset({"town", "born"})
_RAISED = {"columns": {"town": _PLACE, "born": {**_BORN, "sensitivity": "restricted"}}}


def _contract(consumer: str, *fields: str) -> dict[str, object]:
    return {"consumer": consumer, "purpose": "enrichment", "fields": list(fields)}


def quasi_columns(facts: Facts) -> Columns:
    """The product's quasi-identifiers that are labelled below restricted."""
    return frozenset(
        name for name, column in facts.columns.items() if is_quasi(column) and _level(facts, name) < Sensitivity.RESTRICTED
    )


def all_quasi(facts: Facts) -> Columns:
    """Every quasi-identifier, whatever its label: what a claim of anonymity is held against."""
    return frozenset(name for name, column in facts.columns.items() if is_quasi(column))


@dataclass(frozen=True, slots=True)
class Held:
    """What one consumer holds of a product's quasi-identifiers over all of its contracts in force."""

    consumer: str
    at: int
    columns: Columns
    outside: bool
    in_one: bool
    """Whether a single contract gives all of them."""


def held(facts: Facts) -> tuple[Held, ...]:
    """Consumer by consumer; those that hold fewer than two are left out."""
    names: dict[str, list[int]] = {}
    for i, contract in enumerate(facts.descriptor.data_contracts):
        if contract.aggregate is None and (contract.expires is None or contract.expires >= facts.today):
            names.setdefault(consumer_of(facts.mesh, contract.consumer) or contract.consumer.casefold(), []).append(i)
    found = []
    for name, positions in names.items():
        parts = [_quasi_of(facts, i) for i in positions]
        union = frozenset().union(*parts)
        if len(union) > 1:
            outside = consumer_of(facts.mesh, facts.descriptor.data_contracts[positions[0]].consumer) is None
            found.append(Held(name, positions[-1], union, outside, union in parts))
    return tuple(found)


def _quasi_of(facts: Facts, i: int) -> Columns:
    contract = facts.descriptor.data_contracts[i]
    return frozenset(
        name
        for name in contract.fields
        if name in facts.columns and name not in contract.excluded_fields and is_quasi(facts.columns[name])
    )


def to_count(facts: Facts) -> tuple[Columns, ...]:
    """The combinations that the rules need counted: the product's own, what each consumer holds, and all columns where it claims something."""
    own = quasi_columns(facts)
    asked = (own, *(entry.columns for entry in held(facts)), *((all_quasi(facts),) if facts.descriptor.privacy.claim else ()))
    return tuple(dict.fromkeys(columns for columns in asked if 2 <= len(columns) <= MOST_COLUMNS))


def _level(facts: Facts, name: str) -> Sensitivity:
    return facts.columns[name].sensitivity or Sensitivity.RESTRICTED


@rule(
    "CORE-18",
    "Columns that together single out few people are labelled restricted together",
    passing("no quasi-identifiers", facts={"combinations": {}}),
    passing("five people in the smallest class", product=_QUASI, facts={"combinations": {_BOTH: Combination(5, 90)}}),
    passing("no rows", product=_QUASI, facts={"combinations": {_BOTH: Combination(None)}}),
    passing("one of the two is restricted, so nobody below meets both", product=_RAISED, facts={"combinations": {}}),
    failing("four people in the smallest class", product=_QUASI, facts={"combinations": {_BOTH: Combination(4, 90)}}),
    failing("everybody alone", product=_QUASI, facts={"combinations": {_BOTH: Combination(1, 700, 700)}}),
    failing("not counted", product=_QUASI, facts={"combinations": {}}),
    failing(
        "too many to be counted",
        product={"columns": {f"q{i}": _BORN for i in range(MOST_COLUMNS + 1)}},
        facts={"combinations": {}},
    ),
    source="House rule: five people at least; GDPR Recital 26",
    needs=[Need.COMBINATIONS],
)
def combinations_are_labelled(facts: Facts) -> Iterator[Objection]:
    columns = quasi_columns(facts)
    if len(columns) < 2:
        return
    fix = "Label at least one of them restricted, make them coarser (a year, a region), or drop one."
    why = _too_few(facts, columns, LEAST_INSIDE)
    if why:
        yield Objection(f"{_named(columns)}, each labelled below restricted, {why}.", fix, ("columns", min(columns)))


@rule(
    "CORE-18",
    "A consumer's contracts together give it no combination that singles out few people",
    passing(
        "what it holds does not tell people apart",
        product={**_QUASI, "dataContracts": [_contract("sales", "town", "born")]},
        facts={"combinations": {_BOTH: Combination(5, 90)}},
    ),
    passing(
        "a combination under a restricted label, granted as such in one contract",
        product={**_RAISED, "dataContracts": [_contract("sales", "town", "born")]},
        facts={"combinations": {_BOTH: Combination(1, 90, 3)}},
    ),
    failing(
        "ten people, for somebody outside of the mesh",
        product={**_QUASI, "dataContracts": [_contract("Partner Ltd", "town", "born")]},
        facts={"combinations": {_BOTH: Combination(10, 90)}},
    ),
    passing(
        "a combination that is read in groups",
        product={**_RAISED, "dataContracts": [{**_contract("sales", "town", "born"), "aggregate": {"by": ["town", "born"]}}]},
        facts={"combinations": {_BOTH: Combination(1, 90, 3)}},
    ),
    failing(
        "two contracts, each harmless, together not",
        product={**_RAISED, "dataContracts": [_contract("sales", "town"), _contract("Sales Domain", "born")]},
        facts={"combinations": {_BOTH: Combination(1, 90, 3)}},
    ),
    source="House rule: five people inside, eleven outside; grants are judged on their union",
    part="consumer",
    needs=[Need.COMBINATIONS],
)
def consumers_hold_no_combination(facts: Facts) -> Iterator[Objection]:
    for entry in held(facts):
        raised = any(_level(facts, name) is Sensitivity.RESTRICTED for name in entry.columns)
        if raised and entry.in_one:
            continue  # granted as the restricted combination that it is
        least = LEAST_OUTSIDE if entry.outside else LEAST_INSIDE
        if why := _too_few(facts, entry.columns, least):
            whole = "" if entry.in_one else " over its contracts taken together"
            fix = "Take one of them out of a contract, or make it coarser; who needs all of them asks for them in one contract."
            told = f"The consumer {entry.consumer!r} holds {_named(entry.columns)}{whole}, which {why}."
            yield Objection(told, fix, ("dataContracts", entry.at, "fields"))


@rule(
    "CORE-18",
    "What one reader was granted is judged on its union with the contracts",
    passing(
        "granted fields that tell nobody apart",
        product=_QUASI,
        facts={"combinations": {_BOTH: Combination(12, 90)}, "grants": {"sales-analyst": _BOTH}},
    ),
    failing(
        "a combination that no contract gave",
        product=_RAISED,
        facts={"combinations": {_BOTH: Combination(1, 90, 3)}, "grants": {"sales-analyst": _BOTH}},
    ),
    source="House rule: grants are judged on their union",
    part="grants",
    needs=[Need.COMBINATIONS, Need.GRANTS],
)
def grants_hold_no_combination(facts: Facts) -> Iterator[Objection]:
    for consumer, fields in (facts.grants or {}).items():
        columns = frozenset(name for name in fields if name in facts.columns and is_quasi(facts.columns[name]))
        if len(columns) > 1 and (why := _too_few(facts, columns, LEAST_INSIDE)):
            told = f"The grants of {consumer!r} together hold {_named(columns)}, which {why}."
            yield Objection(told, "Revoke one of them.", consumer=consumer)


def _too_few(facts: Facts, columns: Columns, least: int) -> str:
    """What speaks against this combination; empty where nothing does. One that was not counted is no better than a bad one."""
    if len(columns) > MOST_COLUMNS:
        return f"are more than {MOST_COLUMNS} quasi-identifiers, of which no combination is counted"
    found = (facts.combinations or {}).get(columns)
    if found is None:
        return "were not counted together"
    if found.smallest is None or found.smallest >= least:
        return ""
    alone = f", and {found.unique:,} of {found.classes:,} classes hold one person" if found.unique else ""
    return f"together single out {found.smallest} people in the smallest class (at least {least} are asked for){alone}"


def _named(columns: Columns) -> str:
    names = sorted(columns)
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return ", ".join(map(repr, names[:6])) + more


COMBINATIONS = (combinations_are_labelled, consumers_hold_no_combination, grants_hold_no_combination)
