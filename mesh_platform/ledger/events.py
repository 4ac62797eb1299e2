"""One event about one person, as a value: what a source said, and what may stand in it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from mesh_platform.errors import UsageProblem

SIGNAL = "signal:"
"""What the purpose of an opt-out signal begins with; no registered purpose holds a colon."""
SIGNALS = frozenset({"gpc"})
"""Opt-out signals that are known: Global Privacy Control (`Sec-GPC: 1`)."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
_SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")
_HASH = re.compile(r"[0-9a-fA-F]{32,128}")
_ORDER = 1 << 62


class Kind(StrEnum):
    """What an event is about."""

    CONSENT = "consent"
    OBJECTION = "objection"
    RESTRICTION = "restriction"
    SUPPRESSION = "suppression"


class Decision(StrEnum):
    """What was decided."""

    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OBJECTED = "objected"
    IMPOSED = "imposed"
    LIFTED = "lifted"


DECISIONS: Mapping[Kind, frozenset[Decision]] = {
    Kind.CONSENT: frozenset({Decision.GRANTED, Decision.DENIED, Decision.WITHDRAWN, Decision.EXPIRED}),
    Kind.OBJECTION: frozenset({Decision.OBJECTED, Decision.LIFTED}),
    Kind.RESTRICTION: frozenset({Decision.IMPOSED, Decision.LIFTED}),
    Kind.SUPPRESSION: frozenset({Decision.IMPOSED, Decision.LIFTED}),
}
OPENING = frozenset({Decision.GRANTED, Decision.LIFTED})
"""Decisions after which more is allowed; the others close."""


@dataclass(frozen=True, slots=True)
class Event:
    """What a source said of one person.

    `purpose` is a registered one, `signal:gpc`, or empty for every purpose (a grant always names one; a restriction and a suppression never
    do). `source_order` tells the source's own order of its events about one person. A grant counts with its notice's version and the
    time at which it was captured.
    """

    subject: bytes
    namespace: str
    kind: Kind
    decision: Decision
    source: str
    event_id: str
    purpose: str = ""
    source_order: int | None = None
    notice_version: str | None = None
    language: str | None = None
    captured_at: datetime | None = None
    effective_at: datetime | None = None
    expires_at: datetime | None = None
    jurisdiction: str | None = None
    evidence_hash: str | None = None

    @property
    def evidenced(self) -> bool:
        """Whether it counts: a grant without notice and time is none (Art. 7(1) GDPR: the controller shall be able to demonstrate it)."""
        return self.decision is not Decision.GRANTED or (self.notice_version is not None and self.captured_at is not None)

    @property
    def signal(self) -> str | None:
        """The opt-out signal that it tells of."""
        return self.purpose.removeprefix(SIGNAL) if self.purpose.startswith(SIGNAL) else None

    def content(self) -> bytes:
        """A hash of all that was said, so that one id cannot say two things."""
        said = [_plain(getattr(self, name)) for name in PARTS]
        return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).digest()

    def validated(self) -> Event:
        """The event, where its parts have their form and fit together.

        Raises:
            UsageProblem: LEDGER-03, naming the part and never its value.
        """
        for problem in self._problems():
            raise refused(problem)
        return self

    def _problems(self) -> list[str]:
        found = [
            f"{name} is not of the form {pattern.pattern}" for name, pattern in _FORMS.items() if _unlike(self, name, pattern)
        ]
        for name in ("captured_at", "effective_at", "expires_at"):
            moment: datetime | None = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                found.append(f"{name} lacks a time zone")
            elif moment is not None and not 1970 < moment.year < 9999:
                found.append(f"{name} is no moment between 1971 and 9998")
        if self.decision not in DECISIONS[self.kind]:
            found.append(f"{self.kind} cannot be {self.decision}; it is {' or '.join(sorted(DECISIONS[self.kind]))}")
        if self.kind in (Kind.RESTRICTION, Kind.SUPPRESSION) and self.purpose:
            found.append(f"a {self.kind} is for every purpose and names none")
        if self.decision is Decision.GRANTED and not self.purpose:
            found.append("a grant names its purpose")
        if self.signal is not None and (self.kind is not Kind.OBJECTION or self.source_order is not None):
            found.append("a signal is an objection without an order of its source")
        if self.source_order is not None and not -_ORDER < self.source_order < _ORDER:
            found.append("source_order is too large")
        if self.expires_at and self.decision is not Decision.GRANTED:
            found.append("only a grant expires")
        return found


PARTS = tuple(field.name for field in fields(Event))
_FORMS = {
    "source": _SOURCE,
    "event_id": _ID,
    "notice_version": _WORD,
    "language": _WORD,
    "jurisdiction": _WORD,
    "evidence_hash": _HASH,
}


def _unlike(event: Event, name: str, pattern: re.Pattern[str]) -> bool:
    value = getattr(event, name)
    return value is not None and pattern.fullmatch(value) is None


def _plain(value: Any) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


def refused(why: str, where: str = "the event") -> UsageProblem:
    """LEDGER-03 for `why`."""
    return UsageProblem.because("LEDGER-03", where, f"It cannot be recorded: {why}.", "See docs/how-to/record-consent.md.")
