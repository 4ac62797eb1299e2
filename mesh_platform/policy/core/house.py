"""CORE-05 against the organisation's own rules: patterns over names of columns and over what the scan finds, each with the least level.

Patterns are judged by RE2, in linear time whatever they are. A name counts as it is written and as words, so that `social_security_no` is
met by `Social Security`; a flag is no contact, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mesh_platform.errors import Measured
from mesh_platform.policy.core.declassify import lowers
from mesh_platform.policy.core.evidence import change, patch_of, standing
from mesh_platform.policy.core.labels import called_for
from mesh_platform.policy.facts import Facts
from mesh_platform.policy.objections import first_twenty
from mesh_platform.policy.rule import Objection, failing, passing, rule
from mesh_platform.policy.scan import Found, Scan, extent
from mesh_platform.product import Sensitivity
from mesh_platform.product.governance import ClassificationRule

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
_RULES = {"dataClassification": {"rules": [{"pattern": "SSN|Social Security", "classification": "PII.HighRisk"}]}}
_NUMBER = {"type": "string", "sensitivity": "internal"}
_NATIONAL = Found("NATIONAL_ID", Sensitivity.INTERNAL, why="all of distinct values are: US Social Security number")
_SAID = {"PII.HighRisk": {"upTo": 100, "reason": "The number of a ship, SSN for short."}}


@rule(
    "CORE-05",
    "No column's label is lower than a rule of the organisation calls for",
    passing("no rule fits", governance={"policies": _RULES}),
    passing(
        "a rule fits, and the label is as high",
        governance={"policies": _RULES},
        product={"columns": {"ssn": {**_NUMBER, "sensitivity": "restricted"}}},
    ),
    passing(
        "a rule fits the name of a flag",
        governance={"policies": _RULES},
        product={"columns": {"has_ssn": {"type": "boolean", "sensitivity": "internal"}}},
    ),
    passing(
        "a rule fits, and is overruled",
        governance={"policies": _RULES},
        product={"columns": {"ssn": {**_NUMBER, "verdicts": _SAID}}},
    ),
    failing("a rule fits the name", governance={"policies": _RULES}, product={"columns": {"ssn": _NUMBER}}),
    failing(
        "a rule fits the words of the name", governance={"policies": _RULES}, product={"columns": {"socialSecurity_no": _NUMBER}}
    ),
    failing(
        "a rule fits what the scan found",
        governance={"policies": _RULES},
        facts={"classification": {"segment": Scan((_NATIONAL,))}},
    ),
    source="House rule: dataClassification.rules of the organisation",
    part="organisation",
    waivable=True,
)
def as_high_as_the_organisation_says(facts: Facts) -> Iterator[Objection]:
    yield from first_twenty(_under_declared(facts))


def _under_declared(facts: Facts) -> Iterator[Objection]:
    for one in facts.governance.policies.data_classification.rules:
        texts = {name: _texts(facts, name) for name, column in facts.columns.items() if column.type.duckdb != "BOOLEAN"}
        for name in _fitting(one.pattern, texts):
            column = facts.columns[name]
            said = column.verdicts.get(one.classification)
            overruled = said is not None and said.up_to >= 100
            if column.sensitivity is None or column.sensitivity >= one.level or overruled or lowers(facts, name):
                continue
            told = [found.level for found in standing(facts, name) if found.personal] + [least for _, least in called_for(column)]
            if any(level >= one.level for level in told):
                continue  # the scan or the category calls for as much, and says so
            why = f"Column {name!r} is labelled {column.sensitivity}; the organisation's rule {one.pattern!r} ({one.classification}) makes it {one.level}."
            patch = patch_of(name, change(column, [_as_found(one)]))
            fix = (
                f"`mesh fix {facts.product.key}` writes `{patch}`. If the rule is wrong here, have a verdict reviewed: "
                f"`verdicts: {{{one.classification}: {{upTo: 100, reason: …}}}}` in the column."
            )
            at, bound = ("columns", name, "sensitivity"), (one.classification, one.pattern)
            yield Objection(why, fix, at, patch=patch, bound=bound, measured=_measured(facts, one.pattern, name))


def _measured(facts: Facts, pattern: str, name: str) -> tuple[Measured, ...]:
    """How much of it the scan found, where only that tells of it: a name is neither more nor less."""
    fits = [one for one in standing(facts, name) if next(iter(_fitting(pattern, {name: _said_of(one)})), None)]
    return extent(fits) if not list(_fitting(pattern, {name: _names(name)})) else ()


def _as_found(one: ClassificationRule) -> Found:
    return Found(one.classification, one.level, one.category or "")


def _texts(facts: Facts, name: str) -> list[str]:
    """What a pattern is held against: the name, its words, and what the scan says it found."""
    return [*_names(name), *(text for one in standing(facts, name) for text in _said_of(one))]


def _names(name: str) -> list[str]:
    return [name, " ".join(part for part in _WORDS.split(name) if part)]


def _said_of(found: Found) -> list[str]:
    return [found.kind, found.kind.replace("_", " "), found.why]


def _fitting(pattern: str, texts: dict[str, list[str]]) -> Iterable[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    flat = [(name, text) for name, held in texts.items() for text in held]
    if not flat:
        return ()
    hits = pc.match_substring_regex(pa.array([text for _, text in flat]), pattern=pattern, ignore_case=True).to_pylist()
    return dict.fromkeys(name for (name, _), hit in zip(flat, hits, strict=True) if hit)


HOUSE = (as_high_as_the_organisation_says,)
