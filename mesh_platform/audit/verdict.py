"""What verification came to: for people, for programs, and log by log where regions have logs of their own."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mesh_platform.audit.deadline import Unwitnessed
from mesh_platform.audit.walking import Bad
from mesh_platform.errors import Finding


@dataclass(slots=True)
class Verdict:
    """What verification came to."""

    origin: str
    size: int
    root: str
    bad: list[Bad] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)
    signed: int | None = None
    anchored: int | None = None
    witnesses: tuple[str, ...] = ()
    quorum: bool | None = None
    unwitnessed: Unwitnessed | None = None
    regions: dict[str, Verdict] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.bad and all(region.ok for region in self.regions.values())

    @property
    def first_bad(self) -> Bad | None:
        """The earliest; in its place the record within its span that is told exactly, where there is one."""
        placed = [bad for bad in self.bad if bad.first is not None]
        earliest = min(placed, key=lambda bad: (bad.first or 0, bad.end), default=None)
        exact = [bad for bad in placed if bad.last is None and earliest and (bad.first or 0) <= earliest.end]
        return min(exact, key=lambda bad: bad.first or 0, default=earliest)

    def as_json(self) -> dict[str, object]:
        worst = self.first_bad
        return {
            "ok": self.ok,
            "origin": self.origin,
            "size": self.size,
            "root": self.root,
            "first_bad": worst.first if worst else None,
            "last_bad": (worst.last if worst.last is not None else worst.first) if worst else None,
            "checked": self.checked,
            "signed": self.signed,
            "anchored": self.anchored,
            "witnesses": list(self.witnesses),
            "quorum": self.quorum,
            "unwitnessed": self.unwitnessed.as_json() if self.unwitnessed is not None else None,
            "findings": [finding.as_json() for finding in self.findings],
            "regions": {name: region.as_json() for name, region in self.regions.items()},
        }

    @property
    def findings(self) -> list[Finding]:
        own = [*(bad.finding() for bad in self.bad), *self.warnings]
        theirs = ((name, finding) for name, region in self.regions.items() for finding in region.findings)
        return [*own, *(replace(finding, where=f"{finding.where} of {name}") for name, finding in theirs)]
