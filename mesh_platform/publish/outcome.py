"""What one attempt at a publication came to, told in counts, rules and places; no value from the data is in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mesh_platform.errors import Finding
from mesh_platform.policy import Group, group_of
from mesh_platform.product import ProductKey

CHECKS = tuple(group.value for group in Group)


class Status(StrEnum):
    """What the attempt came to: a new version, none because nothing was new, the gate's no, or an error that decided nothing."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    BLOCKED = "blocked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """One check of the publication. One that was not evaluated has not passed, and nothing stands against it either."""

    evaluated: bool
    passed: bool
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt.

    `rows`, `publication_id` and `snapshot_id` are of the version that was published, or that is served where nothing was new. `judged` says
    that its rows were held against contract and rules. `closed_consumers` must not be served, as their contracts name them. `suppressed`
    counts rows that were left out since their person is suppressed; None where no row names a person.
    """

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
    judged: bool = False
    closed_consumers: tuple[str, ...] = ()
    suppressed: int | None = None

    @property
    def checks(self) -> dict[str, CheckReport]:
        """The five checks. One passed only where the rows were judged; before that, only what blocks has been evaluated."""
        return {name: self._check(tuple(f for f in self.findings if check_of(f) == name)) for name in CHECKS}

    def _check(self, findings: tuple[Finding, ...]) -> CheckReport:
        blocks = any(finding.blocks for finding in findings)
        return CheckReport(evaluated=self.judged or blocks, passed=self.judged and not blocks, findings=findings)


def check_of(finding: Finding) -> str:
    """The check under which a finding stands."""
    if finding.rule.startswith(("CONTRACT", "LAKE", "SQL", "RUN")):
        return Group.CONTRACT
    return group_of(finding.rule)
