"""What went wrong, said so that the reader can mend it.

A `Finding` states rule, where, why and fix; a `MeshError` carries one finding and the exit code that the command line uses. Neither ever
holds a value from the data: a rule, a product, a column, a file and a line are enough to find it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar, Self


class Severity(StrEnum):
    """How much a finding weighs: `block` closes the gate, `warn` and `info` do not."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Measured:
    """One number that a finding rests on, by name; the higher, the worse, or where it is `low`, the lower."""

    what: str
    value: float
    low: bool = False

    def worse_than(self, value: float) -> bool:
        return self.value < value if self.low else self.value > value

    def as_json(self) -> dict[str, object]:
        return {"what": self.what, "value": self.value, "worse": "lower" if self.low else "higher"}

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Measured:
        return cls(str(data["what"]), float(str(data["value"])), data.get("worse") == "lower")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one product (or with the mesh, where `product` is empty).

    `patch` is YAML for the product's `columns:` that mends it, or below `dataProduct:` for another part of it, where `mesh fix` can write it; `about` is the path in the descriptor of what
    may be waived, `bound` a mark of what else a waiver of it is bound to, `waived` who lets it through until when, `waiver` by the waiver of which number
    in the control database (none: one that stands in a file), and `measured` what a waiver remembers: it lets nothing worse through.
    """

    rule: str
    where: str
    why: str
    fix: str
    product: str = ""
    severity: Severity = Severity.BLOCK
    waivable: bool = False
    patch: str = ""
    about: str = ""
    waived: str = ""
    bound: str = ""
    measured: tuple[Measured, ...] = ()
    waiver: str = ""

    def of(self, product: str) -> Finding:
        """The same finding, told of `product`."""
        return replace(self, product=product)

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.BLOCK

    def as_json(self) -> dict[str, object]:
        return {
            "product": self.product,
            "rule": self.rule,
            "severity": self.severity.value,
            "where": self.where,
            "why": self.why,
            "fix": self.fix,
            "waivable": self.waivable,
            **{name: text for name in ("patch", "about", "waived", "bound", "waiver") if (text := getattr(self, name))},
            **({"measured": [one.as_json() for one in self.measured]} if self.measured else {}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> Finding:
        return cls(
            rule=str(data["rule"]),
            where=str(data["where"]),
            why=str(data["why"]),
            fix=str(data["fix"]),
            product=str(data.get("product", "")),
            severity=Severity(str(data.get("severity", "block"))),
            waivable=bool(data.get("waivable", False)),
            patch=str(data.get("patch", "")),
            about=str(data.get("about", "")),
            waived=str(data.get("waived", "")),
            bound=str(data.get("bound", "")),
            waiver=str(data.get("waiver", "")),
            measured=tuple(map(Measured.from_json, _list(data.get("measured")))),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.where}: {self.why} Fix: {self.fix}"


def _list(value: object) -> list[Mapping[str, object]]:
    return value if isinstance(value, list) else []


class MeshError(Exception):
    """An error with its finding; `exit_code` is what `mesh` returns for it."""

    exit_code: ClassVar[int] = 1
    on_record = False
    """Whether the audit log has it already."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding

    @classmethod
    def because(cls, rule: str, where: str, why: str, fix: str, product: str = "") -> Self:
        return cls(Finding(rule, where, why, fix, product))


class CheckFailed(MeshError):
    """The check said no."""


class UsageProblem(MeshError):
    """The call itself is wrong."""

    exit_code = 2


class Denied(MeshError):
    """Policy forbids it."""

    exit_code = 3


class NotFound(MeshError):
    """There is no such thing."""

    exit_code = 4


class Unavailable(MeshError):
    """It cannot be done now: something is busy, full, down or missing on this machine."""

    exit_code = 5
