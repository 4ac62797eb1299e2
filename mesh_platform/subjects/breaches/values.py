"""A personal data breach as a value: what was reported, what was made of it since, and who was told when. Pure.

A breach is never written over. What stands of it now is what was reported, with every entry of its history laid on it in their order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Risk(StrEnum):
    """For the rights and freedoms of people, as whoever assessed it sees it."""

    UNLIKELY = "unlikely"
    RISK = "risk"
    HIGH = "high"


class Side(StrEnum):
    """In which part the organisation held the data."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class Nature(StrEnum):
    """What was lost of the data."""

    CONFIDENTIALITY = "confidentiality"
    INTEGRITY = "integrity"
    AVAILABILITY = "availability"


class Happened(StrEnum):
    """What is remembered of a breach."""

    OPENED = "opened"
    ASSESSED = "assessed"
    NOTIFIED = "notified"
    SPARED = "not required"
    WARNED = "due soon"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Affected:
    """One product that it is about.

    Attributes:
        product: `domain/product`; empty where none is named, and then every product of the mesh may be meant.
        columns: those that are affected; none named: all.
        laws: the rules about breaches that bound it on the day of awareness.
        people: about how many its rows are; None where that cannot be told.
        reads: reads on record in the span, of the reader where one is named; `rows` they gave in all, None where one of them did not end well.
        readers: by how many principals.
    """

    product: str
    columns: tuple[str, ...] = ()
    laws: tuple[str, ...] = ()
    people: int | None = None
    reads: int = 0
    rows: int | None = 0
    readers: int = 0

    @property
    def domain(self) -> str:
        return self.product.partition("/")[0]

    def as_json(self) -> dict[str, Any]:
        return {
            "product": self.product,
            "columns": list(self.columns),
            "laws": list(self.laws),
            "people": self.people,
            "reads": self.reads,
            "rows": self.rows,
            "readers": self.readers,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Affected:
        return cls(**{**said, "columns": tuple(said["columns"]), "laws": tuple(said["laws"])})


@dataclass(frozen=True, slots=True)
class Found:
    """What a breach touches, as far as it could be counted.

    Attributes:
        people: about how many in all; None where that cannot be told, and then they count as many. `said`: by a person, who knew better than the count.
        unsure: why a count may be too low, in words without names.
        records: reads in the audit log that it rests on, the newest few.
    """

    affected: tuple[Affected, ...] = ()
    people: int | None = None
    unsure: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    said: bool = False

    @property
    def laws(self) -> frozenset[str]:
        return frozenset(law for one in self.affected for law in one.laws)

    def as_json(self) -> dict[str, Any]:
        return {
            "affected": [one.as_json() for one in self.affected],
            "people": self.people,
            "unsure": list(self.unsure),
            "records": list(self.records),
            "said": self.said,
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Found:
        affected = tuple(map(Affected.from_json, said["affected"]))
        return cls(affected, said["people"], tuple(said["unsure"]), tuple(said["records"]), said["said"])


def none_lost(before: Found, counted: Found) -> Found:
    """What was counted, with the products that somebody else named while it was: those are in no count yet."""
    names = {one.product for one in counted.affected}
    if not (lost := tuple(one for one in before.affected if one.product and one.product not in names)):
        return counted
    why = "Products were named while it was counted: they are not in the count."
    people = counted.people if counted.said else None
    return replace(counted, affected=(*counted.affected, *lost), people=people, unsure=(*counted.unsure, why))


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one duty: told (`at`), or not required, and why. `recorded_at` is when somebody wrote it down."""

    at: datetime
    recorded_at: datetime
    reason: str = ""
    reference: str = ""
    spared: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "recorded_at": self.recorded_at.isoformat(),
            "reason": self.reason,
            "reference": self.reference,
            "required": not self.spared,
        }


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a breach's history; `record` is the id of its record in the audit log, which holds `sha256`."""

    event: Happened
    occasion: str
    at: datetime
    by: str
    person: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    sha256: str = ""
    record: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "event": self.event.value,
            "occasion": self.occasion,
            "at": self.at.isoformat(),
            "by": self.by,
            "detail": dict(self.detail),
            "sha256": self.sha256,
            "record": self.record,
        }


def digest(breach: str, event: Happened, occasion: str, at: datetime, detail: Mapping[str, Any]) -> str:
    """The hash by which the audit log knows an entry."""
    said = [breach, event.value, occasion, at.isoformat(), detail]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach as it stands."""

    id: str
    aware_at: datetime
    reported_at: datetime
    by: str
    person: str
    what: str
    nature: tuple[Nature, ...]
    side: Side
    found: Found
    since: datetime | None = None
    until: datetime | None = None
    reader: str | None = None
    risk: Risk | None = None
    ground: str = ""
    measures: str = ""
    assessed_at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    closed_at: datetime | None = None
    closing: str = ""
    history: tuple[Entry, ...] = ()

    @property
    def open(self) -> bool:
        return self.closed_at is None

    @property
    def laws(self) -> frozenset[str]:
        return self.found.laws

    @property
    def domains(self) -> frozenset[str]:
        """Those whose products it is about; none where no product is named, and then every domain's may be."""
        return (
            frozenset()
            if any(not one.product for one in self.found.affected)
            else frozenset(a.domain for a in self.found.affected)
        )

    def after(self, entries: Iterable[Entry]) -> Breach:
        """With these entries laid on it, in their order."""
        found = self
        for entry in entries:
            found = _ON[entry.event](found, entry) if entry.event in _ON else found
            found = replace(found, history=(*found.history, entry))
        return found

    def as_json(self) -> dict[str, Any]:
        """What is known of it, without its history."""
        return {
            "id": self.id,
            "state": "open" if self.open else "closed",
            "aware_at": self.aware_at.isoformat(),
            "reported_at": self.reported_at.isoformat(),
            "by": self.by,
            "what": self.what,
            "nature": [one.value for one in self.nature],
            "side": self.side.value,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "reader": self.reader,
            **self.found.as_json(),
            "risk": self.risk.value if self.risk else None,
            "ground": self.ground,
            "measures": self.measures,
            "assessed_at": self.assessed_at.isoformat() if self.assessed_at else None,
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
            "closing": self.closing,
        }


def _assessed(breach: Breach, entry: Entry) -> Breach:
    """Known better: a breach that was closed is open again, and what was not required has to be shown anew."""
    said = entry.detail
    return replace(
        breach,
        risk=Risk(said["risk"]),
        ground=said["ground"],
        measures=said["measures"],
        side=Side(said["side"]),
        found=Found.from_json(said["found"]),
        assessed_at=entry.at,
        answers={key: one for key, one in breach.answers.items() if not one.spared},
        closed_at=None,
        closing="",
    )


def _answered(breach: Breach, entry: Entry) -> Breach:
    said = entry.detail
    at = datetime.fromisoformat(said["at"])
    answer = Answer(at, entry.at, said["reason"], said["reference"], entry.event is Happened.SPARED)
    return replace(breach, answers={**breach.answers, said["duty"]: answer})


def _closed(breach: Breach, entry: Entry) -> Breach:
    return replace(breach, closed_at=entry.at, closing=entry.detail["note"])


_ON = {
    Happened.ASSESSED: _assessed,
    Happened.NOTIFIED: _answered,
    Happened.SPARED: _answered,
    Happened.CLOSED: _closed,
}
