"""What rules of the verdict *task* ask somebody to see to: a task for each rule and product, with the law's date, that closes when nothing is found any more.

A rule that was not judged now opens nothing and closes nothing. What a person resolved stays resolved, until the finding goes and comes back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mesh_platform.policy import Decision
from mesh_platform.policy.engine import Duty
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.publish.assessment import assess
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.runtime import Runtime
from mesh_platform.tasks import TaskKind, Tasks, finding_key, finding_task

GONE = "gone"
"""The decision on a task whose finding is no more."""


def see_to(key: ProductKey, decision: Decision, runtime: Runtime, now: datetime) -> None:
    """Open the tasks of what the gate found, and close those of what it finds no more."""
    tasks, product = tasks_of(runtime), str(key)
    duties = {finding_key(product, duty.finding.rule): duty for duty in decision.duties}
    unjudged = {finding_key(product, one.rule.partition(" (")[0]) for one in decision.not_evaluated}
    for task in tasks.listed(product=product, kind=TaskKind.FINDING):
        if task.product == product and task.key not in duties and task.key not in unjudged:
            tasks.resolve_key(task.key, GONE, "The rule finds nothing any more.")
    for duty in duties.values():
        _open(tasks, product, duty, runtime, now)


def see_to_all(mesh: Mesh, runtime: Runtime, now: datetime) -> None:
    """The same for every product, by its files: a law takes effect and a record ends without anything being published."""
    for key, product in mesh.products.items():
        see_to(key, assess(mesh, product, runtime.shapes, now.date()).decision, runtime, now)


def _open(tasks: Tasks, product: str, duty: Duty, runtime: Runtime, now: datetime) -> None:
    task = finding_task(product, duty.finding.rule, duty.finding.why, now + timedelta(days=duty.days))
    known = tasks.find(task.key)
    if known is None or (not known.open and known.decision == GONE):
        with runtime.database.write() as con:
            tasks.opened_in(con, task, again=True)
