"""What needs a person, with a role, a date and, once somebody decided, the decision; and the notices that tell of it.

One store for all of it. It remembers and tells: whether a product may be published is the gate's business, never a task's. A notice names
kind, product, rule and command, and no person.
"""

from mesh_platform.tasks.channels import Channels, channels_of
from mesh_platform.tasks.kinds import (
    approval_key,
    approval_task,
    break_glass_task,
    export_key,
    export_task,
    finding_key,
    finding_task,
    level_task,
    move_task,
    orphan_task,
    refused_review_task,
    resurrection_key,
    resurrection_task,
    review_key,
    review_task,
    sunset_task,
    tightened_task,
    waiver_end_key,
    waiver_end_task,
    waiver_key,
    waiver_task,
)
from mesh_platform.tasks.store import Tasks
from mesh_platform.tasks.values import GONE, NOT_NEEDED, RETIRED, SUPERSEDED, NewTask, Task, TaskKind

__all__ = [
    "GONE",
    "NOT_NEEDED",
    "RETIRED",
    "SUPERSEDED",
    "Channels",
    "NewTask",
    "Task",
    "TaskKind",
    "Tasks",
    "approval_key",
    "approval_task",
    "break_glass_task",
    "channels_of",
    "export_key",
    "export_task",
    "finding_key",
    "finding_task",
    "level_task",
    "move_task",
    "orphan_task",
    "refused_review_task",
    "resurrection_key",
    "resurrection_task",
    "review_key",
    "review_task",
    "sunset_task",
    "tightened_task",
    "waiver_end_key",
    "waiver_end_task",
    "waiver_key",
    "waiver_task",
]
