"""How well the scan does here: recall and precision by domain over time, on people's labels and on the audit sample apart.

Labels are given on doubtful findings, so their precision is that of the doubtful ones. The sample is drawn by lot from the columns found
clean, so its misses say what the scan overlooks. Each figure has its number and its interval (Wilson, 95 %).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mesh_platform.registry.label_values import Draw, Label, Source, Verdict
from mesh_platform.registry.labels import newest

TOO_FEW = 20
"""Below so many the figure says little, whatever it is."""
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `of`, with its interval."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, which holds for few, and for none and all."""
        if not self.of:
            return 0.0, 1.0
        n, p, z2 = self.of, self.hits / self.of, _Z * _Z
        middle, half = p + z2 / (2 * n), _Z * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, (middle - half) / (1 + z2 / n)), min(1.0, (middle + half) / (1 + z2 / n))

    def as_json(self) -> dict[str, Any]:
        low, high = self.interval
        value = None if self.value is None else round(self.value, 4)
        return {"value": value, "low": round(low, 4), "high": round(high, 4), "n": self.of, "too_few": self.of < TOO_FEW}


@dataclass(frozen=True, slots=True)
class Figures:
    """One domain in one period, or under one version of the scanner."""

    domain: str
    by: str
    period: str
    confirmed: int = 0
    rejected: int = 0
    missed: int = 0
    judged: int = 0
    misses: int = 0
    found_beside: int = 0
    clean_beside: int = 0

    @property
    def precision(self) -> Share:
        """Of the findings that people spoke of, those they confirmed."""
        return Share(self.confirmed, self.confirmed + self.rejected)

    @property
    def recall(self) -> Share:
        """Of what people know to be there, that which the scan had found."""
        return Share(self.confirmed, self.confirmed + self.missed)

    @property
    def miss_rate(self) -> Share:
        """Of the clean columns that were drawn and judged, those that were not clean."""
        return Share(self.misses, self.judged)

    def sample_recall(self, rate: float) -> float | None:
        """The recall that this rate of misses among all clean columns of the domain makes, were every finding true."""
        total = self.found_beside + rate * self.clean_beside
        return self.found_beside / total if total else None

    def as_json(self) -> dict[str, Any]:
        low, high = self.miss_rate.interval
        estimates = (self.miss_rate.value, high, low)
        recall = [None if rate is None or not self.judged else self.sample_recall(rate) for rate in estimates]
        value, least, most = (None if part is None else round(part, 4) for part in recall)
        estimated = {"value": value, "low": least, "high": most, "n": self.judged, "too_few": self.judged < TOO_FEW}
        return {
            "domain": self.domain,
            "by": self.by,
            "period": self.period,
            "labels": {
                "confirmed": self.confirmed,
                "rejected": self.rejected,
                "missed": self.missed,
                "precision": self.precision.as_json(),
                "recall": self.recall.as_json(),
            },
            "sample": {
                "judged": self.judged,
                "misses": self.misses,
                "miss_rate": self.miss_rate.as_json(),
                "estimated_recall": estimated,
            },
        }


def evaluate(labels: Iterable[Label], draws: Iterable[Draw]) -> list[Figures]:
    """The figures of each domain: of all time, by month, and by version of the scanner, in that order."""
    given, drawn = tuple(labels), tuple(draws)
    said = [label for label in newest(given) if label.source is Source.REVIEW and (label.kind or label.verdict is Verdict.MISSED)]
    judged = _judged(given, drawn)
    ways: tuple[tuple[str, Callable[[Label], str]], ...] = (
        ("all", lambda one: "all"),
        ("month", lambda one: f"{one.given_at:%Y-%m}"),
        ("scanner", lambda one: one.scanner),
    )
    found = []
    for by, period in ways:
        parts = dict.fromkeys((one.product.domain, period(one)) for one in (*said, *(label for label, _ in judged)))
        for domain, name in sorted(parts):
            ours = [one for one in said if (one.product.domain, period(one)) == (domain, name)]
            lots = [(one, lot) for one, lot in judged if (one.product.domain, period(one)) == (domain, name)]
            found.append(_figures(domain, by, name, ours, lots))
    return found


def _judged(labels: Sequence[Label], draws: Iterable[Draw]) -> list[tuple[Label, Draw]]:
    """Each draw that somebody spoke of, with the last word on it."""
    last = {(one.product, one.column, one.profile): one for one in labels if one.source is Source.SAMPLE}
    found = ((last.get((one.product, one.column, one.profile)), one) for one in draws)
    return [(label, one) for label, one in found if label is not None]


def _figures(domain: str, by: str, period: str, said: Sequence[Label], lots: Sequence[tuple[Label, Draw]]) -> Figures:
    def count(verdict: Verdict) -> int:
        return sum(one.verdict is verdict for one in said)

    last = lots[-1][1] if lots else None
    return Figures(
        domain,
        by,
        period,
        count(Verdict.CONFIRM),
        count(Verdict.REJECT),
        count(Verdict.MISSED),
        len(lots),
        sum(label.verdict is Verdict.MISSED for label, _ in lots),
        last.found_beside if last else 0,
        last.clean_beside if last else 0,
    )
