"""The canaries of an opened mesh, asked over the same reads as everybody's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Workers
from mesh_platform.product import Mesh
from mesh_platform.propagation.canaries import Canaries
from mesh_platform.publish.carrying import audited_ledger, targets_of
from mesh_platform.publish.runtime import Runtime


@contextmanager
def canaries_of(mesh: Mesh, runtime: Runtime) -> Iterator[Canaries]:
    """What measures with them; no statement of anybody runs, so no worker starts."""
    grants = AccessStore(runtime.database).on
    with (
        Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
        Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit, grants) as reading,
    ):
        yield Canaries(runtime.lake, audited_ledger(mesh, runtime), reading, targets_of(mesh, runtime))
