"""Which changes of a descriptor protect people more than before: a key that weighs for privacy, changed in the direction that needs no review."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mesh_platform.product.changes import ChangeKind
from mesh_platform.product.diff import Change

_KEYS = frozenset(
    {
        *("sensitivity", "category", "subject", "identifiability", "mask", "coarsen", "declassify", "derivedFrom", "verdicts"),
        *("retention", "period", "action", "minimum", "grace", "erasure"),
        *("region", "storageLocations", "replicas", "backups"),
        *("aggregate", "minGroup", "by", "fields", "excludedFields", "raw", "expires", "scopes", "authentication"),
    }
)
_GONE = re.compile(r"^(?:inputs|dataContracts|interfaces)\[.*\]$|^purposes\.[^.]+$|^columns\.[^.]+(?:\.purposes)?$", re.DOTALL)
"""What may go, or be limited, as a whole; its coming is privacy-relevant, or told with other words."""
_COMING = re.compile(r"^a (?:new|further) ")


def tightened(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that only tighten; none where anything among them needs a review, which then covers them all."""
    every = tuple(changes)
    if any(change.kind is ChangeKind.PRIVACY for change in every):
        return ()
    return tuple(change for change in every if _tightens(change))


def _tightens(change: Change) -> bool:
    if change.kind is ChangeKind.COSMETIC or _COMING.match(change.why):
        return False
    if _GONE.match(change.path):
        return True
    return not change.path.endswith("]") and change.path.rpartition(".")[2] in _KEYS
