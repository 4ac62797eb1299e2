"""What changed since the served version, what reviewers said of it, and the task that asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mesh_platform.errors import MeshError
from mesh_platform.lake import Lake, Version
from mesh_platform.policy import Review
from mesh_platform.product import (
    Change,
    ChangeKind,
    Mesh,
    Product,
    ProductKey,
    PythonTransform,
    Sensitivity,
    diff,
    served_descriptor,
)
from mesh_platform.product.diff import overruled
from mesh_platform.product.key import ColumnRef
from mesh_platform.product.lineage import input_fields
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.registry.reviews import Reviews, voice_of
from mesh_platform.tasks import TaskKind, Tasks, review_task
from mesh_platform.tasks.channels import channel_names

_UNKNOWN = Change(
    ChangeKind.PRIVACY, "dataProduct", "the served version's descriptor cannot be read, so what changed is not known"
)


def tasks_of(runtime: Runtime) -> Tasks:
    """The tasks of a mesh; notices of them go out on the channels that its settings open."""
    return Tasks(runtime.database, channel_names(runtime.settings))


def changes_since(versions: Sequence[Version], product: Product) -> tuple[Change, ...]:
    """What separates `product` from the newest version that is served, and everything where that cannot be told.

    Before the first only verdicts count that overrule the scan: nobody is served yet, but the gate would open on one person's word.
    """
    if not versions:
        return first_words(product)
    told = next((version.extra for version in reversed(versions) if "descriptor" in version.extra), None)
    if told is None:
        return (_UNKNOWN,)
    if told.get("spec_hash") == product.spec_hash:
        return ()
    old = served_descriptor(told)
    return (_UNKNOWN,) if old is None else diff(old, product.descriptor)


def first_words(product: Product) -> tuple[Change, ...]:
    """What needs a review in a product that was never published: findings of the scan that it overrules."""
    columns = product.descriptor.columns.items()
    return tuple(change for name, column in columns for change in overruled(f"columns.{name}", column))


def first_origins(mesh: Mesh, product: Product) -> tuple[Change, ...]:
    """Columns that Python makes, and that are said not to come from a restricted field which it reads: only that word says so.

    It needs a review from the first publication on; later ones are weighed as changes of `derivedFrom`.
    """
    if not isinstance(product.transform, PythonTransform):
        return ()
    highest = {
        ColumnRef(entry.product, name)
        for entry in product.descriptor.inputs
        for name in input_fields(mesh, product)[entry.name]
        if _restricted(mesh, entry.product, name)
    }
    return tuple(
        Change(
            ChangeKind.PRIVACY,
            f"columns.{name}.derivedFrom",
            f"said not to come from {_some(highest - column.origins)}, which is restricted",
        )
        for name, column in product.descriptor.columns.items()
        if column.origins is not None and highest - column.origins and column.sensitivity is not Sensitivity.RESTRICTED
    )


def _restricted(mesh: Mesh, key: ProductKey, name: str) -> bool:
    source = mesh.products.get(key)
    column = source.descriptor.columns.get(name) if source else None
    return column is None or (column.sensitivity or Sensitivity.RESTRICTED) is Sensitivity.RESTRICTED


def _some(refs: set[ColumnRef]) -> str:
    first = min(map(str, refs))
    return first if len(refs) == 1 else f"{first} and {len(refs) - 1} more"


@dataclass(frozen=True, slots=True)
class Before:
    """The versions that a publication follows, oldest first, and where they lie where that is another place.

    They are the product's own, or those of the present product that an older version of it stands beside.
    """

    versions: Sequence[Version] = ()
    moved_from: str = ""
    own: bool = True

    @property
    def newest(self) -> Mapping[str, object]:
        """What the commit of the newest publication among them says."""
        return next((version.extra for version in reversed(self.versions) if "descriptor" in version.extra), {})

    @property
    def since(self) -> datetime | None:
        """Since when the files of the newest of them are served: the commit of the first of the last versions with its hash."""
        first = None
        for version in reversed(self.versions):
            if version.extra.get("spec_hash") != self.versions[-1].extra.get("spec_hash"):
                break
            first = version.committed_at
        return first

    def changes(self, product: Product) -> tuple[Change, ...]:
        """What separates `product` from the newest of them."""
        found = changes_since(self.versions, product)
        if not self.moved_from:
            return found
        why = f"its rows lie in {product.location} from now on, and lay in {self.moved_from}"
        return (*found, Change(ChangeKind.PRIVACY, "dataResidency", why))


def before(product: Product, lake: Lake, here: Sequence[Version] | None = None) -> Before:
    """What was published last of the product, at whatever place; else of the present product where this is an older version of it.

    `here` are the versions at its place where the caller has them.
    """
    if product.location is None:
        return Before()
    place = place_of(product)
    own = lake.versions(place) if here is None else here
    for key in dict.fromkeys((product.key, product.key.present)):
        at = [other for other in lake.places() if other.key == str(key) and other != place]
        served: list[tuple[Sequence[Version], str]] = [(found, other.location) for other in at if (found := lake.versions(other))]
        if own and key == product.key:
            served.append((own, place.location))
        if served:
            versions, location = max(served, key=lambda each: each[0][-1].committed_at)
            return Before(versions, location if location != place.location else "", key == product.key)
    return Before()


def review_of(mesh: Mesh, product: Product, before: Before, reviews: Reviews) -> Review:
    """The changes since the served version and what stands in their way or speaks for them."""
    changes = before.changes(product) if before.versions else (*before.changes(product), *first_origins(mesh, product))
    bare = Review(changes, spec_hash=product.spec_hash, needed=mesh.governance.policies.reviews.approvals)
    if not bare.relevant:
        return bare
    found = reviews.of(mesh, product, before.since)
    return replace(bare, approved_by=found.approved_by, rejected_by=found.rejected_by, unread=found.unread)


def first_look(mesh: Mesh, product: Product, runtime: Runtime) -> Review | None:
    """The review before anything runs; None where the lake does not tell now. It is looked at again, under the product's lock."""
    try:
        served = runtime.registry.latest(product.key)
        if served is not None and (served.spec_hash, served.location) == (product.spec_hash, product.location):
            return Review(spec_hash=product.spec_hash)
        return review_of(mesh, product, before(product, runtime.lake), Reviews(runtime.database, tasks_of(runtime)))
    except MeshError:
        return None


def second_look(mesh: Mesh, product: Product, runtime: Runtime, versions: Sequence[Version]) -> Review:
    """The review under the product's lock: this one counts."""
    return review_of(mesh, product, before(product, runtime.lake, versions), Reviews(runtime.database, tasks_of(runtime)))


def ask(mesh: Mesh, product: Product, review: Review | None, runtime: Runtime, now: datetime) -> None:
    """Open the task of a review that waits, in place of those of earlier states of the files; resolve that of one that is decided."""
    if review is None:
        return
    tasks, key = tasks_of(runtime), str(product.key)
    if not review.relevant:
        if tasks.listed(product=key, kind=TaskKind.REVIEW):  # of files that stand no more: the change was taken back
            with runtime.database.write() as con:
                tasks.supersede_in(con, key, TaskKind.REVIEW, "")
        return
    task = review_task(key, product.spec_hash, len(review.relevant), now + timedelta(days=runtime.settings.review_days))
    if review.standing != "waiting":  # a record of it may have come before anybody was asked
        decision = "approve" if review.standing == "approved" else "reject"
        by = review.rejected_by or review.approved_by
        tasks.settled(task, decision, "A record of the review.", ", ".join(by), voice_of(mesh, by, product.key.domain))
        return
    found = tasks.find(task.key)
    if found is None or not found.open:  # what was decided decides no more: another approval is asked for, or one does not count
        with runtime.database.write() as con:
            tasks.supersede_in(con, key, TaskKind.REVIEW, task.key)
            tasks.opened_in(con, task, again=True)
