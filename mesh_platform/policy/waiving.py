"""What a waiver does to a finding: it turns a block into a warning, for one thing in one product, until its last day.

It refuses to be wider than what was looked at: a finding whose remedy has changed since, one that was measured and has become worse, another column,
or another rule is not covered, and a rule that is not waivable never is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta

from mesh_platform.actor import Role
from mesh_platform.errors import Finding, Severity
from mesh_platform.policy.renewals import Spell, chain_to, too_often
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.product.waivers import Waiver

MOST_DAYS = 90
"""The longest that a waiver may last (house rule)."""
FILE = "governance/waivers.yaml"
_ZONES = timedelta(days=1)
"""How far a date that a person wrote may lie ahead: none of them thinks in UTC."""


def covers(finding: Finding) -> str:
    """What of a finding a waiver is bound to: rule, place in the descriptor, remedy and what was found. Where that is something else later, it differs."""
    told = "\0".join((finding.product, finding.rule, finding.about, finding.patch, finding.bound))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def standing(mesh: Mesh, key: ProductKey, today: date) -> tuple[Waiver, ...]:
    """The waivers of one product that count today, those that last longest first."""
    filed = (one for one in mesh.governance.waivers if one.product == str(key) and problem(mesh, one, today) is None)
    approved = (one for one in mesh.waivers if one.product == str(key) and counts(one, today))
    return tuple(sorted((*approved, *filed), key=lambda one: one.expires, reverse=True))


def counts(waiver: Waiver, today: date) -> bool:
    """Whether one that was approved in the control database counts on a day: where the clock was set back before its approval, it does not."""
    return waiver.approved_on <= today + _ZONES and today <= waiver.expires and _lasts(waiver)


def _lasts(waiver: Waiver) -> bool:
    """Whether it ends when any waiver ends, whoever wrote it into the database."""
    return waiver.expires <= waiver.approved_on + timedelta(days=MOST_DAYS)


def problem(mesh: Mesh, waiver: Waiver, today: date) -> str | None:
    """Why a waiver that stands in a file does not count, None where it does. Those of the control database were judged when they were approved."""
    if why := refused(mesh, waiver, today, waiver.approved_by, waiver.requested_by):
        return why
    return f"It ended on {waiver.expires}." if waiver.expires < today else None


def refused(mesh: Mesh, waiver: Waiver, today: date, approver: str = "Who approved it", asker: str = "Somebody") -> str | None:
    """Why a waiver of a file counts on none of its days, in words that name approver and asker so; None where only its end may stand against it."""
    approves, asks = (mesh.governance.roles.principals.get(name) for name in (waiver.approved_by, waiver.requested_by))
    domain, _, _ = waiver.product.partition("/")
    names = {waiver.approved_by.casefold()}
    if approves is None or Role.PRIVACY not in approves.roles or (approves.domains and domain not in approves.domains):
        return f"{approver} has not the role privacy for {domain} in governance/roles.yaml."
    if asks is None:
        return f"{asker}, who asked for it, is nobody in governance/roles.yaml."
    if waiver.requested_by.casefold() in names or mesh.owner(ProductKey.parse(waiver.product)).casefold() in names:
        return f"{approver} asked for it or owns the product: nobody approves their own."
    if Role.OWNER in approves.roles:
        return f"{approver} owns products of the domain: nobody approves their own."
    if why := _too_often(mesh, waiver, Role.PRIVACY in asks.roles):
        return why
    if waiver.approved_on > today + _ZONES:
        return f"It is dated {waiver.approved_on}, which is to come."
    return None if _lasts(waiver) else f"It lasts longer than {MOST_DAYS} days after its approval."


def beyond(finding: Finding, measured: Mapping[str, float]) -> str:
    """What of a finding is worse than what a waiver of it remembers, in words; empty where nothing is. What it does not remember, it does not cover."""
    worse = [one for one in finding.measured if one.what not in measured or one.worse_than(measured[one.what])]
    return ", ".join(f"{one.what} was {_number(measured.get(one.what))} and is {_number(one.value)}" for one in worse)


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def _too_often(mesh: Mesh, waiver: Waiver, by_privacy: bool) -> str:
    """Why an entry renews the others of the file, for the same rule and product, once too often."""
    others = (one for one in mesh.governance.waivers if (one.product, one.rule) == (waiver.product, waiver.rule))
    spells = [Spell(one.approved_on, one.expires, one.control) for one in others if one != waiver]
    return too_often(chain_to(spells, waiver.approved_on), waiver.control, by_privacy, mesh.governance.policies.waivers.renewals)


def let_through(finding: Finding, waivers: Iterable[Waiver], today: date) -> Finding:
    """`finding`, as a warning where one of those waivers covers it; where one would, had it not become worse, it says so."""
    if not (finding.waivable and finding.blocks):
        return finding
    told, outgrown = covers(finding), ""
    for one in waivers:
        if (one.rule, one.about, one.covers) == (finding.rule, finding.about, told):
            if worse := beyond(finding, one.measured):
                outgrown = outgrown or f" The waiver until {one.expires} does not cover this: {worse}."
                continue
            left = (one.expires - today).days
            until = "today is its last day" if left == 0 else f"{left} day{'s' if left > 1 else ''} left"
            waived = f"until {one.expires} by {one.approved_by}"
            until = f"{until}; {one.renewed}" if one.renewed else until
            why = f"{finding.why} Waived {waived} ({until}); meanwhile: {one.control}"
            return replace(finding, severity=Severity.WARN, why=why, waived=waived, waiver=one.number)
    return replace(finding, why=finding.why + outgrown) if outgrown else finding
