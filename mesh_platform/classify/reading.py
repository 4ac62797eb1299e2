"""Free texts of a column read by the text scanner: which kinds stand in which share of them."""

from __future__ import annotations

from collections import Counter

from mesh_platform.classify.columns import Reader
from mesh_platform.classify.entities import Entity
from mesh_platform.classify.texts import read

SURE = 0.85
"""Spans that are less certain do not count."""
_LEFT = frozenset({Entity.USERNAME})
"""Kinds that are too vague in running text to speak for a whole column."""


def reader() -> Reader:
    """The reader that scans with the shipped models."""
    return _shares


def _shares(texts: list[str]) -> list[tuple[Entity, float]]:
    held: Counter[Entity] = Counter()
    for text in texts:
        held.update({span.entity for span in read(text).spans if span.confidence >= SURE and span.entity not in _LEFT})
    return [(entity, count / len(texts)) for entity, count in held.most_common()]
