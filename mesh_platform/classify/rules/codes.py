"""Devices, secrets, and codes that a name explains."""

from __future__ import annotations

import re
from collections.abc import Callable

from mesh_platform.classify import forms, names, patterns
from mesh_platform.classify.case import Case
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import percent

_FORMS_OF_QUASI = (Entity.POSTCODE, Entity.DATE_OF_BIRTH, Entity.AGE, Entity.SALARY, Entity.GENDER, Entity.CITY)


def devices(case: Case) -> None:
    found = case.found
    if found.whole(patterns.IMEI) >= 0.8:
        case.tell(Entity.DEVICE_ID, 1, f"{percent(found.whole(patterns.IMEI))} of distinct values are valid IMEIs")
    if found.whole(patterns.ICCID) >= 0.8:
        case.tell(Entity.DEVICE_ID, 1, f"{percent(found.whole(patterns.ICCID))} of distinct values are numbers of SIM cards")
    _numeric_addresses(case)
    uuid = found.hits.get(patterns.UUID)
    if uuid and uuid.rows >= 0.5 * found.rows:
        entity = max((Entity.DEVICE_ID, Entity.ONLINE_ID, Entity.USER_ID), key=case.named)
        if case.named(entity) >= 0.5 and uuid.whole:
            case.tell(entity, uuid.rows / found.rows, "UUIDs under a name that means a device or person")
    if (found.whole(patterns.VIN) >= 0.8 and all(v == v.upper() for v in found.sample) and found.share(forms.HASH) != 1) or (
        case.named(Entity.VEHICLE_ID) >= 0.5 and found.whole(patterns.VIN) >= 0.5
    ):
        case.tell(Entity.VEHICLE_ID, 1, f"{percent(found.whole(patterns.VIN))} of distinct values have the form of ISO 3779")
    if found.share(forms.MRN) >= 0.5:
        case.tell(
            Entity.MEDICAL_ID, 1, f"{percent(found.share(forms.MRN))} of distinct values have the form of medical record numbers"
        )


def _numeric_addresses(case: Case) -> None:
    """Addresses of networks and machines stored as numbers or in hex, which only a name tells from other numbers."""
    found = case.found
    if found.distinct < 5 or names.of_a_place(case.name):
        return
    if case.named(Entity.IP_ADDRESS) >= 0.45:
        whole = [v for v in found.sample if re.fullmatch(r"\d{8,10}|(?:0x)?[0-9a-fA-F]{8}", v)]
        public = sum(patterns.public_ip(_quad(v)) for v in whole)
        if len(whole) >= 0.9 * len(found.sample) and public >= 0.7 * len(whole):
            case.tell(Entity.IP_ADDRESS, 1, "named as network address, as numbers of four bytes, most of them public")
    if case.named(Entity.MAC_ADDRESS) >= 0.45 and found.share(re.compile(r"\d{11,15}|[0-9a-fA-F]{12}")) >= 0.9:
        case.tell(Entity.MAC_ADDRESS, 1, "named as hardware address, as numbers of six bytes")


def _quad(value: str) -> str:
    number = int(value) if value.isdigit() and len(value) != 8 else int(value, 16)
    return ".".join(str(b) for b in min(number, 2**32 - 1).to_bytes(4, "big"))


def secrets(case: Case) -> None:
    if case.named(Entity.SECRET) >= 0.5 and case.leaf.form != "integer":
        share = case.found.share(forms.SECRET)
        kinds = [sum(bool(re.search(k, v)) for k in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w]")) for v in case.found.sample[:200]]
        if (
            share >= 0.7
            and kinds
            and sum(kinds) / len(kinds) >= 1.9
            and case.found.distinct >= 5
            and not case.found.share(re.compile(r"https?://.*")) > 0.1
        ):
            case.tell(Entity.SECRET, 1, "named as secret, with random-looking values")
    if (
        case.named(Entity.SECRET) >= 0.9
        and {"cvv", "cvc", "pin", "otp"} & set(names.tokens(case.name))
        and case.found.share(re.compile(r"\d{3,8}")) >= 0.9
    ):
        case.tell(Entity.SECRET, 1, "named as a code that authorises, with such digits")


def named_codes(case: Case) -> None:
    found = case.found
    if found.leaf.form == "decimal" or not found.sample:
        return
    codes: tuple[tuple[Entity, re.Pattern[str], float, Callable[[], bool]], ...] = (
        (Entity.EMAIL_HASH, forms.HASH, 0.7, lambda: names.opaque(case.name) or found.share(forms.DIGEST) >= 0.9),
        (Entity.BANK_ACCOUNT, forms.DIGITS, 0.8, lambda: not names.about(case.name)),
        (Entity.PASSPORT, forms.DOCUMENT, 0.7, lambda: not names.about(case.name)),
        (Entity.DRIVER_LICENSE, forms.DOCUMENT, 0.7, lambda: True),
        (Entity.MEDICAL_ID, forms.DOCUMENT, 0.7, lambda: not names.about(case.name)),
        (Entity.VEHICLE_ID, forms.PLATE, 0.7, lambda: not names.about(case.name) and found.share(re.compile(r"\d+")) < 0.5),
        (Entity.DEVICE_ID, forms.COOKIE, 0.8, lambda: found.distinct >= 5 and not names.about(case.name)),
        (Entity.ONLINE_ID, forms.COOKIE, 0.8, lambda: found.distinct >= 5),
        (
            Entity.USER_ID,
            forms.CODE,
            0.8,
            lambda: found.distinct >= 5 and found.distinct >= 0.02 * found.rows and not names.about(case.name),
        ),
        (Entity.USERNAME, forms.HANDLE, 0.7, lambda: found.distinct >= 5 and not names.about(case.name)),
    )
    if (
        found.share(forms.DIGEST) >= 0.9
        and found.distinct >= 5
        and case.named(Entity.EMAIL, Entity.PHONE, Entity.EMAIL_HASH, Entity.NATIONAL_ID) >= 0.45
        and not names.of_a_thing(case.name)
    ):
        case.tell(Entity.EMAIL_HASH, 1, "named as contact or identity, with values in the form of a hash")
        return
    scored = sorted(((case.named(entity), i) for i, (entity, _, _, _) in enumerate(codes)), key=lambda pair: (-pair[0], pair[1]))
    for score, i in scored:
        entity, form, least, more = codes[i]
        if score >= 0.5 and score >= case.named(*_FORMS_OF_QUASI) and found.share(form) >= least and more():
            case.tell(entity, 1, f"named so, and {percent(found.share(form))} of distinct values have a fitting form")
            return
