"""One leaf before the rules: its evidence, what its name suggests, and what was told of it so far."""

from __future__ import annotations

import re

from mesh_platform.classify import names
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.sign import Sign
from mesh_platform.classify.values import Profile

_THIN = frozenset(
    {
        "value",
        "val",
        "v",
        "text",
        "#text",
        "content",
        "data",
        "item",
        "element",
        "key",
        "n",
        "id",
        "full",
        "first",
        "last",
        "x",
        "y",
        "lat",
        "lon",
        "lng",
        "decoded",
    }
)


class Case:
    """What a rule sees of a leaf, and where it tells what it found."""

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

    @property
    def of_a_thing(self) -> bool:
        """Whether the name, or that of what it stands in, speaks of a thing and of no person."""
        return any(map(names.of_a_thing, self.leaf.names)) and not any(map(names.of_a_person, self.leaf.names))

    def named(self, *entities: Entity) -> float:
        return max((self.suggested.get(entity, 0.0) for entity in entities), default=0.0)

    def tell(self, entity: Entity, share: float, why: str) -> None:
        self.told.append(Sign(entity, min(1.0, share), why))

    @property
    def explained(self) -> bool:
        return any(sign.share >= 0.5 for sign in self.told)


def wordy(found: Profile) -> bool:
    return sum(bool(re.search(r"[^\W\d_]{2}", v)) for v in found.sample) >= 0.7 * len(found.sample)


def worded(found: Profile) -> bool:
    """Whether values are words beside numbers, rather than codes."""
    return sum(bool(re.search(r"[^\W\d_]{3,}", v)) and (" " in v or not re.search(r"\d", v)) for v in found.sample) >= 0.7 * len(
        found.sample
    )


def digity(found: Profile) -> float:
    return sum(any(c.isdigit() for c in v) for v in found.sample) / max(1, len(found.sample))


def of_sites(found: Profile) -> bool:
    """Whether few values come again and again, as the places and offices of a firm do; people's are many."""
    return found.distinct <= 25 and found.rows >= 12 * found.distinct
