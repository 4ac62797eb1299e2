"""Logs of regions: what concerns a product that lies in a region is recorded in that region's own database, under a log over all of them.

Each is a log like any other, with keys, anchor and witnesses of its own name. The log of the control database records their checkpoints, so
that a region's log which is cut off, put back, written anew or gone is found out by whoever has that one. Where a region's database cannot be
had, nothing of its products that must be recorded happens; other regions go on. What is written in a transaction of the control database (grants,
consent, requests, holds) is recorded there, whatever product it concerns.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import select

from mesh_platform.audit.checkpoints import Made
from mesh_platform.audit.leaf import Act, Phase, What, eid_of
from mesh_platform.audit.tlog import Checkpoint, noted
from mesh_platform.audit.tree import found
from mesh_platform.errors import MeshError, NotFound, UsageProblem
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_checkpoints, products

if TYPE_CHECKING:
    from mesh_platform.audit.log import AuditLog

EVERY = 10.0  # seconds at least between two checkpoints of a region that the log over it records, but at the end and on demand
KNOWN = 5.0  # seconds for which the place of a product is believed
CHECKPOINT = "region checkpoint"
AT_ONCE = 200  # checkpoints that are looked up together
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
Opened = Callable[[str], "AuditLog | None"]
"""The log of a region; None where it is only looked into, and there is none."""
Within = Callable[[str, str], bool]
"""Whether a place lies in a region."""


class Regions:
    """The logs of the regions in `names`, beside `over`, the log of the control database; each is opened when it is first needed."""

    def __init__(self, over: AuditLog, names: tuple[str, ...], opened: Opened, within: Within) -> None:
        self._over = over
        self.names = names
        self._open, self._within = opened, within
        self._logs: dict[str, AuditLog] = {}
        self._places: dict[str, tuple[float, str | None]] = {}
        self._told: dict[str, tuple[float, int]] = {}
        self._opening = {name: threading.Lock() for name in names}

    def log(self, name: str) -> AuditLog | None:
        """The log of a region; None where it is only looked into, and there is none.

        Raises:
            Unavailable: where its database or its keys cannot be had.
        """
        if (held := self._logs.get(name)) is not None:
            return held
        with self._opening[name]:  # one that is away keeps nobody waiting who needs another
            if name not in self._logs and (found := self._open(name)) is not None:
                found.over = self._over
                found.told = lambda made, at_once: self._record(name, made, at_once)
                self._logs[name] = found
            return self._logs.get(name)

    def of(self, obj: What | None) -> AuditLog | None:
        """The log in which a record about that belongs; None for the one over all.

        Raises:
            Unavailable: where it belongs into one that cannot be had.
        """
        if obj is None:
            return None
        place = obj.region or (self._place(obj.product) if obj.product else None)
        name = next((name for name in self.names if place and self._within(place, name)), None)
        return self.log(name) if name else None

    def named(self, name: str) -> AuditLog:
        """The log of that region.

        Raises:
            NotFound: AUDIT-16, where it has none.
            Unavailable: where its database or its keys cannot be had.
        """
        found = self.log(name) if name in self.names else None
        if found is None:
            why = "That region has no log of its own, or nothing was recorded in it."
            raise NotFound.because("AUDIT-16", "audit log", why, "The setting `audit_regions` says which have one.")
        return found

    def each(self) -> Iterator[tuple[str, AuditLog | None]]:
        for name in self.names:
            yield name, self.log(name)

    def opened(self) -> tuple[AuditLog, ...]:
        return tuple(self._logs.values())

    def _place(self, product: str) -> str | None:
        """Where the product lies, as the registry knows it."""
        key, now = product.partition("@")[0], time.monotonic()
        known = self._places.get(key)
        if known is None or now - known[0] > KNOWN:
            with self._over.database.read() as con:
                place = con.execute(select(products.c.location).where(products.c.key == key)).scalar()
            known = self._places[key] = (now, str(place) if place else None)
        return known[1]

    def _record(self, name: str, made: Made, at_once: bool) -> None:
        """Record a region's checkpoint in the log over it."""
        at, size = self._told.get(name, (0.0, 0))
        if made.size == size or (not at_once and time.monotonic() - at < EVERY):
            return
        said = noted(made.note)
        about = What(what=CHECKPOINT, region=name, ref=said.root.hex())
        self._over.record(Act.LOG_CHECKPOINT, Phase.DONE, None, about, n=said.size, key=_key(said))
        self._told[name] = (time.monotonic(), made.size)


def _key(said: Checkpoint) -> str:
    return f"{said.origin} {said.size} {said.root.hex()}"


def named_by(over: AuditLog, log: AuditLog, seq: int) -> tuple[int, str] | None:
    """The first checkpoint of a region's log that covers its record `seq` and that `over` names: the number of the record that does, and the note."""
    columns = audit_checkpoints.c
    query = select(columns.note).where(columns.size > seq).order_by(columns.size)
    with log.database.read() as con:
        notes = [str(row.note) for row in con.execute(query)]
    over.settle()
    with over.database.read() as con:
        for low in range(0, len(notes), AT_ONCE):
            ids = {eid_of(Act.LOG_CHECKPOINT, _key(noted(note))): note for note in notes[low : low + AT_ONCE]}
            places = found(con, ids)
            for eid, note in ids.items():
                if eid in places:
                    return places[eid], note
    return None


def log_of(log: AuditLog, region: str | None) -> AuditLog:
    """The log of that region under `log`; `log` itself where none is named.

    Raises:
        NotFound: AUDIT-16, where the region has no log.
        Unavailable: where its database or its keys cannot be had.
    """
    if region is None:
        return log
    if log.regions is None:
        why, fix = "No region has a log of its own.", "The setting `audit_regions` says which have one."
        raise NotFound.because("AUDIT-16", "audit log", why, fix)
    return log.regions.named(region)


def region_database(url: str, base: object) -> Database:
    """The database at a URL, or at a path from the project's folder on."""
    return Database(url if "://" in url else f"sqlite:///{base}/{url}" if not url.startswith("/") else f"sqlite:///{url}")


def checked_names(regions: Mapping[str, str], known: Callable[[str], bool]) -> tuple[str, ...]:
    """The names of regions that have a log.

    Raises:
        UsageProblem: AUDIT-25, where one stands in no tree of regions.
    """
    for name in regions:
        if not _NAME.fullmatch(name) or not known(name):
            why = "The setting `audit_regions` names a region that governance/regions.yaml does not know."
            raise UsageProblem.because("AUDIT-25", "audit log", why, "Name regions or places of governance/regions.yaml.")
    return tuple(sorted(regions))


def closed(logs: tuple[AuditLog, ...]) -> None:
    """Close them all, with their databases.

    Raises:
        MeshError: the first that was met; the others are closed all the same.
    """
    met: list[MeshError] = []
    for log in logs:
        try:
            log.close()
        except MeshError as error:
            met.append(error)
        finally:
            log.database.close()
    if met:
        raise met[0]
