"""What a finding rests on, and how doubtful that makes it; the profile that a person's word on it holds for.

A finding's reason begins with what it rests on, so the family of its evidence is read off the reason. A profile is a hash over coarse bands:
the same kinds on the same ground in about as many rows of about such values have the same one, and nothing of a value comes back from it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping

from mesh_platform.classify.entities import Entity

FAMILIES = ("proven", "held", "decoded", "named", "words", "read", "form", "other")
"""`proven`: a checksum or a pattern that is its own proof; `held`: the mesh holds the same values elsewhere; the others leave doubt."""
DOUBTFUL = 0.3
"""From here on a finding is put to a person."""
CLEAN = 0.02
"""What is assumed of a column without findings before anybody has looked: one in fifty holds what the scan missed."""
FEW = 0.02
"""A kind in a smaller share of the rows may be what stands in anybody's texts by chance."""
_MARKS = (
    ("decoded", ("decoded,",)),
    ("held", ("they stand in ", "begin as tokens of", "hashes of", "HMACs, with", "hashes, with", "values of another column", " hashes of ")),
    ("named", ("named ", "under a name that")),
    ("read", ("read as", "texts read hold", "read names", "hold the names of accounts")),
    ("words", ("vocabulary", "family names of", "known as names of", "mean a ", "are illnesses", "words for ")),
    ("form", ("have the form", "are written as", "bands of years", "a field of", "dates that ", "recurring form", "a fitting form", "number plates", "segments of HL7", "as phones write theirs", "paths of home folders", "links that call", "in a namespace of their own")),
    ("proven", ("addresses of persons stand", "distinct values are", "distinct values hold", "are valid ", "pass Luhn")),
)  # fmt: skip
_BASE = {"proven": 0.03, "held": 0.05, "decoded": 0.35, "named": 0.5, "words": 0.35, "read": 0.45, "form": 0.55, "other": 0.6}


def family(why: str) -> str:
    """What a reason rests on, one of `FAMILIES`; `other` where it is not known, which leaves the most doubt."""
    return next((name for name, marks in _MARKS if any(mark in why for mark in marks)), "other")


def doubt(ground: str, share: float) -> float:
    """How likely a finding is none, before anybody has said: by what it rests on, and the more so the rarer it is."""
    rare = 0.3 if share < FEW else 0.1 if share < 0.5 and ground not in ("proven", "held") else 0.0
    return min(0.95, _BASE[ground] + rare)


def kind_of(name: str) -> str:
    """`direct`, `quasi` or `special`; what is no entity of the scanner was registered as a person's, so it is direct."""
    return Entity(name).kind if name in set(Entity) else "direct"


def features(
    shape: Mapping[str, float], kinds: Iterable[str], kind: str = "", ground: str = "", share: float = 0.0
) -> dict[str, float]:
    """A finding as numbers; without a kind, the column as a whole."""
    named = {f"ground {ground or 'none'}": 1.0, f"kind {kind_of(kind) if kind else 'none'}": 1.0}
    return {
        **named,
        "share": round(share, 3),
        "kinds": float(len(set(kinds))),
        **{f"shape {name}": value for name, value in shape.items()},
    }


def profile(shape: Mapping[str, float], kinds: Iterable[str], kind: str = "", ground: str = "", share: float = 0.0) -> str:
    """The profile of a finding, or of a column as a whole."""
    parts = [kind, ground, _band(share), *sorted(set(kinds)), *_bands(shape)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def entry_id(product: str, column: str, kind: str, profile: str, source: str) -> str:
    """How a person names one entry of the review; the same for as long as its profile is."""
    return hashlib.sha256("\0".join((product, column, kind, profile, source)).encode()).hexdigest()[:8]


def _band(share: float) -> str:
    return str(sum(share >= edge for edge in (0.01, 0.1, 0.5, 0.9)))


def _bands(shape: Mapping[str, float]) -> list[str]:
    """Length to the next power of two, and of each sort of characters whether it is absent, some, or most."""
    length = round(math.log2(1 + shape.get("length", 0.0)))
    sorts = [
        str(sum(shape.get(name, 0.0) >= edge for edge in (0.05, 0.5))) for name in ("letters", "digits", "blanks", "beyond_ascii")
    ]
    return [str(length), *sorts]
