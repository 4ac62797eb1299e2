"""Values of persons in what people write for the platform: a reason, the name of a column."""

from __future__ import annotations

from collections.abc import Iterator

from mesh_platform.classify import patterns
from mesh_platform.classify.entities import Entity

_TOLD = (
    patterns.EMAIL,
    patterns.OBFUSCATED,
    patterns.PHONE_INTERNATIONAL,
    patterns.IBAN,
    patterns.CARD,
    *(p for p in patterns.NATIONAL if p.proof),
)


def personal(text: str) -> Entity | None:
    """What kind of value `text` quotes; None where it quotes none that proves itself. Names of persons are not looked for."""
    return next((pattern.entity for pattern in _TOLD if next(pattern.spans(text), None)), None)


def quoted(text: str) -> Iterator[tuple[int, int, Entity]]:
    """Where such values stand in `text`, and of what kind each is."""
    return ((start, end, pattern.entity) for pattern in _TOLD for start, end in pattern.spans(text))
