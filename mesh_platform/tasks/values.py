"""A task as a value: what is to be decided, by whom and until when; and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mesh_platform.actor import MESH


class TaskKind(StrEnum):
    """What a person is asked for."""

    REVIEW = "review"
    SUNSET = "sunset"
    ORPHAN = "orphan"
    IDENTITY_EDGE = "identity_edge"
    AUDIT_FLAG = "audit_flag"
    APPROVAL = "approval"
    EXTERNAL = "external_recipient"
    SERVICE_LEVEL = "service_level"
    RESURRECTION = "resurrection"
    PROPAGATION = "propagation"
    DEADLINE = "deadline"
    WAIVER = "waiver"
    WAIVER_END = "waiver_end"
    RECIPIENT_END = "recipient_end"
    FINDING = "finding"
    ATTESTATION = "attestation"
    BREACH = "breach"


OPEN, RESOLVED = "open", "resolved"
SUPERSEDED = "superseded"
"""The decision on a task whose place another one took; it may be opened again."""
GONE = "gone"
"""The decision on a task whose finding is no more."""
NOT_NEEDED = "not needed"
"""The decision on a review that nobody was asked for, as the change only protects more."""
RETIRED = "retired"
"""The decision on a task whose product is gone for good."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """What is to be opened. `key` tells the occasion: a task of the same key is the same task, for good.

    `reason` is shown to whoever may see the task and names no person out of the data; `rule` and `command` go into notices too.
    """

    key: str
    kind: TaskKind
    product: str
    reason: str
    role: str
    due: datetime
    rule: str = ""
    command: str = ""
    created_by: str = MESH
    created_person: str | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `created_person` and `resolved_person` are who stands behind those principals, where that is somebody else.

    An `audit_flag` is created by the principal whom it is about.
    """

    id: int
    key: str
    kind: str
    product: str
    reason: str
    role: str
    due: datetime
    rule: str
    command: str
    state: str
    created_at: datetime
    created_by: str
    assignee: str | None = None
    assigned_by: str | None = None
    assigned_at: datetime | None = None
    decision: str | None = None
    evidence: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    resolved_person: str | None = None
    created_person: str | None = None
    resolved_role: str | None = None
    """As what it was resolved: a role, or `mesh` for the platform; None for what was resolved before that was kept."""

    @property
    def open(self) -> bool:
        return self.state == OPEN

    @property
    def domain(self) -> str:
        """The domain whose product it is about."""
        return self.product.partition("/")[0]

    def overdue(self, now: datetime) -> bool:
        return self.open and self.due < now

    def as_json(self, now: datetime) -> dict[str, object]:
        """Everything, and whether it is overdue now."""

        def moment(value: datetime | None) -> str | None:
            return value.isoformat() if value else None

        return {
            "id": self.id,
            "key": self.key,
            "kind": self.kind,
            "product": self.product,
            "reason": self.reason,
            "rule": self.rule,
            "role": self.role,
            "assignee": self.assignee,
            "due": moment(self.due),
            "overdue": self.overdue(now),
            "state": self.state,
            "decision": self.decision,
            "evidence": self.evidence,
            "command": self.command,
            "created_at": moment(self.created_at),
            "created_by": self.created_by,
            "created_person": self.created_person,
            "assigned_at": moment(self.assigned_at),
            "assigned_by": self.assigned_by,
            "resolved_at": moment(self.resolved_at),
            "resolved_by": self.resolved_by,
            "resolved_person": self.resolved_person,
            "resolved_role": self.resolved_role,
        }
