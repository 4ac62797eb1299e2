"""People taken out of retained backups: by key where that does it, and by removing a product's copy where it does not.

A copy that was removed is made again by the next backup; one that stayed would have to be believed. The verifier looks into each backup with the
same eyes as into the lake. A backup whose disk is not there is told with the day on which it ends, and what is restored from it waits for
the ledger.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from mesh_platform.actor import MESH, Actor
from mesh_platform.audit import Act, Phase, What
from mesh_platform.backups import Backups, Entry, Manifest, Stored, lake_of, read
from mesh_platform.backups.making import on_record, stands
from mesh_platform.backups.manifest import CONTROL
from mesh_platform.errors import MeshError
from mesh_platform.failpoints import fp
from mesh_platform.lake import Doomed, Lake
from mesh_platform.lake.copies import hash_of
from mesh_platform.ledger import Ledger
from mesh_platform.registry import Registry
from mesh_platform.retention import Hold, Holder
from mesh_platform.subjects.erasure.replay import kept_rows
from mesh_platform.subjects.keeping import Keeping, held_rows, holder, keeping, kept_task
from mesh_platform.subjects.people.held import Held, held_products
from mesh_platform.subjects.people.locate import doomed, located, refuse_mistaken, theirs
from mesh_platform.subjects.plan import DELETE, downstream
from mesh_platform.subjects.requests.values import Closure, Identifier, State, Task
from mesh_platform.subjects.verifier.forms import wanted
from mesh_platform.subjects.verifier.in_bytes import Needles
from mesh_platform.subjects.verifier.traces import in_tables
from mesh_platform.subjects.verifier.verifier import Verifier

TAKE_OUT = "take_out"
WAIT = 600.0
_SEALED = frozenset({"KEY-01", "KEY-02", "KEY-03", "KEY-04"})
"""What says that nobody opens a product any more: nothing has to be taken out of it."""
_GONE = "it was taken out, since somebody was erased"


@dataclass(frozen=True, slots=True)
class Retained:
    """The backups of a home, and what looks into them."""

    of: Backups
    ledger: Ledger
    registry: Registry

    def planned(self) -> tuple[Task, ...]:
        """What an erasure would do in each backup."""
        return tuple(_task(one, State.OPEN, 0, f"It ends on {one.ends_at:%Y-%m-%d}.") for one in self.of.shelf.entries())

    def erase(self, closure: Closure, identifiers: Sequence[Identifier], actor: Actor, now: datetime) -> tuple[Task, ...]:
        """Take the person out of every backup that can be reached, and look; one task for each.

        Raises:
            Unavailable: BACKUP-04, where another process is at the backups.
        """
        if not self.of.shelf.entries():
            return ()
        with self.of.shelf.alone(WAIT):
            return tuple(self._one(entry, closure, identifiers, actor, now) for entry in self.of.shelf.entries())

    def _one(self, entry: Entry, closure: Closure, identifiers: Sequence[Identifier], actor: Actor, now: datetime) -> Task:
        if not entry.reachable:
            return _out_of_reach(entry, now)
        try:
            done = self._taken(entry, read(entry), closure, identifiers, actor)
        except (MeshError, OSError) as error:
            rule = error.finding.rule if isinstance(error, MeshError) else type(error).__name__
            fix = "See `mesh backup verify`; then run the request again."
            return _task(entry, State.BLOCKED, 0, f"The person could not be taken out of it ({rule}).", fix)
        if tables := self._in_state(entry, identifiers):
            why = f"The person stands in its copy of the control database ({', '.join(tables)})."
            return _task(
                entry, State.BLOCKED, done.rows, why, "Make another backup, remove this one's folder, then run the request again."
            )
        return _became(entry, done)

    def _taken(
        self, entry: Entry, manifest: Manifest, closure: Closure, identifiers: Sequence[Identifier], actor: Actor
    ) -> _Taken:
        """Take the person out of one backup, and look what is left of them in it."""
        keep = keeping(self.ledger.database, closure)
        with lake_of(entry.folder, self.of.lake.keys, self.of.lake.home / "tmp") as lake:
            with lake.reader() as reader:
                held = [one for one in held_products(lake, reader) if one.problem not in _SEALED]
                rows = located(held, closure, lake, reader)
                for one in held:
                    if rows.get(one.key):
                        refuse_mistaken(one, closure, reader, self.ledger.tokens)
            by_key = [one for one in held if rows.get(one.key) and one.descriptor and _by_key(one)]
            reached = downstream(held, [key for key, count in rows.items() if count])
            stays = {one.key: condition for one in held if (condition := self._stays(one, keep, lake))}
            known_by_key = {
                one.key for one in held if one.key in rows and _by_key(one)
            }  # without rows of theirs, too: nothing of it has to go
            removed = [one for one in held if one.key in reached - known_by_key and one.key not in stays]
            removed += [one for one in held if one.problem or one.descriptor is None]
            changed = _Change(self.of, entry, manifest, lake, actor)
            for one in by_key:
                changed.begin()
                lake.purge(one.place, _doomed(one, closure, stays.get(one.key)), MESH, "erasure in a backup")
                fp("retained.purged")
            for one in removed:
                changed.remove(one)
            known = {one.place.key: one for one in held}
            seen = self._seen(lake, entry, identifiers)
            for key in sorted(seen - stays.keys()):
                changed.remove(known[key])
            changed.end()
            if seen - stays.keys():
                seen = self._seen(lake, entry, identifiers)
            after, kept = _left(lake, keep, closure, reached)
        return _Taken(sum(rows.values()) - after, kept, seen & stays.keys(), seen - stays.keys())

    def _seen(self, lake: Lake, entry: Entry, identifiers: Sequence[Identifier]) -> set[str]:
        """The products of the backup in which the verifier sees the person; no source lies there."""
        verifier = Verifier(lake, self.registry, entry.folder, self.ledger.tokens, self.ledger.governance.namespaces)
        return {one.product for one in verifier.look(identifiers).residues if not one.landing}

    def _in_state(self, entry: Entry, identifiers: Sequence[Identifier]) -> list[str]:
        """Where in the copied control database the person stands; it has no free pages."""
        needles = Needles.of(wanted(identifiers, self.ledger.tokens, self.ledger.governance.namespaces).forms)
        return [where for where, _ in in_tables(entry.folder / CONTROL, needles)]

    def _stays(self, one: Held, keep: Keeping, lake: Lake) -> str:
        """The condition that a row stays although its person is erased: a hold or a statutory minimum wants it; empty where none does."""
        held = keep.condition(holder(lake, one)) if keep.touching(Holder(one.place.key, one.descriptor, {})) else "false"
        parts = (kept_rows(one, self.ledger.database), f"coalesce(({held}), true)" if held != "false" else "")
        return " OR ".join(f"({part})" for part in parts if part)


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of one backup: `rows` went; what holds `kept`, by product; in which products the person stands that the law keeps, and in which still."""

    rows: int
    kept: Mapping[str, _HeldRows]
    left: Set[str]
    still: Set[str]


class _HeldRows(NamedTuple):
    """Rows of the person that stay in a product for holds; none are told where it has no key of theirs."""

    rows: int
    holds: tuple[Hold, ...]


def _doomed(one: Held, closure: Closure, stays: str | None) -> Doomed:
    return Doomed(where=f"({theirs(one, closure) or 'false'}) AND NOT ({stays})") if stays else doomed(one, closure)


def _left(lake: Lake, keep: Keeping, closure: Closure, reached: Collection[str]) -> tuple[int, Mapping[str, _HeldRows]]:
    """How many rows of the person stand in the backup now, and those among them that holds keep."""
    found = dict[str, _HeldRows]()
    with lake.reader() as reader:
        there = [one for one in held_products(lake, reader) if not one.problem]
        after = located(there, closure, lake, reader)
        for one in there:
            if one.key in reached and (holds := keep.touching(about := holder(lake, one))):
                rows = held_rows(keep, about, one, closure, reader)
                if rows or not _by_key(one):
                    found[one.key] = _HeldRows(rows, holds)
    return sum(after.values()), found


def _became(entry: Entry, done: _Taken) -> Task:
    """The task of a backup that was looked into."""
    end = f"It ends on {entry.ends_at:%Y-%m-%d}."
    if done.still:
        why = f"The person was found in it, in {', '.join(sorted(done.still))}, after all was done."
        return _task(entry, State.BLOCKED, done.rows, why, "Remove this backup's folder, then run the request again.")
    left = f"The person was found in it, in {', '.join(sorted(done.left))}, which the law keeps. " if done.left else ""
    if done.kept:
        rows, holds = sum(one.rows for one in done.kept.values()), [hold for one in done.kept.values() for hold in one.holds]
        task = kept_task(_task(entry, State.HELD, done.rows, ""), rows, holds)
        return replace(task, reason=f"{task.reason} They stand in {', '.join(sorted(done.kept))}. {left}{end}")
    return _task(entry, State.EXEMPT if left else State.VERIFIED, done.rows, f"{left}{end}")


class _Change:
    """What is done to one backup: its manifest says so from before the first step on, and names every file anew after the last."""

    def __init__(self, of: Backups, entry: Entry, manifest: Manifest, lake: Lake, actor: Actor) -> None:
        self._of, self._entry, self._manifest, self._lake, self._actor = of, entry, manifest, lake, actor
        self._open = manifest.changing  # by a run that was killed

    def begin(self) -> None:
        if not self._open:
            self._of.audit.record(Act.BACKUP, Phase.INTENT, self._actor, What(what="take out", ref=self._entry.id))
            self._manifest = replace(self._manifest, changing=True)
            self._manifest.write(self._entry.folder)
            self._open = True
            fp("retained.begun")

    def remove(self, one: Held) -> None:
        self.begin()
        self._lake.retire(one.place)
        fp("retained.removed")

    def end(self) -> None:
        """The manifest as the files are now; nothing where nothing was done."""
        if not self._open:
            return
        folder = self._entry.folder
        products = tuple(_as_it_is(self._lake, one) for one in self._manifest.products)
        revision = self._manifest.revision + 1
        while on_record(self._of, self._entry.id, revision):  # by a run that was killed before it wrote the manifest
            revision += 1
        now = replace(self._manifest, products=products, revision=revision, changing=False)
        stands(self._of, now, self._entry.root, self._actor, "take out")
        fp("retained.remembered")
        now.write(folder)
        fp("retained.written")


def _as_it_is(lake: Lake, one: Stored) -> Stored:
    if one.gone:
        return one
    if not lake.published(one.place):
        return replace(one, gone=_GONE, files={})
    files = [*lake.files_of(one.place), *_keys(lake, one)]
    return replace(one, files={str(file.relative_to(lake.home)): hash_of(file) for file in sorted(files)})


def _keys(lake: Lake, one: Stored) -> Iterator[Path]:
    yield from (lake.home / "catalogs" / one.place.location / one.place.domain).glob(f"{one.place.product}.key")


def _by_key(one: Held) -> bool:
    return one.descriptor is not None and one.descriptor.erasure is not None and one.descriptor.erasure.strategy == DELETE


def _out_of_reach(entry: Entry, now: datetime) -> Task:
    if entry.ends_at <= now:
        why = f"It was to end on {entry.ends_at:%Y-%m-%d}, and its disk is not there."
        return _task(entry, State.BLOCKED, 0, why, "Attach the disk and call `mesh backup expire`, then run the request again.")
    why = f"Its disk is not there. It ends on {entry.ends_at:%Y-%m-%d}, and what is restored from it waits for the ledger."
    return _task(entry, State.UNTOUCHED, 0, why)


def _task(entry: Entry, state: State, rows: int, why: str, fix: str = "") -> Task:
    return Task(f"backup {entry.id}", TAKE_OUT, state, rows, why, fix)
