"""The domains' keys over all their catalogs: what wraps what, rotation, revocation, and a new start after one.

Each call may be killed at any step and called again: it goes on where it was. A rotation writes the catalogs anew under keys of their own
and leaves every data file as it is; the old key is destroyed once no catalog needs it. A revocation first leaves a mark, which every
publication looks at, then destroys the key, and then waits for the publications that were under way.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, MeshError, NotFound, Unavailable, UsageProblem
from mesh_platform.failpoints import fp
from mesh_platform.keys import KeyProvider, KeyVersion
from mesh_platform.lake import catalog_key, recovery
from mesh_platform.lake.catalog import attach, compact
from mesh_platform.lake.engine import Engine
from mesh_platform.lake.files import FILE_MODE, create, make_folder, sync
from mesh_platform.lake.lock import product_lock
from mesh_platform.lake.place import KEY, KEY_NEW, Paths, Place, places_of

ACTIVE, REPLACED, REVOKING, REVOKED = "active", "replaced", "revoking", "revoked"
Locked = Callable[[Place, float | None, str], AbstractContextManager[Paths]]


@dataclass(frozen=True, slots=True)
class KeyState:
    """One version of a domain's key in one location: `replaced` while a rotation is not over, `revoked` with what the mark tells.

    `revoking` where the mark stands and the version is still held: it opens every copy of the home that has no mark.
    """

    domain: str
    region: str
    version: int
    name: str
    created: datetime | None
    state: str
    catalogs: int


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation came to. `complete` where the old versions are destroyed; else `findings` tell what stands in the way."""

    region: str
    version: int
    rewritten: int
    unchanged: int
    bytes: int
    findings: tuple[Finding, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a revocation came to: how many catalogs it closed. `findings` name publications that had not ended in time.

    Until `recallable_until` at the latest those who run the key service can take it back; None where nobody can.
    """

    region: str
    catalogs: int
    findings: tuple[Finding, ...] = ()
    recallable_until: datetime | None = None


class DomainKeys:
    """`Lake.domain_keys`."""

    def __init__(self, home: Path, keys: KeyProvider, locked: Locked, engine: Callable[[], Engine], wait: float) -> None:
        self._home, self._keys, self._locked, self._engine, self._wait = home, keys, locked, engine, wait

    def listed(self) -> tuple[KeyState, ...]:
        """Every key of the lake's domains, and every revocation, by domain, region and version."""
        counted, marked, versions = self._counted(), self._marked(), self._keys.listed()
        newest = {(version.domain, version.region): version.name for version in versions}
        found = [_state(version, newest, counted, marked.keys()) for version in versions]
        for (domain, region), (at, number) in marked.items():
            if (domain, region) in newest:
                continue
            catalogs = sum(n for (of, place, _), n in counted.items() if (of, place) == (domain, region))
            found.append(KeyState(domain, region, number, "", at, REVOKED, catalogs))
        return tuple(sorted(found, key=lambda key: (key.domain, key.region, key.version)))

    def regions(self, domain: str) -> tuple[str, ...]:
        """Where the domain has, or had, a key."""
        return tuple(dict.fromkeys(key.region for key in self.listed() if key.domain == domain))

    def rotate(self, domain: str, region: str, wait: float | None = None) -> Rotation:
        """A new key for the domain in one region; every catalog is written anew under it, and the old key is destroyed.

        Readers and publications go on. Where one product stays busy or does not open, the others are done, and the old key is kept.

        Raises:
            NotFound: KEY-08, where the domain has no key there.
            Unavailable: KEY-04, where it was revoked; LAKE-10, where another rotation goes on; where the key provider does not answer.
        """
        any_of = Paths(self._home, Place(region, domain, "all"))
        catalog_key.refuse_revoked(any_of)
        with self._one_at_a_time(any_of, wait, "key rotation"):
            newest = self._renewed(domain, region)
            fp("keys.renewed")
            sizes: list[int] = []
            findings: list[Finding] = []
            for place in places_of(self._home, domain, region):
                try:
                    with self._locked(place, wait, "key rotation") as paths, closing(self._engine()) as engine:
                        sizes += rekey(paths, self._keys, engine, newest.name)
                except MeshError as error:
                    findings.append(error.finding)
            if not findings:
                fp("keys.rewritten")
                self._keys.drop_older(domain, region)
                fp("keys.dropped")
        rewritten = [size for size in sizes if size]
        return Rotation(region, newest.number, len(rewritten), len(sizes) - len(rewritten), sum(rewritten), tuple(findings))

    def revoke(self, domain: str, region: str, wait: float | None = None) -> Revocation:
        """Destroy the domain's key in one region: nothing of it opens again, and nothing is published there until `start`.

        Raises:
            NotFound: KEY-08, where the domain has neither key nor mark there.
            Unavailable: where the key provider does not answer; the mark may stand then, and the key may not be destroyed yet.
        """
        any_of = Paths(self._home, Place(region, domain, "all"))
        held = self._keys.versions(domain, region)
        if not held and not any_of.revoked.exists():
            raise _no_such_key(domain, region)
        if not any_of.revoked.exists():
            said = {"at": utc_now().isoformat(timespec="seconds"), "version": held[-1].number}
            make_folder(any_of.revoked.parent)
            create(aside := any_of.revoked.with_suffix(".new"), json.dumps(said).encode())
            aside.replace(any_of.revoked)
            sync(any_of.revoked.parent)
        fp("keys.marked")
        self._keys.destroy(domain, region)
        fp("keys.destroyed")
        busy = list(self._ended(any_of, wait))
        self._keys.destroy(domain, region)  # one that a publication under way may have begun between our look and the mark
        catalogs = sum(n for (of, place, _), n in self._counted().items() if (of, place) == (domain, region))
        days = self._keys.recallable_days
        return Revocation(region, catalogs, tuple(busy), utc_now() + timedelta(days=days) if days else None)

    def start(self, domain: str, region: str, wait: float | None = None) -> int:
        """After a revocation: remove what nobody can open any more, and make a new key. How many data files went.

        In a place where the domain never had a key it makes one, which no publication does while the domain is closed elsewhere.

        Raises:
            UsageProblem: KEY-09, where the key was not revoked.
        """
        any_of = Paths(self._home, Place(region, domain, "all"))
        if not any_of.revoked.exists() and any_of.revoked_elsewhere() and not self._keys.has(domain, region):
            self._keys.wrap(domain, region, catalog_key.new_key())
            return 0
        if not any_of.revoked.exists():
            why = "The domain's key in this region was not revoked."
            raise UsageProblem.because("KEY-09", f"key of domain {domain} in {region}", why, "Nothing to do; publish as ever.")
        removed = 0
        for place in places_of(self._home, domain, region):
            with self._locked(place, wait, "new start of the key") as paths:
                removed += _cleared(paths)
        fp("keys.cleared")
        self._keys.destroy(domain, region)  # an interrupted revocation may not have come to it
        any_of.revoked.unlink()
        sync(any_of.revoked.parent)
        fp("keys.unmarked")
        self._keys.wrap(domain, region, catalog_key.new_key())
        return removed

    def _renewed(self, domain: str, region: str) -> KeyVersion:
        """The version that everything is to be wrapped under: a new one, or that of a rotation which was interrupted."""
        held = self._keys.versions(domain, region)
        if not held:
            raise _no_such_key(domain, region)
        return held[-1] if len(held) > 1 else self._keys.renew(domain, region)

    def _ended(self, any_of: Paths, wait: float | None) -> Iterator[Finding]:
        """Wait for each rotation and publication that was under way; a finding for each that has not ended in time."""
        doing = "key revocation"
        locks: list[AbstractContextManager[object]] = [self._one_at_a_time(any_of, wait, doing)]
        places = places_of(self._home, any_of.place.domain, any_of.place.location)
        locks += [self._locked(place, wait, doing) for place in places]
        for held in locks:
            try:
                with held:
                    continue
            except Unavailable as error:
                yield error.finding

    def _one_at_a_time(self, paths: Paths, wait: float | None, doing: str) -> AbstractContextManager[None]:
        lock = paths.lock.with_name(".keys.lock")
        return product_lock(lock, paths.place, self._wait if wait is None else wait, doing)

    def _counted(self) -> Counter[tuple[str, str, str]]:
        """(domain, region, name of the version) → catalogs whose key it wraps."""
        found: Counter[tuple[str, str, str]] = Counter()
        for file in (self._home / "catalogs").glob(f"*/*/*{KEY}*"):
            if file.suffix == KEY or (file.name.endswith(KEY_NEW) and not file.with_suffix("").exists()):
                domain, region = file.parent.name, file.parent.parent.name
                try:
                    found[domain, region, self._keys.version_of(domain, region, file.read_bytes())] += 1
                except (FileNotFoundError, Unavailable):
                    found[domain, region, ""] += 1
        return found

    def _marked(self) -> dict[tuple[str, str], tuple[datetime | None, int]]:
        found: dict[tuple[str, str], tuple[datetime | None, int]] = {}
        for mark in (self._home / "revoked").glob("*/*"):
            if mark.suffix:
                continue
            try:
                said = json.loads(mark.read_text(encoding="utf-8"))
                found[mark.name, mark.parent.name] = datetime.fromisoformat(said["at"]), int(said["version"])
            except (ValueError, KeyError, TypeError, OSError):
                found[mark.name, mark.parent.name] = None, 0  # whatever it says, the mark stands
        return found


def _cleared(paths: Paths) -> int:
    """Retire what nobody can open, as any product is retired: an interrupted one is finished. How many data files went."""
    if not paths.catalogs.is_dir() and not paths.data.is_dir():
        return 0
    make_folder(paths.catalogs)
    paths.retired.touch(mode=FILE_MODE)
    sync(paths.catalogs)
    return recovery.finish_retirement(paths)


def rekey(paths: Paths, keys: KeyProvider, engine: Engine, newest: str) -> list[int]:
    """Under the product's lock: the catalog anew, under a new key of its own that the version `newest` wraps.

    Returns:
        the new catalog's size; 0 where it was wrapped by `newest` already; nothing where nothing is published here.
    """
    place = paths.place
    if paths.retired.exists():
        recovery.finish_retirement(paths)
    catalog_key.settle_key(paths, keys, engine.con)
    catalog_key.refuse_lost_catalog(paths)
    if not paths.catalog.exists():
        return []
    old = catalog_key.read_key(paths, keys)
    if keys.version_of(place.domain, place.location, paths.key.read_bytes()) == newest:
        return [0]
    for left in list(paths.copies()):
        left.unlink()
    new, fresh = catalog_key.new_key(), paths.new_copy()
    try:
        compact(engine.con, place, paths.catalog, fresh, old, new)
        _check_same(paths, engine, fresh, old, new)
        fp("rekey.written")
        fresh.chmod(FILE_MODE)
        sync(fresh)
        wrapped = catalog_key.wrap(paths, keys, new)
        if keys.version_of(place.domain, place.location, wrapped) != newest:
            why = "The provider does not wrap with the new version yet."
            raise Unavailable(
                Finding("KEY-05", f"key of domain {place.domain} in {place.location}", why, "Rotate again.", place.key)
            )
        catalog_key.store_key_aside(paths, wrapped)
        fp("rekey.wrapped")
        size = fresh.stat().st_size
        fresh.replace(paths.catalog)
        fp("rekey.renamed")
        sync(paths.catalogs)
        paths.key_new.replace(paths.key)
        sync(paths.catalogs)
        fp("rekey.named")
        return [size]
    finally:
        for left in list(paths.copies()):
            left.unlink(missing_ok=True)


def _check_same(paths: Paths, engine: Engine, fresh: Path, old: bytes, new: bytes) -> None:
    """The new catalog tells the same versions and files, or nothing is replaced."""
    told = []
    for file, key in ((paths.catalog, old), (fresh, new)):
        catalog = attach(engine.con, "mesh_compared", paths.place, file, paths.data, key, read_only=True)
        try:
            told.append((catalog.versions(), catalog.files(), catalog.columns()))
        finally:
            catalog.detach()
    if told[0] != told[1]:
        why = "The catalog that was written anew is not like the old one; nothing was replaced."
        raise Unavailable(Finding("LAKE-26", f"catalog of {paths.place}", why, "Rotate again.", paths.place.key))


def _state(
    version: KeyVersion,
    newest: dict[tuple[str, str], str],
    counted: Counter[tuple[str, str, str]],
    marked: Collection[tuple[str, str]],
) -> KeyState:
    owner = (version.domain, version.region)
    state = REVOKING if owner in marked else ACTIVE if newest[owner] == version.name else REPLACED
    catalogs = counted[version.domain, version.region, version.name]
    return KeyState(version.domain, version.region, version.number, version.name, version.created, state, catalogs)


def _no_such_key(domain: str, region: str) -> NotFound:
    why, fix = "The domain has no key in this region.", "`mesh key list` shows those that exist."
    return NotFound(Finding("KEY-08", f"key of domain {domain} in {region}", why, fix))
