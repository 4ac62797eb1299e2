"""What is encoded in a few values of a column among many that are not: decoded one by one, believed only where a proof comes out."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from mesh_platform.classify import decode, patterns
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.gates import passing, texts
from mesh_platform.classify.hidden import STRONG
from mesh_platform.classify.hits import count
from mesh_platform.classify.leaves import Leaf, spread
from mesh_platform.classify.prefilter import ENCODED
from mesh_platform.classify.sign import Sign
from mesh_platform.classify.values import Profile

MOST = 300
"""Values of one column that are decoded."""
FEW = 0.3
"""From this share of the values on they are no exception, and `hidden` has looked at them as a whole."""
LONGEST = 4_000
"""Characters of a value that are searched for what may be encoded."""
_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{12,2000}={0,2}|(?:%[0-9A-Fa-f]{2}|[\w.-]){12,2000}|(?:\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|&#\w{2,6};|[\w.-]){12,2000}")  # fmt: skip


def sparse(found: Profile, known: set[Entity]) -> list[Sign]:
    """What proves itself in the few encoded values of a leaf, but for the kinds that are `known` of it."""
    counts = found.leaf.rare.counts | found.leaf.counts
    values = [value for value in counts if 12 <= len(value) <= LONGEST]
    if not values:
        return []
    encoded = [value for value, passes in zip(values, passing(texts(values), ENCODED), strict=True) if passes]
    if not encoded or len(encoded) >= max(2, FEW * len(counts)):
        return []
    ways: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for value in spread(encoded, MOST):
        for way, out in _decoded(value):
            ways[way][out] += counts[value]
    told: dict[Entity, Sign] = {}
    for way, plain in ways.items():
        for pattern, hits in count(Leaf(found.leaf.names, dict(plain), nested=True)).items():
            if pattern.entity in STRONG - known and pattern in patterns.PROOFS and hits.valid:
                why = f"{hits.valid:,} distinct values hold {way}; decoded, they hold: {pattern.name}"
                told.setdefault(pattern.entity, Sign(pattern.entity, hits.rows / max(1, found.rows), why))
    return list(told.values())


def _decoded(value: str) -> Iterator[tuple[str, str]]:
    """What comes out of a value or of what may be encoded in it, with the way."""
    for token in dict.fromkeys([value, *_TOKEN.findall(value)[:8]]):
        for chain, out in decode.chains(token, 2):
            yield " in ".join(reversed(chain)), out.strip()
