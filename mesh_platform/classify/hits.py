"""How often each pattern stands in the distinct values of a leaf, wholly or within.

A head of the values, evenly spread, meets all patterns. Behind it only those are still looked for that a head cannot speak for: the ones
that prove themselves and were rare. Values pass a gate first, so a column of status words costs nearly nothing.
"""

from __future__ import annotations

import re
import re._parser as parser  # type: ignore[import-not-found]
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mesh_platform.classify import patterns
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.gates import either, gate, passing, texts
from mesh_platform.classify.leaves import Leaf, spread
from mesh_platform.classify.patterns import Pattern
from mesh_platform.classify.prefilter import KINDS

HEAD = 1_500
"""Distinct values that meet all patterns."""
PROBE = 400
"""Of these, the ones that meet the costly checks of forms that prove nothing one by one."""
SHORT = 80
"""Characters of a value that may be a pattern as a whole; longer ones are searched."""
FEW, MANY = 24, 1_000
"""Fewer values meet a pattern without its gate, whose making costs more; so many pass the gates of several patterns at once first."""
FREQUENT = 20
"""With so many valid ones in the head, the head speaks for the rest."""
MOST_FORMED = 2_000
"""So many candidates of one text are judged."""
_ROLE = re.compile(
    r"(?:info|support|sales|billing|contact|admin|administrator|help|helpdesk|service|services|office|noreply|no-reply|donotreply|do-not-reply|team|hr|jobs|careers|press|marketing|newsletter|postmaster|webmaster|abuse|security|privacy|legal|finance|accounts|accounting|invoices?|orders?|hello|mail|enquiries|feedback|kontakt|vertrieb|buchhaltung|ventas|contacto|facturation|root|hostmaster|ops|dev|it|ci|bot|alerts?|notifications?|system|returns|shop|store|customer(?:care|service)?|dispatch|logistics|reception|desk)(?:[._+-][\w.+-]{0,12}|team|desk|\d{1,4})?@",
    re.IGNORECASE,
)


_NETWORKED = re.compile(
    r"(?:ip|ipv4|addr\w{0,4}|host|from|client|remote|src|source|peer|login|von|desde|depuis|by|@|for)[\s:=\"'\[(]{0,3}$|^.?$",
    re.IGNORECASE,
)
"""What stands before an address that might be a version as well."""
_RELEASE = re.compile(
    r"(?:v|ver|vers|version|firmware|fw|build|release|rev|sdk|driver|update|patch|runtime|client|agent|[a-z]/)[\s:=.#]{0,2}$",
    re.IGNORECASE,
)
"""What stands before four numbers that are a version."""


@dataclass(slots=True)
class Hits:
    """How often a pattern was found: as the whole of a value, inside one, and how often its form was there but not valid."""

    whole: int = 0
    within: int = 0
    rows: int = 0
    formed: int = 0
    valid: int = 0

    def plus(self, other: Hits) -> Hits:
        return Hits(self.whole + other.whole, self.within + other.within, self.rows + other.rows, self.formed + other.formed, self.valid + other.valid)  # fmt: skip

    def at_least(self, seen: Hits, distinct: int, looked: int) -> Hits:
        """These, or what `seen` in `looked` values makes of the others of `distinct`, whichever is more."""
        wider = (distinct - looked) / max(1, looked)
        return Hits(*(max(mine, round(theirs * wider)) for mine, theirs in zip(self.parts(), seen.parts(), strict=True)))

    def parts(self) -> tuple[int, int, int, int, int]:
        return self.whole, self.within, self.rows, self.formed, self.valid


def count(leaf: Leaf) -> dict[Pattern, Hits]:
    """The hits of all patterns in `leaf`; what was not looked at is estimated from what was."""
    head = spread(list(leaf.counts), HEAD)
    probed = spread(head, PROBE)
    found: dict[Pattern, Hits] = defaultdict(Hits)
    for held, wanted in ((head, _CHEAP), (probed, _COSTLY)):
        for value, pattern in _worth_a_look(held, wanted):
            _look(found[pattern], pattern, value, leaf.counts[value])
    if leaf.distinct == len(probed):
        return {pattern: hits for pattern, hits in found.items() if hits.formed}
    sought = [p for p in TO_THE_LAST if leaf.form == "text" and found[p].valid < FREQUENT]
    first = set(head)
    behind: dict[Pattern, Hits] = defaultdict(Hits)
    for counts in ({v: n for v, n in leaf.counts.items() if v not in first}, leaf.rare.counts):
        for value, pattern in _worth_a_look(list(counts), sought):
            _look(behind[pattern], pattern, value, counts[value])
    total: dict[Pattern, Hits] = {}
    for pattern in patterns.PATTERNS:
        rest, looked = behind[pattern], len(probed if pattern in _COSTLY else head)
        if pattern not in sought or leaf.rare.closed.intersection(KINDS_OF[pattern]):
            rest = rest.at_least(found[pattern], leaf.distinct, looked)
        total[pattern] = found[pattern].plus(rest)
    return {pattern: hits for pattern, hits in total.items() if hits.formed}


def _worth_a_look(values: list[str], wanted: Sequence[Pattern]) -> Iterator[tuple[str, Pattern]]:
    """For each of the patterns the values that its length, digits, marks and gate leave possible."""
    if not values or not wanted:
        return
    held = texts(values)
    lengths, digits = np.fromiter(map(len, values), np.int64, len(values)), _digits(held)
    marked: dict[str, Any] = {}
    for some in _shares(wanted) if len(values) >= MANY else [wanted]:
        near = passing(held, either(p.regex for p in some)) if len(values) >= MANY else True
        low, high, least = np.array([_BOUNDS[p] for p in some]).T[:, :, None]
        possible = near & (lengths >= low) & (lengths <= high) & (digits >= least)
        for at in np.flatnonzero(possible.any(axis=1)).tolist():
            pattern, here = some[at], possible[at]
            if marks := _MARKS.get(pattern):
                here = here & np.logical_or.reduce([_with(held, mark, marked) for mark in marks])
            places = np.flatnonzero(here)
            wide = gate(pattern.regex)
            if len(places) >= max(FEW, len(wide) // 60):
                places = places[passing(held.take(pa.array(places)), wide)]
            yield from ((values[place], pattern) for place in places.tolist())


def _shares(wanted: Sequence[Pattern]) -> Iterator[Sequence[Pattern]]:
    """The patterns a few at a time: all at once would need an automaton that is too wide."""
    yield from (wanted[i::4] for i in range(4) if wanted[i::4])


def _with(held: Any, mark: str, known: dict[str, Any]) -> Any:
    if mark not in known:
        known[mark] = pc.match_substring(held, mark).to_numpy(zero_copy_only=False)
    return known[mark]


def _digits(held: Any) -> Any:
    """How many digits each of `texts` has."""
    offsets = np.frombuffer(held.buffers()[1], np.int64, len(held) + 1, held.offset * 8)
    signs = np.frombuffer(held.buffers()[2] or b"", np.uint8)
    before = np.concatenate(([0], np.cumsum((signs >= 48) & (signs <= 57))))
    return before[offsets[1:]] - before[offsets[:-1]]


def _look(hits: Hits, pattern: Pattern, value: str, count: int) -> None:
    short = len(value) <= SHORT
    if short and pattern.regex.fullmatch(value):
        hits.formed += 1
        if pattern.valid(value):
            hits.whole += 1
            hits.valid += 1
            hits.rows += count
            return
        if not pattern.proof:
            return
    if pattern in _SEARCHED and not (short and value.isdigit()):
        _search(hits, pattern, value, count)


def _search(hits: Hits, pattern: Pattern, value: str, count: int) -> None:
    formed = valid = 0
    for match in pattern.regex.finditer(value, 0, patterns.LONGEST_CELL):
        formed += 1
        valid += pattern.valid(match.group()) and not (
            (pattern.entity is Entity.EMAIL and _ROLE.match(match.group()) is not None)
            or (
                pattern is patterns.IP4
                and int(match.group().partition(".")[0]) < 32
                and not _NETWORKED.search(value, max(0, match.start() - 16), match.start())
            )
            or (pattern is patterns.IP4 and _RELEASE.search(value, max(0, match.start() - 16), match.start()) is not None)
        )
        if valid >= 3 or formed >= MOST_FORMED:
            break
    hits.formed += formed
    hits.valid += valid
    if valid:
        hits.within += 1
        hits.rows += count


_SEARCHED = frozenset((
    *patterns.PROOFS, patterns.MRZ, patterns.MRZ_NAME, patterns.MRZ_BIRTH, patterns.MAILBOX, patterns.CARD, patterns.PHONE, patterns.UUID, patterns.IMEI, *(p for p in patterns.NATIONAL if p.name.startswith("US")),
))  # fmt: skip
"""What is looked for inside of values, too."""
TO_THE_LAST = tuple(p for p in patterns.PATTERNS if p in _SEARCHED and p not in (patterns.PHONE, patterns.UUID, patterns.IMEI))
"""What one value proves, so that all values are asked."""
_MARKS = {
    patterns.EMAIL: ("@",), patterns.IP4: (".",), patterns.IP6: (":",), patterns.MAC: (":", "-", "."), patterns.JWT: ("eyJ",), patterns.PROFILE: ("/",), patterns.HASHED: ("$", "{", ":"), patterns.PRIVATE_KEY: ("-----",),
    patterns.CREDENTIALS_URL: ("://",), patterns.GEO_URI: ("geo:",), patterns.LATLON: (".",), patterns.MAPS_URL: (".",), patterns.PLUS_CODE: ("+",), patterns.PHONE_INTERNATIONAL: ("+",), patterns.UUID: ("-",),
    patterns.MAILBOX: ("<",), patterns.MRZ_NAME: ("<<",), patterns.NMEA: ("$G",), patterns.WKT: ("(",), patterns.DMS: ("°", ":", "d", "'"), patterns.COOKIE: (".", "_", "=", "-"),
}  # fmt: skip


def roles(leaf: Leaf) -> bool:
    """Whether nearly all e-mail addresses of `leaf` are those of offices rather than persons."""
    held = [v for v in leaf.counts if "@" in v]
    return bool(held) and sum(_ROLE.match(v) is not None for v in held) >= 0.8 * len(held)


def persons(leaf: Leaf) -> int:
    """Rows with an address of two names, such as `ana.smith@…`, which no office has."""
    return sum(count for value, count in leaf.counts.items() if _OF_TWO.match(value) and _ROLE.match(value) is None)


_OF_TWO = re.compile(r"[^\W\d_]{2,20}[._-][^\W\d_]{2,24}\d{0,4}@")
_ALL = KINDS | {"number": r"\d(?:[^\d]{0,3}\d){6}|[A-Za-z]{1,2}\d{6}", "frame": r"[A-HJ-NPR-Za-hj-npr-z0-9]{17}"}
_COSTLY = tuple(p for p in patterns.NATIONAL if not p.proof)
_CHEAP = tuple(p for p in patterns.PATTERNS if p not in _COSTLY)
_DIGITS_NEEDED = dict.fromkeys(patterns.NATIONAL, 6) | {patterns.CARD: 12, patterns.PHONE: 7, patterns.PHONE_INTERNATIONAL: 8, patterns.IMEI: 15, patterns.ICCID: 19, patterns.VIN: 5, patterns.UUID: 1, patterns.IBAN: 8, patterns.IP4: 4, patterns.LATLON: 8, patterns.DMS: 4, patterns.WKT: 6, patterns.GEO_URI: 6, patterns.MAPS_URL: 6, patterns.COOKIE: 3}  # fmt: skip
_WIDTHS: dict[Pattern, tuple[int, int]] = {p: parser.parse(p.regex.pattern, p.regex.flags).getwidth() for p in patterns.PATTERNS}
_BOUNDS = {
    p: (low, sys.maxsize if p in _SEARCHED else min(high, SHORT), _DIGITS_NEEDED.get(p, 0)) for p, (low, high) in _WIDTHS.items()
}
"""The fewest and most characters, and the fewest digits, of a value that may be or hold a pattern."""
_BY_ENTITY = {
    Entity.EMAIL: ("address",), Entity.IBAN: ("account",), Entity.CREDIT_CARD: ("long number",), Entity.IP_ADDRESS: ("network",), Entity.MAC_ADDRESS: ("network",),
    Entity.PROFILE_URL: ("link",), Entity.GEO_PRECISE: ("place",), Entity.SECRET: ("secret", "issued", "link"), Entity.ONLINE_ID: ("issued",), Entity.DEVICE_ID: ("opaque", "long number"),
    Entity.PHONE: ("number",), Entity.VEHICLE_ID: ("frame",), Entity.NATIONAL_ID: ("national number",), Entity.PASSPORT: ("national number",), Entity.PERSON: ("national number",), Entity.DATE_OF_BIRTH: ("national number",),
}  # fmt: skip
KINDS_OF: dict[Pattern, tuple[str, ...]] = {p: _BY_ENTITY[p.entity] for p in patterns.PATTERNS} | {
    patterns.PHONE_INTERNATIONAL: ("number with country code",), patterns.TOKENS: ("issued",), patterns.CREDENTIALS_URL: ("link",), patterns.IMEI: ("long number",), patterns.MAILBOX: ("address",), patterns.ICCID: ("long number",), **dict.fromkeys(_COSTLY, ("number", "national number")),
}  # fmt: skip
