"""What proves itself: patterns with check digits, cards, national numbers."""

from __future__ import annotations

import re

from mesh_platform.classify import forms, names, patterns
from mesh_platform.classify.case import Case
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.hits import Hits, persons, roles
from mesh_platform.classify.sign import percent
from mesh_platform.classify.values import Profile


def proofs(case: Case) -> None:
    for pattern, hits in case.found.hits.items():
        if not pattern.proof or not hits.valid:
            continue
        share = hits.rows / max(1, case.found.rows)
        whole = hits.whole / max(1, case.found.distinct)
        if pattern.entity is Entity.EMAIL and _mail_of_machines(case.found):
            continue
        if pattern.entity is Entity.EMAIL and roles(case.leaf):
            people = persons(case.leaf)
            if people:
                case.tell(Entity.EMAIL, people / max(1, case.found.rows), "addresses of persons stand between those of offices")
            continue
        if pattern.entity is Entity.NATIONAL_ID and not _national_proof(case, hits, whole):
            continue
        if pattern.entity is Entity.GEO_PRECISE and names.of_a_place(case.name):
            continue
        if pattern.entity is Entity.IP_ADDRESS and (
            _version(case.found)
            or (names.of_a_release(case.name) and case.named(Entity.IP_ADDRESS) < 0.3)
            or (names.of_a_place(case.name) and not names.of_a_person(case.name) and case.named(Entity.IP_ADDRESS) < 0.3)
        ):
            continue
        if pattern is patterns.OBFUSCATED and (whole < 0.02 and hits.valid < 1):
            continue
        if pattern is patterns.PHONE_INTERNATIONAL and share > 0.9 and case.found.dated > 0.3:
            continue
        if whole >= 0.5:
            case.tell(pattern.entity, share, f"{percent(whole)} of distinct values are: {pattern.name}")
        else:
            case.tell(pattern.entity, share, f"{hits.whole + hits.within:,} distinct values hold: {pattern.name}")


def _national_proof(case: Case, hits: Hits, whole: float) -> bool:
    trusted = hits.valid >= 0.6 * hits.formed
    if (
        whole < 0.2
        and hits.whole
        and case.found.words < 1.2
        and case.named(Entity.NATIONAL_ID) < 0.5
        and case.found.share(forms.DOCUMENT) >= 0.8
    ):
        return False
    return trusted and (whole >= 0.03 or case.named(Entity.NATIONAL_ID) >= 0.5 or hits.valid >= 2)


def cards(case: Case) -> None:
    hits = case.found.hits.get(patterns.CARD)
    if hits and (hits.valid >= max(1, 0.5 * hits.formed) or hits.valid >= max(20, 0.3 * hits.formed)):  # chance gives a tenth
        whole = hits.whole / max(1, case.found.distinct)
        if whole >= 0.5 or hits.within or hits.rows:
            case.tell(
                Entity.CREDIT_CARD,
                hits.rows / max(1, case.found.rows),
                f"{hits.valid:,} of {hits.formed:,} card-like numbers pass Luhn and stand in an issuer's range",
            )
    elif (
        case.named(Entity.CREDIT_CARD) >= 0.6 and case.found.share(re.compile(r"(?:[\dX*•x]{4}[ -]?){3}\d{1,7}|\d{12,19}")) >= 0.6
    ):
        case.tell(Entity.CREDIT_CARD, 1, "named as card number, with as many digits")


def national(case: Case) -> None:
    found = case.found
    named = case.named(Entity.NATIONAL_ID)
    hits = [(p, h) for p, h in found.hits.items() if p.entity is Entity.NATIONAL_ID]
    plain = found.share(re.compile(r"\d{9}|\d{6,12}"))
    if named < 0.5:
        hits = [
            (p, h)
            for p, h in hits
            if not p.name.startswith("US") or (h.valid >= 0.97 * h.formed and not names.of_a_thing(case.name))
        ]
    solid = [(p, h) for p, h in hits if h.whole and h.valid >= 0.5 * h.formed]
    share = sum(h.whole for _, h in solid) / max(1, found.distinct)
    single = max((h.whole for _, h in hits), default=0) / max(1, found.distinct)
    if case.named(Entity.USER_ID, Entity.DEVICE_ID, Entity.ONLINE_ID) >= 0.6 > named and share < 0.98:
        return
    if share >= 0.6 or (single >= 0.85 and plain < 0.5) or (single >= 0.93):
        best = max(hits, key=lambda pair: pair[1].whole)[0].name
        case.tell(
            Entity.NATIONAL_ID,
            1,
            f"{percent(min(1.0, max(share, single)))} of distinct values are valid national numbers, most of them: {best}",
        )
    elif (
        named >= 0.5
        and named >= case.named(Entity.MEDICAL_ID, Entity.USER_ID)
        and found.share(re.compile(r"(?=(?:.*\d){5})[A-Z0-9]{1,20}(?:[ ./+-]?[A-Z0-9]{1,12}){0,4}", re.IGNORECASE)) >= 0.7
        and found.leaf.form != "decimal"
        and found.share(re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")) < 0.5
        and not names.about(case.name)
        and not _dated_series(found)
        and (named >= 0.7 or case.named(Entity.PASSPORT, Entity.DRIVER_LICENSE, Entity.BANK_ACCOUNT) < named)
    ):
        case.tell(Entity.NATIONAL_ID, 1, "named as national number, with a fitting form")
        if named >= 0.5 and _MIXED.search(case.name) and 0.15 <= found.share(_BOOKLET) <= 0.85:
            case.tell(
                Entity.PASSPORT, found.share(_BOOKLET), "named as document of identity, with numbers of passports among others"
            )


_MIXED = re.compile(r"(?i)doc|ausw|aus_|ident|id")
_BOOKLET = re.compile(r"[A-Z]{1,3}\d{6,7}[A-Z]?|\d{8,9}")


def _dated_series(found: Profile) -> bool:
    """Numbers of a series: the same letters, then a year, then a count."""
    return found.share(re.compile(r"[A-Z]{1,5}[-/ ]?20[0-3]\d[-/ ]\d{2,8}|20[0-3]\d[-/ ]\d{3,8}")) >= 0.9


def _version(found: Profile) -> bool:
    """Whether four numbers with dots are versions: some exceed a byte, most are small, or nearly all begin alike."""
    quads = [[int(p) for p in v.split(".")] for v in found.sample if re.fullmatch(r"\d{1,6}(?:\.\d{1,6}){3}", v)]
    if not quads:
        return False
    beyond = sum(max(q) > 255 for q in quads) / len(quads)
    small = sum(max(q) < 40 for q in quads) / len(quads)
    zeros = sum(q[1] == 0 or q[2] == 0 for q in quads) / len(quads)
    low = sum(q[0] < 40 for q in quads) / len(quads)
    return beyond >= 0.03 or small >= 0.5 or (low >= 0.9 and len(quads) >= 12) or (zeros >= 0.6 and len(quads) >= 8)


def _mail_of_machines(found: Profile) -> bool:
    """Message ids and addresses of repositories: an `@` with a host, and nobody behind it."""
    held = [v for v in found.sample if "@" in v]
    random = sum(
        re.fullmatch(r"(?:[\w-]{2,30}:\s?)?<?[^@\s]{8,120}@[^@\s]{3,120}>?", v) is not None and _drawn(v.partition("@")[0])
        for v in held
    )
    return bool(held) and (
        random >= 0.8 * len(held)
        or sum(re.search(r"(?:^|//|\s)\w{1,12}@[\w.-]+[:/][\w~.-]+/", v) is not None for v in held) >= 0.8 * len(held)
    )


def _drawn(local: str) -> bool:
    """Whether a part before `@` was drawn by a machine: long, with many digits between letters."""
    plain = re.sub(r"[^0-9A-Za-z]", "", local)
    return len(plain) >= 16 and sum(c.isdigit() for c in plain) >= 0.25 * len(plain)
