"""What the other tables know: ids under meaningless names by inclusion in the keys of their domain, hashes by hashing what the domain holds.

Only the columns of one domain are compared. Dense runs of small integers include each other by chance, so they prove nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from mesh_platform.classify.entities import Entity
from mesh_platform.classify.hashes import Hashes
from mesh_platform.classify.leaves import Leaf, spread

PROBE = 2_000


def dense(values: Iterable[str]) -> bool:
    """Whether `values` are short numbers that fill their range: what any counter includes by chance."""
    numbers = [int(v) for v in values if v.isdigit() and len(v) < 16]
    if len(numbers) < 5:
        return False
    width = max(numbers) - min(numbers) + 1
    return len(set(numbers)) >= 0.2 * width or max(numbers) < 10_000


class Known:
    """The values of a domain's identifying columns, by what they are; `salts` are those registered for keyed hashes."""

    def __init__(self, salts: Iterable[bytes] = ()) -> None:
        self.values: dict[Entity, set[str]] = {}
        self._salts = tuple(salts)
        self._hashes: Hashes | None = None
        self._runs: dict[Entity, frozenset[str]] = {}

    def learn(self, entity: Entity, values: Iterable[str]) -> None:
        """Take `values` as identifiers of that kind; case and blanks around do not matter."""
        self.values.setdefault(entity, set()).update(v.strip().lower() for v in values if len(v.strip()) >= 3)
        self._hashes, self._runs = None, {}

    def included(self, leaf: Leaf) -> tuple[Entity, float] | None:
        """Of which known identifiers nearly all values of `leaf` are, and the share."""
        probe = spread([v.lower() for v in leaf.counts if 4 <= len(v) <= 200], PROBE)
        if len(probe) < 5 or len(probe) < 0.4 * min(len(leaf.counts), PROBE) or dense(probe):
            return None
        parts = [_parts(value) for value in probe[:300]]
        best: tuple[Entity, float] | None = None
        for entity, known in self.values.items():
            if len(known) < 5:
                continue
            share = sum(v in known for v in probe) / len(probe)
            if share < 0.6:
                share = max(share, self._undressed(parts, entity, known))
            if share >= 0.6 and (best is None or share > best[1]):
                best = (entity, share)
        return best

    def _undressed(self, parts: list[frozenset[str]], entity: Entity, known: set[str]) -> float:
        """The share of values that hold a known one as a part: with a prefix, a checksum, in a path or with blanks around."""
        hits = sum(not known.isdisjoint(one) for one in parts)
        if hits >= 0.6 * len(parts):
            return hits / len(parts)
        if entity not in self._runs:
            some = spread(list(known), 20_000)
            digits = {m[0] for k in some if (m := re.search(r"\d{6,}$", k))}
            self._runs[entity] = frozenset(digits) if len(digits) >= 0.5 * len(some) and not dense(digits) else frozenset()
        runs = self._runs[entity]
        return sum(not runs.isdisjoint(one) for one in parts) / len(parts) if runs else 0.0

    def hashed(self, leaf: Leaf) -> tuple[float, str]:
        """The share of `leaf` that is the hash of an identifier that the domain holds, and how it was made."""
        if self._hashes is None:
            self._hashes = Hashes(self.values, self._salts)
        return self._hashes.share(leaf.counts)


def _parts(value: str) -> frozenset[str]:
    found = [*re.split(r"[^a-z0-9]+", value), *re.split(r"[^a-z0-9._@+-]+", value), *re.findall(r"\d{5,}", value)]
    return frozenset(part for part in found if len(part) >= 5)


def local_parts(emails: Iterable[str]) -> set[str]:
    return {e.partition("@")[0] for e in emails if "@" in e}


def domains(tables: Iterable[str]) -> Mapping[str, list[str]]:
    """The tables by domain: what stands before `__`; tables without one are their own mesh together."""
    found: dict[str, list[str]] = {}
    for table in tables:
        found.setdefault(table.partition("__")[0] if "__" in table else "", []).append(table)
    return found
