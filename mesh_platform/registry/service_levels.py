"""Service levels: what each interface of a product promised and what it kept, month by month.

Counts by day and by step of time are kept, and of whom or what was asked nothing is. Times are told to within a tenth: a step is a tenth longer
than the one before.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from mesh_platform.product import ProductKey
from mesh_platform.product.models import Sla
from mesh_platform.state import insert
from mesh_platform.state.tables import service_levels

FAILED, TOGETHER = -1, -2
"""In place of a step: no answer came though it was allowed; or one over several products came, whose time tells of none of them alone."""
SHORTEST, GROWTH, LAST = 0.000_25, 1.1, 150
LEAST = 20
"""Reads of a month below which nothing is said of a promise."""
PERCENTILE = 0.95
KEPT = timedelta(days=400)
_T = service_levels.c
_KEY = ("product", "interface", "day", "step")
Told = tuple[str, str, datetime, int]
"""Product, interface, day and step."""


def day_of(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def month_of(moment: datetime) -> datetime:
    """When its month began (UTC): promises are held to calendar months."""
    return day_of(moment).replace(day=1)


def after(month: datetime) -> datetime:
    """When the next month begins."""
    return (month + timedelta(days=31)).replace(day=1)


def step_of(seconds: float) -> int:
    """The step that such a time falls into."""
    return min(LAST, max(0, math.ceil(math.log(max(seconds, SHORTEST) / SHORTEST, GROWTH))))


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise and what was measured of it; `kept` None where nothing was promised, or too few reads tell."""

    promised: str | None
    measured: float | None
    kept: bool | None

    def as_json(self) -> dict[str, object]:
        return {"promised": self.promised, "measured": self.measured, "kept": self.kept}


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """What one interface of a product did in one month."""

    interface: str
    month: datetime
    steps: Mapping[int, int] = field(default_factory=dict)

    @property
    def reads(self) -> int:
        """Allowed reads, answered or not: what was refused, or asked in a wrong way, counts nowhere."""
        return sum(self.steps.values())

    @property
    def failed(self) -> int:
        return self.steps.get(FAILED, 0)

    @property
    def availability(self) -> float | None:
        """Answered reads, in percent."""
        return round(100 * (self.reads - self.failed) / self.reads, 4) if self.reads else None

    @property
    def p95_seconds(self) -> float | None:
        """What 95 of 100 answers did not take longer than until their first rows were there."""
        timed = sorted((step, number) for step, number in self.steps.items() if step >= 0)
        wanted = PERCENTILE * sum(number for _, number in timed)
        for step, number in timed:
            if wanted <= number:
                return float(f"{SHORTEST * GROWTH ** (step - 1 + wanted / number):.3g}")
            wanted -= number
        return None

    def available(self, sla: Sla | None) -> Promise:
        """The promise of availability."""
        promised, measured = sla.availability if sla else None, self.availability
        kept = None
        if promised is not None and measured is not None and self.reads >= LEAST:
            kept = measured >= promised
        return Promise(f"{promised:g} %" if promised is not None else None, measured, kept)

    def in_time(self, sla: Sla | None) -> Promise:
        """The promise of latency, held by 95 of 100 answers."""
        promised, measured = sla.latency if sla else None, self.p95_seconds
        timed = sum(number for step, number in self.steps.items() if step >= 0)
        kept = None
        if promised is not None and measured is not None and timed >= LEAST:
            kept = measured <= promised.approximate.total_seconds()
        return Promise(promised.text if promised is not None else None, measured, kept)

    def broken(self, sla: Sla | None) -> list[tuple[str, Promise]]:
        """The promises that were not kept, by name."""
        each = (("availability", self.available(sla)), ("latency", self.in_time(sla)))
        return [(name, promise) for name, promise in each if promise.kept is False]

    def as_json(self, sla: Sla | None) -> dict[str, Any]:
        return {
            "interface": self.interface,
            "month": f"{self.month:%Y-%m}",
            "reads": self.reads,
            "failed": self.failed,
            "availability": self.available(sla).as_json() | {"unit": "percent"},
            "latency": self.in_time(sla).as_json() | {"unit": "seconds", "percentile": 95},
        }


def record(con: Connection, counted: Mapping[Told, int]) -> None:
    """Add those counts; every process adds its own."""
    rows = [dict(zip(_KEY, told, strict=True)) | {"reads": number} for told, number in sorted(counted.items())]
    if rows:
        row = insert(con, service_levels)
        con.execute(row.on_conflict_do_update(index_elements=_KEY, set_={"reads": _T.reads + row.excluded.reads}), rows)


def sweep(con: Connection, now: datetime) -> int:
    """Remove what is older than promises are looked back at; gives how many rows that were."""
    return con.execute(delete(service_levels).where(_T.day < day_of(now) - KEPT)).rowcount


def listed(con: Connection, month: datetime, product: ProductKey | None = None) -> dict[ProductKey, tuple[ServiceLevel, ...]]:
    """What was measured in that month, by product and in the order of interfaces."""
    where = [_T.day >= month, _T.day < after(month)] + ([_T.product == str(product)] if product is not None else [])
    found: dict[tuple[str, str], Counter[int]] = {}
    for row in con.execute(select(service_levels).where(*where)):
        found.setdefault((row.product, row.interface), Counter())[row.step] += row.reads
    by_product: dict[ProductKey, tuple[ServiceLevel, ...]] = {}
    for (name, interface), steps in sorted(found.items()):
        key = ProductKey.parse(name)
        by_product[key] = (*by_product.get(key, ()), ServiceLevel(interface, month, steps))
    return by_product
