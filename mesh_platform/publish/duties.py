"""What the gate asks somebody to see to: a task for each rule and product that closes by itself when nothing is found any more.

A rule of the verdict *task* blocks nothing and brings the law's date; a finding that keeps a product back is its owner's to mend. A rule that was
not judged now opens nothing and closes nothing. What a person resolved stays resolved until the finding goes and comes back, but for what blocks:
saying that it is done opens no gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from mesh_platform.errors import Finding
from mesh_platform.policy import Decision, Review, rules_of
from mesh_platform.product import Mesh, ProductKey
from mesh_platform.product.tightening import tightened
from mesh_platform.publish.assessment import assess
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.runtime import Runtime
from mesh_platform.tasks import (
    GONE,
    NOT_NEEDED,
    SUPERSEDED,
    NewTask,
    Task,
    TaskKind,
    Tasks,
    finding_key,
    finding_task,
    review_key,
    tightened_task,
)

_REVIEWED = "CORE-16"
"""What a review is asked for has a task of its own."""


def see_to(
    mesh: Mesh,
    key: ProductKey,
    decision: Decision,
    runtime: Runtime,
    now: datetime,
    *,
    attempted: bool = True,
) -> None:
    """Open the tasks of what the gate found, and close those of what it finds no more.

    Where a change that was reviewed took a finding away, whoever reviewed it is who closed it, and while the review waits it stays open; what a waiver
    lets through is closed by nobody. What blocks is nobody's task before a publication is attempted.
    """
    tasks, product = tasks_of(runtime), str(key)
    wanted = {task.key: task for task in _wanted(mesh, product, decision, runtime, now)}
    unjudged = {finding_key(product, one.rule.partition(" (")[0]) for one in decision.not_evaluated}
    waived = {finding_key(product, finding.rule) for finding in decision.findings if finding.waived}
    reviewed = _review_of(tasks, mesh, key)
    for known in tasks.listed(product=product, kind=TaskKind.FINDING):
        if known.product != product or known.key in wanted:
            continue
        if known.key in waived:
            tasks.resolve_key(known.key, SUPERSEDED, "A waiver lets it through for now.")
        elif known.key not in unjudged:
            _gone(tasks, known, reviewed)
    blocking = _blocking(mesh, product, decision.findings)
    for task in wanted.values():
        if attempted or task.key not in blocking:
            _open(tasks, task, runtime, task.key in blocking)


def see_to_all(mesh: Mesh, runtime: Runtime, now: datetime) -> None:
    """The same for every product, by its files: a law takes effect and a record ends without anything being published."""
    for key, product in mesh.products.items():
        decision = assess(mesh, product, runtime.shapes, now.date()).decision
        see_to(mesh, key, decision, runtime, now, attempted=False)


def see_to_kept_back(mesh: Mesh, key: ProductKey, findings: Iterable[Finding], runtime: Runtime, now: datetime) -> None:
    """The tasks of findings that keep a product back by its files alone, before anything of it ran."""
    tasks = tasks_of(runtime)
    for finding in _blocking(mesh, str(key), findings).values():
        _open(tasks, _task_of(str(key), finding, runtime, now), runtime, True)


def note_tightened(key: ProductKey, review: Review, runtime: Runtime, now: datetime) -> None:
    """Keep on record that changes which only protect more were let through by the platform, without a review."""
    if found := tightened(review.changes):
        task = tightened_task(str(key), [change.path for change in found], now)
        tasks_of(runtime).settled(task, NOT_NEEDED, "It only protects more: no review is needed.")


def _wanted(mesh: Mesh, product: str, decision: Decision, runtime: Runtime, now: datetime) -> Iterable[NewTask]:
    for finding in _blocking(mesh, product, decision.findings).values():
        yield _task_of(product, finding, runtime, now)
    for duty in decision.duties:
        yield finding_task(product, duty.finding.rule, duty.finding.why, now + timedelta(days=duty.days))


def _blocking(mesh: Mesh, product: str, findings: Iterable[Finding]) -> Mapping[str, Finding]:
    """Those of packs' rules that block, one for each rule; what is wrong with files, rows or the machine is no matter of compliance."""
    known = {rule.id for rule in rules_of(mesh.governance)} - {_REVIEWED}
    return {finding_key(product, one.rule): one for one in reversed([*findings]) if one.blocks and one.rule in known}


def _task_of(product: str, finding: Finding, runtime: Runtime, now: datetime) -> NewTask:
    return finding_task(product, finding.rule, finding.why, now + timedelta(days=runtime.settings.review_days))


def _review_of(tasks: Tasks, mesh: Mesh, key: ProductKey) -> Task | None:
    """What was asked, or said, of the files as they are."""
    found = tasks.find(review_key(str(key), mesh.products[key].spec_hash)) if key in mesh.products else None
    return found if found is not None and found.decision != SUPERSEDED else None


def _gone(tasks: Tasks, known: Task, reviewed: Task | None) -> None:
    why = "The rule finds nothing any more."
    if reviewed is None or (reviewed.resolved_at is not None and reviewed.resolved_at < known.created_at):
        tasks.resolve_key(known.key, GONE, why)
    elif reviewed.resolved_by is not None:
        tasks.resolve_key(known.key, GONE, why, reviewed.resolved_by, reviewed.resolved_role)


def _open(tasks: Tasks, task: NewTask, runtime: Runtime, blocks: bool) -> None:
    known = tasks.find(task.key)
    if known is None or (not known.open and (blocks or known.decision in (GONE, SUPERSEDED))):
        with runtime.database.write() as con:
            tasks.opened_in(con, task, again=True)
