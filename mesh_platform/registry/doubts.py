"""What waits for a person's word: doubtful findings of the last scans, and columns found clean that were drawn by lot.

An entry is settled for as long as its profile is: where kinds, evidence, share or the values' sort change, it comes back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.classify import doubt
from mesh_platform.product.key import ProductKey
from mesh_platform.registry.label_values import ColumnScan, Draw, Label, Source

Likely = Callable[[Mapping[str, float]], float]
"""How likely a finding with these features is true, or a clean column not so."""
ASKED = 0.5
"""From this likelihood on, a column that was found clean is put to a person, too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One finding (or, without a kind, one clean column) that a person may speak of."""

    scan: ColumnScan
    kind: str
    ground: str
    share: float
    why: str
    doubt: float
    source: Source
    label: Label | None = None
    """What was said of it already."""

    @property
    def profile(self) -> str:
        return doubt.profile(self.scan.shape, self.scan.shares, self.kind, self.ground, self.share)

    @property
    def features(self) -> dict[str, float]:
        return doubt.features(self.scan.shape, self.scan.shares, self.kind, self.ground, self.share)

    @property
    def id(self) -> str:
        return doubt.entry_id(str(self.scan.product), self.scan.column, self.kind, self.profile, self.source)

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "product": str(self.scan.product),
            "column": self.scan.column,
            "kind": self.kind or None,
            "ground": self.ground or None,
            "share": self.share,
            "why": self.why,
            "doubt": round(self.doubt, 3),
            "source": self.source.value,
            "profile": self.profile,
            "scanned_at": self.scan.scanned_at.isoformat(),
            "label": self.label.verdict.value if self.label else None,
        }


def entries(scans: Iterable[ColumnScan], labels: Sequence[Label], draws: Iterable[Draw], likely: Likely | None) -> list[Entry]:
    """Everything that may be spoken of: each finding, each clean column; the most doubtful first."""
    drawn = {(one.product, one.column, one.profile) for one in draws}
    said = {(one.product, one.column, one.kind, one.profile): one for one in labels}
    missed = {(one.product, one.column, one.profile): one for one in labels if one.verdict == "missed"}
    found = []
    for scan in scans:
        for one in (*_findings(scan, likely), *_clean(scan, drawn, likely)):
            place = (scan.product, scan.column)
            label = said.get((*place, one.kind, one.profile)) or (None if one.kind else missed.get((*place, one.profile)))
            found.append(Entry(scan, one.kind, one.ground, one.share, one.why, one.doubt, one.source, label))
    return sorted(found, key=lambda one: (one.source != Source.REVIEW, -one.doubt, str(one.scan.product), one.scan.column))


def whole_column(scan: ColumnScan) -> Entry:
    """A column as a whole, whatever was found in it: what a person says is missed there."""
    return Entry(scan, "", "", 0.0, "", doubt.CLEAN, Source.REVIEW)


def waiting(found: Iterable[Entry]) -> list[Entry]:
    """Those that nobody has spoken of and that are worth a look."""
    return [one for one in found if one.label is None and (one.source is Source.SAMPLE or one.doubt >= _worth(one))]


def draw(scans: Collection[ColumnScan], before: Iterable[Draw], n: int, seed: int, by: str, at: datetime) -> list[Draw]:
    """`n` columns found clean, each as likely as the other; one that was drawn under its present profile is not drawn again."""
    known = {(one.product, one.column, one.profile) for one in before}
    clean = [(scan, doubt.profile(scan.shape, scan.shares)) for scan in scans if scan.clean]
    pool = sorted((one for one in clean if (one[0].product, one[0].column, one[1]) not in known), key=_place)
    drawn = random.Random(seed).sample(pool, min(n, len(pool)))  # noqa: S311 - a lot whose seed is on record, no secret
    return [
        Draw(
            product=scan.product,
            column=scan.column,
            profile=profile,
            scanner=scan.scanner,
            seed=seed,
            drawn_from=len(pool),
            found_beside=sum(bool(one.found) for one in scans if one.product.domain == scan.product.domain),
            clean_beside=sum(one.clean for one in scans if one.product.domain == scan.product.domain),
            by=by,
            drawn_at=at,
        )
        for scan, profile in drawn
    ]


def _place(one: tuple[ColumnScan, str]) -> tuple[str, str]:
    return str(one[0].product), one[0].column


def _worth(one: Entry) -> float:
    return doubt.DOUBTFUL if one.kind else ASKED


def _findings(scan: ColumnScan, likely: Likely | None) -> Iterable[Entry]:
    for one in scan.found:
        ground = doubt.family(one.why)
        entry = Entry(scan, one.kind, ground, one.share, one.why, doubt.doubt(ground, one.share), Source.REVIEW)
        unlikely = 1 - likely(entry.features) if likely else 0.0
        yield Entry(scan, one.kind, ground, one.share, one.why, max(entry.doubt, unlikely), Source.REVIEW)


def _clean(scan: ColumnScan, drawn: Collection[tuple[ProductKey, str, str]], likely: Likely | None) -> Iterable[Entry]:
    if not scan.clean:
        return
    lot = Entry(scan, "", "", 0.0, "Found clean, and drawn by lot.", doubt.CLEAN, Source.SAMPLE)
    if (scan.product, scan.column, lot.profile) in drawn:
        yield lot
        return
    chance = likely(lot.features) if likely else doubt.CLEAN
    yield Entry(
        scan,
        "",
        "",
        0.0,
        "Found clean; the site's model doubts it." if chance >= ASKED else "Found clean.",
        chance,
        Source.REVIEW,
    )
