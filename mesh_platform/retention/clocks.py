"""From when the rows of one published product are counted: by a column of each row, or by when they were taken in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from mesh_platform.lake import Version, quote_name
from mesh_platform.product import Retention
from mesh_platform.product.durations import Span
from mesh_platform.product.models import Event
from mesh_platform.retention.calendar import cutoff

CLOCK_TYPES = ("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE")
INGESTED = "ingested"
_SNAPSHOT = "snapshot_id"
"""A column that the lake has beside those of a table: which snapshot brought the row. Rows that were written anew since have a later one."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What a product's period is counted from.

    Attributes:
        column: of the rows; empty where they are counted from when they were taken in.
        kind: the column's DuckDB type.
        zone: where a day begins.
        taken_in: when each held version's rows were taken in, by snapshot.
        deliveries: when the rows of each snapshot were, where a product adds rows to those that it has.
        problem: why nobody can tell the age of a row, and what helps.
    """

    column: str
    kind: str
    zone: tzinfo
    taken_in: Mapping[int, datetime]
    problem: tuple[str, str] | None = None
    deliveries: Mapping[int, datetime] = field(default_factory=dict)

    def over(self, now: datetime, span: Span, snapshot: int) -> str:
        """The condition that the span is over for a row of that version; NULL where the row says nothing."""
        found = cutoff(now, span, self.zone)
        if self.column:
            return found.condition(self.column, self.kind)
        whole = "true" if found.passed(self.taken_in[snapshot]) else "false"
        if not self.deliveries or snapshot != max(self.taken_in):
            return whole
        known, gone = sorted(self.deliveries), sorted(at for at, when in self.deliveries.items() if found.passed(when))
        listed = ", ".join(map(str, known))
        passed = f"{_SNAPSHOT} IN ({', '.join(map(str, gone))})" if gone else "false"
        return f"CASE WHEN {_SNAPSHOT} IN ({listed}) THEN {passed} ELSE {whole} END"

    def undated(self) -> str:
        """The condition that a row says nothing of its age."""
        return f"{quote_name(self.column)} IS NULL" if self.column else "false"

    @property
    def told(self) -> str:
        return self.column or INGESTED


def zone_of(retention: Retention | None) -> tzinfo:
    """Where the product's days begin; in UTC where it says nothing."""
    return ZoneInfo(retention.time_zone) if retention is not None and retention.time_zone else UTC


def clock_of(
    retention: Retention,
    columns: Mapping[str, str],
    versions: Sequence[Version],
    published: Mapping[str, datetime],
    deliveries: Mapping[int, datetime],
) -> Clock:
    """The product's clock.

    Args:
        retention: its rule.
        columns: of the served rows, with their DuckDB types.
        versions: that are held.
        published: when publications were, by id; a purge is a version of its own and takes nothing in.
        deliveries: the same by snapshot, of a product that adds rows; empty for others.
    """
    zone, taken_in = zone_of(retention), {version.snapshot_id: _taken_in(version, versions, published) for version in versions}
    named = retention.from_
    if isinstance(named, Event):
        column = named.column or ""
        if not column:
            why = f"It counts from the event {named.event!r}, and no column says when that was."
            return Clock("", "", zone, taken_in, (why, "Name the column: `from: {event: …, column: …}`. Empty there: not yet."))
    else:
        column = "" if named == INGESTED else named
    if not column:
        added = deliveries if _SNAPSHOT not in columns else {}
        return Clock("", "", zone, taken_in, deliveries=added)
    kind = columns.get(column, "")
    if kind not in CLOCK_TYPES:
        why = (
            f"It counts from {column}, which the served rows lack."
            if not kind
            else f"It counts from {column}, which holds no date."
        )
        return Clock(column, kind, zone, taken_in, (why, "Count from a date or timestamp of the rows, and publish it."))
    return Clock(column, kind, zone, taken_in)


def _taken_in(version: Version, versions: Sequence[Version], published: Mapping[str, datetime]) -> datetime:
    """When that version's rows were taken in: a purge repeats the id of the publication whose rows it keeps."""
    id = str(version.extra.get("publication_id") or "")
    return published.get(id) or min(one.committed_at for one in versions if str(one.extra.get("publication_id") or "") == id)
