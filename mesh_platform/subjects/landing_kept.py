"""Landing files that products name as their source or as stores beside it: where such a product is kept, by a hold or by law, so are they.

Nobody is asked to remove a person from a file that a hold keeps; what no kept product names is somebody's to clean.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from mesh_platform.product.models import Source
from mesh_platform.subjects.people.held import Held
from mesh_platform.subjects.requests.values import State, Task

KEPT = {
    State.HELD: (
        "landing files of held products",
        "The person stands in files of products that a legal hold keeps",
        "Leave them as they are; closing the hold triggers their erasure: `mesh hold close`.",
    ),
    State.EXEMPT: (
        "landing files of products kept by law",
        "The person stands in files of products whose rows the law keeps, and they stay with them",
        "",
    ),
}
"""By why they are kept: the task's name, what it says, and what helps."""
_JOURNALS = ("", "-wal", "-journal")


def kept_files(root: Path, held: Iterable[Held], tasks: Iterable[Task]) -> Mapping[str, State]:
    """The files that stay, below `root`: held, where one of the products that name it is; exempt, where all of them are."""
    states, named = {task.product: task.state for task in tasks}, defaultdict[str, list[State]](list)
    for one in held:
        if one.descriptor is not None and one.descriptor.source is not None:
            files = {file for pattern in _patterns(one.descriptor.source) for file in root.glob(pattern)}
            for file in files:
                named[str(file.relative_to(root))].append(states.get(one.key, State.UNTOUCHED))
    held_files = {file: State.HELD for file, each in named.items() if State.HELD in each}
    return {file: State.EXEMPT for file, each in named.items() if {*each} == {State.EXEMPT}} | held_files


def _patterns(source: Source) -> Iterator[str]:
    if source.path is not None:
        yield source.path
    if source.connection is not None and not source.connection.startswith("env:"):
        yield from (f"{source.connection}{journal}" for journal in _JOURNALS)
    yield from (store.path for store in source.stores if store.path is not None)


def kept_task(state: State, said: str) -> Task:
    """The task for files that stay; `said` tells where in them the person stands."""
    name, why, fix = KEPT[state]
    return Task(name, "clean", state, 0, f"{why}: {said}.", fix)
