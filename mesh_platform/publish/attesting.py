"""Controls that only a person can attest: a task each for the privacy team, where a rule binds a product and nobody attests it, or the attestation ends soon.

One task for the rule and not one for each product: an attestation is mostly about an organisation. It closes when somebody attests.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from mesh_platform.policy import Facts, Rule, Upheld, rules_of
from mesh_platform.policy.attested import SOON, attestation
from mesh_platform.policy.engine import concerns
from mesh_platform.product import Lifecycle, Mesh
from mesh_platform.publish.review import tasks_of
from mesh_platform.publish.runtime import Runtime
from mesh_platform.tasks import NewTask, TaskKind, Tasks
from mesh_platform.tasks.kinds import attestation_task

ATTESTED = "attested"
"""The decision on a task whose control somebody attests since."""
DAYS = 30
"""House rule: until when a control is attested that nobody attests. What a rule itself gives days for is what it attests, not the attesting."""


def tell_of_attestations(mesh: Mesh, runtime: Runtime, now: datetime) -> int:
    """Open the tasks of what nobody attests, or soon nobody will, and resolve those of what is attested since; how many stand."""
    tasks = tasks_of(runtime)
    found = (wanted_of(rule, bound, now) for rule, bound in _bound(mesh, now.date()))
    wanted = {task.key: task for task in found if task is not None}
    for told in tasks.listed(kind=TaskKind.ATTESTATION):
        if told.key not in wanted:
            tasks.resolve_key(told.key, ATTESTED, "It is attested since, or binds nothing any more.")
    for task in wanted.values():
        _open(tasks, task, runtime)
    return len(wanted)


def wanted_of(rule: Rule, bound: list[Facts], now: datetime) -> NewTask | None:
    """The task about that rule for the products that it binds; None where all are attested for longer."""
    held = [attestation(rule.id, facts) for facts in bound]
    if missing := [str(facts.product.key) for facts, one in zip(bound, held, strict=True) if one is None]:
        return attestation_task(rule.id, rule.title, missing, None, now + timedelta(days=DAYS))
    end = min((one.expires for one in held if one is not None), default=None)
    if end is None or end - now.date() > SOON:
        return None
    return attestation_task(rule.id, rule.title, [], end, datetime.combine(end, time(), UTC))


def _bound(mesh: Mesh, today: date) -> Iterator[tuple[Rule, list[Facts]]]:
    """Each rule that persons attest, and the products that it binds today."""
    facts = [
        Facts(mesh=mesh, product=product, today=today)
        for product in mesh.products.values()
        if product.descriptor.status is not Lifecycle.RETIRED
    ]
    for rule in rules_of(mesh.governance):
        if rule.upheld is Upheld.ATTESTED:
            yield rule, [one for one in facts if concerns(rule, one)]


def _open(tasks: Tasks, task: NewTask, runtime: Runtime) -> None:
    known = tasks.find(task.key)
    if known is None or (not known.open and known.decision == ATTESTED):
        with runtime.database.write() as con:
            tasks.opened_in(con, task, again=True)
