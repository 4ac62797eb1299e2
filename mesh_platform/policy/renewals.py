"""How often an exception was prolonged: the waivers of one rule and product, one after the other, and since when the product is exempt from the rule.

Pure. Each waiver ends within 90 days; a chain of them has no end of its own, so it is counted, told, and from a length on asked for otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

GAP = timedelta(days=90)
"""What begins within so many days of the end of another prolongs it: a pause makes no new exception."""
SITTING = timedelta(days=7)
"""What is approved within so many days is one decision: several findings of one rule are waived together."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One waiver that was approved: its first and last day, and what protected people meanwhile."""

    starts: date
    ends: date
    control: str


@dataclass(frozen=True, slots=True)
class Chain:
    """What a new waiver would prolong, or this one prolongs.

    Attributes:
        since: the first day of the exemption; None where there is none.
        renewals: how often it was prolonged.
        controls: what was promised to protect people in it.
    """

    since: date | None = None
    renewals: int = 0
    controls: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.since is None or not self.renewals:
            return ""
        return f"renewed {self.renewals} time{'s' if self.renewals > 1 else ''}, exempt since {self.since}"


def chain_to(spells: Iterable[Spell], day: date) -> Chain:
    """The exemption that a waiver approved on `day` stands in, itself not counted among `spells`: it is one renewal more where there was any."""
    found = Chain()
    last = end = date.min
    for one in sorted((one for one in spells if one.starts <= day), key=lambda one: one.starts):
        if found.since is None or one.starts > end + GAP:
            found, last, end = Chain(one.starts, 0, (one.control,)), one.starts, one.ends
            continue
        further = one.starts >= last + SITTING
        last, end = (one.starts if further else last), max(end, one.ends)
        found = Chain(found.since, found.renewals + further, (*found.controls, one.control))
    if found.since is None or day > end + GAP:
        return Chain(day)
    return Chain(found.since, found.renewals + (day >= last + SITTING), found.controls)


def too_often(chain: Chain, control: str, by_privacy: bool, most: int) -> str:
    """Why a waiver is not renewed once more in this way; empty where it is."""
    if chain.renewals <= most:
        return ""
    told = f"With this one the exemption would be {chain}; {most} renewals are asked for like any waiver."
    if not by_privacy:
        return f"{told} From then on only somebody with the role privacy asks, and another one decides."
    if _words(control) in {_words(one) for one in chain.controls}:
        return f"{told} From then on each says anew what protects people, and this was said before."
    return ""


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
