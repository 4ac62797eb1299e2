"""From the evidence of one leaf to what it holds, each with its reason.

Proofs (a valid IBAN, an address, a token) stand by themselves, however rare. Shapes (digits that could be an account, a date that could be
a birth) need a name beside them. A name alone proves nothing. Reasons speak of shares and rules and never repeat a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from mesh_platform.classify import lexicon, names, patterns
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.values import Hits, Profile, roles

_E = Entity


class Sign(NamedTuple):
    """One kind of data in a leaf: the share of rows that hold it, the reason, and where it stands."""

    entity: Entity
    share: float
    why: str
    where: str = ""


_ONE_TOKEN = re.compile(r"[\w.:@#~|+/=-]{4,200}")
CODED = re.compile(r"[0-9a-fA-F-]{12,}|[A-Za-z0-9+/=]{24,}")
_HASH = re.compile(r"(?:[\w-]{2,12}[:$])?(?:[0-9a-fA-F]{16,128}|[A-Za-z0-9+/_-]{20,128}={0,2}|[A-Z2-7]{24,110}={0,6})")
_DATE = re.compile(
    r"(?:19|20)\d\d([-/. ]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?|(?:0?[1-9]|[12]\d|3[01])([-/. ])(?:0?[1-9]|1[0-2])\2(?:(?:19|20)\d\d|\d\d)|(?:0?[1-9]|1[0-2])([-/. ])(?:0?[1-9]|[12]\d|3[01])\3(?:(?:19|20)\d\d|\d\d)"
    r"|(?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?[-./ ]{0,2}(?:of )?(?:de )?[^\W\d_]{3,12}\.?,?[-./ ]{0,2}(?:de )?(?:(?:19|20)\d\d|\d\d)|[^\W\d_]{3,12}\.? (?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,? (?:19|20)\d\d|(?:19|20)\d\d年\d{1,2}月\d{1,2}日|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d\d|(?:19|20)\d\d-[A-Za-z]{3}-\d\d"
)
_YEAR = re.compile(r"(?:19[0-9]\d|20[0-2]\d)(?:\.0)?")
_BAND = re.compile(
    r"\d{1,3}\s?(?:-|–|—|to|bis|a|à|do|\.\.)\s?\d{1,3}|(?:<|>|≥|≤|<=|>=|under|over|unter|über|ab)\s?\d{1,3}|\d{1,3}\s?(?:\+|s|plus|and over|or older|und älter|y|yrs?|years?|jahre|ans|años|anni|lat)|[\[(]\d{1,3},\s?\d{1,3}[\])]",
    re.IGNORECASE,
)
_POST = re.compile(
    r"(?:[A-Z]{1,2}[ -])?(?=.{3,12}$)(?=.*\d)[0-9A-Za-z]{2,8}(?:[ -][0-9A-Za-z]{2,5})?|〒\d{3}-\d{4}|[^\W\d_]{1,3} ?\d{2,3} ?\d{2,3}"
)
_PLATE = re.compile(r"(?=.*\d)[^\W_]{1,8}(?:[ ·.-][^\W_]{1,6}){0,3}")
_GEOHASH = re.compile(r"[0-9b-hjkmnp-z]{6,12}")
_COOKIE = re.compile(r"(?=.*\d)[\w.|:%~-]{8,200}")
_DOCUMENT = re.compile(r"(?=(?:.*\d){3})[A-Za-z0-9]{1,20}(?:[ ./-]?[A-Za-z0-9]{1,12}){0,4}")
_DIGITS = re.compile(r"\d{2,10}(?:[ ./-]\d{1,12}){0,4}|\d{5,24}")
_HANDLE = re.compile(r"@?(?=.*[A-Za-z\u0080-\uffff])[\w.+~-]{2,40}")
_DIGITS_PHONE = re.compile(r"\+?\(?\d[\d ()./-]{5,18}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?", re.IGNORECASE)
_SECRET = re.compile(r"(?=.*\d|.*[^\w\s])[^\s]{8,400}")
_GROUPED = re.compile(r"\+|\(\d|\d[ ./-]\d+[ ./-]\d|x\d|ext", re.IGNORECASE)
_CODE = re.compile(r"(?=.*\d)[\w:#./@|-]{3,64}")
_MRN = re.compile(
    r"MRN[-: #]?\d{4,12}|(?:NHS|KVNR|MBI|HICN)[-: #]?[A-Z]?\d{6,12}|[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d\d",
    re.IGNORECASE,
)
_H3 = re.compile(
    r"8[0-9a-f]{14}|[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}|[A-R]{2}\d\d[a-x]{2}(?:\d\d)?(?:[a-x]{2})?|///[\w.]{6,60}|\d\d[C-X][A-HJ-NP-Z]{2}\d{6,10}|\d{1,2}[C-X] \d{6} \d{7}",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[^\d\s]{0,4}\s?\d[\d.,' \u00a0]{1,14}\s?[kK]?\s?[^\d\s]{0,4}(?:\s?[-–]\s?[^\d\s]{0,4}\s?\d[\d.,' ]{1,14}[kK]?)?"
)
_FORMS_OF_QUASI = (_E.POSTCODE, _E.DATE_OF_BIRTH, _E.AGE, _E.SALARY, _E.GENDER, _E.CITY)


def percent(share: float) -> str:
    return "all" if share >= 0.9995 else f"{share:.1%}" if share >= 0.001 else f"{share:.3%}"


def signs(found: Profile) -> list[Sign]:
    """What `found` shows, the strongest first, one per entity."""
    if not found.distinct:
        return []
    told = _Judge(found).run()
    best: dict[Entity, Sign] = {}
    for sign in told:
        if sign.entity not in best or best[sign.entity].share < sign.share:
            best[sign.entity] = sign
    return list(best.values())


class _Judge:
    """The rules, in order; what is wholly explained by one is not offered to the next."""

    def __init__(self, found: Profile) -> None:
        self.found = found
        self.leaf = found.leaf
        self.name = found.leaf.name
        self.told: list[Sign] = []
        self.suggested = dict(names.suggests(self.name))
        if len(found.leaf.names) > 1:
            for depth, parent in enumerate(reversed(found.leaf.names[:-1])):
                weight = 0.75 if depth == 0 and (self.name in _THIN or self.name.isdigit()) else 0.5
                for entity, score in names.suggests(parent).items():
                    self.suggested[entity] = max(self.suggested.get(entity, 0.0), score * weight)

    def named(self, *entities: Entity) -> float:
        return max((self.suggested.get(entity, 0.0) for entity in entities), default=0.0)

    def tell(self, entity: Entity, share: float, why: str) -> None:
        self.told.append(Sign(entity, min(1.0, share), why))

    @property
    def explained(self) -> bool:
        return any(sign.share >= 0.5 for sign in self.told)

    def run(self) -> list[Sign]:
        self.proofs()
        if self.named(_E.PHONE) >= 0.6 and self.named(_E.PHONE) > self.named(_E.NATIONAL_ID) and not self.explained:
            self.phones()
        for rule in (
            self.cards,
            self.devices,
            self.national,
            self.places,
            self.births,
            self.phones,
            self.secrets,
            self.special,
            self.people,
            self.named_codes,
            self.quasi,
        ):
            if self.explained and rule not in (self.people,):
                break
            rule()
        if not self.told:
            self.mixed()
        if self.explained and self.found.words <= 3:
            return [sign for sign in self.told if sign.share >= 0.3 or sign.entity is not _E.NATIONAL_ID]
        return self.told

    def proofs(self) -> None:
        for pattern, hits in self.found.hits.items():
            if not pattern.proof or not hits.valid:
                continue
            share = hits.rows / max(1, self.found.rows)
            whole = hits.whole / max(1, self.found.distinct)
            if pattern.entity is _E.EMAIL and hits.valid and roles(self.leaf):
                continue
            if pattern.entity is _E.NATIONAL_ID and not self._national_proof(hits, whole):
                continue
            if pattern.entity is _E.GEO_PRECISE and names.of_a_place(self.name):
                continue
            if pattern.entity is _E.IP_ADDRESS and (
                _version(self.found)
                or (names.of_a_place(self.name) and not names.of_a_person(self.name) and self.named(_E.IP_ADDRESS) < 0.3)
            ):
                continue
            if pattern is patterns.OBFUSCATED and (whole < 0.02 and hits.valid < 1):
                continue
            if pattern is patterns.PHONE_INTERNATIONAL and share > 0.9 and self.found.share(_DATE) > 0.3:
                continue
            if whole >= 0.5:
                self.tell(pattern.entity, share, f"{percent(whole)} of distinct values are: {pattern.name}")
            else:
                self.tell(pattern.entity, share, f"{hits.whole + hits.within:,} distinct values hold: {pattern.name}")

    def _national_proof(self, hits: Hits, whole: float) -> bool:
        trusted = hits.valid >= 0.6 * hits.formed
        return trusted and (whole >= 0.03 or self.named(_E.NATIONAL_ID) >= 0.5 or hits.valid >= 2)

    def cards(self) -> None:
        hits = self.found.hits.get(patterns.CARD)
        if hits and hits.valid >= max(1, 0.5 * hits.formed):
            whole = hits.whole / max(1, self.found.distinct)
            if whole >= 0.5 or hits.within or hits.rows:
                self.tell(
                    _E.CREDIT_CARD,
                    hits.rows / max(1, self.found.rows),
                    f"{hits.valid:,} of {hits.formed:,} card-like numbers pass Luhn and stand in an issuer's range",
                )
        elif (
            self.named(_E.CREDIT_CARD) >= 0.6 and self.found.share(re.compile(r"(?:[\dX*•x]{4}[ -]?){3}\d{1,7}|\d{12,19}")) >= 0.6
        ):
            self.tell(_E.CREDIT_CARD, 1, "named as card number, with as many digits")

    def devices(self) -> None:
        found = self.found
        if found.whole(patterns.IMEI) >= 0.8:
            self.tell(_E.DEVICE_ID, 1, f"{percent(found.whole(patterns.IMEI))} of distinct values are valid IMEIs")
        uuid = found.hits.get(patterns.UUID)
        if uuid and uuid.rows >= 0.5 * found.rows:
            entity = max((_E.DEVICE_ID, _E.ONLINE_ID, _E.USER_ID), key=self.named)
            if self.named(entity) >= 0.5 and uuid.whole:
                self.tell(entity, uuid.rows / found.rows, "UUIDs under a name that means a device or person")
        if (found.whole(patterns.VIN) >= 0.8 and all(v == v.upper() for v in found.sample) and found.share(_HASH) != 1) or (
            self.named(_E.VEHICLE_ID) >= 0.5 and found.whole(patterns.VIN) >= 0.5
        ):
            self.tell(_E.VEHICLE_ID, 1, f"{percent(found.whole(patterns.VIN))} of distinct values have the form of ISO 3779")
        if found.share(_MRN) >= 0.5:
            self.tell(
                _E.MEDICAL_ID, 1, f"{percent(found.share(_MRN))} of distinct values have the form of medical record numbers"
            )

    def national(self) -> None:
        found = self.found
        named = self.named(_E.NATIONAL_ID)
        hits = [(p, h) for p, h in found.hits.items() if p.entity is _E.NATIONAL_ID]
        plain = found.share(re.compile(r"\d{9}|\d{6,12}"))
        solid = [(p, h) for p, h in hits if h.whole and h.valid >= (0.97 if p.name.startswith("US") else 0.5) * h.formed]
        share = sum(h.whole for _, h in solid) / max(1, found.distinct)
        single = max((h.whole for _, h in hits), default=0) / max(1, found.distinct)
        if share >= 0.6 or (single >= 0.85 and plain < 0.5) or (single >= 0.93):
            best = max(hits, key=lambda pair: pair[1].whole)[0].name
            self.tell(
                _E.NATIONAL_ID,
                1,
                f"{percent(min(1.0, max(share, single)))} of distinct values are valid national numbers, most of them: {best}",
            )
        elif (
            named >= 0.5
            and named >= self.named(_E.MEDICAL_ID)
            and found.share(re.compile(r"(?=(?:.*\d){5})[A-Z0-9]{1,20}(?:[ ./+-]?[A-Z0-9]{1,12}){0,4}", re.IGNORECASE)) >= 0.7
            and found.leaf.form != "decimal"
            and not names.about(self.name)
        ):
            self.tell(_E.NATIONAL_ID, 1, "named as national number, with a fitting form")

    def places(self) -> None:
        found = self.found
        named = self.named(_E.GEO_PRECISE)
        if names.of_a_place(self.name) or named < 0.45 or (found.rows >= 40 and found.distinct < 0.25 * found.rows):
            return
        precise = found.share(re.compile(r"-?\d{1,3}[.,]\d{4,}"))
        if precise >= 0.5 and found.numbers and all(abs(n) <= 180 for n in found.numbers):
            self.tell(_E.GEO_PRECISE, 1, "named as coordinate, with four decimals or more")
        elif (
            found.numbers
            and found.share(re.compile(r"-?\d{6,10}")) >= 0.7
            and all(abs(n) <= 1.8e9 for n in found.numbers)
            and "id" not in names.tokens(self.name)
        ):
            self.tell(_E.GEO_PRECISE, 1, "named as coordinate, as a scaled integer")
        elif (
            found.share(_GEOHASH) >= 0.9
            and len({len(v) for v in found.sample}) <= 3
            and any(re.search(r"\d", v) for v in found.sample)
        ):
            self.tell(_E.GEO_PRECISE, 1, "named as place, with the alphabet of geohashes")
        elif found.share(_H3) >= 0.8:
            self.tell(_E.GEO_PRECISE, 1, "named as place, with the form of a grid cell")

    def births(self) -> None:
        found = self.found
        if self.named(_E.DATE_OF_BIRTH) < 0.5 or self.named(_E.CITY, _E.NATIONALITY) > self.named(_E.DATE_OF_BIRTH):
            return
        if found.leaf.form in ("date", "time") or found.share(_DATE) >= 0.6:
            self.tell(_E.DATE_OF_BIRTH, 1, "named as date of birth, with dates")
        elif found.share(_YEAR) >= 0.8:
            self.tell(_E.DATE_OF_BIRTH, 1, "named as year of birth, with years")
        elif found.numbers and _epoch_birth(found.numbers):
            self.tell(_E.DATE_OF_BIRTH, 1, "named as date of birth, with day or second numbers")

    def phones(self) -> None:
        found = self.found
        hits = found.hits.get(patterns.PHONE)
        named = self.named(_E.PHONE)
        if hits and hits.whole >= 0.3 * found.distinct:
            matching = [v for v in found.sample if patterns.PHONE.whole(v)]
            grouped = sum(_GROUPED.search(v) is not None for v in matching) / max(1, len(matching))
            whole = hits.whole / max(1, found.distinct)
            other = max((h.whole for p, h in found.hits.items() if p in (patterns.CARD, patterns.IMEI)), default=0) / max(
                1, found.distinct
            )
            if named >= 0.5 and other < 0.5:
                self.tell(_E.PHONE, whole, f"named as phone, and {percent(whole)} of distinct values have such a form")
            elif grouped >= 0.5 and whole >= 0.5 and _layouts(matching) >= 2:
                valid = sum(
                    patterns.phone_possible(v) if v.startswith("+") else patterns.phone_somewhere(v) for v in matching[:150]
                ) / max(1, len(matching[:150]))
                if valid >= 0.3:
                    self.tell(
                        _E.PHONE,
                        whole,
                        f"{percent(whole)} of distinct values are written as phone numbers, {percent(valid)} of those probed are valid",
                    )
            elif grouped < 0.2 and whole >= 0.9 and self.named(_E.USER_ID, _E.DEVICE_ID, _E.BANK_ACCOUNT) < 0.5:
                probe = matching[:200]
                valid = sum(10 <= len(v) <= 13 and patterns.phone_valid("+" + v.lstrip("0")) for v in probe) / max(1, len(probe))
                if valid >= 0.9:
                    self.tell(
                        _E.PHONE, whole, f"{percent(valid)} of values probed are valid international numbers without their plus"
                    )
            elif whole >= 0.95 and grouped >= 0.9 and not found.share(re.compile(r"\d{3}-\d\d-\d{4}|97[89][\d -]+")) > 0.5:
                valid = sum(patterns.phone_somewhere(v) for v in matching[:150]) / max(1, len(matching[:150]))
                if valid >= 0.8:
                    self.tell(_E.PHONE, whole, f"{percent(valid)} of values probed are valid phone numbers")
        elif named >= 0.55 and found.share(_DIGITS_PHONE) >= 0.6 and found.leaf.form != "decimal" and not names.about(self.name):
            self.tell(_E.PHONE, 1, "named as phone, with such digits")

    def secrets(self) -> None:
        if self.named(_E.SECRET) >= 0.5 and self.leaf.form != "integer":
            share = self.found.share(_SECRET)
            kinds = [sum(bool(re.search(k, v)) for k in (r"[a-z]", r"[A-Z]", r"\d", r"[^\w]")) for v in self.found.sample[:200]]
            if (
                share >= 0.7
                and kinds
                and sum(kinds) / len(kinds) >= 1.9
                and self.found.distinct >= 5
                and not self.found.share(re.compile(r"https?://.*")) > 0.1
            ):
                self.tell(_E.SECRET, 1, "named as secret, with random-looking values")
        if (
            self.named(_E.SECRET) >= 0.9
            and {"cvv", "cvc", "pin", "otp"} & set(names.tokens(self.name))
            and self.found.share(re.compile(r"\d{3,8}")) >= 0.9
        ):
            self.tell(_E.SECRET, 1, "named as a code that authorises, with such digits")

    def special(self) -> None:
        found = self.found
        if not found.sample or found.words > 8:
            return
        for entity, words in lexicon.VOCABULARIES.items():
            if entity in (_E.GENDER, _E.MARITAL_STATUS):
                continue
            share, number = found.vocabulary(words)
            named = self.named(entity)
            generic = found.vocabulary(_GENERIC[entity])[0]
            if named >= 0.5 and not names.about(self.name) and (share >= 0.2 or (found.distinct <= 60 and _wordy(found))):
                self.tell(entity, 1, f"named so, and {percent(share)} of distinct values stand in the vocabulary")
            elif number >= 3 and share >= 0.6 and share - generic >= 0.4:
                self.tell(
                    entity,
                    1,
                    f"{percent(share)} of distinct values stand in the vocabulary of {entity.value.lower().replace('_', ' ')}",
                )
        named = self.named(_E.HEALTH)
        if (found.healthy >= 0.5 and (found.distinct >= 3 or named >= 0.5)) or (
            named >= 0.6 and not names.about(self.name) and (found.healthy >= 0.1 or found.reading.get("illness", 0) >= 0.2)
        ):
            self.tell(_E.HEALTH, 1, f"{percent(found.healthy)} of distinct values are illnesses, ICD-10 codes or medicines")
        elif (
            named >= 0.75
            and not names.about(self.name)
            and found.distinct >= 2
            and _wordy(found)
            and found.words <= 5
            and found.leaf.form == "text"
        ):
            self.tell(_E.HEALTH, 1, "named as health data, with short terms")

    def people(self) -> None:
        found = self.found
        if found.leaf.form != "text" or not found.sample or found.words > 12:
            return
        mean = found.reading
        person, street = mean.get("person", 0), mean.get("street", 0)
        named, named_street = self.named(_E.PERSON), self.named(_E.STREET_ADDRESS)
        letters = sum(bool(re.search(r"[^\W\d_]{2}", v)) for v in found.sample) / len(found.sample)
        against = names.about(self.name)
        if self.explained or letters < 0.5:
            return
        if found.words > 5 or found.share(_DATE) >= 0.3:
            person = 0.0
        if found.share(_DATE) >= 0.3:
            street = 0.0
        if named >= 0.5 and not against and person >= 0.3 and found.distinct >= 3:
            self.tell(_E.PERSON, 1, f"named as a person, and read as names ({percent(person)})")
        elif (
            person >= 0.5
            and found.distinct >= 8
            and not names.of_a_place(self.name)
            and found.words <= 5
            and self.named(_E.USERNAME, _E.CITY, _E.JOB_TITLE) < 0.5
        ):
            self.tell(_E.PERSON, 1, f"read as personal names ({percent(person)})")
        elif (
            _worded(found)
            and (
                named_street >= 0.5
                and not against
                and (street >= 0.3 or (mean.get("place", 0) + street >= 0.6 and _digity(found) >= 0.5))
            )
        ) or (
            street >= 0.65
            and found.distinct >= 8
            and found.words <= 9
            and _digity(found) >= 0.4
            and not names.of_a_place(self.name)
            and _worded(found)
            and not self.told
        ):
            self.tell(_E.STREET_ADDRESS, 1, f"read as street addresses ({percent(street)})")

    def named_codes(self) -> None:
        found = self.found
        if found.leaf.form == "decimal" or not found.sample:
            return
        codes: tuple[tuple[Entity, re.Pattern[str], float, Callable[[], bool]], ...] = (
            (_E.EMAIL_HASH, _HASH, 0.7, lambda: names.opaque(self.name) or "hem" in names.tokens(self.name)),
            (_E.BANK_ACCOUNT, _DIGITS, 0.8, lambda: not names.about(self.name)),
            (_E.PASSPORT, _DOCUMENT, 0.7, lambda: not names.about(self.name)),
            (_E.DRIVER_LICENSE, _DOCUMENT, 0.7, lambda: True),
            (_E.MEDICAL_ID, _DOCUMENT, 0.7, lambda: not names.about(self.name)),
            (_E.VEHICLE_ID, _PLATE, 0.7, lambda: not names.about(self.name)),
            (_E.DEVICE_ID, _COOKIE, 0.8, lambda: found.distinct >= 5 and not names.about(self.name)),
            (_E.ONLINE_ID, _COOKIE, 0.8, lambda: found.distinct >= 5),
            (
                _E.USER_ID,
                _CODE,
                0.8,
                lambda: found.distinct >= 5 and found.distinct >= 0.02 * found.rows and not names.about(self.name),
            ),
            (_E.USERNAME, _HANDLE, 0.7, lambda: found.distinct >= 5 and not names.about(self.name)),
        )
        scored = sorted(
            ((self.named(entity), i) for i, (entity, _, _, _) in enumerate(codes)), key=lambda pair: (-pair[0], pair[1])
        )
        for score, i in scored:
            entity, form, least, more = codes[i]
            if score >= 0.5 and score >= self.named(*_FORMS_OF_QUASI) and found.share(form) >= least and more():
                self.tell(entity, 1, f"named so, and {percent(found.share(form))} of distinct values have a fitting form")
                return

    def quasi(self) -> None:
        found = self.found
        if not found.sample:
            return
        about = names.about(self.name)
        numbers = found.numbers
        gender, genders = found.vocabulary(lexicon.GENDER)
        marital, states = found.vocabulary(lexicon.MARITAL)
        if found.distinct <= 14 and gender >= 0.8 and genders >= 2 and (self.named(_E.GENDER) >= 0.4 or _both_sexes(found)):
            self.tell(_E.GENDER, 1, f"{percent(gender)} of distinct values mean a gender")
        elif self.named(_E.GENDER) >= 0.6 and found.distinct <= 10 and not about:
            self.tell(_E.GENDER, 1, "named as gender, with few codes")
        elif found.distinct <= 25 and marital >= 0.6 and states >= 3 and found.vocabulary(_LONG_MARITAL)[1] >= 2:
            self.tell(_E.MARITAL_STATUS, 1, f"{percent(marital)} of distinct values mean a marital status")
        elif self.named(_E.MARITAL_STATUS) >= 0.6 and found.distinct <= 25:
            self.tell(_E.MARITAL_STATUS, 1, "named as marital status, with few values")
        elif self.named(_E.AGE) >= 0.5 and not about and numbers and all(0 <= n <= 125 for n in numbers):
            self.tell(_E.AGE, 1, "named as age, with such numbers")
        elif self.named(_E.AGE) >= 0.45 and found.share(_BAND) >= 0.6:
            self.tell(_E.AGE, 1, "named as age, with bands")
        elif found.share(_BAND) >= 0.9 and _age_bands(found):
            self.tell(_E.AGE, 1, "bands of years that cover a life")
        elif (
            self.named(_E.SALARY) >= 0.5
            and found.distinct >= 5
            and (numbers or found.share(_MONEY) >= 0.8)
            and self.named(_E.SALARY) >= self.named(_E.AGE)
        ):
            self.tell(_E.SALARY, 1, "named as pay, with numbers")
        elif self.named(_E.POSTCODE) >= 0.5 and found.share(_POST) >= 0.6 and not _ABOUT_PLACE & set(names.tokens(self.name)):
            self.tell(_E.POSTCODE, 1, "named as postcode, with a fitting form")
        elif self.named(_E.NATIONALITY) >= 0.5 and (sum(map(lexicon.country, found.sample)) >= 0.4 * len(found.sample)):
            self.tell(_E.NATIONALITY, 1, "named as nationality, with countries or their people")
        elif (
            self.named(_E.JOB_TITLE) >= 0.5
            and not about
            and _wordy(found)
            and found.distinct >= 4
            and (found.reading.get("job", 0) >= 0.25 or self.named(_E.JOB_TITLE) >= 0.8)
        ):
            self.tell(_E.JOB_TITLE, 1, "named as occupation, with words")
        elif (
            found.reading.get("job", 0) >= 0.6
            and found.distinct >= 15
            and not about
            and sum(" " in v for v in found.sample) >= 0.3 * len(found.sample)
        ):
            self.tell(_E.JOB_TITLE, 1, f"read as occupations ({percent(found.reading['job'])})")
        elif (
            self.named(_E.CITY) >= 0.55
            and not about
            and _wordy(found)
            and found.distinct >= 4
            and found.reading.get("words", 0) < 0.6
        ):
            self.tell(_E.CITY, 1, "named as town of a person, with words")

    def mixed(self) -> None:
        """Contacts of several kinds in one column: none reaches half, together they do."""
        found = self.found
        hits = found.hits.get(patterns.PHONE)
        if hits and hits.whole:
            matching = [v for v in found.sample if patterns.PHONE.whole(v) and _GROUPED.search(v)]
            if (
                len(matching) >= max(2, 0.5 * len([v for v in found.sample if patterns.PHONE.whole(v)]))
                and _layouts(matching) >= 2
                and sum(patterns.phone_somewhere(v) for v in matching[:80]) >= 0.4 * len(matching[:80])
            ):
                self.tell(
                    _E.PHONE,
                    hits.rows / max(1, found.rows),
                    f"{hits.whole + hits.within:,} distinct values hold phone numbers in several layouts",
                )


_THIN = frozenset(
    {"value", "val", "v", "text", "#text", "content", "data", "item", "element", "key", "n", "id", "full", "first", "last"}
)
_ABOUT_PLACE = frozenset({"warehouse", "wh", "store", "depot", "hub", "branch", "office", "plant", "site", "facility", "shop"})
_COMMON = lexicon._set(
    "none, other, unknown, s, m, d, w, member, non member, left, right, center, centre, independent, green, greens, liberal, community, prospect, unite, alliance, act, stan, pan, sp, mr, lo, fo, lab, so, pl, pp, ps, po, inc, congress, coalition, volt, novo, moderate, progressive, no, act, act up, equity, sud, disk, ufo, 3f, hk, hr, black, white, mixed, european, african, asian, indian, chinese, japanese, korean, turkish, arab, jewish, german, fluid, straight, spiritual, prefer not to say, orthodox"
)
_GENERIC = {entity: _COMMON & words for entity, words in lexicon.VOCABULARIES.items()}
_GENERIC[_E.ETHNICITY] = lexicon._set("none, other, unknown, indian, chinese, japanese, korean, turkish, vietnamese, persian")
_LONG_MARITAL = frozenset(word for word in lexicon.MARITAL if len(word) > 2 and word != "single")
_SEXES = [lexicon._set(text) for text in ("male, m, man, männlich, mann, homme, masculin, masculino, hombre, homem, maschio, uomo, mężczyzna, muž, férfi, bărbat, erkek, мужской, мужчина, м, άνδρας, 男, 男性, 남, 남성, ذكر, h, mies, kille, mand, mannlig", "female, f, woman, w, weiblich, frau, femme, féminin, femenino, feminino, mujer, mulher, femmina, donna, kobieta, k, žena, nő, femeie, kadın, женский, женщина, ж, γυναίκα, 女, 女性, 여, 여성, أنثى, nainen, kvinna, kvinde, kvinne, vrouw, v")]  # fmt: skip


def _age_bands(found: Profile) -> bool:
    """Bands of five to twenty-five years that begin below thirty and reach beyond sixty."""
    matches = [m for v in found.sample if (m := re.fullmatch(r"(\d{1,3})\s?[-–]\s?(\d{1,3})", v))]
    pairs = [(int(m[1]), int(m[2])) for m in matches]
    if len(pairs) < 3:
        return False
    return (
        min(low for low, _ in pairs) < 30
        and 59 <= max(high for _, high in pairs) <= 120
        and all(4 <= high - low <= 25 for low, high in pairs)
    )


def _both_sexes(found: Profile) -> bool:
    return all(found.vocabulary(words)[1] for words in _SEXES)


def _wordy(found: Profile) -> bool:
    return sum(bool(re.search(r"[^\W\d_]{2}", v)) for v in found.sample) >= 0.7 * len(found.sample)


def _worded(found: Profile) -> bool:
    """Whether values are words beside numbers, rather than codes."""
    return sum(bool(re.search(r"[^\W\d_]{3,}", v)) and (" " in v or not re.search(r"\d", v)) for v in found.sample) >= 0.7 * len(
        found.sample
    )


def _digity(found: Profile) -> float:
    return sum(any(c.isdigit() for c in v) for v in found.sample) / max(1, len(found.sample))


def _layouts(values: list[str]) -> int:
    return len({re.sub(r"\d", "9", v) for v in values})


def _version(found: Profile) -> bool:
    quads = [v for v in found.sample if re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", v)]
    return bool(quads) and sum(all(int(p) < 40 for p in v.split(".")) for v in quads) >= 0.5 * len(quads)


def _epoch_birth(numbers: list[float]) -> bool:
    middle = sorted(numbers)[len(numbers) // 2]
    return -1e9 <= middle <= 1.4e9 and (abs(middle) > 1e6 or 1000 < abs(middle) < 60000)


def births(found: Profile) -> bool:
    """Whether the values are dates or years that spread over decades and end some years ago."""
    years = [
        int(y) for v in found.sample if _DATE.fullmatch(v) or _YEAR.fullmatch(v) for y in re.findall(r"(?:19|20)\d\d", v)[:1]
    ]
    return len(years) >= 0.7 * max(1, len(found.sample)) and len(set(years)) >= 8 and max(years) - min(years) >= 25


def postcodes(found: Profile) -> bool:
    return found.share(_POST) >= 0.7
