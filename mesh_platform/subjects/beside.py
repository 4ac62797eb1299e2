"""What is done and looked at beside the lake for one erasure: systems that sources declare as stores, retained backups, and the files of the home."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from mesh_platform.actor import Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.failpoints import fp
from mesh_platform.subjects.erasure.asking import ASK, Asking, http_stores
from mesh_platform.subjects.erasure.retained import TAKE_OUT
from mesh_platform.subjects.keeping import keeping
from mesh_platform.subjects.landing_kept import kept_files
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.values import Identifier, Request, State, Task
from mesh_platform.subjects.verifier.traces import CLEAN

ASIDE = frozenset({TAKE_OUT, CLEAN, ASK})
"""The strategies of these tasks: no plan of products names them, and each run makes them anew."""


def beside(
    means: Means, request: Request, identifiers: Sequence[Identifier], actor: Actor, now: datetime, held: Iterable[Held]
) -> tuple[Task, ...]:
    """Have the person removed from stores, backups and traces, and look; a task for each place, and for each that was there before.

    Raises:
        Unavailable: BACKUP-04, where another process is at the backups.
    """
    assert request.closure is not None
    held = tuple(held)
    asking = Asking(means.audit, keeping(means.ledger.database, request.closure), request.id, actor, identifiers)
    stores = tuple(asking.ask(one, store) for one in held for store in http_stores(one))
    tasks = means.retained.erase(request.closure, identifiers, actor, now) if means.retained else ()
    fp("subjects.retained")
    if means.traces is not None:
        if cleaned := means.traces.clean(identifiers):
            means.audit.record(Act.ERASURE, Phase.DONE, actor, What(what="traces", ref=request.id), n=cleaned)
        fp("subjects.cleaned")
        tasks = (*tasks, *means.traces.tasks(identifiers, kept_files(means.traces.root, held, request.tasks)))
    tasks = (*stores, *tasks)
    named = {task.product for task in tasks}
    before = (task for task in request.tasks if task.strategy in ASIDE and task.product not in named)
    return (*tasks, *(replace(task, state=State.UNTOUCHED, reason="Nothing of it is there any more.", fix="") for task in before))
