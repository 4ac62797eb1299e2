"""The registry's own values: what goes in and what comes out, frozen, and knowing nothing of tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from mesh_platform.errors import Finding
from mesh_platform.product.key import ProductKey
from mesh_platform.product.sensitivity import Sensitivity

GatePlace = Literal["check", "load", "publish", "read"]
Republish = Callable[[str], Finding | None]
"""Publishes a product (`domain/product`) anew from what its inputs give now; what stood in the way, where anything did."""
WHOLE = ""
"""In lineage, the name of a column that stands for all of its product."""


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """One column of a product, as the catalog shows it."""

    name: str
    type: str
    sensitivity: Sensitivity
    category: str | None = None
    subject: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """One product as its descriptor tells it. The two moments are the registry's: `register` sets them and ignores what it is given.

    `document` is the whole descriptor as JSON values, for showing; `title` its display name.
    """

    key: ProductKey
    version: str
    status: str
    sensitivity: Sensitivity
    spec_hash: str
    title: str = ""
    owner: str = ""
    description: str = ""
    region: str = ""
    location: str = ""
    columns: tuple[ColumnEntry, ...] = ()
    document: Mapping[str, object] = field(default_factory=dict)
    registered_at: datetime | None = None
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What a registration changed."""

    new: tuple[ProductKey, ...] = ()
    changed: tuple[ProductKey, ...] = ()
    gone: tuple[ProductKey, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Publication:
    """One published version of a product: the snapshot that holds it and, as far as it is recorded, what it absorbed of the ledger.

    `withdrawn_at` is the registry's: since when the lake's history is another one (restored from a backup, or made anew).
    """

    id: str
    product: ProductKey
    version: str
    snapshot_id: int
    spec_hash: str
    rows: int
    sensitivity: Sensitivity
    location: str
    published_at: datetime
    ledger_seq: int | None = None
    withdrawn_at: datetime | None = None


class LakeVersion(Protocol):
    """What `reconcile` reads of one version that the lake holds; `extra` is what the publisher wrote into the commit."""

    @property
    def snapshot_id(self) -> int: ...
    @property
    def committed_at(self) -> datetime: ...
    @property
    def extra(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What the gate said of a product, where and when. `id` is the registry's, in the order in which decisions were recorded.

    `closed_consumers` are those that must not be served although the product is, as their contracts name them; `policy` is the hash of the version of
    the policy under which it was judged, None where it was judged before versions were recorded.
    """

    product: ProductKey
    spec_hash: str
    place: GatePlace
    open: bool
    decided_at: datetime
    findings: tuple[Finding, ...] = ()
    not_evaluated: tuple[object, ...] = ()
    publication: str | None = None
    id: int | None = None
    closed_consumers: tuple[str, ...] = ()
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One quality measure of one publication; a `value` of None says that it was not measured, which is not the same as good."""

    product: ProductKey
    publication_id: str
    metric: str
    value: float | None
    measured_at: datetime

    def __post_init__(self) -> None:
        if self.value is not None and not math.isfinite(self.value):
            raise ValueError(f"measure {self.metric} of {self.product} is no number; None says not measured")


@dataclass(frozen=True, slots=True, order=True)
class LineageEdge:
    """`product.column` derives from `upstream.upstream_column`; without columns, the product as a whole from the other."""

    product: ProductKey
    upstream: ProductKey
    column: str = WHOLE
    upstream_column: str = WHOLE


@dataclass(frozen=True, slots=True)
class Reached:
    """One product (`column` is '') or column that lineage leads to, and in how many steps at least."""

    product: ProductKey
    column: str
    depth: int


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One product that a search found, best first; `rank` is higher for better and only means something within one answer."""

    product: ProductKey
    title: str
    description: str
    rank: float
    columns: tuple[str, ...] = ()
