"""Values of persons in what people write for the platform: a reason, the name of a column."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

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

_UNSEEN, _FILLERS = ("Cf", "Mn", "Me"), "\u115f\u1160\u3164\uffa0"
"""Kinds of characters that nobody sees or that are drawn over another one, and letters that are drawn as nothing."""
_STOPS = {"\u3002": "."}
"""What is written for a full stop in names of hosts, and is none by its form."""


def personal(text: str) -> Entity | None:
    """What kind of value `text` quotes; None where it quotes none that proves itself. Names of persons are not looked for."""
    plain, _ = _plain(text)
    return next((pattern.entity for pattern in _TOLD if next(pattern.spans(plain), None)), None)


def quoted(text: str) -> Iterator[tuple[int, int, Entity]]:
    """Where such values stand in `text`, and of what kind each is."""
    plain, at = _plain(text)
    return ((at[start], at[end - 1] + 1, pattern.entity) for pattern in _TOLD for start, end in pattern.spans(plain))


def _plain(text: str) -> tuple[str, Sequence[int]]:
    """The text in plain characters, without those that nobody sees; and where in `text` each of them stands."""
    if text.isascii():
        return text, range(len(text))
    seen = [
        (i, each)
        for i, one in enumerate(text)
        if unicodedata.category(one) not in _UNSEEN and one not in _FILLERS
        for each in _STOPS.get(one) or unicodedata.normalize("NFKC", one)
    ]
    return "".join(each for _, each in seen), [i for i, _ in seen]
