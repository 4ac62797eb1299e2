"""How much a word looks like part of a person's name: a linear model over its hashed chains of letters, in eight steps.

It knows no word as a whole, so it says something about names that no list has; trained with the tagger (`benchmarks/names/likeness.py`).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

BITS = 15
STEPS = (-3.0, -1.5, -0.5, 0.3, 1.0, 1.8, 2.8)
"""Bounds of the log-odds between the steps."""

Weights = npt.NDArray[np.int8]


def traits(word: str) -> Iterator[int]:
    """Hashed chains of two to five letters of a word written small, its ends marked."""
    marked = f"^{word.lower()[:24]}$"
    for size in (2, 3, 4, 5):
        for at in range(len(marked) - size + 1):
            yield zlib.crc32(marked[at : at + size].encode("utf-8", "surrogatepass")) & ((1 << BITS) - 1)


class Likeness:
    """Steps from 0 (no name) to 7 (a name), with a memory for what was asked."""

    def __init__(self, weights: Weights, scale: float) -> None:
        self._weights = weights.astype(np.float32) * scale
        self.step = lru_cache(maxsize=100_000)(self._step)

    def odds(self, word: str) -> float:
        found = list(traits(word))
        return float(self._weights[found].sum()) / max(len(found), 1) ** 0.5 if found else 0.0

    def _step(self, word: str) -> int:
        odds = self.odds(word)
        return sum(odds > bound for bound in STEPS)
