"""What became of each product's task: as a run takes it up, after the verifier looked, and in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mesh_platform.errors import Unavailable
from mesh_platform.subjects.people.groups import AGGREGATE
from mesh_platform.subjects.plan import DELETE
from mesh_platform.subjects.requests.values import State, Task
from mesh_platform.subjects.verifier.verifier import Looked, Residue

EXTERNAL, LINK = "external", "weak_link"
MOST_TOLD = 6
_LANDING = "Declare it under source.stores, or remove the person there; then run the request again."
_APPENDS = "Take the published files away (one that is changed would be added a second time), then run the request again."


def going_on(known: Task | None, planned: Task) -> Task:
    """The task as this run takes it up: what has its receipt is not done again."""
    if known is not None and known.version is not None and known.state not in (State.OPEN, State.HELD):
        if known.state is not State.BLOCKED:
            return known
        if known.strategy == planned.strategy == DELETE:  # its rows are gone; what blocked it is looked at again
            return replace(known, state=State.ERASED, reason="", fix="")
    rows = max(planned.rows, known.rows) if known is not None else planned.rows
    state = State.SUPPRESSED if planned.state is State.OPEN else planned.state
    version, at_source = (known.version, known.at_source) if known is not None else (None, 0)
    return replace(planned, state=state, rows=rows, version=version, at_source=at_source)


def waits(task: Task, busy: Unavailable) -> Task:
    """The task of a product that somebody else holds: what is to be done there is done once that has ended."""
    if task.state is not State.SUPPRESSED:
        return task
    fix = "It is taken up again within the hour; `mesh dsar run` does it at once."
    return replace(task, state=State.BLOCKED, reason=busy.finding.why, fix=fix)


def ended(known: Task) -> Task:
    why = "Its holder says that it is gone." if known.strategy == EXTERNAL else "Nothing of it is published any more."
    return replace(known, state=State.UNTOUCHED, reason=why, fix="")


def verified(task: Task, looked: Looked) -> Task:
    """The task after the look: reopened by what was found, held back by what its source would bring again. What a law keeps is there, and stays."""
    if task.state is State.EXEMPT and task.strategy != AGGREGATE:
        return task
    if task.state is State.HELD and (task.strategy != DELETE or not looked.of(task.product)):
        return task  # what the hold keeps was not looked at, and what its source brings again stays with it
    if residues := looked.of(task.product):
        again = task.state in (State.HELD, State.ERASED, State.VERIFIED, State.OPEN, State.SUPPRESSED)
        fix = (
            "Run the request again." if again else "Remove it there, or declare a strategy that does, then run the request again."
        )
        why = f"The person was found in {said(residues)}."
        if task.state is State.BLOCKED and task.fix:
            return replace(task, reason=f"{task.reason} {why}")
        return replace(task, state=State.OPEN if again else State.BLOCKED, reason=why, fix=fix)
    if landing := looked.of(task.product, landing=True):
        why = f"The person stands in {said(landing)}; what is read of it again is left out, and the file stays."
        return replace(task, state=State.BLOCKED, reason=why, fix=_APPENDS if any(one.appends for one in landing) else _LANDING)
    return replace(task, state=State.VERIFIED) if task.state is State.ERASED else task


def said(residues: Sequence[Residue]) -> str:
    """Where, in which forms and how often; the product's own columns first."""
    places: dict[str, list[Residue]] = {}
    for one in residues:
        places.setdefault(one.where, []).append(one)
    told = sorted(places, key=lambda where: "_mesh_" in where)[:MOST_TOLD]
    each = (f"{where} ({', '.join(r.form for r in places[where])}; {max(r.rows for r in places[where])} rows)" for where in told)
    more = len(places) - len(told)
    return "; ".join(each) + (f"; and {more} more places" if more else "")
