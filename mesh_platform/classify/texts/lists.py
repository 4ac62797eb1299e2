"""Names, places and everyday words of many languages as sorted 32-bit hashes: small, fast, and no readable list of people.

A hash that is in a list says `probably`: about one word in 70,000 collides, which the tagger outweighs.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from mesh_platform.classify.texts.likeness import Likeness, Weights

NAMES = ("given", "family", "place", "common", "brand", "cue")
"""Given names, family names, places, everyday words, brands (words and pairs of words), and the words whose identity the tagger may use."""

Hashes = npt.NDArray[np.uint32]


def code(word: str) -> int:
    return zlib.crc32(word.lower().encode("utf-8", "surrogatepass"))


def pack(words: Iterable[str]) -> Hashes:
    return np.unique(np.fromiter((code(word) for word in words), dtype=np.uint32))


_NONE: Hashes = np.empty(0, dtype=np.uint32)


class Lists:
    """Membership of words in the lists, with a memory for what was asked."""

    def __init__(self, tables: Mapping[str, Hashes], hidden: int = 0, likeness: tuple[Weights, float] | None = None) -> None:
        """`hidden`: this many percent of names are not found; so training learns to do without."""
        self._tables = tables
        self._hidden = hidden
        self.step = Likeness(*likeness).step if likeness else _no_step
        self.of = lru_cache(maxsize=100_000)(self._of)

    def _of(self, word: str) -> tuple[str, ...]:
        key = code(word)
        return tuple(
            name
            for name in NAMES
            if (table := self._tables.get(name, _NONE)).size
            and int(table[min(int(np.searchsorted(table, key)), table.size - 1)]) == key
            and not (name in NAMES[:5] and shy(key, self._hidden))
        )


def shy(key: int, percent: int) -> bool:
    """Whether a word is among the percent that training hides."""
    return (key * 2654435761 >> 7) % 100 < percent


def _no_step(_: str) -> int:
    return 0


@lru_cache(maxsize=1)
def shipped() -> Lists:
    """The lists that came with the package."""
    with files(__package__).joinpath("names.npz").open("rb") as stream, np.load(stream, allow_pickle=False) as found:
        tables = {name: found[name] for name in NAMES if name in found}
        return Lists(tables, likeness=(found["likeness"], float(found["scale"])) if "likeness" in found else None)
