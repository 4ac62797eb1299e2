"""What a publication needs around it: lake, registry, control database, caches; opened once per process from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from mesh_platform.audit import AuditLog, open_audit
from mesh_platform.confine import Confinement
from mesh_platform.contract import ExtraCompiler
from mesh_platform.errors import MeshError
from mesh_platform.keys import open_keys
from mesh_platform.lake import Lake, Place
from mesh_platform.product import Product
from mesh_platform.product.sql import ShapeCache
from mesh_platform.publish.assessment import confinement_of, extra_compiler, shape_cache
from mesh_platform.registry import Registry
from mesh_platform.settings import Settings
from mesh_platform.state import Database, open_state


@dataclass(frozen=True, slots=True)
class Runtime:
    """Everything at hand. Close it, or use it in a `with`."""

    settings: Settings
    database: Database
    registry: Registry
    lake: Lake
    shapes: ShapeCache
    confinement: Confinement
    contracts: ExtraCompiler
    audit: AuditLog

    def close(self) -> None:
        """Close the audit log with its last checkpoint, the lake's engines, its temporary folder and the database's connections."""
        try:
            self.audit.close()
        finally:
            self.lake.close()
            self.database.close()

    def __enter__(self) -> Runtime:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_runtime(settings: Settings, behind: bool = False) -> Runtime:
    """The runtime of the project that `settings` describe; the home is made where it is missing.

    `behind`: whether its lake shows what waits after a restore, for whoever applies the ledger to it.

    Raises:
        Unavailable: where the control database or the key of the audit log cannot be had.
    """
    home: Path = settings.home_path
    database, keys = open_state(settings), open_keys(settings)
    lake = Lake(
        home,
        keys,
        memory_limit=settings.memory_limit,
        threads=settings.threads,
        history=settings.history,
        lock_wait=settings.lock_wait_seconds,
        behind=behind,
    )
    return runtime_over(settings, database, lake, open_audit(settings, database, keys))


def runtime_over(settings: Settings, database: Database, lake: Lake, audit: AuditLog) -> Runtime:
    """The runtime over what a process holds open already; whoever opened that closes it."""
    shapes, confinement, contracts = shape_cache(settings), confinement_of(settings), extra_compiler(settings)
    return Runtime(settings, database, Registry(database), lake, shapes, confinement, contracts, audit)


def place_of(product: Product) -> Place:
    """Where the product's files lie.

    Raises:
        MeshError: RUN-05, where no region is declared for it.
    """
    if product.location is None:
        why = "No storage location follows from the product, its domain or the organisation's policy."
        fix = "Name one under dataResidency.storageLocations."
        raise MeshError.because("RUN-05", product.where, why, fix, str(product.key))
    return Place(product.location, product.key.domain, product.key.name)
