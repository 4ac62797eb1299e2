"""Phone numbers, written as people write them or under a name that means one."""

from __future__ import annotations

import re

from mesh_platform.classify import forms, names, patterns
from mesh_platform.classify.case import Case
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import percent

MIXED = 0.08
"""Fewer of a column than this are numbers of another kind that look like those of phones."""
_LINKED = re.compile(
    r"(?i)(?:wa\.me/|whatsapp(?:\.com|:/)/send/?\?phone=|(?:tel|sms|smsto|callto|facetime|whatsapp|viber|sgnl|signal):(?://)?(?:\w+\?number=)?|signal\.me/#p/|t\.me/)(?:\+|%2B|00)?\d[\d ().-]{6,16}"
)
_NUMBERS = (
    Entity.BANK_ACCOUNT,
    Entity.VEHICLE_ID,
    Entity.PASSPORT,
    Entity.NATIONAL_ID,
    Entity.MEDICAL_ID,
    Entity.DRIVER_LICENSE,
    Entity.CREDIT_CARD,
)


_OBJECT_ID = re.compile(r"[0-2](?:\.\d{1,10}){4,}")
"""ITU-T X.660: numbers of things in trees, as SNMP has them."""


def phones(case: Case) -> None:
    found = case.found
    hits = found.hits.get(patterns.PHONE)
    named = case.named(Entity.PHONE)
    linked = sum(_LINKED.search(v) is not None for v in found.sample)
    if linked >= 0.2 * max(1, len(found.sample)) and linked >= 3:
        case.tell(Entity.PHONE, linked / len(found.sample), f"{linked:,} values probed are links that call or text a number")
        return
    if hits and hits.whole >= 0.3 * found.distinct:
        matching = [v for v in found.sample if patterns.PHONE.whole(v) and not _OBJECT_ID.fullmatch(v)]
        if not matching:
            return
        grouped = sum(forms.GROUPED.search(v) is not None for v in matching) / max(1, len(matching))
        whole = hits.whole / max(1, found.distinct)
        other = max((h.whole for p, h in found.hits.items() if p in (patterns.CARD, patterns.IMEI)), default=0) / max(
            1, found.distinct
        )
        if named >= 0.5 and other < 0.5:
            case.tell(Entity.PHONE, whole, f"named as phone, and {percent(whole)} of distinct values have such a form")
        elif names.of_a_thing(case.name) or case.named(*_NUMBERS) >= 0.5:
            return
        elif grouped >= 0.5 and whole >= 0.5 and (layouts := _layouts(matching)) >= 2:
            valid = _valid(matching[:150])
            if valid >= (0.3 if layouts >= 4 else 0.5):
                case.tell(
                    Entity.PHONE,
                    whole,
                    f"{percent(whole)} of distinct values are written as phone numbers, {percent(valid)} of those probed are valid",
                )
        elif grouped < 0.2 and whole >= 0.9 and case.named(Entity.USER_ID, Entity.DEVICE_ID, Entity.BANK_ACCOUNT) < 0.5:
            probe = matching[:200]
            valid = sum(10 <= len(v) <= 13 and patterns.phone_valid("+" + v.lstrip("0")) for v in probe) / max(1, len(probe))
            if valid >= 0.9:
                case.tell(
                    Entity.PHONE, whole, f"{percent(valid)} of values probed are valid international numbers without their plus"
                )
        elif whole >= 0.95 and grouped >= 0.9 and not found.share(re.compile(r"\d{3}-\d\d-\d{4}|97[89][\d -]+")) > 0.5:
            valid = _valid(matching[:150])
            if valid >= 0.8:
                case.tell(Entity.PHONE, whole, f"{percent(valid)} of values probed are valid phone numbers")
    elif named >= 0.55 and found.share(forms.DIGITS_PHONE) >= 0.6 and found.leaf.form != "decimal" and not names.about(case.name):
        case.tell(Entity.PHONE, 1, "named as phone, with such digits")


def mixed(case: Case) -> None:
    """Contacts of several kinds in one column: none reaches half, together they do."""
    found = case.found
    hits = found.hits.get(patterns.PHONE)
    if hits and hits.whole >= MIXED * found.distinct and not names.of_a_thing(case.name) and case.named(*_NUMBERS) < 0.5:
        matching = [v for v in found.sample if patterns.PHONE.whole(v) and forms.GROUPED.search(v)]
        if (
            len(matching) >= max(2, 0.5 * len([v for v in found.sample if patterns.PHONE.whole(v)]))
            and _layouts(matching) >= 2
            and sum(patterns.phone_somewhere(v) for v in matching[:80]) >= 0.4 * len(matching[:80])
        ):
            case.tell(
                Entity.PHONE,
                hits.rows / max(1, found.rows),
                f"{hits.whole + hits.within:,} distinct values hold phone numbers in several layouts",
            )


def _valid(values: list[str]) -> float:
    """The share that is valid: with a country code, or all in one and the same country."""
    abroad = sum(v.startswith(("+", "00")) and patterns.phone_possible("+" + v.lstrip("+0")) for v in values)
    at_home = [v for v in values if not v.startswith(("+", "00"))]
    best = (
        max((sum(patterns.phone_valid(v, region) for v in at_home) for region in patterns.REGIONS), default=0) if at_home else 0
    )
    return (abroad + best) / max(1, len(values))


def _layouts(values: list[str]) -> int:
    return len({re.sub(r"\d", "9", v) for v in values})
