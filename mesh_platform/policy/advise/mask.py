"""Which mask stands in place of a column's values for readers who need less than the values: by what they still have to do with it, and by the column's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mesh_platform.policy.advise.values import Case, End, Option, Patch, Question, Tree
from mesh_platform.policy.packs.asking import within
from mesh_platform.product import Sensitivity

TEXT, DATES, NUMBERS = ("string",), ("date", "timestamp", "timestamptz"), ("double", "float", "decimal")
TAKES: Mapping[str, tuple[str, ...]] = {
    "email_domain": TEXT,
    "last4": TEXT,
    "bin_last4": TEXT,
    "zip3": TEXT,
    "year": DATES,
    "month": DATES,
    "age_band": DATES,
    "geo": NUMBERS,
}
"""The types that a mask takes; a test holds it against the masks themselves. `token` and `redact` take any."""


def _needed(case: Case) -> str:
    """Below confidential nothing is masked."""
    return "yes" if (case.declared.sensitivity or Sensitivity.RESTRICTED) >= Sensitivity.CONFIDENTIAL else "no"


def _unfit(case: Case) -> frozenset[str]:
    """Masks that do not take the column's type, or that would show what its category forbids."""
    kind, key = case.declared.type.text.partition("(")[0], case.declared.category or case.found
    unfit = {name for name, takes in TAKES.items() if kind not in takes}
    if within(key, "user.financial.card.cvv", "user.financial.card.pin", "user.authorization", "user.government_id"):
        unfit |= {*TAKES}
    if within(key, "user.financial.card.pan", "user.financial.credit_card"):
        unfit |= {*TAKES} - {"bin_last4"}
    elif "email" not in key:
        unfit |= {"email_domain"} if key else set()
    if not within(key, "user.financial.card", "user.financial.credit_card"):
        unfit |= {"bin_last4"}
    return frozenset(unfit)


def _masked(name: str) -> Callable[[Case], Patch]:
    return lambda case: {"columns": {case.column: {"mask": name}}}


_WORDS = {
    "redact": ("Nothing: they need not see it.", "It is shown to nobody who is not granted the values."),
    "token": (
        "Tell the same person again, in joins and counts.",
        "A keyed token stands in its place: the same person has the same one.",
    ),
    "email_domain": ("Know at which provider the address is.", "The address's domain is shown."),
    "last4": ("Confirm it with the person by its last characters.", "The last four characters are shown."),
    "bin_last4": ("Tell a card by issuer and last digits.", "The first six and the last four digits are shown (PCI DSS 3.4.1)."),
    "zip3": ("Know the rough area of a postcode.", "The first three characters are shown."),
    "year": ("Know the year.", "The first day of the year is shown."),
    "month": ("Know the month.", "The first day of the month is shown."),
    "age_band": ("Know the age in decades.", "The decade of the age is shown."),
    "geo": ("Know the rough place.", "A tenth of a degree is shown, about 11 km."),
}
MASK = Tree(
    "mask",
    "Which mask?",
    "needed",
    {
        "needed": Question(
            "Is it confidential or restricted?",
            {"yes": Option("Yes.", "use"), "no": Option("No.", "unmasked")},
            _needed,
            by="the column's sensitivity",
        ),
        "use": Question(
            "What do readers have to do with it who are not granted the values?",
            {name: Option(words, name) for name, (words, _) in _WORDS.items()},
            closed=_unfit,
            by="the column's type and data category leave out what does not fit",
        ),
    },
    {
        "unmasked": End(
            "Nothing below confidential is masked: whoever has a grant sees the values. Ask `mesh advise personal` first where in doubt."
        ),
        **{name: End(says, _masked(name)) for name, (_, says) in _WORDS.items()},
    },
    needs=("column",),
)
