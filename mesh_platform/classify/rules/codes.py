"""Devices, secrets, and codes that a name explains."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from mesh_platform.classify import forms, lexicon, names, patterns
from mesh_platform.classify.case import Case
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import spread
from mesh_platform.classify.sign import percent
from mesh_platform.classify.values import Profile
from mesh_platform.classify.wording import first_reading

_PUSH = re.compile(
    r"[\w-]{11,32}:APA91b[\w-]{60,200}|(?:ExponentPushToken|ExpoPushToken)\[[\w-]{10,40}\]|https://(?:fcm\.googleapis\.com/fcm/send|updates\.push\.services\.mozilla\.com|web\.push\.apple\.com|[\w.-]+\.notify\.windows\.com)/\S{20,400}"
)
_TRACKED = re.compile(
    r"[0-9a-f]{16}\.\d{10}\.\d{1,4}\.\d{10}(?:\.\d{10})?\.?|\d{8,10}\.1[4-9]\d{8}|1\.1\.\d{6,10}\.1[4-9]\d{8}|(?:CjwKC|Cj0KC|EAIaIQ)[\w-]{30,120}|1[4-9]\d{11}-\d{13,19}|E\.C\.P\.[\w-]{20,}|IwAR[\w-]{40,90}|PA[A-Z][\w-]{40,90}_aem\S*|MCMID\|\d{38}|[01]\d{37}|%7B%22distinct_id.*|amp_[0-9a-f]{6}=?\S+|sid\.\d\.[\w-]{20,60}"
)
_PATIENT = re.compile(r"(?:^|[\r\n\v])PID\|[^|]*\|[^|]*\|\w{3,20}\^|\|\w{4,20}\^{2,4}[\w&]*\^(?:MR|PI|PT|AN)\b")
_NOT_PLATES = (Entity.POSTCODE, Entity.PASSPORT, Entity.DRIVER_LICENSE, Entity.NATIONAL_ID, Entity.HEALTH, Entity.STREET_ADDRESS)
_FORMS_OF_QUASI = (Entity.POSTCODE, Entity.DATE_OF_BIRTH, Entity.AGE, Entity.SALARY, Entity.GENDER, Entity.CITY)


_DIGITS_ONLY = re.compile(r"\d+")
_PAPERS = frozenset(("doc", "docs", "document", "documents", "documento", "documentos", "dokument", "papers", "traveldoc"))
_BOOKLET = re.compile(r"(?=.*\d{5})[A-Z]{0,3}\d{5,9}[A-Z]{0,2}")
LIKE_A_KEY = 0.35
"""How well a name has to speak for a person's id where the values are the key of their table."""
_SSN = re.compile(r"\d{3}-\d\d-\d{4}")
_HOME = re.compile(
    r"(?:/home/|/Users/|(?:[A-Za-z]:|\\)\\Users\\|\\Documents and Settings\\)(?!(?:shared|public|default|runner|ubuntu|root|admin|guest)\b)([\w.-]{3,40})",
    re.IGNORECASE,
)
_ACTING = re.compile(
    r"(?:\b(?:for|by|user(?:name)?|login|logname|acct|account|ruser|USER|usr|uid)[ =:\"']{1,3}(?:invalid user |user )?)([A-Za-z][\w.+-]{2,31})(?=[\s\"';,)\]]|$)"
)
_NOT_ACTING = frozenset(
    (
        "the",
        "and",
        "from",
        "for",
        "user",
        "root",
        "admin",
        "unknown",
        "invalid",
        "password",
        "failed",
        "session",
        "opened",
        "closed",
        "nobody",
        "none",
        "null",
        "all",
    )
)
_SERIES = re.compile(
    r"(?:INV|ORD|ORDER|PO|SO|SKU|TKT|RMA|TXN|TRX|BATCH|LOT|REQ|RF\d\d|RE|RG|DOC|PRJ|JOB|TASK|SHP|PKG|ART|ITEM|PROD|CASE|WO|BK|RES|QUO|OFF)[-_/ ]?\d{3,}.*",
    re.IGNORECASE,
)


def _of_a_thing(found: Profile) -> bool:
    """Whether the letters before the numbers say order, invoice, lot and the like, or the values are days."""
    return found.share(_SERIES) >= 0.9 or (found.dated >= 0.9 and found.share(re.compile(r"(?:19|20)\d{6}")) >= 0.9)


def _one_form(found: Profile) -> bool:
    """Whether all values have as many signs and no blanks."""
    return len({len(v) for v in found.sample}) == 1 and not any(" " in v for v in found.sample)


def _plates(found: Profile) -> bool:
    """Whether short values in capitals mix letters and digits in many layouts, as the plates of several countries do."""
    values = [v for v in found.sample if 4 <= len(v) <= 15]
    if len(values) < max(30, 0.95 * len(found.sample)) or any(v != v.upper() for v in values):
        return False
    layouts = Counter(re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", v)) for v in values)
    lettered = sum(any(c.isalpha() for c in v) and any(c.isdigit() for c in v) for v in values) / len(values)
    frequent = sum(count for _, count in layouts.most_common(25)) / len(values)
    return (
        len(layouts) >= 12
        and layouts.most_common(1)[0][1] <= 0.35 * len(values)
        and frequent >= 0.5
        and lettered >= 0.85
        and not _one_form(found)
    )


def _key(found: Profile) -> bool:
    """Whether each row has a value of its own, all of one form, as keys have."""
    return (
        found.distinct >= 20
        and found.distinct == found.rows
        and len({len(v) for v in found.sample}) <= 2
        and found.share(forms.CODE) >= 0.8
    )


_URN = re.compile(
    r"urn:[A-Za-z0-9:._-]{1,60}:(?:person|user|member|customer|client|patient|subject|guest|employee)s?:[\w-]{1,60}",
    re.IGNORECASE,
)
"""RFC 8141."""


def accounts(case: Case) -> None:
    """Names of accounts: within paths of home folders, in lines of logs, and as what acted."""
    found = case.found
    if found.leaf.form != "text" or found.distinct < 5:
        return
    members = sum(_URN.fullmatch(v) is not None for v in found.sample)
    if members >= 0.8 * len(found.sample):
        case.tell(Entity.USER_ID, members / len(found.sample), "names of persons in a namespace of their own")
        return
    homes = [m[1] for v in found.sample if len(v) < 400 and (m := _HOME.search(v))]
    acting = [m[1] for v in found.sample if 20 <= len(v) < 2000 and (m := _ACTING.search(v)) and m[1].lower() not in _NOT_ACTING]
    if len(homes) >= 0.2 * len(found.sample) and len(set(homes)) >= 5:
        case.tell(Entity.USERNAME, len(homes) / len(found.sample), "paths of home folders of several accounts")
    elif len(acting) >= 0.3 * len(found.sample) and len(set(acting)) >= 12 and _handles(acting) >= 0.6:
        case.tell(Entity.USERNAME, len(acting) / len(found.sample), "lines that hold the names of accounts")
    elif (
        found.distinct >= 20
        and found.words < 1.2
        and not case.explained
        and (case.named(Entity.USERNAME) >= 0.35 or not _ACTORS.isdisjoint(names.tokens(case.name)))
        and found.share(forms.HANDLE) >= 0.9
        and found.reading.get("handle", 0) + found.reading.get("person", 0) >= 0.5
    ):
        case.tell(Entity.USERNAME, 1, "who acted, read as names of accounts")


_ACTORS = frozenset(
    {
        "actor",
        "by",
        "who",
        "agent",
        "author",
        "user",
        "owner",
        "operator",
        "initiator",
        "editor",
        "sender",
        "requester",
        "login",
        "handle",
    }
)


def _handles(values: list[str]) -> float:
    return first_reading(spread(values, 60)).get("handle", 0.0)


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
    if found.share(_PUSH) >= 0.5:
        case.tell(Entity.DEVICE_ID, 1, f"{percent(found.share(_PUSH))} of distinct values have the form of push tokens")
    if found.share(_TRACKED) >= 0.8:
        case.tell(Entity.ONLINE_ID, 1, f"{percent(found.share(_TRACKED))} of distinct values have the form of trackers' ids")
    if (
        uuid
        and not case.told
        and uuid.whole >= 0.98 * found.distinct
        and all(v == v.upper() for v in found.sample)
        and found.distinct < 0.9 * found.rows
        and not names.of_a_thing(case.name)
    ):
        case.tell(Entity.DEVICE_ID, 1, "UUIDs in capitals that come again, as phones write theirs")
    patient = sum(bool(_PATIENT.search(v)) for v in found.sample)
    if patient >= 0.5 * max(1, len(found.sample)):
        case.tell(Entity.MEDICAL_ID, patient / len(found.sample), "segments of HL7 with the number of a patient's record")
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
            and not _of_a_thing(case.found)
            and sum(kinds) / len(kinds) >= 1.9
            and case.found.distinct >= 5
            and not case.found.share(
                re.compile(
                    r"https?://.*|[\w.-]*/(?:[\w.=-]+/)+[\w.=-]*|[\w-]+\.(?:csv|json|parquet|pdf|png|jpg|txt|log|xml|gz|zip)"
                )
            )
            > 0.1
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
    if found.leaf.form in ("decimal", "date", "time") or not found.sample or found.dated >= 0.9:
        return
    codes: tuple[tuple[Entity, re.Pattern[str], float, Callable[[], bool]], ...] = (
        (Entity.EMAIL_HASH, forms.HASH, 0.7, lambda: names.opaque(case.name) or found.share(forms.DIGEST) >= 0.9),
        (Entity.BANK_ACCOUNT, forms.DIGITS, 0.8, lambda: not names.about(case.name)),
        (Entity.PASSPORT, forms.DOCUMENT, 0.7, lambda: not names.about(case.name)),
        (
            Entity.DRIVER_LICENSE,
            forms.DOCUMENT,
            0.7,
            lambda: not found.share(_SSN) >= 0.9 and not found.share(lexicon.ATC) >= 0.5,
        ),
        (Entity.MEDICAL_ID, forms.DOCUMENT, 0.7, lambda: not names.about(case.name)),
        (Entity.VEHICLE_ID, forms.PLATE, 0.7, lambda: not names.about(case.name) and found.share(re.compile(r"\d+")) < 0.5),
        (Entity.DEVICE_ID, forms.COOKIE, 0.8, lambda: found.distinct >= 5 and not names.about(case.name)),
        (
            Entity.ONLINE_ID,
            forms.COOKIE,
            0.8,
            lambda: found.distinct >= 5 and (case.named(Entity.ONLINE_ID) >= 0.8 or found.share(_DIGITS_ONLY) < 0.9),
        ),
        (
            Entity.USER_ID,
            forms.CODE,
            0.5 if _one_form(found) else 0.8,
            lambda: (
                found.distinct >= 5
                and found.distinct >= 0.02 * found.rows
                and not names.about(case.name)
                and not _of_a_thing(found)
            ),
        ),
        (Entity.USERNAME, forms.HANDLE, 0.7, lambda: found.distinct >= 5 and not names.about(case.name)),
    )
    if (
        found.share(forms.DIGEST) >= 0.9
        and found.distinct >= 5
        and case.named(Entity.EMAIL, Entity.PHONE, Entity.EMAIL_HASH, Entity.NATIONAL_ID) >= 0.4
        and not names.of_a_thing(case.name)
    ):
        case.tell(Entity.EMAIL_HASH, 1, "named as contact or identity, with values in the form of a hash")
        return
    if (
        found.share(_BOOKLET) >= 0.95
        and found.distinct >= 8
        and any(_PAPERS.intersection(names.tokens(n)) for n in case.leaf.names[-2:])
    ):
        case.tell(Entity.PASSPORT, 1, "named as document, with the forms of passport numbers")
        return
    scored = sorted(((case.named(entity), i) for i, (entity, _, _, _) in enumerate(codes)), key=lambda pair: (-pair[0], pair[1]))
    for score, i in scored:
        entity, form, least, more = codes[i]
        if (
            score >= (LIKE_A_KEY if entity is Entity.USER_ID and _key(found) else 0.5)
            and score >= case.named(*_FORMS_OF_QUASI)
            and found.share(form) >= least
            and more()
        ):
            case.tell(entity, 1, f"named so, and {percent(found.share(form))} of distinct values have a fitting form")
            return
    if found.distinct >= 30 and found.leaf.form == "text" and _plates(found) and case.named(*_NOT_PLATES) < 0.5:
        case.tell(Entity.VEHICLE_ID, 1, "letters and digits in the layouts of number plates of several countries")
