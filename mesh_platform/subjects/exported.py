"""Files that left with rows of a person, for one erasure: each waits for its holder's word, and the task names who has not given it.

The word may be that the file is gone, or that the person is out of it; what the holder was told, and whether they answered, stands in the outbox of
`propagation`. Nobody here looks into a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mesh_platform.access.exports import Export, Exports
from mesh_platform.access.telling import recipients_of, suppressions
from mesh_platform.state import Database
from mesh_platform.subjects.outcomes import EXTERNAL
from mesh_platform.subjects.requests.values import Closure, State, Task

_FILE = "export "


def exported(exports: Exports, closure: Closure) -> Iterator[Task]:
    """A task for each standing file that may hold rows of the person."""
    tokens = [one.token for one in closure.identifiers]
    for export in exports.holders([one.subject63 for one in closure.identifiers]):
        yield _task(exports, export, tokens)


def _task(exports: Exports, export: Export, tokens: list[bytes]) -> Task:
    name, waits = f"{_FILE}{export.id}", exports.unanswered(export, tokens)
    if waits:
        why = f"{export.by} holds a file with rows that may be the person's, and has not acknowledged that they are out of it."
        fix = f"Have it removed, then `mesh access exports --ended {export.id}`; or the person taken out, then `--cleaned {export.id}`."
        return Task(name, EXTERNAL, State.BLOCKED, 0, why, fix)
    answered = exports.acknowledged_at(export, tokens)
    why = f"{export.by} acknowledged on {answered:%Y-%m-%d} that the person is out of it; nobody looked." if answered else ""
    return Task(name, EXTERNAL, State.UNTOUCHED, 0, why or "It was read after the person was left out of all reads.")


def not_acknowledged(tasks: Iterable[Task]) -> list[dict[str, str]]:
    """The files whose holders have not said that the person is out of them."""
    return [
        {"export": task.product.removeprefix(_FILE), "reason": task.reason}
        for task in tasks
        if task.strategy == EXTERNAL and task.product.startswith(_FILE) and task.state is State.BLOCKED
    ]


def told_outside(database: Database, names: Iterable[str], closure: Closure) -> dict[str, Any]:
    """How each recipient outside stands to the erasure of the person, for the certificate."""
    with database.read() as con:
        asked = suppressions(con, [one.token for one in closure.identifiers])
        return {"recipients": dict(recipients_of(con, names, asked))}
