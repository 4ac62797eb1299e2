"""The tagger of names and addresses: a linear-chain CRF over the features, whose marginals are the confidence of a span.

Weights are data (`names.crf`), not code; `names.json` beside them says how they were trained and how they did on templates kept away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import NamedTuple

import pycrfsuite

from mesh_platform.classify.texts.features import features
from mesh_platform.classify.texts.lists import Lists, shipped
from mesh_platform.classify.texts.tokens import Token, tokens

LEAST = {"PER": 0.75, "ADR": 0.55}
"""From this confidence on a word belongs to a person's name or an address; set on the templates kept away from training (`names.json`)."""
AGAIN, HINTED = 0.1, 0.02
"""From these confidences on a word is part of a name where the same word is one elsewhere in the text, or stands in an e-mail address there."""
STRETCH = 0.25
"""From this confidence on a word belongs to a name right beside it."""
MOST_WORDS = 600
"""Words that are judged at once; longer texts are cut at the end of a line or sentence near there."""


MOST_IN_ALL = 40_000
"""Words of one text that are judged; `unread` says where the rest begins."""


class Tagged(NamedTuple):
    """A span, its label (PER or ADR), and how sure the tagger is of its words on average."""

    start: int
    end: int
    label: str
    confidence: float


class Tagger:
    """Spans of names and addresses in a text."""

    def __init__(self, weights: bytes, lists: Lists) -> None:
        self._weights = weights  # the native tagger reads this memory for as long as it lives
        self._tagger = pycrfsuite.Tagger()
        self._tagger.open_inmemory(weights)
        self._lists = lists
        self._labels = frozenset(self._tagger.labels())
        self._lock = Lock()

    def tag(self, text: str, least: Mapping[str, float] = LEAST) -> list[Tagged]:
        return self.tag_until(text, least)[0]

    def tag_until(self, text: str, least: Mapping[str, float] = LEAST) -> tuple[list[Tagged], int]:
        """The spans, and the place up to which the text was read."""
        found: list[Tagged] = []
        words = tokens(text, MOST_IN_ALL)
        hints = frozenset(hint for hint in _hints(text) if "common" not in self._lists.of(hint))
        for part in _parts(words):
            if any(word.kind in ("word", "alone") for word in part):
                found += self._part(part, least, hints)
        return found, words[-1].end if len(words) == MOST_IN_ALL else len(text)

    def _part(self, part: list[Token], least: Mapping[str, float], hints: frozenset[str]) -> Iterator[Tagged]:
        sure = self._sure(part, tuple(least))
        for label, bound in least.items():
            found = _stretched(_again(part, sure[label], bound, hints), bound) if label == "PER" else sure[label]
            yield from _runs(part, found, label, bound)

    def _sure(self, part: list[Token], labels: tuple[str, ...]) -> dict[str, list[tuple[float, float]]]:
        """For each label how sure each word is its beginning, and its inside."""
        seen = features(part, self._lists)
        with self._lock:
            self._tagger.set(seen)
            some = [i for i in range(len(part)) if self._of("O", i) < 1 - HINTED]
            found = {label: [(0.0, 0.0)] * len(part) for label in labels}
            for label, sure in found.items():
                for i in some:
                    sure[i] = (self._of(f"B-{label}", i), self._of(f"I-{label}", i))
        return found

    def _of(self, label: str, i: int) -> float:
        return float(self._tagger.marginal(label, i)) if label in self._labels else 0.0


_LOCAL = re.compile(r"(?<![\w.+-])([\w.+-]{3,64})@")


def _hints(text: str) -> frozenset[str]:
    """The words before the sign of the e-mail addresses in a text: `anna.lima@…` speaks for `Anna` and `Lima`."""
    if "@" not in text:
        return frozenset()
    return frozenset(w for m in _LOCAL.finditer(text) for w in re.split(r"[\W\d_]+", m.group(1).casefold()) if len(w) >= 3)


def _again(part: list[Token], sure: list[tuple[float, float]], bound: float, hints: frozenset[str]) -> list[tuple[float, float]]:
    """The same, with words raised that are names elsewhere in the text."""
    known = {
        part[i].text
        for i, (b, r) in enumerate(sure)
        if b + r >= max(bound, 0.6) and part[i].kind == "word" and len(part[i].text) > 2
    }
    if not known and not hints:
        return sure
    found = list(sure)
    for i, (begins, inside) in enumerate(sure):
        word = part[i].text
        total = begins + inside
        if (AGAIN <= total < bound and word in known) or (HINTED <= total < bound and word.casefold() in hints):
            part_of_one = inside > begins and i > 0 and sum(found[i - 1]) >= bound
            found[i] = (0.0, bound) if part_of_one else (bound, 0.0)
    return found


def _stretched(sure: list[tuple[float, float]], bound: float) -> list[tuple[float, float]]:
    """The same, with words raised that are less sure but go on with a name that is sure, or lead up to its inside."""
    found = list(sure)
    for i in range(1, len(found)):
        begins, inside = found[i]
        if STRETCH <= begins + inside < bound <= sum(found[i - 1]) and inside > begins:
            found[i] = (0.0, bound)
    for i in range(len(found) - 2, -1, -1):
        behind = found[i + 1]
        if STRETCH <= sum(found[i]) < bound <= sum(behind) and behind[1] > behind[0]:
            found[i] = (0.0, bound) if found[i][1] > found[i][0] else (bound, 0.0)
    return found


def _runs(part: list[Token], sure: list[tuple[float, float]], label: str, bound: float) -> Iterator[Tagged]:
    """Words in a row that are sure enough, parted where one begins anew."""
    begin = 0
    for i in range(len(part) + 1):
        inside = i < len(part) and sum(sure[i]) >= bound
        if begin < i and (not inside or sure[i][0] > sure[i][1]) and sum(sure[i - 1]) >= bound:
            while begin < i and part[begin].kind in ("sign", "line"):
                begin += 1
            stop = i
            while stop > begin and part[stop - 1].kind in ("sign", "line"):
                stop -= 1
            if stop > begin:
                yield Tagged(part[begin].start, part[stop - 1].end, label, sum(map(sum, sure[begin:stop])) / (stop - begin))
            begin = i
        if not inside:
            begin = i + 1


def _parts(words: list[Token]) -> Iterator[list[Token]]:
    while len(words) > MOST_WORDS:
        cut = next(
            (i + 1 for i in range(MOST_WORDS - 1, MOST_WORDS // 2, -1) if words[i].kind == "line" or words[i].text in ".!?。"),
            MOST_WORDS,
        )
        yield words[:cut]
        words = words[cut:]
    if words:
        yield words


@lru_cache(maxsize=1)
def shipped_tagger() -> Tagger:
    """The tagger that came with the package."""
    return Tagger(files(__package__).joinpath("names.crf").read_bytes(), shipped())
