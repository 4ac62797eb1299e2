"""What Dagster shows of one product, as a plain value that survives a restart: made from descriptor and gate, read back as JSON.

A location that knows its cards is compiled without reading a descriptor again. A card never decides what runs: the publication asks the
gate anew, so a stale or forged card can hide a product from the console but cannot let one through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from mesh_platform.errors import Finding

Ref = tuple[str, str]
ColumnRef = tuple[str, str, str]


def asset_path(domain: str, name: str) -> list[str]:
    """The path of a product's asset key; `orders@1` is `orders.v1` there, since Dagster takes no `@`."""
    return [domain, name.replace("@", ".v")]


@dataclass(frozen=True, slots=True)
class ColumnCard:
    """One column: its type and label, and the (domain, product, column) it derives from."""

    name: str
    type: str
    description: str = ""
    nullable: bool = False
    unique: bool = False
    sensitivity: str = ""
    category: str = ""
    origins: tuple[ColumnRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """One product as the asset graph shows it. `findings` are all that were found; `blocked` says that one of them closes the gate."""

    domain: str
    name: str
    kind: str = ""
    version: str = ""
    lifecycle: str = "active"
    description: str = ""
    owner: str = ""
    sensitivity: str = ""
    region: str = ""
    location: str = ""
    spec_hash: str = ""
    freshness_seconds: float | None = None
    columns: tuple[ColumnCard, ...] = ()
    inputs: tuple[Ref, ...] = ()
    blocked: bool = False
    findings: tuple[Finding, ...] = ()
    not_evaluated: tuple[str, ...] = ()

    @property
    def path(self) -> list[str]:
        """The path of its asset key."""
        return asset_path(self.domain, self.name)

    @property
    def executable(self) -> bool:
        return not self.blocked and self.lifecycle != "retired"

    @property
    def automated(self) -> bool:
        return self.executable and self.lifecycle != "draft"

    def __str__(self) -> str:
        return f"{self.domain}/{self.name}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"findings": [finding.as_json() for finding in self.findings]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Card:
        """The card that `as_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: where it did not.
        """
        columns = tuple(_column(column) for column in data["columns"])
        return cls(
            **{
                **data,
                "columns": columns,
                "inputs": tuple((domain, name) for domain, name in data["inputs"]),
                "findings": tuple(Finding.from_json(finding) for finding in data["findings"]),
                "not_evaluated": tuple(data["not_evaluated"]),
            }
        )


def _column(data: Mapping[str, Any]) -> ColumnCard:
    return ColumnCard(**{**data, "origins": tuple((domain, name, column) for domain, name, column in data["origins"])})
