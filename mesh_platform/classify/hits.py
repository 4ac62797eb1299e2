"""How often each pattern stands in the distinct values of a leaf, wholly or within.

A head of the values, evenly spread, meets all patterns. Behind it only those are still looked for that a head cannot speak for: the ones
that prove themselves and were rare. Values pass the prefilter first, so a column of status words costs nearly nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from mesh_platform.classify import patterns
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.leaves import Leaf, spread
from mesh_platform.classify.patterns import Pattern
from mesh_platform.classify.prefilter import KINDS, SHAPES, expression

HEAD = 1_500
"""Distinct values that meet all patterns."""
PROBE = 400
"""Of these, the ones that meet the costly checks of forms that prove nothing one by one."""
FREQUENT = 20
"""With so many valid ones in the head, the head speaks for the rest."""
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
    texts = list(leaf.counts)
    head = _Group({text: leaf.counts[text] for text in spread(texts, HEAD)})
    rest = _Group({text: n for text, n in leaf.counts.items() if text not in head.counts})
    rare = _Group(leaf.rare.counts)
    found: dict[Pattern, Hits] = {}
    for pattern in patterns.PATTERNS:
        costly = pattern in _COSTLY
        seen = head.hits(pattern, PROBE if costly else None)
        looked = min(PROBE, len(head.counts)) if costly else len(head.counts)
        behind = Hits()
        if pattern in _SEARCHED and seen.valid < FREQUENT:
            behind = rest.hits(pattern).plus(rare.hits(pattern))
            if leaf.rare.closed & frozenset(_KINDS_OF[pattern]):
                behind = behind.at_least(seen, leaf.distinct, looked)
        elif leaf.distinct > looked:
            behind = Hits().at_least(seen, leaf.distinct, looked)
        total = seen.plus(behind)
        if total.formed:
            found[pattern] = total
    return found


class _Group:
    """Distinct values with counts, and which of them pass which kind of the prefilter."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts
        self._passing: dict[str, set[str]] = {}
        self._worth: pl.Series | None = None

    def passing(self, kinds: Iterable[str]) -> list[str]:
        if self._worth is None:
            values = pl.Series(list(self.counts), dtype=pl.String)
            self._worth = values.filter(values.str.contains(expression(_ALL))) if len(values) else values
        if not len(self._worth):
            return []
        for kind in kinds:
            if kind not in self._passing:
                self._passing[kind] = set(self._worth.filter(self._worth.str.contains(_ALL[kind])).to_list())
        first, *others = (self._passing[kind] for kind in kinds)
        chosen = first.union(*others)
        return [value for value in self.counts if value in chosen] if others else list(first)

    def hits(self, pattern: Pattern, most: int | None = None) -> Hits:
        found = Hits()
        kinds = _KINDS_OF[pattern]
        values = self.passing(kinds) if self.counts else []
        if most is not None and len(self.counts) > most:
            few = set(spread(list(self.counts), most))
            values = [value for value in values if value in few]
        marks = _MARKS.get(pattern, ())
        for value in values:
            if not marks or any(mark in value for mark in marks):
                _look(found, pattern, value, self.counts[value])
        return found


def _look(hits: Hits, pattern: Pattern, value: str, count: int) -> None:
    short = len(value) <= 80
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
        valid += pattern.valid(match.group()) and not (pattern.entity is Entity.EMAIL and _ROLE.match(match.group()) is not None)
        if valid >= 3 or formed >= 50:
            break
    hits.formed += formed
    hits.valid += valid
    if valid:
        hits.within += 1
        hits.rows += count


_SEARCHED = frozenset((
    *patterns.PROOFS, patterns.CARD, patterns.PHONE, patterns.UUID, patterns.IMEI, *(p for p in patterns.NATIONAL if p.name.startswith("US")),
))  # fmt: skip
"""What is looked for inside of values, too."""
_MARKS = {
    patterns.EMAIL: ("@",), patterns.IP4: (".",), patterns.IP6: (":",), patterns.MAC: (":", "-", "."), patterns.JWT: ("eyJ",), patterns.PROFILE: ("/",), patterns.HASHED: ("$", "{", ":"), patterns.PRIVATE_KEY: ("-----",),
    patterns.CREDENTIALS_URL: ("://",), patterns.GEO_URI: ("geo:",), patterns.LATLON: (".",), patterns.MAPS_URL: (".",), patterns.PLUS_CODE: ("+",), patterns.PHONE_INTERNATIONAL: ("+",), patterns.UUID: ("-",),
    patterns.WKT: ("(",), patterns.DMS: ("°", ":", "d", "'"), patterns.COOKIE: (".", "_", "=", "-"),
}  # fmt: skip


def roles(leaf: Leaf) -> bool:
    """Whether nearly all e-mail addresses of `leaf` are those of offices rather than persons."""
    held = [v for v in leaf.counts if "@" in v]
    return bool(held) and sum(_ROLE.match(v) is not None for v in held) >= 0.8 * len(held)


_ALL = KINDS | SHAPES
_COSTLY = frozenset(p for p in patterns.NATIONAL if not p.proof)
_BY_ENTITY = {
    Entity.EMAIL: ("address",), Entity.IBAN: ("account",), Entity.CREDIT_CARD: ("long number",), Entity.IP_ADDRESS: ("network",), Entity.MAC_ADDRESS: ("network",),
    Entity.PROFILE_URL: ("link",), Entity.GEO_PRECISE: ("place",), Entity.SECRET: ("secret", "issued", "link"), Entity.ONLINE_ID: ("issued",), Entity.DEVICE_ID: ("long number", "opaque"),
    Entity.PHONE: ("number",), Entity.VEHICLE_ID: ("opaque",), Entity.NATIONAL_ID: ("national number", "number"),
}  # fmt: skip
_KINDS_OF: dict[Pattern, tuple[str, ...]] = {p: _BY_ENTITY[p.entity] for p in patterns.PATTERNS} | {patterns.PHONE_INTERNATIONAL: ("number with country code",)} | {p: ("national number",) for p in patterns.NATIONAL if p.proof}  # fmt: skip
