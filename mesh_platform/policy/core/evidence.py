"""CORE-02 and CORE-05 against the values: what the scan finds in a staged column is declared, and the label is as high as it.

A verdict of the descriptor takes a kind of finding out, up to the share of rows that it names; another kind, more of the same, or values
unlike those that it was given for count again. What could not be scanned may be anything, so it counts as restricted. Each objection says the very change that `mesh fix` makes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from mesh_platform.errors import Severity
from mesh_platform.policy.core.declassify import lowers
from mesh_platform.policy.facts import Facts, Need
from mesh_platform.policy.objections import first_twenty
from mesh_platform.policy.people import holds_persons
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.policy.scan import Found, Scan, extent
from mesh_platform.product import Sensitivity
from mesh_platform.product.categories import Identifiability, category
from mesh_platform.product.models import Column

ANY_CONTENT = "user.content"
"""The category of a column in which several kinds stand, or one only now and then."""
_NAMED = 3
_ORDER = (Identifiability.NONE, Identifiability.QUASI, Identifiability.PSEUDONYMOUS, Identifiability.DIRECT)

_MAIL = Found("EMAIL", Sensitivity.CONFIDENTIAL, "user.contact.email", Identifiability.DIRECT, rows=30, share=0.03, why="…")
_CARD = Found("CREDIT_CARD", Sensitivity.RESTRICTED, "user.financial.card.pan", Identifiability.DIRECT, rows=9, share=0.01)
_BORN = Found("DATE_OF_BIRTH", Sensitivity.CONFIDENTIAL, "user.demographic.date_of_birth", Identifiability.QUASI, personal=False)
_SAID = {"EMAIL": {"upTo": 5, "reason": "Mailboxes of offices."}}


def _scan(name: str, *found: Found, **more: Any) -> dict[str, Any]:
    return {"classification": {name: Scan(found, **more)}}


def standing(facts: Facts, name: str) -> tuple[Found, ...]:
    """What the scan found in a column and no verdict covers, the weightiest first."""
    return facts.standing.get(name, ())


@rule(
    "CORE-02",
    "What the scan finds in a column is declared, and no column goes unscanned",
    passing("nothing found", facts={"classification": {}}),
    passing("found, and a category declares it", facts=_scan("email", _MAIL)),
    passing(
        "found, and overruled up to that share",
        product={"columns": {"segment": {"verdicts": _SAID}}},
        facts=_scan("segment", _MAIL),
    ),
    passing("a restricted column could not be scanned", facts=_scan("email", not_scanned=("1 cell is too long",))),
    failing("found, and no category declares it", facts=_scan("segment", _MAIL)),
    failing(
        "found, and declared as data of a system",
        product={"columns": {"segment": {"category": "system.operations"}}},
        facts=_scan("segment", _MAIL),
    ),
    failing(
        "more than the verdict covers",
        product={"columns": {"segment": {"verdicts": {"EMAIL": {"upTo": 1, "reason": "Mailboxes of offices."}}}}},
        facts=_scan("segment", _MAIL),
    ),
    failing(
        "of another kind than the verdict", product={"columns": {"segment": {"verdicts": _SAID}}}, facts=_scan("segment", _CARD)
    ),
    failing(
        "overruled for other values than these",
        product={"columns": {"segment": {"verdicts": _SAID}}},
        facts=_scan("segment", _MAIL, changed=("its values have 40 characters in the mean instead of 8",)),
    ),
    failing("not scanned", facts=_scan("segment", not_scanned=("1 cell is too long",))),
    failing("staged, and the scan is silent of it", facts={"classification": {}, "staged": {"segment": "VARCHAR"}}),
    source="House rule: what nobody has classified counts as restricted",
    part="scan",
    needs=[Need.CLASSIFICATION],
    waivable=True,
)
def classified(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(_unscanned(facts))
    yield from first_twenty(_undeclared(facts))


def _unscanned(facts: Facts) -> Iterator[Objection]:
    scans = facts.classification or {}
    for name in dict.fromkeys([*(facts.staged or ()), *scans]):
        column = facts.columns.get(name)
        if column is None or (column.sensitivity or Sensitivity.RESTRICTED) is Sensitivity.RESTRICTED:
            continue
        notes = scans[name].not_scanned if name in scans else ("the scan did not reach it",)
        if notes:
            patch = patch_of(name, {"sensitivity": "restricted"})
            why = f"Column {name!r} is labelled {column.sensitivity}, and not all of it could be scanned: {'; '.join(notes[:_NAMED])}."
            fix = (
                f"What is not scanned counts as restricted: `mesh fix {facts.product.key}` writes `{patch}`. Or make it readable."
            )
            yield Objection(why, fix, ("columns", name), patch=patch, waivable=False)


def _undeclared(facts: Facts) -> Iterator[Objection]:
    for name in facts.classification or {}:
        column = facts.columns.get(name)
        if column is None or column.subject or lowers(facts, name):
            continue
        found = tuple(one for one in standing(facts, name) if one.category)
        personal = any(one.personal for one in found)
        if column.category and (not personal or not column.category.startswith("system")):
            continue
        if not found or (column.identifiability and not personal):
            continue
        what = "personal data" if personal else "what tells people apart together with other columns"
        why = f"The scan found {what} in column {name!r}, and no category declares it: {_evidence(found)}.{_changed(facts, name)}"
        patch = patch_of(name, change(column, found))
        severity = None if personal else Severity.WARN
        fix = _fix(facts, found, patch)
        at, bound = ("columns", name), _families(found)
        yield Objection(why, fix, at, severity=severity, patch=patch, bound=bound, measured=extent(found))


@rule(
    "CORE-05",
    "No column's label is lower than what the scan finds in it",
    passing("as high", facts=_scan("email", _CARD)),
    passing("lower, and overruled", product={"columns": {"segment": {"verdicts": _SAID}}}, facts=_scan("segment", _MAIL)),
    passing(
        "a birth date where no person stands",
        product={"columns": {"customer_id": None, "email": None}},
        facts=_scan("segment", _BORN),
    ),
    failing("lower", facts=_scan("segment", _MAIL)),
    failing("lower, although a category declares it", facts=_scan("customer_id", _CARD)),
    failing("a birth date beside a person", facts=_scan("segment", _BORN)),
    source="House rule: the higher of label and evidence holds",
    part="scan",
    needs=[Need.CLASSIFICATION],
    waivable=True,
)
def as_high_as_the_scan(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(_under_declared(facts))


def _under_declared(facts: Facts) -> Iterator[Objection]:
    scans = facts.classification or {}
    persons = holds_persons(facts.product) or any(
        one.personal for name in scans if name in facts.columns for one in standing(facts, name)
    )
    for name in scans:
        column = facts.columns.get(name)
        if column is None or column.sensitivity is None:
            continue
        lowered = lowers(facts, name)
        found = tuple(
            one for one in standing(facts, name) if one.level > column.sensitivity and (one.personal or (persons and not lowered))
        )
        if found:
            level = found[0].level
            why = f"Column {name!r} is labelled {column.sensitivity}; what the scan found in it is {level}: {_evidence(found)}.{_changed(facts, name)}"
            patch = patch_of(name, change(column, found))
            fix = _fix(facts, found, patch)
            at, bound = ("columns", name, "sensitivity"), _families(found)
            yield Objection(why, fix, at, patch=patch, bound=bound, measured=extent(found))


def change(column: Column, found: Iterable[Found]) -> dict[str, str]:
    """The keys that declare `found` in a column: never a lower level than it has, and no category in place of one that stands."""
    found = tuple(found)
    keys: dict[str, str] = {}
    levels = [one.level for one in found] + ([column.sensitivity] if column.sensitivity else [])
    if not column.category and not column.subject and (kinds := [one for one in found if one.category]):
        keys["category"] = _category(kinds)
        if known := category(keys["category"]):
            levels.append(known.sensitivity)
            points = max((one.identifiability for one in kinds), key=_ORDER.index)
            if _ORDER.index(points) > _ORDER.index(column.identifiability or known.identifiability):
                keys["identifiability"] = points.value
        if found[0].subject and keys["category"] == found[0].category:
            keys["subject"] = found[0].subject
    return {"sensitivity": Sensitivity.highest(levels).value, **keys}


def _category(found: list[Found]) -> str:
    """The category of the one kind that fills the column; of a mixture, that people stand in it."""
    told = [one for one in found if one.personal] or found
    return told[0].category if len({one.category for one in told}) == 1 and told[0].share >= 0.5 else ANY_CONTENT


def _families(found: Iterable[Found]) -> tuple[str, ...]:
    """The sorts of data that were found (`user.contact`, `user.health`): a mixture has one remedy, whatever is in it."""
    return tuple(sorted({one.sort for one in found}))


def patch_of(name: str, keys: Mapping[str, str]) -> str:
    """`name: {key: value, …}`: the change as YAML on one line."""
    text: str = yaml.safe_dump({name: dict(keys)}, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000)
    return text.strip()[1:-1]


def _evidence(found: tuple[Found, ...]) -> str:
    more = f"; and {len(found) - _NAMED} kinds more" if len(found) > _NAMED else ""
    return "; ".join(map(_told, found[:_NAMED])) + more


def _told(one: Found) -> str:
    share = "all" if one.share >= 0.9995 else f"{one.share:.2%}" if one.share < 0.01 else f"{one.share:.1%}"
    return f"{one.kind} in {one.rows:,} rows, {share} ({one.why})" if one.rows else f"{one.kind} ({one.why})"


def _changed(facts: Facts, name: str) -> str:
    """That the column's verdicts were given for other values, and what makes them hold again."""
    told, said = (facts.classification or {})[name].changed, facts.columns[name].verdicts
    if not told or not said:
        return ""
    how = f"Its verdicts were given for other values: {'; '.join(told[:_NAMED])}."
    return f" {how} Where they hold for these too, say so in their `reason`, which is then reviewed anew."


def _fix(facts: Facts, found: tuple[Found, ...], patch: str) -> str:
    kind, share = found[0].kind, max(1, math.ceil(found[0].share * 100))
    return (
        f"`mesh fix {facts.product.key}` writes `{patch}`. If the scan is wrong, have a person's verdict reviewed: "
        f"`verdicts: {{{kind}: {{upTo: {share}, reason: …}}}}` in the column."
    )


EVIDENCE = (classified, as_high_as_the_scan)
