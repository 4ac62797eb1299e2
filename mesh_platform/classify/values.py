"""What the values of one leaf show: how many of its distinct values are an e-mail address, a valid IBAN, a name, an illness.

All distinct values pass one cheap filter; only survivors meet the patterns, and only matches meet the validators. So one address in a
hundred thousand rows is found, and a column of status words costs nearly nothing.
"""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, field
from functools import cached_property

from mesh_platform.classify import lexicon, patterns
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import Leaf, spread
from mesh_platform.classify.patterns import Pattern
from mesh_platform.classify.wording import Reading, first_reading

ENOUGH = 600
"""Distinct values that readings and costly shapes are taken from, evenly spread."""
_WORTH = re.compile(
    r"@|\d[\d .()/\-]{5,}\d|(?:\d{1,3}\.){3}|[0-9A-Fa-f]{1,4}:[0-9A-Fa-f]{0,4}:|[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|://|\.(?:com|net|me|org|ru|app|tv)/|eyJ|\$|BEGIN |geo:|POINT|°|GA1|GS[12]"
    r"|[\[({<]\s?(?:at|@|dot)\s?[\])}>]| at |arroba|[A-Za-z0-9_-]{16,}|\d{5,}|[A-Z]{2}\s?\d\d\s?\d\d|\+[2-9CFGHJMPQRVWX]{2,3}"
    r"|(?i:pass|pwd|secret|token|key\b|bearer|api[_-]?key|senha|contrase|kennwort|parol|пароль|has[lł]o|wachtwoord)"
)
_ROLE = re.compile(
    r"(?:info|support|sales|billing|contact|admin|administrator|help|helpdesk|service|services|office|noreply|no-reply|donotreply|do-not-reply|team|hr|jobs|careers|press|marketing|newsletter|postmaster|webmaster|abuse|security|privacy|legal|finance|accounts|accounting|invoices?|orders?|hello|mail|enquiries|feedback|kontakt|vertrieb|buchhaltung|ventas|contacto|facturation|root|hostmaster|ops|dev|it|ci|bot|alerts?|notifications?|system|returns|shop|store|customer(?:care|service)?|dispatch|logistics|reception|desk)[\w.+-]{0,6}@",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Hits:
    """How often a pattern was found: as the whole of a value, inside one, and how often its form was there but not valid."""

    whole: int = 0
    within: int = 0
    rows: int = 0
    formed: int = 0
    valid: int = 0

    def parts(self) -> tuple[int, int, int, int, int]:
        return self.whole, self.within, self.rows, self.formed, self.valid


@dataclass
class Profile:
    """The evidence of one leaf."""

    leaf: Leaf
    hits: dict[Pattern, Hits] = field(default_factory=dict)

    @property
    def distinct(self) -> int:
        return self.leaf.distinct

    @cached_property
    def rows(self) -> int:
        return self.leaf.rows

    @cached_property
    def sample(self) -> list[str]:
        """Distinct values, the frequent placeholders left out."""
        values = [v for v in self.leaf.counts if v.lower() not in _PLACEHOLDERS]
        return spread(values, ENOUGH)

    def share(self, test: re.Pattern[str]) -> float:
        """The share of the sample that `test` matches whole."""
        return sum(test.fullmatch(v) is not None for v in self.sample) / len(self.sample) if self.sample else 0.0

    def whole(self, *wanted: Pattern) -> float:
        """The share of distinct values that are wholly valid values of one of those patterns (the best one)."""
        base = max(1, sum(v.lower() not in _PLACEHOLDERS for v in self.leaf.counts)) if self.distinct < 5000 else self.distinct
        return max((self.hits[p].whole / base for p in wanted if p in self.hits), default=0.0)

    @cached_property
    def reading(self) -> dict[Reading, float]:
        short = [v for v in self.sample if len(v) <= 90]
        return first_reading(spread(short, 200)) if short else {}

    @cached_property
    def words(self) -> float:
        """The mean number of words of a value."""
        return statistics.fmean(len(v.split()) for v in self.sample) if self.sample else 0.0

    @cached_property
    def numbers(self) -> list[float]:
        """The sample as numbers; empty unless nearly all of it is."""
        found = []
        for value in self.sample:
            try:
                found.append(
                    float(
                        value.replace(",", ".")
                        if value.count(",") == 1 and "." not in value
                        else value.replace(",", "").replace(" ", "")
                    )
                )
            except ValueError:
                continue
        return found if self.sample and len(found) >= 0.9 * len(self.sample) else []

    @cached_property
    def folded(self) -> frozenset[str]:
        return frozenset(lexicon.fold(v) for v in self.sample[:200] if len(v) <= 80)

    def vocabulary(self, words: frozenset[str]) -> tuple[float, int]:
        """The share of the sample that stands in `words`, and how many of the words are there."""
        folded = self.folded
        hit = folded & words
        return (len(hit) / len(folded) if folded else 0.0), len(hit)

    @cached_property
    def healthy(self) -> float:
        probe = spread(self.sample, 200)
        return sum(map(lexicon.health, probe)) / len(probe) if probe else 0.0


_PLACEHOLDERS = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nan", "unknown", "?", "[redacted]", "redacted", "***", "xxx", "tbd", ".", "0", "not provided", "anonymous", "<na>", "missing", "n.a.", "nil", "empty"})  # fmt: skip


def profile(leaf: Leaf) -> Profile:
    """The evidence of `leaf`: every distinct value is looked at."""
    found = Profile(leaf)
    if leaf.form in ("flag", "date", "time", "empty"):
        return found
    for value, count in leaf.counts.items():
        if _WORTH.search(value, 0, patterns.LONGEST_CELL):
            _look(found, value, count)
    if leaf.more[0]:
        _beyond(found)
    return found


def _beyond(found: Profile) -> None:
    """From the sample to the whole: what was kept of the rest is counted, and what was not is estimated from the sample."""
    leaf = found.leaf
    rest = Profile(leaf)
    for value, count in leaf.rare.counts.items():
        _look(rest, value, count)
    wider = leaf.more[0] / max(1, len(leaf.counts))
    longer = leaf.more[1] / max(1, sum(leaf.counts.values()))
    for pattern in found.hits.keys() | rest.hits.keys():
        seen, kept = found.hits.get(pattern, Hits()), rest.hits.get(pattern, Hits())
        complete = pattern in _SEARCHED and not leaf.rare.closed
        found.hits[pattern] = Hits(*(
            one + (other if complete else max(other, round(one * (longer if part == "rows" else wider))))
            for part, one, other in zip(("whole", "within", "rows", "formed", "valid"), seen.parts(), kept.parts(), strict=True)
        ))  # fmt: skip


def _look(found: Profile, value: str, count: int) -> None:
    short = len(value) <= 80
    number = sum(map(value.count, "0123456789"))
    for pattern in patterns.PATTERNS if short else SEARCHED:
        if number < _DIGITS_NEEDED.get(pattern, 0) or ((mark := _MARKS.get(pattern)) and not any(m in value for m in mark)):
            continue
        if short and pattern.regex.fullmatch(value):
            hits = found.hits.setdefault(pattern, Hits())
            hits.formed += 1
            if pattern.valid(value):
                hits.whole += 1
                hits.valid += 1
                hits.rows += count
                continue
            if not pattern.proof:
                continue
        if pattern in _SEARCHED and not (short and " " not in value and value.isdigit()):
            _search(found, pattern, value, count)


def _search(found: Profile, pattern: Pattern, value: str, count: int) -> None:
    formed = valid = 0
    for match in pattern.regex.finditer(value, 0, patterns.LONGEST_CELL):
        formed += 1
        valid += pattern.valid(match.group()) and not (pattern.entity is Entity.EMAIL and _ROLE.match(match.group()) is not None)
        if valid >= 3 or formed >= 50:
            break
    if formed:
        hits = found.hits.setdefault(pattern, Hits())
        hits.formed += formed
        hits.valid += valid
        if valid:
            hits.within += 1
            hits.rows += count


SEARCHED: tuple[Pattern, ...] = (
    *patterns.PROOFS,
    patterns.CARD,
    patterns.PHONE,
    patterns.UUID,
    patterns.IMEI,
    *(p for p in patterns.NATIONAL if p.name.startswith("US")),
)
_SEARCHED = frozenset(SEARCHED)
_DIGITS_NEEDED = dict.fromkeys(patterns.NATIONAL, 6) | {patterns.CARD: 12, patterns.PHONE: 7, patterns.PHONE_INTERNATIONAL: 8, patterns.IMEI: 15, patterns.VIN: 5, patterns.UUID: 1, patterns.IBAN: 8, patterns.IP4: 4, patterns.LATLON: 8, patterns.DMS: 4, patterns.WKT: 6, patterns.GEO_URI: 6, patterns.MAPS_URL: 6, patterns.COOKIE: 3}  # fmt: skip
_MARKS = {
    patterns.EMAIL: ("@",), patterns.IP4: (".",), patterns.IP6: (":",), patterns.MAC: (":", "-", "."), patterns.JWT: ("eyJ",), patterns.PROFILE: ("/",), patterns.HASHED: ("$", "{", ":"), patterns.PRIVATE_KEY: ("-----",),
    patterns.CREDENTIALS_URL: ("://",), patterns.GEO_URI: ("geo:",), patterns.LATLON: (".",), patterns.MAPS_URL: (".",), patterns.PLUS_CODE: ("+",), patterns.PHONE_INTERNATIONAL: ("+",), patterns.UUID: ("-",),
    patterns.WKT: ("(",), patterns.DMS: ("°", ":", "d", "'"), patterns.COOKIE: (".", "_", "=", "-"),
}  # fmt: skip


def roles(leaf: Leaf) -> bool:
    """Whether nearly all e-mail addresses of `leaf` are those of offices rather than persons."""
    held = [v for v in leaf.counts if "@" in v]
    return bool(held) and sum(_ROLE.match(v) is not None for v in held) >= 0.8 * len(held)
