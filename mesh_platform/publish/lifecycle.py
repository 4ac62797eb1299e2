"""What the life of products asks of a publication: what is served under its name, which inputs ended, whether the clock may be believed.

And who is told: the domain of a product whose folder is gone, and those who read a product that ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from mesh_platform.errors import Finding, MeshError
from mesh_platform.lake import Version, Writer
from mesh_platform.policy import Served
from mesh_platform.product import Lifecycle, Mesh, Product, ProductKey, major_of, served_descriptor
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.registry import ClockFloor, holdings
from mesh_platform.tasks import RETIRED, SUPERSEDED, Task, TaskKind, Tasks, move_task, orphan_task
from mesh_platform.tasks.channels import channel_names

TOLERANCE = timedelta(minutes=5)
"""How far a clock may lie behind the latest moment seen: machines that share a mesh differ by seconds, and a leap is no fraud."""
_TO_DECIDE = timedelta(days=7)


def clock_problem(now: datetime, floor: datetime, product: str) -> Finding | None:
    """CLOCK-01 where the clock lies behind what was seen already: a day that has passed does not come back, and no sunset moves with it."""
    if now >= floor - TOLERANCE:
        return None
    why = (
        f"The machine's clock says {now:%Y-%m-%d %H:%M} UTC, and the mesh has already seen {floor:%Y-%m-%d %H:%M}: "
        "sunsets, expiries and retention cannot be judged by it."
    )
    fix = "Set the clock right. If it was the later moment that was wrong, see docs/how-to/end-a-product.md."
    return Finding("CLOCK-01", "the machine's clock", why, fix, product)


def moment_of(now: datetime, runtime: Runtime) -> datetime:
    """The latest moment seen, `now` included; written down, so that no later publication is judged by an earlier one."""
    return ClockFloor(runtime.database, timedelta(days=runtime.settings.clock_leap_days)).raised(now)


def served_now(mesh: Mesh, product: Product, writer: Writer, runtime: Runtime, today: date) -> Served:
    """What is served under the product's name, and which older major versions stand beside it."""
    beside = frozenset(major for key in mesh.versions(product.key) if (major := _living(mesh, key, runtime, today)) is not None)
    return served_of(writer.versions(), beside)


def served_of(versions: Sequence[Version], beside: frozenset[int]) -> Served:
    """What the newest of those versions is; nothing before the first publication."""
    told = next((version.extra for version in reversed(versions) if "version" in version.extra), None)
    return Served() if told is None else Served(str(told["version"]), served_descriptor(told), beside)


def standing_beside(mesh: Mesh, key: ProductKey, today: date) -> frozenset[int]:
    """The older major versions whose folders stand and have not ended: a run of the mesh publishes them before the present one."""
    alive = (older for older in mesh.versions(key) if older in mesh.products and not ended(mesh.products[older], today))
    return frozenset(older.major for older in alive if older.major is not None)


def _living(mesh: Mesh, key: ProductKey, runtime: Runtime, today: date) -> int | None:
    """The major version of that older one, where its folder stands, its sunset has not passed, and rows of it are served."""
    older = mesh.products.get(key)
    if older is None or older.location is None or ended(older, today):
        return None
    versions = runtime.lake.versions(place_of(older))
    return key.major if versions and major_of(str(versions[-1].extra.get("version", ""))) == key.major else None


def ended(product: Product, today: date) -> bool:
    """Whether it is served no more although its folder stands: retired, or past its sunset."""
    sunset = product.descriptor.sunset
    return product.descriptor.status is Lifecycle.RETIRED or (sunset is not None and sunset < today)


def orphaned_inputs(mesh: Mesh, product: Product, runtime: Runtime) -> Iterator[Finding]:
    """Inputs that are not served because their folders are gone, although their rows are still held."""
    for i, entry in enumerate(product.descriptor.inputs):
        if entry.product in mesh.products or entry.product in mesh.broken:
            continue
        if runtime.registry.latest(entry.product) is not None:
            why = (
                f"Its input {entry.product} is orphaned: its folder is gone, so it is not served, though its rows are still held."
            )
            fix = f"Bring domains/{entry.product} back, or read another product."
            yield Finding("LIFE-07", product.at("inputs", i), why, fix, str(product.key))


def orphans(mesh: Mesh, runtime: Runtime) -> tuple[ProductKey, ...]:
    """Products that hold data and have no folder."""
    held = holdings(runtime.registry, runtime.lake.places())
    known = {*mesh.products, *mesh.broken}
    return tuple(dict.fromkeys(one.product for one in held if one.product not in known))


def tell_of_ends(mesh: Mesh, runtime: Runtime, now: datetime) -> int:
    """Open the tasks of folders that are gone and of products that end, for whom it concerns; resolve those whose occasion has passed.

    Returns:
        How many tasks stand open for it.
    """
    tasks = Tasks(runtime.database, channel_names(runtime.settings))
    gone = orphans(mesh, runtime)
    for task in tasks.listed():
        if (why := _passed(task, mesh, gone)) is not None:
            tasks.resolve_key(task.key, SUPERSEDED, why)  # so that it is opened again where its occasion comes again
    told = [on_orphaned(key, runtime, tasks, now) for key in gone]
    for product in mesh.products.values():
        told += on_deprecated(mesh, product, tasks)
    return sum(task.open for task in told)


def on_orphaned(key: ProductKey, runtime: Runtime, tasks: Tasks, now: datetime) -> Task:
    """A product's folder is gone: its domain has to bring it back or retire it."""
    last = runtime.registry.latest(key)
    return tasks.open_task(orphan_task(str(key), last.id if last else "unrecorded", now + _TO_DECIDE))


def _passed(task: Task, mesh: Mesh, gone: Collection[ProductKey]) -> str | None:
    """Why there is nothing to decide any more, None where there is."""
    stands = task.product in map(str, (*mesh.products, *mesh.broken))
    if task.kind == TaskKind.ORPHAN and stands:
        return "Its folder stands again."
    if task.kind == TaskKind.ORPHAN and task.product not in map(str, gone):
        return "Nothing of it is held any more."
    if task.kind == TaskKind.REVIEW and not stands:
        return "Its folder is gone."
    return _moved(task, mesh) if task.kind == TaskKind.SUNSET else None


def _moved(task: Task, mesh: Mesh) -> str | None:
    """The same for a product that ends: another day is set, or the reader has gone or reads something else."""
    _, ending, day, *reading = task.key.split(":")
    if {ending, *reading} & set(map(str, mesh.broken)):
        return None
    named = {str(key): product for key, product in mesh.products.items()}
    for reader in reading:
        if reader not in named or ending not in map(str, mesh.upstream(named[reader].key)):
            return "It does not read that product any more."
    if ending not in named:
        return None if reading else "Its folder is gone."
    sunset = named[ending].descriptor.sunset
    return None if sunset is not None and sunset.isoformat() == day else "Its end was moved."


def on_deprecated(mesh: Mesh, product: Product, tasks: Tasks) -> list[Task]:
    """A product ends: the owners of those that read it are told, once per product and day of its end."""
    descriptor = product.descriptor
    if descriptor.status is not Lifecycle.DEPRECATED or descriptor.sunset is None:
        return []
    successor = str(descriptor.successor) if descriptor.successor else None
    told = (move_task(str(reader), str(product.key), descriptor.sunset, successor) for reader in mesh.readers(product.key))
    return [tasks.open_task(task) for task in told]


def resolve_retired(key: ProductKey, runtime: Runtime, evidence: str, by: str) -> None:
    """The product is gone for good: what was to be decided of it is decided. What somebody has to look into stays."""
    tasks = Tasks(runtime.database, channel_names(runtime.settings))
    for task in tasks.listed(product=str(key)):
        if task.kind in (TaskKind.ORPHAN, TaskKind.SUNSET, TaskKind.REVIEW, TaskKind.FINDING):
            tasks.resolve_key(task.key, RETIRED, evidence, by, None)


def remembered_readers(mesh: Mesh, key: ProductKey, runtime: Runtime) -> tuple[ProductKey, ...]:
    """Products that read this one: as their files say, and as the registry remembers of those whose files cannot be read now."""
    try:
        below = runtime.registry.downstream(key)
    except MeshError:
        below = ()
    broken = (reached.product for reached in below if reached.depth == 1 and reached.product in mesh.broken)
    return tuple(dict.fromkeys((*mesh.readers(key), *broken)))
