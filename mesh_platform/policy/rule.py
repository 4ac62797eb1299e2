"""A rule: a pure function from facts to objections, with all that an examiner asks of it (source, date, weight, worked examples)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from mesh_platform.errors import Finding, Severity
from mesh_platform.policy.binding import Control
from mesh_platform.policy.facts import GATHERED, Facts, Need
from mesh_platform.product import Product


class Group(StrEnum):
    """Under which check of a publication a rule's findings are shown."""

    CONTRACT = "contract"
    QUALITY = "quality"
    RETENTION = "retention"
    RESIDENCY = "residency"
    POLICY = "policy"


class Verdict(StrEnum):
    """What a rule does where it is broken: close the gate, refuse the read, or tell."""

    BLOCK = "block"
    DENY = "deny"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Objection:
    """What one rule has against one product.

    `consumer` names the only one whom it concerns, where it is not the product as a whole; `patch` is the YAML that mends it, where a
    machine can write it; `waivable` is False where a waivable rule lets this one through for nobody.
    """

    why: str
    fix: str
    at: tuple[str | int, ...] = ()
    where: str | None = None
    severity: Severity | None = None
    consumer: str | None = None
    patch: str = ""
    waivable: bool = True


@dataclass(frozen=True, slots=True)
class Vector:
    """A worked example: the fit mesh of `tests/policy/vectors.py` with some of its parts changed, and what the rule says of it."""

    says: str
    passes: bool
    change: Mapping[str, Any] = field(default_factory=dict)


def passing(says: str, **change: Any) -> Vector:
    """An example that the rule has nothing against."""
    return Vector(says, True, change)


def failing(says: str, **change: Any) -> Vector:
    """An example that the rule objects to."""
    return Vector(says, False, change)


def always(facts: Facts) -> bool:
    return True


Check = Callable[[Facts], Iterable[Objection]]


@dataclass(frozen=True, slots=True)
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
    waivable: bool = False
    needs: frozenset[Need | Control] = frozenset()
    applies: Callable[[Facts], bool] = field(default=always, repr=False)

    @property
    def name(self) -> str:
        """The id, with the part in brackets where there is one."""
        return f"{self.id} ({self.part})" if self.part else self.id

    @property
    def judged(self) -> bool:
        """Whether this release knows all that the rule needs; otherwise it is listed as not evaluated, always."""
        return self.needs <= GATHERED

    @property
    def severity(self) -> Severity:
        """The weight of its findings unless one of them says otherwise."""
        return Severity.WARN if self.verdict is Verdict.WARN else Severity.BLOCK

    def finding(self, product: Product, objection: Objection) -> Finding:
        """`objection` as a finding about `product`: one that concerns a single consumer warns the rest."""
        severity = objection.severity or (Severity.WARN if objection.consumer else self.severity)
        where = objection.where or product.at(*objection.at)
        waivable = self.waivable and objection.waivable
        about = ".".join(map(str, objection.at)) if waivable else ""
        return Finding(self.id, where, objection.why, objection.fix, str(product.key), severity, waivable, objection.patch, about)


def rule(
    id: str,
    title: str,
    *vectors: Vector,
    source: str,
    part: str = "",
    group: Group = Group.POLICY,
    verdict: Verdict = Verdict.BLOCK,
    waivable: bool = False,
    needs: Iterable[Need | Control] = (),
    applies: Callable[[Facts], bool] = always,
) -> Callable[[Check], Rule]:
    """Make the decorated check a rule."""
    return lambda check: Rule(
        id,
        title,
        check,
        vectors,
        source,
        part,
        group=group,
        verdict=verdict,
        waivable=waivable,
        needs=frozenset(needs),
        applies=applies,
    )
