"""What a short text reads like: a person's name, a firm, a place, a street, a job, an illness, a thing, or plain words.

A linear model over hashed character n-grams, trained by `benchmarks/columns/train_wording.py` on names of some eighty locales; one value
says little, the mean over the distinct values of a column says much. It refuses long texts: those are for the text scanner.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

Reading = Literal["person", "firm", "place", "street", "job", "illness", "thing", "words", "handle"]
READINGS: tuple[Reading, ...] = ("person", "firm", "place", "street", "job", "illness", "thing", "words", "handle")
BITS = 16
LONGEST = 80
"""Characters of a value that are read."""
WEIGHTS = Path(__file__).with_name("wording.npz")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")


def shape(token: str) -> str:
    """`Xx`, `XX`, `xx`, `99` or the mark itself."""
    if token.isdigit():
        return "9" * min(len(token), 5)
    if not token.isalpha():
        return token
    if token.islower():
        return "x"
    if token.isupper():
        return "XX" if len(token) > 1 else "X"
    return "Xx"


def features(text: str) -> list[int]:
    """The hashed traits of `text`, each once: n-grams of its words, whole words, shapes, first and last word."""
    text = text.strip()[:LONGEST]
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    tokens = _TOKEN.findall(text)
    shapes = [shape(t) for t in tokens]
    words = [t.lower() for t in tokens]
    found = {_hashed(f"n{min(len(tokens), 9)}"), _hashed("s" + " ".join(shapes[:6]))}
    for word in words:
        found.update(_of_word(word))
    for i in {0, len(words) - 1} if words else ():
        found.add(_hashed(("f" if i == 0 else "l") + words[i]))
        if len(words) > 1:
            found.add(_hashed(("F" if i == 0 else "L") + words[i][-3:]))
    found.update(_hashed("b" + a + " " + b) for a, b in itertools.pairwise(shapes))
    return sorted(found)


@lru_cache(maxsize=65536)
def _hashed(trait: str) -> int:
    return zlib.crc32(trait.encode()) & ((1 << BITS) - 1)


@lru_cache(maxsize=16384)
def _of_word(word: str) -> tuple[int, ...]:
    """What `word` gives wherever it stands: itself and its n-grams."""
    edged = f"^{word}$"
    traits = {"w" + word, *(edged[a : a + n] for n in (2, 3, 4, 5) for a in range(len(edged) - n + 1))}
    return tuple({zlib.crc32(trait.encode()) & ((1 << BITS) - 1) for trait in traits})


@lru_cache(maxsize=1)
def _weights() -> tuple[Any, Any]:
    with np.load(WEIGHTS) as held:
        return held["weights"].astype(np.float32) * held["scale"], held["bias"].astype(np.float32)


def readings(values: Iterable[str]) -> Any:
    """One row of probabilities per value, in the order of `READINGS`."""
    weights, bias = _weights()
    found = [features(value) for value in values]
    if not found:
        return np.empty((0, len(READINGS)), dtype=np.float32)
    sizes = np.fromiter(map(len, found), np.int64, len(found))  # no text is without traits
    sums = np.add.reduceat(weights[np.concatenate(found)], np.cumsum(sizes) - sizes, axis=0)
    logits = sums / np.sqrt(sizes)[:, None] + bias
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def first_reading(values: Sequence[str]) -> dict[Reading, float]:
    """The share of `values` that each reading is the likeliest of; nothing of none."""
    if not values:
        return {}
    counts = np.bincount(readings(values).argmax(axis=1), minlength=len(READINGS)) / len(values)
    return dict(zip(READINGS, counts.tolist(), strict=True))


def mean_reading(values: Sequence[str]) -> dict[Reading, float]:
    """The mean over `values`; nothing of none."""
    if not values:
        return {}
    return dict(zip(READINGS, readings(values).mean(axis=0).tolist(), strict=True))
