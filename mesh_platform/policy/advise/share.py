"""May this be shared: with a domain or somebody outside, for a purpose, these fields, in that region; and as rows or as groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mesh_platform.policy.advise.values import Case, End, Option, Patch, Question, Tree
from mesh_platform.policy.packs.asking import personal, within
from mesh_platform.policy.people import is_quasi, points_at_a_person, tells_of_a_person
from mesh_platform.product.bases import basis_for
from mesh_platform.product.contracts import consumer_of
from mesh_platform.product.governance.recipients import UNKNOWN, lapsed


def _who(case: Case) -> str:
    return "inside" if consumer_of(case.facts.mesh, case.to) else "outside"


def _entry(case: Case) -> str:
    """Whether somebody outside may get anything today; what is about nobody needs no entry."""
    if not personal(case.facts):
        return "yes"
    found = case.facts.governance.recipient_called(case.to)
    one = found[1] if found else UNKNOWN
    return "yes" if not lapsed(one, case.facts.governance, case.facts.today) and one.address else "no"


def _purpose(case: Case) -> str:
    governance, descriptor = case.facts.governance, case.facts.descriptor
    key = governance.purpose(case.purpose)
    return "yes" if key and basis_for(descriptor.purposes, key, governance) else "no"


def _region(case: Case) -> str:
    """Where the readers are, against where the product stays; not asked about where nobody named a region."""
    regions = case.facts.governance.regions
    home = case.facts.descriptor.data_residency.region or regions.around(case.facts.product.location)
    if not case.region:
        return "yes"
    there = regions.locations(case.region)
    return "yes" if home and (case.region == home or (there and there <= regions.locations(home))) else "no"


def fitting(case: Case) -> tuple[str, ...]:
    """The fields that may go along: those asked for, or all; without those that do not serve the purpose or that it does not need."""
    governance, columns = case.facts.governance, case.facts.columns
    key = governance.purpose(case.purpose) or ""
    needed = governance.purposes[key].categories if key else None

    def fits(name: str) -> bool:
        column = columns[name]
        served = column.purposes is None or any(governance.purpose_covers(one, key) for one in column.purposes)
        unneeded = needed is not None and column.category and tells_of_a_person(column) and not within(column.category, *needed)
        return served and not unneeded

    return tuple(name for name in case.fields or tuple(columns) if name in columns and fits(name))


def _any(case: Case) -> str:
    return "yes" if fitting(case) else "no"


_FINE = ("TIMESTAMP", "DOUBLE", "FLOAT", "DECIMAL")
"""Types whose values seldom stand twice."""


def _grouped(case: Case) -> tuple[str, ...]:
    """Fields by which groups may be formed: those that alone point at nobody, and at more than one row each."""
    columns, descriptor = case.facts.columns, case.facts.descriptor
    rows = {key[0] for key in (descriptor.primary_key, *descriptor.unique) if len(key) == 1}
    return tuple(
        name
        for name in fitting(case)
        if not points_at_a_person(columns[name])
        and not is_quasi(columns[name])
        and not (columns[name].unique or name in rows or columns[name].type.duckdb.startswith(_FINE))
    )[:3]


def _groups(case: Case) -> frozenset[str]:
    """Groups are of people, and need a key of theirs and something to group by."""
    return frozenset() if _grouped(case) and case.facts.descriptor.subject_columns else frozenset({"groups"})


def _contract(case: Case, fields: tuple[str, ...], **more: Any) -> Patch:
    left = [name for name in case.facts.columns if name not in fields and points_at_a_person(case.facts.columns[name])]
    said: Mapping[str, Any] = {"consumer": case.to, "purpose": case.purpose, "fields": list(fields), **more}
    return {"dataContracts": [{**said, **({"excludedFields": left} if left else {})}]}


def _rows(case: Case) -> Patch:
    return _contract(case, fitting(case))


def _aggregate(case: Case) -> Patch:
    by = _grouped(case)
    return _contract(case, by, aggregate={"by": list(by)})


SHARE = Tree(
    "share",
    "May I share this?",
    "who",
    {
        "who": Question(
            "Is the consumer a domain or a product of this mesh?",
            {"inside": Option("Yes.", "purpose"), "outside": Option("No: it is somebody outside.", "entry")},
            _who,
            by="the folders of `domains/`",
        ),
        "entry": Question(
            "Does their entry in the register of recipients hold, with an address at which they are told of erasures?",
            {"yes": Option("Yes.", "purpose"), "no": Option("No.", "unregistered")},
            _entry,
            by="governance/recipients.yaml and governance/register.yaml",
        ),
        "purpose": Question(
            "Does the product serve the purpose?",
            {"yes": Option("Yes.", "fields"), "no": Option("No.", "other_purpose")},
            _purpose,
            by="`purposes` of the product, and governance/purposes.yaml",
        ),
        "fields": Question(
            "Are there fields that serve the purpose, and that it needs?",
            {"yes": Option("Yes.", "region"), "no": Option("No.", "nothing_fits")},
            _any,
            by="`purposes` and `category` of the columns, `categories` of the purpose",
        ),
        "region": Question(
            "Are the readers where the product may be read?",
            {"yes": Option("Yes, or nobody named a region.", "form"), "no": Option("No.", "abroad")},
            _region,
            by="`dataResidency` and governance/regions.yaml",
        ),
        "form": Question(
            "Do they need rows, or numbers about groups of people?",
            {"rows": Option("Rows.", "rows"), "groups": Option("Groups.", "groups")},
            closed=_groups,
            by="without a key of people, or anything to group by, there are no groups",
        ),
        "abroad": Question(
            "Would numbers about groups of people do? Rows do not leave the region (CORE-07).",
            {"groups": Option("Yes.", "groups"), "no": Option("No.", "stays")},
            closed=_groups,
        ),
    },
    {
        "unregistered": End(
            "Nothing may go to {to!r}: register them, or renew what has ended.",
            commands=("mesh vendor list", "docs/how-to/register-a-recipient.md"),
            yes=False,
        ),
        "other_purpose": End(
            "The product is not for {purpose!r}. Whether it may be is a question of its basis, and of a review.",
            commands=("mesh advise basis {product} --purpose {purpose}",),
            yes=False,
        ),
        "nothing_fits": End("None of these fields serves {purpose!r}, or it needs none of them.", yes=False),
        "stays": End("Rows stay where they are: read them from within the region.", yes=False),
        "rows": End("Yes, these fields, under a contract. Confidential values are masked unless it lists them as `raw`.", _rows),
        "groups": End("Yes, as groups: no reader sees a person, and small groups are left out.", _aggregate),
    },
    needs=("to", "purpose"),
)
