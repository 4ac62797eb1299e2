"""The shape of a column's values as numbers: how full, how distinct, how long, of which characters, how random.

Taken of a bounded sample. It tells an opaque token from a word, and one publication's values from the next one's; it gives no value back.
"""

from __future__ import annotations

import math
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence

LONGEST = 200
"""Characters of a value that are looked at."""
POSITIONS = 40
TOLD = 5
"""Of fewer values nothing is told but how many they are: the mean of one is the one."""
FEWEST = 30
"""Values below which nothing is said of randomness or drift."""
_SORTS = ("letters", "digits", "blanks", "beyond_ascii", "signs")
_MOSTLY = 0.9
_OPAQUE_BITS, _OPAQUE_LENGTH = 3.0, 16
"""Bits for each character, above what digits and names give, and the length that makes more than 48 of them."""


def shape(values: Sequence[str | None]) -> dict[str, float]:
    """The shape of a sample of cells as texts."""
    held = [value[:LONGEST] for value in values if value]
    if len(held) < TOLD:
        return {"values": float(len(held)), "filled": _round(len(held) / len(values)) if values else 0.0}
    text = "".join(held)
    lengths = list(map(len, held))
    sorts, tokens = _sorts(text), _round(sum(map(_token, held)) / len(held))
    return {
        "values": float(len(held)),
        "filled": _round(len(held) / len(values)),
        "distinct": _round(len(set(held)) / len(held)),
        "length": _round(statistics.fmean(lengths)),
        "spread": _round(statistics.pstdev(lengths)),
        "words": _round(statistics.fmean(value.count(" ") + 1 for value in held)),
        **{name: _round(sorts[name] / len(text)) for name in _SORTS},
        "tokens": tokens,
        "bits": _round(_bits(held)) if tokens >= _MOSTLY else 0.0,
    }


def opaque(shape: Mapping[str, float]) -> bool:
    """Whether the values are random tokens: digits and letters mixed without blanks, nearly all distinct, random in most places."""
    return (
        shape.get("values", 0) >= FEWEST
        and shape["tokens"] >= _MOSTLY
        and shape["distinct"] >= 0.9
        and shape["length"] >= _OPAQUE_LENGTH
        and shape["bits"] >= _OPAQUE_BITS
    )


def drift(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[str, ...]:
    """How the values of one publication differ from those of the one before; nothing where either has too few of them."""
    if min(before.get("values", 0), after.get("values", 0)) < FEWEST:
        return ()
    told = []
    moved = sum(abs(after[name] - before[name]) for name in _SORTS) / 2
    if moved >= 0.25:
        told.append(f"{moved:.0%} of its characters are of another sort")
    was, now = before["length"], after["length"]
    if abs(math.log2((now + 2) / (was + 2))) >= 1:
        told.append(f"its values have {now:.0f} characters in the mean instead of {was:.0f}")
    elif after["spread"] > 2 * before["spread"] + 4:
        told.append("its values differ in length as they did not before")
    return tuple(told)


def moved_kinds(before: Mapping[str, float], after: Mapping[str, float]) -> tuple[str, ...]:
    """Kinds (name → share) that came, went, or hold another share of the rows by a fifth of them or more."""
    return tuple(
        f"{kind} in {after.get(kind, 0.0):.0%} of the rows instead of {before.get(kind, 0.0):.0%}"
        for kind in sorted({*before, *after})
        if abs(after.get(kind, 0.0) - before.get(kind, 0.0)) >= 0.2
    )


def _sorts(text: str) -> Counter[str]:
    found: Counter[str] = Counter()
    for character, count in Counter(text).items():
        if character > "\x7f":
            found["beyond_ascii"] += count
        elif character.isalpha():
            found["letters"] += count
        elif character.isdigit():
            found["digits"] += count
        else:
            found["blanks" if character.isspace() else "signs"] += count
    return found


def _token(value: str) -> bool:
    return not any(map(str.isspace, value)) and any(map(str.isdigit, value)) and any(map(str.isalpha, value))


def _bits(values: list[str]) -> float:
    """The entropy of the characters at one place, in the mean over the places that most values have: constant parts count for nothing."""
    reach = min(POSITIONS, int(statistics.median(map(len, values))))
    if len(values) < FEWEST or not reach:
        return 0.0
    return statistics.fmean(_entropy([value[i] for value in values if len(value) > i]) for i in range(reach))


def _entropy(characters: list[str]) -> float:
    total = len(characters)
    return -sum(n / total * math.log2(n / total) for n in Counter(characters).values()) if total else 0.0


def _round(number: float) -> float:
    return round(number, 2)
