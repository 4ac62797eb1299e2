"""What a legal hold keeps from an erasure: exactly the rows that it covers. They stay for legal claims alone, since the suppression hides them from every
read (Art. 17(3)(e) GDPR), and go once it is closed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from mesh_platform.lake import Doomed, Lake, Reader
from mesh_platform.retention import ARTICLE, PURPOSE, Hold, Holder, Holds, covered, matters
from mesh_platform.state import Database
from mesh_platform.subjects.people.held import Held, rows_over
from mesh_platform.subjects.people.locate import theirs
from mesh_platform.subjects.plan import DELETE, strategy_of
from mesh_platform.subjects.requests.values import Closure, State, Task


@dataclass(frozen=True, slots=True)
class Keeping:
    """The open holds that concern one person."""

    holds: tuple[Hold, ...]
    tokens: tuple[bytes, ...]

    @classmethod
    def of(cls, database: Database, tokens: Iterable[bytes]) -> Keeping:
        """As they stand now."""
        person = tuple(tokens)
        return cls(tuple(hold for hold in Holds(database).listed(only_open=True) if hold.scope.names(person)), person)

    def touching(self, one: Holder) -> tuple[Hold, ...]:
        return tuple(hold for hold in self.holds if hold.scope.touches(one.key, one.descriptor))

    def condition(self, one: Holder) -> str:
        """Of the person's rows those that stay, as SQL; `false` where none does."""
        return covered(self.holds, one, self.tokens)


def keeping(database: Database, closure: Closure) -> Keeping:
    """What is kept of the person now."""
    return Keeping.of(database, (one.token for one in closure.identifiers))


def holder(lake: Lake, one: Held) -> Holder:
    """What holds ask of a product."""
    if one.descriptor is None:
        return Holder(one.place.key, None, {})
    with lake.reader() as reader:
        return Holder(one.place.key, one.descriptor, dict(reader.columns(one.place, hidden=True)))


def without(doomed: Doomed, kept: str) -> Doomed:
    """What goes, but for what is kept."""
    if kept == "false":
        return doomed
    spared, mended = f"NOT coalesce(({kept}), true)", doomed.mended
    if mended is not None:
        mended = replace(mended, where=f"({mended.where}) AND {spared}")
    return replace(doomed, where=f"({doomed.where}) AND {spared}", mended=mended)


def kept_task(task: Task, rows: int, holds: Collection[Hold]) -> Task:
    """The task of a product of which something stays for a hold."""
    what = f"{rows} rows of it are kept" if rows else "It is kept as it is"
    why = f"{what} for {PURPOSE} under a legal hold ({matters(holds)}; {ARTICLE}); no read shows them."
    fix = "Closing the hold triggers their erasure: `mesh hold close`, or `mesh dsar run` once it is closed."
    return replace(task, state=State.HELD, reason=why, fix=fix)


def in_files(keeping: Keeping, one: Holder, files: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """For a verifier: each file's rows but for those that are kept. A file's columns may be fewer than the served version's."""
    if not keeping.touching(one):
        return {file: file for file in files}
    kept = {file: keeping.condition(replace(one, columns=types)) for file, types in files.items()}
    return {file: f"(SELECT * FROM {file} WHERE NOT coalesce(({condition}), true))" for file, condition in kept.items()}


def planned_under(
    keeping: Keeping, lake: Lake, held: Iterable[Held], closure: Closure, reader: Reader, tasks: Iterable[Task]
) -> tuple[Task, ...]:
    """The tasks of a plan as they will come out while the holds are open: a product that is not deleted from stays whole."""
    products = {one.key: one for one in held}
    return tuple(_under(keeping, lake, products.get(task.product), closure, reader, task) for task in tasks)


def _under(keeping: Keeping, lake: Lake, one: Held | None, closure: Closure, reader: Reader, task: Task) -> Task:
    if one is None or task.state is not State.OPEN or not (holds := keeping.touching(about := holder(lake, one))):
        return task
    if strategy_of(one.descriptor) != DELETE:
        return kept_task(task, 0, holds)
    rows = held_rows(keeping, about, one, closure, reader)
    return kept_task(task, rows, holds) if rows else task


def held_rows(keeping: Keeping, about: Holder, one: Held, closure: Closure, reader: Reader) -> int:
    """How many rows of the person are kept in what is served."""
    kept = f"({theirs(one, closure) or 'false'}) AND ({keeping.condition(about)})"
    [found] = rows_over(reader, one, f"SELECT count(*) AS rows FROM {{t}} WHERE {kept}")
    return int(found["rows"])
