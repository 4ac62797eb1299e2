"""What the site teaches the scan, as values: scans, labels, draws of the audit sample, models. Names, kinds and numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mesh_platform.product.key import ProductKey


class Verdict(StrEnum):
    """What a person says of a finding, or of a column that was found clean."""

    CONFIRM = "confirm"
    REJECT = "reject"
    MISSED = "missed"


class Source(StrEnum):
    """How the column came before a person: as a doubtful finding, or by lot among those found clean."""

    REVIEW = "review"
    SAMPLE = "audit sample"


@dataclass(frozen=True, slots=True)
class FoundKind:
    """One kind that a scan found in a column: in how many rows, which share of them, and why."""

    kind: str
    rows: int
    share: float
    why: str


@dataclass(frozen=True, slots=True)
class ColumnScan:
    """The last scan of one column, published or not. `shape` are numbers about its values, none of which gives one back."""

    product: ProductKey
    column: str
    found: tuple[FoundKind, ...]
    not_scanned: bool
    shape: Mapping[str, float]
    scanner: str
    scanned_at: datetime
    position: int = 0

    @property
    def shares(self) -> dict[str, float]:
        """Kind → the share of the rows that hold it."""
        return {one.kind: one.share for one in self.found}

    @property
    def clean(self) -> bool:
        """Whether all of it was scanned and nothing found."""
        return not self.found and not self.not_scanned


@dataclass(frozen=True, slots=True)
class Label:
    """One person's word on one kind in one column, for the profile that it had; `kind` is empty for a column that holds nothing."""

    product: ProductKey
    column: str
    kind: str
    verdict: Verdict
    profile: str
    features: Mapping[str, float]
    scanner: str
    source: Source
    reason: str
    by: str
    person: str
    given_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class Draw:
    """One column of the audit sample, with the seed that drew it, and how its domain stood: columns with findings and without."""

    product: ProductKey
    column: str
    profile: str
    scanner: str
    seed: int
    drawn_from: int
    found_beside: int
    clean_beside: int
    by: str
    drawn_at: datetime
    id: int = 0


@dataclass(frozen=True, slots=True)
class SiteModel:
    """A version of the site's model: its weights, the figures it was kept for, and the newest label it was made of."""

    weights: Mapping[str, object]
    figures: Mapping[str, object] = field(default_factory=dict)
    last_label: int = 0
    by: str = ""
    made_at: datetime | None = None
    withdrawn_at: datetime | None = None
    id: int = 0
