"""One attempt at a publication, and what its staged rows came to: values that the flow hands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mesh_platform.errors import Finding
from mesh_platform.policy import Decision
from mesh_platform.policy.version import PolicyVersion
from mesh_platform.product import Mesh, Product
from mesh_platform.publish.assessment import Assessment
from mesh_platform.publish.audit import Audited
from mesh_platform.publish.classification import Classified
from mesh_platform.publish.runtime import Runtime
from mesh_platform.publish.scan_memory import Memory


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: what is to be published, what its files say, and the id that the publication gets."""

    id: str
    mesh: Mesh
    product: Product
    assessment: Assessment
    runtime: Runtime
    now: datetime
    began: float
    """On the clock of `time.perf_counter`."""
    policy: PolicyVersion
    """Under which it is judged."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the staged rows came to."""

    audited: Audited
    classified: Classified
    memory: Memory
    verdicts: Mapping[str, object]
    decision: Decision
    probed: Mapping[str, object]
    """What probes saw at work in the rows, as the version's commit keeps it."""
    ms: Mapping[str, float] = field(default_factory=dict)
    """How long each control took."""
    counted: Mapping[str, int | None] = field(default_factory=dict)
    """What they were counted for beside their quality."""
    fenced: int = 0
    """Rows that were taken out since."""

    def without(self, rows: int) -> Judged:
        return replace(self, audited=replace(self.audited, rows=self.audited.rows - rows), fenced=rows) if rows else self

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(dict.fromkeys((*self.audited.findings, *self.decision.findings)))

    @property
    def blocked(self) -> bool:
        return any(finding.blocks for finding in self.findings)
