"""What one attempt at a publication came to, told in counts, rules and places; no value from the data is in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mesh_platform.errors import Finding
from mesh_platform.policy import group_of
from mesh_platform.product import ProductKey

CHECKS = ("contract", "quality", "retention", "residency", "policy")


class Status(StrEnum):
    """`published`: the new version is served. `blocked`: the gate said no. `failed`: it could not be carried out."""

    PUBLISHED = "published"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One check of the publication: did it pass, on which findings."""

    passed: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt. `rows`, `publication_id` and `snapshot_id` are there only where it was published."""

    product: ProductKey
    status: Status
    findings: tuple[Finding, ...] = ()
    rows: int | None = None
    version: str = ""
    publication_id: str | None = None
    snapshot_id: int | None = None
    measures: Mapping[str, float | None] = field(default_factory=dict)
    binding: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def checks(self) -> dict[str, CheckReport]:
        """The five checks. Where the attempt never reached the data, a check without a finding of its own is not called passed."""
        groups = {name: tuple(_of_group(self.findings, name)) for name in CHECKS}
        reached = self.status is Status.PUBLISHED
        return {
            name: CheckReport(not any(f.blocks for f in found) and (reached or not _blocks(self.findings)), found)
            for name, found in groups.items()
        }


def _blocks(findings: Iterable[Finding]) -> bool:
    return any(finding.blocks for finding in findings)


def _of_group(findings: Iterable[Finding], group: str) -> Iterable[Finding]:
    return (finding for finding in findings if check_of(finding) == group)


def check_of(finding: Finding) -> str:
    """The check under which a finding stands."""
    if finding.rule.startswith("QUALITY"):
        return "quality"
    if finding.rule.startswith(("CONTRACT", "LAKE", "SQL", "RUN")):
        return "contract"
    return group_of(finding.rule)
