"""A span of personal data in a text: where, what, how sure, and by which rule. It never holds the text."""

from __future__ import annotations

from typing import NamedTuple

from mesh_platform.classify.entities import Entity


class Span(NamedTuple):
    """`start` and `end` count code points, `end` exclusive; `rule` says what found it."""

    start: int
    end: int
    entity: Entity
    confidence: float
    rule: str
