"""The site's own small model: a logistic regression over the features of labelled findings, which says how likely one is true.

It ranks doubt and asks for more; nothing it says takes a finding out. A new version is judged against the one in force on labels that the
latter has not seen, each predicted by a fit that did not see its column either.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesh_platform.classify.doubt import CLEAN, FAMILIES, doubt

FEWEST, FEWEST_OF_EACH = 30, 5
"""Labels without which nothing is fitted, and how many of them have to be yes, and no."""
FOLDS = 5
RIDGE = 3.0
_EDGE = 1e-4

Features = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Example:
    """One label: its column (for folds), its features, whether there was personal data of the kind, and whether it counts in comparisons."""

    group: str
    features: Features
    true: bool
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Model:
    """Standardised logistic weights by feature; a feature that it does not know counts for nothing."""

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Features) -> float:
        """How likely the kind is there."""
        parts = zip(self.names, self.mean, self.scale, self.weights, strict=True)
        total = self.bias + sum((features.get(name, 0.0) - m) / s * w for name, m, s, w in parts)
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))

    def as_json(self) -> dict[str, Any]:
        parts = zip(self.names, self.mean, self.scale, self.weights, strict=True)
        return {"bias": self.bias, "features": {name: [m, s, w] for name, m, s, w in parts}}

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Model:
        found = held["features"]
        columns = [tuple(float(found[name][i]) for name in found) for i in range(3)]
        return cls(tuple(found), columns[0], columns[1], columns[2], float(held["bias"]))


def built_in(features: Features) -> float:
    """What is assumed where no model of the site is in force: by the ground of the evidence and the share of the rows."""
    ground = next((name for name in FAMILIES if features.get(f"ground {name}")), None)
    return CLEAN if ground is None else 1 - doubt(ground, features.get("share", 0.0))


def enough(examples: Sequence[Example]) -> str:
    """What is missing before a model can be fitted; empty where nothing is."""
    yes = sum(one.true for one in examples)
    if len(examples) < FEWEST or min(yes, len(examples) - yes) < FEWEST_OF_EACH:
        return f"{len(examples)} labels are at hand, {yes} of them yes; {FEWEST} are needed, with {FEWEST_OF_EACH} yes and {FEWEST_OF_EACH} no"
    return ""


def fit(examples: Sequence[Example]) -> Model:
    """The weights by which the labels are most likely, kept small by a ridge."""
    names = tuple(sorted({name for one in examples for name in one.features}))
    x = np.array([[one.features.get(name, 0.0) for name in names] for one in examples], dtype=float).reshape(
        len(examples), len(names)
    )
    y = np.array([one.true for one in examples], dtype=float)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale < _EDGE] = 1.0
    z = np.column_stack([np.ones(len(x)), (x - mean) / scale])
    ridge = np.diag([_EDGE, *[RIDGE] * len(names)])
    w = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        step = np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + ridge, z.T @ (y - p) - ridge @ w)
        w += step
        if np.abs(step).max() < 1e-6:
            break
    as_floats = [tuple(float(v) for v in part.round(6)) for part in (mean, scale, w[1:])]
    return Model(names, as_floats[0], as_floats[1], as_floats[2], float(round(w[0], 6)))


def cross_validated(examples: Sequence[Example], folds: int = FOLDS) -> list[float]:
    """For each example what a model says that saw no label of its column."""
    fold = [zlib.crc32(one.group.encode()) % folds for one in examples]
    found = [0.0] * len(examples)
    for k in range(folds):
        rest = [one for one, f in zip(examples, fold, strict=True) if f != k]
        model = fit(rest) if len({one.true for one in rest}) == 2 else None
        for i, one in enumerate(examples):
            if fold[i] == k:
                found[i] = model.probability(one.features) if model else built_in(one.features)
    return found


@dataclass(frozen=True, slots=True)
class Comparison:
    """The mean surprise (log loss, less is better) of the new model and of the one in force, on so many labels that neither had seen."""

    labels: int
    new: float
    present: float

    @property
    def better(self) -> bool:
        return self.new < self.present


def compared(examples: Sequence[Example], present: Model | None) -> Comparison:
    """The new model, cross-validated, against the present one (None: the built-in), on the fresh examples."""
    said = cross_validated(examples)
    before = [present.probability(one.features) if present else built_in(one.features) for one in examples]
    fresh = [i for i, one in enumerate(examples) if one.fresh]
    truth = [examples[i].true for i in fresh]
    return Comparison(len(fresh), surprise([said[i] for i in fresh], truth), surprise([before[i] for i in fresh], truth))


def surprise(said: Sequence[float], truth: Sequence[bool]) -> float:
    """The mean log loss."""
    held = [min(1 - _EDGE, max(_EDGE, p)) for p in said]
    return sum(-math.log(p if t else 1 - p) for p, t in zip(held, truth, strict=True)) / len(held) if held else 0.0
