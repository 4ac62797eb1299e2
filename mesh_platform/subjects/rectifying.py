"""Rectification: a value is put right where it comes from, what is made of it is published anew, and the versions that held the old one go.

A value that is changed in the lake alone would come back with the next delivery; so it is the source that is put right, and a product whose source cannot be
is blocked until it was. What was done is looked at again: every row of the person, in every product that it was carried into.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from mesh_platform.actor import MESH, Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.clock import time_from
from mesh_platform.errors import MeshError, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.lake import Doomed, Reader, quote_name
from mesh_platform.product.key import ColumnRef
from mesh_platform.subjects.certificate import certify
from mesh_platform.subjects.corrected import Correction
from mesh_platform.subjects.means import Means
from mesh_platform.subjects.people.held import Held, held_products, rows_over
from mesh_platform.subjects.people.locate import theirs
from mesh_platform.subjects.plan import downstream, in_order
from mesh_platform.subjects.requests.values import Closure, Request, State, Task

COLUMN = "column"
_NOT_THERE = "Nothing of it is published.", "Name another product."
_AGAIN = "Put the value right at its source, or declare that under source.stores; then run the request again."


@dataclass(frozen=True, slots=True)
class Rectifying:
    """One run, by one principal; called again it goes over everything once more."""

    means: Means
    actor: Actor

    def go(self, request: Request, now: datetime) -> None:
        """Put right, publish anew, drop what was before, look again, certify."""
        moment = time_from(now)
        asked, value = ColumnRef.parse(request.detail[COLUMN]), self.means.store.value(request.id)
        with self.means.lake.reader() as reader:
            held = held_products(self.means.lake, reader)
            closure = request.closure or self._freeze(request.id, held, reader)
            one = next((each for each in held if each.key == str(asked.product)), None)
            old = self._values(one, asked.column, closure, reader) if one is not None else frozenset()
        problem = _problem(one, asked.column, closure)
        if problem is not None or one is None:
            why, fix = problem or _NOT_THERE
            self.means.store.told(request.id, [Task(str(asked.product), request.kind, State.BLOCKED, 0, why, fix)])
            return
        record = self.means.audit.within(Act.REQUEST, Phase.INTENT, self.actor)
        with self.means.store.database.write() as con:
            record(con, What(product=one.key, what="rectification", fields=(asked.column,), ref=request.id), None)
        self.means.audit.stands()
        tasks = self._carried(request, one, asked.column, value, closure, held)
        looked = tuple(self._looked(tasks, one, asked.column, value, old - {value}, closure))
        self.means.store.told(request.id, looked)
        if all(task.state is not State.BLOCKED for task in looked):
            self.means.store.change(request.id, verified_at=moment())
            done = replace(self.means.store.get(request.id), tasks=looked)
            certify(self.means.store, self.means.audit, done, None, self.actor, moment())

    def _carried(
        self, request: Request, one: Held, column: str, value: str, closure: Closure, held: Sequence[Held]
    ) -> dict[str, Task]:
        """The source put right, then each product that it comes into, published anew and its older versions gone."""
        tasks = {}
        reached = downstream(held, [one.key])
        for each in [each for each in in_order(held) if each.key in reached]:
            task = Task(each.key, request.kind, State.ERASED)
            try:
                rows = self._at_source(each, column, value, closure) if each.key == one.key else 0
                fp("subjects.corrected")
                appends = each.descriptor is not None and each.descriptor.load == "append"
                finding = None if appends else self.means.republish(each.place.key)
                if appends or finding is not None:
                    why = (
                        "It adds rows and is not made again."
                        if finding is None
                        else f"It could not be made again ({finding.rule})."
                    )
                    tasks[each.key] = replace(task, state=State.BLOCKED, reason=why, fix=finding.fix if finding else _AGAIN)
                    continue
                purged = self.means.lake.purge(each.place, Doomed(where="false"), MESH, f"rectification {request.id}")
                tasks[each.key] = replace(task, rows=rows, version=purged.version.snapshot_id)
            except (MeshError, OSError, ValueError, pa.ArrowException) as error:
                told = error.finding if isinstance(error, MeshError) else None
                why = told.why if told else f"It could not be put right ({type(error).__name__})."
                tasks[each.key] = replace(task, state=State.BLOCKED, reason=why, fix=told.fix if told else _AGAIN)
        return tasks

    def _at_source(self, one: Held, column: str, value: str, closure: Closure) -> int:
        """Put right what the source declares as a store; how many rows. One that declares none is looked at afterwards."""
        source = one.descriptor.source if one.descriptor else None
        if source is None or source.path is None or not source.own_stores:
            return 0
        keys = {name: namespace for store in source.own_stores for name, namespace in store.keys.items()}
        return Correction(self.means.root, one.key, source, keys, column, value).put_right(closure, self.means.ledger.tokens)

    def _looked(
        self, tasks: dict[str, Task], one: Held, column: str, value: str, old: Collection[str], closure: Closure
    ) -> Iterator[Task]:
        """Each task after a second look: does any row of the person hold another value, or the one that was?"""
        with self.means.lake.reader() as reader:
            for each in held_products(self.means.lake, reader):
                task = tasks.get(each.key)
                if task is None or task.state is State.BLOCKED:
                    yield from [task] if task is not None else []
                    continue
                found = self._values(each, column, closure, reader)
                wrong = bool(found - {value}) if each.key == one.key else bool(found & set(old))
                missing = each.key == one.key and not found
                if wrong or missing or len(each.versions) != 1:
                    why = (
                        "A row of the person still holds another value."
                        if wrong
                        else "No row of the person is found in it, or older versions stand."
                    )
                    yield replace(task, state=State.BLOCKED, reason=why, fix=_AGAIN)
                else:
                    yield replace(task, state=State.VERIFIED)

    def _values(self, one: Held, column: str, closure: Closure, reader: Reader) -> frozenset[str]:
        """What stands in that column of the person's rows now; nothing where it has no such column."""
        condition = theirs(one, closure)
        if condition is None or one.descriptor is None or column not in one.descriptor.columns:
            return frozenset()
        sql = f"SELECT DISTINCT CAST({quote_name(column)} AS VARCHAR) AS v FROM {{t}} WHERE {condition}"
        return frozenset(str(row["v"]) for row in rows_over(reader, one, sql))

    def _freeze(self, id: str, held: Sequence[Held], reader: Reader) -> Closure:
        closure = self.means.closed(self.means.store.identifiers(id), held, reader)
        self.means.store.freeze(id, closure, ())
        return closure


def refuse_unmendable(held: Iterable[Held], column: str) -> None:
    """Refuse a column in which no value of anybody can be put right, before a request for it waits.

    Raises:
        UsageProblem: DSAR-41.
    """
    asked = ColumnRef.parse(column)
    one = next((each for each in held if each.key == str(asked.product)), None)
    if problem := _unmendable(one, asked.column):
        raise UsageProblem.because("DSAR-41", column, *problem)


def _problem(one: Held | None, column: str, closure: Closure) -> tuple[str, str] | None:
    """Why it cannot be put right there, and what helps."""
    if problem := _unmendable(one, column):
        return problem
    if one is not None and theirs(one, closure) is None:
        return "No row of it is the person's by a key.", "Name another identifier of the person."
    return None


def _unmendable(one: Held | None, column: str) -> tuple[str, str] | None:
    """The same, whoever the person is."""
    if one is None:
        return _NOT_THERE
    if one.problem or one.descriptor is None:
        return "It does not open, or cannot be read by this release.", f"Publish {one.key} anew."
    if column not in one.descriptor.columns:
        return f"It has no column {column}.", "Name one that it has."
    if column in one.subjects:
        why = "The column holds identifiers, by which other rows are found: a new one is another key."
        return why, "Change it where the person is registered, publish, and open a request under both."
    if one.descriptor.source is None:
        return (
            "It derives from other products, so the next publication would bring the old value back.",
            "Name the product that sources it.",
        )
    if one.descriptor.load == "append":
        return (
            "It adds rows and is not made again, so the old value would stay beside the new one.",
            "Put it right at its source.",
        )
    return None


def parsed(column: str | None, value: str | None) -> str:
    """The column that is to be put right, where both are given.

    Raises:
        UsageProblem: DSAR-41.
    """
    fix = "Name it as --column domain/product.column, and the new value with --value."
    if not column or value is None:
        raise UsageProblem.because("DSAR-41", "the request", "A rectification names a column and a value.", fix)
    try:
        return str(ColumnRef.parse(column))
    except ValueError:
        raise UsageProblem.because("DSAR-41", "the column", "It is not of the form domain/product.column.", fix) from None
