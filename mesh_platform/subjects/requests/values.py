"""A request of a person about their own data, as a value: who it is, product by product what became of it, and the state that follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from mesh_platform.keys.tokens import subject63_of
from mesh_platform.subjects.requests.kinds import Kind, Regime


class State(StrEnum):
    """How far one product is, and the request with it: one that holds nothing of the person is `untouched`, one that the law or its groups excuse
    is `exempt`, and neither keeps anything back.
    """

    BLOCKED = "blocked"
    HELD = "held"
    OPEN = "open"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    VERIFIED = "verified"
    CERTIFIED = "certified"
    EXEMPT = "exempt"
    UNTOUCHED = "untouched"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


ORDER = tuple(State)
SETTLED = frozenset({State.VERIFIED, State.EXEMPT, State.UNTOUCHED})
"""What keeps a request from its certificate no longer."""
STARTS = "starts"
"""In the detail of a request: the platform begins with it by itself."""
MOST_WRONG = 5
"""Codes that may be tried for one request."""


class Ended(StrEnum):
    """How a request ended that was not carried out."""

    WITHDRAWN = "withdrawn"
    REFUSED = "refused"


class Shown(StrEnum):
    """What is known of who asks: `attested` by whoever opened the request, `asked` for a code, `locked` after too many wrong ones."""

    UNKNOWN = "unknown"
    ATTESTED = "attested"
    ASKED = "asked"
    LOCKED = "locked"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier of the person, in the spellings in which it was met.

    Attributes:
        namespace: of `governance/identifiers.yaml`.
        token: its keyed token.
        spellings: how it is written; empty where the seal is broken.
        via: the product whose rows led to it, `request` for what was named, `form` for what follows from another by hashing or encoding.
        confidence: 1.0 for keys that stand in one row.
    """

    namespace: str
    token: bytes
    spellings: tuple[str, ...] = ()
    via: str = "request"
    confidence: float = 1.0

    @property
    def subject63(self) -> int:
        return subject63_of(self.token)

    def as_json(self) -> dict[str, object]:
        """What may be kept: no spelling."""
        return {"namespace": self.namespace, "token": self.token.hex(), "via": self.via, "confidence": self.confidence}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Identifier:
        return cls(said["namespace"], bytes.fromhex(said["token"]), (), said["via"], float(said["confidence"]))


@dataclass(frozen=True, slots=True)
class Weak:
    """A link that was not followed: rows of another person may stand behind it."""

    product: str
    namespace: str
    why: str

    def as_json(self) -> dict[str, str]:
        return {"product": self.product, "namespace": self.namespace, "why": self.why}


@dataclass(frozen=True, slots=True)
class Closure:
    """Everything by which a person is known, as it was when it was frozen."""

    identifiers: tuple[Identifier, ...]
    weak: tuple[Weak, ...] = ()

    @property
    def namespaces(self) -> frozenset[str]:
        return frozenset(one.namespace for one in self.identifiers)

    def tokens(self, namespace: str) -> frozenset[bytes]:
        return frozenset(one.token for one in self.identifiers if one.namespace == namespace)

    def as_json(self) -> dict[str, object]:
        return {"identifiers": [one.as_json() for one in self.identifiers], "weak": [one.as_json() for one in self.weak]}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Closure:
        return cls(tuple(Identifier.from_json(one) for one in said["identifiers"]), tuple(Weak(**one) for one in said["weak"]))


@dataclass(frozen=True, slots=True)
class Task:
    """What one product has to do for the request, and how far it is.

    `rows` were the person's, and so many `at_source` went from the files or the table that it is read from; `version` is the snapshot served since.
    """

    product: str
    strategy: str | None
    state: State
    rows: int = 0
    reason: str = ""
    fix: str = ""
    version: int | None = None
    at_source: int = 0

    def as_json(self) -> dict[str, object]:
        said = {name: getattr(self, name) for name in ("product", "strategy", "rows", "reason", "fix", "version", "at_source")}
        return {**said, "state": self.state.value}


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        closure: None until it is frozen.
        before: the products in which the verifier saw the person then.
        people: how many it is for.
        attested: whether whoever opened it said who the person is; a one-time code that went out since takes the place of that.
        asked_at: when the first code went out.
        shown_at: when the right one came back.
        wrong: codes that were tried.
        answered_at: when the person had what they asked for.
        detail: what is asked for more closely, without a value.
        touched_at: since when something may have been erased for it.
        ended: how it ended, where it was not carried out; `ending` says why, and what is left of it.
    """

    id: str
    kind: Kind
    regime: Regime
    by: str
    person: str
    opened_at: datetime
    closure: Closure | None = None
    before: tuple[str, ...] = ()
    sequence: int | None = None
    suppressed_at: datetime | None = None
    attempts: int = 0
    verified_at: datetime | None = None
    certified_at: datetime | None = None
    certificate: Mapping[str, Any] | None = None
    record: str | None = None
    people: int = 1
    attested: bool = True
    asked_at: datetime | None = None
    shown_at: datetime | None = None
    wrong: int = 0
    extended_at: datetime | None = None
    answered_at: datetime | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    touched_at: datetime | None = None
    ended: Ended | None = None
    ending: Mapping[str, Any] | None = None
    tasks: tuple[Task, ...] = field(default=())

    @property
    def state(self) -> State:
        """The least of its products, and never more than was done for the request as a whole; how it ended, where it was not carried out."""
        if self.ended is not None:
            return State(self.ended.value)
        if self.sequence is None and self.verified_at is None:
            return least((State.OPEN, *(task.state for task in self.tasks)))
        done = [task.state for task in self.tasks if task.state in (State.ERASED, State.VERIFIED)]
        least_done = State.SUPPRESSED if self.verified_at is None else State.VERIFIED
        whole = State.CERTIFIED if self.certified_at else max(done, key=ORDER.index, default=least_done)
        return least((whole, *(task.state for task in self.tasks)))

    @property
    def found_nothing(self) -> bool:
        """Whether it was run, and what was named is nobody's of whom anything is held."""
        return bool(self.tasks) and not any(task.rows or task.at_source for task in self.tasks)

    @property
    def identity(self) -> Shown:
        """What is known of who asks."""
        if self.shown_at is not None:
            return Shown.ATTESTED if self.attested else Shown.VERIFIED
        if self.wrong >= MOST_WRONG:
            return Shown.LOCKED
        if self.asked_at is not None:
            return Shown.ASKED
        return Shown.ATTESTED if self.attested else Shown.UNKNOWN

    @property
    def due_to_start(self) -> bool:
        """Whether the platform is to begin with it now, by itself."""
        return bool(self.detail.get(STARTS)) and self.identified and self.begins and self.ended is None

    @property
    def begins(self) -> bool:
        """Whether nothing was done for it yet."""
        return self.sequence is None and self.verified_at is None and self.certified_at is None

    @property
    def identified(self) -> bool:
        """Whether anything may be done for whoever asks."""
        return self.identity in (Shown.ATTESTED, Shown.VERIFIED)

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "kind": self.kind.value,
            "regime": self.regime.value,
            "state": self.state.value,
            "opened_at": self.opened_at.isoformat(),
            "suppressed_at": self.suppressed_at.isoformat() if self.suppressed_at else None,
            "verified_at": self.verified_at.isoformat() if self.verified_at else None,
            "certified_at": self.certified_at.isoformat() if self.certified_at else None,
            "answered_at": self.answered_at.isoformat() if self.answered_at else None,
            "identity": self.identity.value,
            "people": self.people,
            "detail": dict(self.detail),
            "ending": dict(self.ending) if self.ending else None,
            "attempts": self.attempts,
            "weak_links": [one.as_json() for one in self.closure.weak] if self.closure else [],
            "found_nothing": self.found_nothing,
            "products": [task.as_json() for task in self.tasks],
        }


def least(states: Iterable[State]) -> State:
    """The state that all of them have reached."""
    return min(states, key=ORDER.index)
