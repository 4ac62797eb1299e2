"""What the platform does for itself: old runs and their logs removed, left-overs of killed publications cleared, late products named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from mesh_platform.errors import Finding, MeshError

if TYPE_CHECKING:
    from mesh_platform.pipeline.opened_mesh import OpenedMesh
    from mesh_platform.product import Product
    from mesh_platform.publish import Runtime
    from mesh_platform.tasks.delivery import Delivered

_PAGE = 200
_FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def remove_old_runs(instance: dg.DagsterInstance, storage: Path, before: datetime) -> int:
    """Remove the runs that ended and were created before that moment, with their events and their folder of compute logs.

    The run that says when an asset was last published is kept: without it, automation would take the product for missing.

    Returns:
        How many were removed. Folders whose run is no longer there (`delete_run` leaves them) go too and are not counted.
    """
    needed = _last_runs(instance)
    removed = 0
    for run_id in list(_old(instance, before)):
        if run_id not in needed:
            instance.delete_run(run_id)
            removed += 1
    for folder in _run_folders(storage):
        if not instance.has_run(folder.name) and _older(folder, before):
            shutil.rmtree(folder)
    return removed


def _old(instance: dg.DagsterInstance, before: datetime) -> Iterator[str]:
    cursor = None
    while True:
        page = instance.get_run_ids(filters=dg.RunsFilter(statuses=_FINISHED, created_before=before), cursor=cursor, limit=_PAGE)
        yield from page
        if len(page) < _PAGE:
            return
        cursor = page[-1]


def _last_runs(instance: dg.DagsterInstance) -> set[str]:
    found: set[str] = set()
    for record in instance.get_asset_records():
        entry = record.asset_entry
        found |= {
            run_id for run_id in (entry.last_run_id, entry.last_materialization and entry.last_materialization.run_id) if run_id
        }
    return found


def _run_folders(storage: Path) -> Iterator[Path]:
    if storage.is_dir():
        yield from (folder for folder in storage.iterdir() if folder.is_dir() and _is_run_id(folder.name))


def _is_run_id(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _older(folder: Path, before: datetime) -> bool:
    return folder.stat().st_mtime < before.timestamp()


def recover(opened: OpenedMesh) -> tuple[dict[str, int], tuple[Finding, ...]]:
    """Clear what killed publications left, and rebuild the publication rows that they did not come to write.

    A busy product is left to its publication, which does the same when it begins; one that cannot be brought into line keeps no other back.

    Returns:
        Counts of each, and what stood in the way of single products.
    """
    runtime = opened.runtime
    looked = runtime.lake.recover_all()
    findings = [found for found in looked.values() if isinstance(found, Finding)]
    rows = 0
    for product in opened.mesh.products.values():
        try:
            rows += _reconciled(runtime, product)
        except MeshError as error:
            findings.append(error.finding.of(str(product.key)))
    busy = sum(found.busy for found in looked.values() if not isinstance(found, Finding))
    counts = {
        "products": len(looked),
        "busy": busy,
        "publication rows rebuilt": rows,
        "not brought into line": len(set(findings)),
    }
    return counts, tuple(dict.fromkeys(findings))


def _reconciled(runtime: Runtime, product: Product) -> int:
    from mesh_platform.publish import place_of

    if product.location is None:
        return 0
    return runtime.registry.reconcile(product.key, runtime.lake.versions(place_of(product)))


def late_products(opened: OpenedMesh, now: datetime) -> list[str]:
    """The products that are older than they promise, or were never published although they promise freshness."""
    from mesh_platform.product import Lifecycle

    published = opened.runtime.registry.latest_publications()
    late = []
    for key, product in sorted(opened.mesh.products.items()):
        sla = product.descriptor.sla
        if sla is None or sla.freshness is None or product.descriptor.status in (Lifecycle.DRAFT, Lifecycle.RETIRED):
            continue
        last = published.get(key)
        if last is None or last.published_at < now - sla.freshness.approximate:
            late.append(f"{key}: {_age(now, last.published_at) if last else 'never published'}, promised {sla.freshness}")
    return late


def orphaned_products(opened: OpenedMesh) -> list[str]:
    """The products whose folders are gone while their rows are held, each with what answers it."""
    from mesh_platform.publish.lifecycle import orphans

    return [
        f"{key}: its folder is gone and its rows are held; put it back, or `mesh retire {key}`"
        for key in orphans(opened.mesh, opened.runtime)
    ]


def notify(opened: OpenedMesh, now: datetime) -> Delivered:
    """Tell of breaches whose clocks run out, open the tasks of products and of recipients' entries that end soon, of what nobody attests, and of service levels that were not kept, and send every notice that is due."""
    from mesh_platform.access.promises import tell_of_levels
    from mesh_platform.access.store import AccessStore
    from mesh_platform.product import Lifecycle
    from mesh_platform.propagation.recipient_ends import tell_of_ending
    from mesh_platform.publish import tell_of_ends
    from mesh_platform.publish.attesting import tell_of_attestations
    from mesh_platform.publish.desks import breaches_of
    from mesh_platform.publish.duties import see_to_all
    from mesh_platform.publish.review import tasks_of
    from mesh_platform.tasks import channels_of, sunset_task
    from mesh_platform.tasks.delivery import deliver

    breaches_of(opened.mesh, opened.runtime).sweep(now)  # first: their time is counted in hours
    tasks = tasks_of(opened.runtime)
    for key, product in opened.mesh.products.items():
        sunset, status = product.descriptor.sunset, product.descriptor.status
        if status is Lifecycle.DEPRECATED and sunset is not None and (task := sunset_task(str(key), sunset, now.date())):
            tasks.open_task(task)
    tell_of_ends(opened.mesh, opened.runtime, now)
    tell_of_ending(tasks, opened.mesh.governance, now)
    see_to_all(opened.mesh, opened.runtime, now)
    tell_of_attestations(opened.mesh, opened.runtime, now)
    tell_of_levels(opened.mesh, opened.runtime.registry, AccessStore(opened.runtime.database).on, tasks, now)
    return deliver(opened.runtime.database, channels_of(opened.settings))


def _age(now: datetime, then: datetime) -> str:
    return f"{(now - then) / timedelta(hours=1):.1f} hours old"
