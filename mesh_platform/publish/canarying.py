"""The canaries of an opened mesh: planted, measured over the same reads as everybody's, and erased as anybody is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Workers
from mesh_platform.product import Mesh
from mesh_platform.propagation.canaries import Canaries, Measured, tell
from mesh_platform.publish.canary_erasures import Erased, Erasures, tell_erasures
from mesh_platform.publish.carrying import audited_ledger, targets_of
from mesh_platform.publish.desks import desk_of
from mesh_platform.publish.planting import Planted, Planting, unplanted
from mesh_platform.publish.runtime import Runtime
from mesh_platform.tasks import Tasks


@contextmanager
def canaries_of(mesh: Mesh, runtime: Runtime) -> Iterator[Canaries]:
    """What measures with them; no statement of anybody runs, so no worker starts."""
    grants = AccessStore(runtime.database).on
    with (
        Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, grants) as reading,
    ):
        yield Canaries(runtime.lake, audited_ledger(mesh, runtime), reading, targets_of(mesh, runtime))


@dataclass(frozen=True, slots=True)
class Stepped:
    """Where all canaries stand: at sources, in their withdrawals, in their erasures."""

    planted: tuple[Planted, ...]
    measured: tuple[Measured, ...]
    erased: tuple[Erased, ...]

    @property
    def late(self) -> bool:
        return any(one.late for one in self.measured) or any(one.late for one in self.erased)

    def as_json(self) -> dict[str, object]:
        return {
            "canaries": [one.as_json() for one in self.measured],
            "erasures": [one.as_json() for one in self.erased],
            "sources": [one.as_json() for one in self.planted],
        }


def standing(mesh: Mesh, runtime: Runtime, now: datetime) -> Stepped:
    """Where they stand, without a step."""
    with canaries_of(mesh, runtime) as canaries:
        measured = canaries.standing(now)
    return Stepped(unplanted(mesh), measured, _erasures(mesh, runtime).standing(now))


def step(mesh: Mesh, runtime: Runtime, tasks: Tasks, now: datetime) -> Stepped:
    """Plant each canary where it is not, take its withdrawal and its erasure one step further, and tell of what is late."""
    erasures = _erasures(mesh, runtime)
    with canaries_of(mesh, runtime) as canaries:
        planted = Planting(mesh, runtime, canaries.ledger.tokens).plant(now, erasures.under_way)
        measured = canaries.measure(now)
    erased = erasures.step(now)
    tell(measured, tasks, now)
    tell_erasures(erased, tasks, now)
    return Stepped(planted, measured, erased)


def _erasures(mesh: Mesh, runtime: Runtime) -> Erasures:
    return Erasures(desk_of(mesh, runtime), targets_of(mesh, runtime))
