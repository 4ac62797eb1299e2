"""A rule: a pure function from facts to objections, with all that an examiner asks of it (source, date, weight, worked examples)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any

from mesh_platform.errors import Finding, Measured, Severity
from mesh_platform.policy.binding import Control
from mesh_platform.policy.facts import GATHERED, Facts, Need
from mesh_platform.product import Product

_COUNTS = re.compile(r"[0-9][0-9.,]*")


class Group(StrEnum):
    """Under which check of a publication a rule's findings are shown."""

    CONTRACT = "contract"
    QUALITY = "quality"
    RETENTION = "retention"
    RESIDENCY = "residency"
    POLICY = "policy"


class Verdict(StrEnum):
    """What a rule does where it is broken: close the gate, refuse or mask the read, bind a control, open a task with its date, or tell."""

    BLOCK = "block"
    DENY = "deny"
    MASK = "mask"
    REQUIRE = "require"
    TASK = "task"
    WARN = "warn"


class Upheld(StrEnum):
    """Who upholds a rule: the gate; code that runs at reads, requests or publications; or a person, whose word is on record."""

    GATE = "gate"
    PLATFORM = "platform"
    ATTESTED = "attested"


@dataclass(frozen=True, slots=True)
class Objection:
    """What one rule has against one product.

    `consumer` names the only one whom it concerns, where it is not the product as a whole; `patch` is the YAML that mends it, where a
    machine can write it; `waivable` is False where a waivable rule lets this one through for nobody. `bound` is what a waiver of it is bound to besides
    rule, place and remedy, such as what was found; without it and without a patch, what the objection says. `measured` are the numbers that it rests on,
    beyond which no waiver of it holds. Without a `fix` the rule's remedy stands.
    `masks` are columns that a rule of the verdict *mask* hides from whoever reads them, or from that consumer, wholly where it is to `redact`.
    """

    why: str
    fix: str = ""
    at: tuple[str | int, ...] = ()
    where: str | None = None
    severity: Severity | None = None
    consumer: str | None = None
    patch: str = ""
    waivable: bool = True
    bound: tuple[str, ...] = ()
    measured: tuple[Measured, ...] = ()
    masks: tuple[str, ...] = ()
    redact: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes it another one than the same rule would have at the same place for another reason; counts are none."""
        return self.bound or (() if self.patch else (_COUNTS.sub("", self.why),))


@dataclass(frozen=True, slots=True)
class Veil:
    """Columns that a rule of the verdict *mask* hides at every read, whatever grant it is under, but for the purposes that are `spared` and those below them.

    `redact` are those of them whose own mask will not do.
    """

    columns: tuple[str, ...]
    why: str
    spared: frozenset[str] = frozenset()
    redact: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vector:
    """A worked example: the fit mesh of `policy/examples.py` with some of its parts changed, and what the rule says of it.

    Of a rule that the platform upholds elsewhere, `call` names the case in the room `enforcement` that asks the very code which does so.
    """

    says: str
    passes: bool
    change: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""


def passing(says: str, **change: Any) -> Vector:
    """An example that the rule has nothing against."""
    return Vector(says, True, change)


def failing(says: str, **change: Any) -> Vector:
    """An example that the rule objects to."""
    return Vector(says, False, change)


def allowed(says: str, call: str) -> Vector:
    """A case that the code which upholds the rule lets pass."""
    return Vector(says, True, call=call)


def refused(says: str, call: str) -> Vector:
    """A case that it refuses, masks or tells of, as the rule's verdict says."""
    return Vector(says, False, call=call)


def _mark(*told: str) -> str:
    return hashlib.sha256("\0".join(told).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Checked:
    """What a rule rests on: the place of a text that its facts were held against, in what kind of document, and on which day.

    Of a rule of the house there is no such text, and so no place and no day.
    """

    place: str
    document: str
    on: date | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.document}, {self.on.isoformat()}" if self.on else self.document


OWN = Checked("", "a rule of the house, with nothing to hold it against")


def always(facts: Facts) -> bool:
    return True


def _known(facts: Facts) -> str:
    return ""


Check = Callable[[Facts], Iterable[Objection]]
_TELLING = frozenset({Verdict.WARN, Verdict.TASK, Verdict.MASK})


@dataclass(frozen=True)
class Rule:
    """One rule of one pack. Rules that share an id are parts of it, each with needs of its own."""

    id: str
    title: str
    check: Check = field(repr=False)
    vectors: tuple[Vector, ...] = field(repr=False)
    source: str
    part: str = ""
    pack: str = "CORE"
    version: int = 1
    effective_from: date = date.min
    group: Group = Group.POLICY
    verdict: Verdict = Verdict.BLOCK
    days: int = 30
    """Of a rule of the verdict *task*: until when somebody has to see to it, counted from the day on which it was first broken."""
    waivable: bool = False
    needs: frozenset[Need | Control] = frozenset()
    applies: Callable[[Facts], bool] = field(default=always, repr=False)
    checked: Checked | None = None
    """What its number, days, scope and dates were held against; None where nobody has done so."""
    unchecked: str = ""
    """Why nobody has, where that is known."""
    remedy: str = ""
    inputs: tuple[str, ...] = ()
    """What it looks at, beside its needs."""
    condition: str = ""
    """To what it applies within its pack, in words."""
    hides: Callable[[Facts], Iterable[Veil]] | None = field(default=None, repr=False)
    """Of a rule of the verdict *mask*: what it hides at reads. What its check says is told, and hides what it names in `masks`."""
    unjudged: Callable[[Facts], str] = field(default=_known, repr=False)
    """Why it cannot be judged for a product although all that it needs is at hand; empty where it can."""
    upheld: Upheld = Upheld.GATE
    upheld_by: str = ""
    """The code that upholds it, as `package.module:name`, or the rule of CORE whose judgement it shares."""

    @cached_property
    def silent(self) -> bool:
        """Whether the gate has nothing to say by it: a rule of CORE says the same already, or other code upholds it."""
        return self.shared or self.upheld is Upheld.PLATFORM

    @cached_property
    def shared(self) -> bool:
        """Whether a rule of CORE judges it already, so that the gate does not say the same twice."""
        return self.upheld is Upheld.GATE and bool(self.upheld_by)

    @property
    def source_checked(self) -> bool:
        """Whether somebody has held the rule against the text that it cites, and when; a rule of the house counts, since it cites none."""
        return self.checked is not None

    @property
    def conditional(self) -> bool:
        """Whether it may be that it cannot be judged although all that it needs is at hand."""
        return self.unjudged is not _known

    @cached_property
    def name(self) -> str:
        """The id, with the part in brackets where there is one."""
        return f"{self.id} ({self.part})" if self.part else self.id

    @property
    def judged(self) -> bool:
        """Whether this release knows all that the rule needs; otherwise it is listed as not evaluated, always."""
        return self.needs <= GATHERED

    @property
    def tells(self) -> bool:
        """Whether what breaks it closes nothing: it is told, masked, or given to a person with a date."""
        return self.verdict in _TELLING

    @property
    def severity(self) -> Severity:
        """The weight of its findings unless one of them says otherwise."""
        return Severity.WARN if self.tells else Severity.BLOCK

    def finding(self, product: Product, objection: Objection) -> Finding:
        """`objection` as a finding about `product`: one that concerns a single consumer warns the rest."""
        severity = objection.severity or (Severity.WARN if objection.consumer else self.severity)
        where = objection.where or product.at(*objection.at)
        waivable = self.waivable and objection.waivable
        about = ".".join(map(str, objection.at)) if waivable else ""
        return Finding(
            self.id,
            where,
            objection.why,
            objection.fix or self.remedy,
            str(product.key),
            severity,
            waivable,
            objection.patch,
            about,
            bound=_mark(self.part, *objection.identity) if waivable else "",
            measured=objection.measured if waivable else (),
        )


def rule(
    id: str,
    title: str,
    *vectors: Vector,
    source: str,
    part: str = "",
    needs: Iterable[Need | Control] = (),
    **more: Any,
) -> Callable[[Check], Rule]:
    """Make the decorated check a rule, of the house where nothing else is said; `more` are further fields of it."""
    more = {"checked": OWN, **more}
    return lambda check: Rule(id, title, check, vectors, source, part, needs=frozenset(needs), **more)
