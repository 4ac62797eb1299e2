"""What the values of one leaf show: how many are an e-mail address, a valid IBAN, read like a name, stand in a vocabulary."""

from __future__ import annotations

import re
import statistics
from dataclasses import dataclass, field
from functools import cached_property

from mesh_platform.classify import lexicon
from mesh_platform.classify.dates import year_of
from mesh_platform.classify.hits import Hits, count
from mesh_platform.classify.leaves import Leaf, spread
from mesh_platform.classify.patterns import Pattern
from mesh_platform.classify.wording import Reading, first_reading

READ = 120
"""Of these, the ones that the reader of short texts is asked about."""
ENOUGH = 600
"""Distinct values that readings and costly shapes are taken from, evenly spread."""


@dataclass
class Profile:
    """The evidence of one leaf."""

    leaf: Leaf
    hits: dict[Pattern, Hits] = field(default_factory=dict)
    _shares: dict[re.Pattern[str], float] = field(default_factory=dict, repr=False)

    @property
    def distinct(self) -> int:
        return self.leaf.distinct

    @cached_property
    def rows(self) -> int:
        return self.leaf.rows

    @cached_property
    def sample(self) -> list[str]:
        """Distinct values, the frequent placeholders left out."""
        values = [v for v in self.leaf.counts if v.lower() not in _PLACEHOLDERS]
        return spread(values, ENOUGH)

    def share(self, test: re.Pattern[str]) -> float:
        """The share of the sample that `test` matches whole."""
        if test not in self._shares:
            whole = test.fullmatch
            self._shares[test] = sum(whole(v) is not None for v in self.sample) / len(self.sample) if self.sample else 0.0
        return self._shares[test]

    def whole(self, *wanted: Pattern) -> float:
        """The share of distinct values that are wholly valid values of one of those patterns (the best one)."""
        base = max(1, self._said) if self.distinct < 5000 else self.distinct
        return max((self.hits[p].whole / base for p in wanted if p in self.hits), default=0.0)

    @cached_property
    def _said(self) -> int:
        """Distinct values that are no placeholder."""
        return sum(v.lower() not in _PLACEHOLDERS for v in self.leaf.counts)

    @cached_property
    def reading(self) -> dict[Reading, float]:
        short = [v for v in self.sample if len(v) <= 90]
        return first_reading(spread(short, READ)) if short else {}

    @cached_property
    def dated(self) -> float:
        """The share of the sample that is dates."""
        return sum(year_of(v) is not None for v in self.sample) / len(self.sample) if self.sample else 0.0

    @cached_property
    def words(self) -> float:
        """The mean number of words of a value."""
        return statistics.fmean(len(v.split()) for v in self.sample) if self.sample else 0.0

    @cached_property
    def numbers(self) -> list[float]:
        """The sample as numbers; empty unless nearly all of it is."""
        found = []
        for value in self.sample:
            try:
                found.append(
                    float(
                        value.replace(",", ".")
                        if value.count(",") == 1 and "." not in value
                        else value.replace(",", "").replace(" ", "")
                    )
                )
            except ValueError:
                continue
        return found if self.sample and len(found) >= 0.9 * len(self.sample) else []

    @cached_property
    def folded(self) -> frozenset[str]:
        return frozenset(lexicon.fold(v) for v in self.sample[:200] if len(v) <= 80)

    def vocabulary(self, words: frozenset[str]) -> tuple[float, int]:
        """The share of the sample that stands in `words`, and how many of the words are there."""
        folded = self.folded
        hit = folded & words
        return (len(hit) / len(folded) if folded else 0.0), len(hit)

    @cached_property
    def healthy(self) -> float:
        probe = spread(self.sample, 200)
        return sum(map(lexicon.health, probe)) / len(probe) if probe else 0.0


_PLACEHOLDERS = frozenset({"", "-", "--", "n/a", "na", "none", "null", "nan", "unknown", "?", "[redacted]", "redacted", "***", "xxx", "tbd", ".", "0", "not provided", "anonymous", "<na>", "missing", "n.a.", "nil", "empty"})  # fmt: skip


def profile(leaf: Leaf) -> Profile:
    """The evidence of `leaf`."""
    plain = leaf.form in ("flag", "date", "time", "empty")
    return Profile(leaf, {} if plain else count(leaf))
