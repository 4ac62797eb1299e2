"""Train what a word looks like: parts of names against everyday words, places, brands and things.

Names that the lists hide during training are kept away here too, so the tagger learns how far to trust the steps on names nobody listed.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from mesh_platform.classify.texts.likeness import BITS, Weights, traits

ROUNDS, RATE, DECAY = 14, 0.5, 2e-6


def fit(names: Iterable[str], others: Iterable[str], seed: int = 5) -> tuple[Weights, float]:
    """The weights as small integers, and what one of them is worth."""
    random = np.random.default_rng(seed)
    good, bad = sorted(set(names)), sorted(set(others))
    words = [(word, 1.0) for word in good] + [(word, 0.0) for word in bad]
    seen = [(np.fromiter(traits(word), dtype=np.int64), label) for word, label in words]
    seen = [(found, label, len(found) ** -0.5) for found, label in seen if len(found)]
    weights = np.zeros(1 << BITS, dtype=np.float64)
    gain = np.full(1 << BITS, 1.0)
    balance = (len(bad) / max(len(good), 1)) ** 0.5
    for round_ in range(ROUNDS):
        for i in random.permutation(len(seen)):
            found, label, share = seen[i]
            odds = weights[found].sum() * share
            error = (label - 1 / (1 + np.exp(-odds))) * share * (balance if label else 1 / balance)
            gain[found] += error * error
            weights[found] += RATE * error / np.sqrt(gain[found])
        weights *= 0.97 if round_ < ROUNDS - 1 else 1.0
    scale = float(np.abs(weights).max() / 127)
    return np.round(weights / scale).astype(np.int8), scale
