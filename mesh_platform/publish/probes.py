"""What holds of a product's data, seen by looking at it: files that are tried without their key, where they really lie, what replicates them,
and what a read of its rows gives.

A control that nobody has looked at is None, never True.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from mesh_platform.access.decision import Decision
from mesh_platform.access.filters import Filters, RowFilter
from mesh_platform.audit.probe import proves_itself, takes_records
from mesh_platform.clock import utc_now
from mesh_platform.errors import MeshError, Unavailable
from mesh_platform.keys import KeyProvider
from mesh_platform.lake import Lake, Place, Writer
from mesh_platform.policy import Control, binding_for
from mesh_platform.product import Mesh, Product
from mesh_platform.product.residency import outside_replicas
from mesh_platform.publish.probing.asked import asked_of, unlawful_of
from mesh_platform.publish.probing.consent import probe_consent
from mesh_platform.publish.probing.masks import masked_columns, probe_masks
from mesh_platform.publish.probing.record import Probed, recorded
from mesh_platform.publish.probing.retention import probe_retention, stands
from mesh_platform.publish.probing.sample import sampled
from mesh_platform.publish.probing.seen import Seen
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.retention.runs import last_run
from mesh_platform.settings import Settings
from mesh_platform.state import Database

_UNKNOWN: dict[str, bool | None] = dict.fromkeys(Control)


def probe_staged(
    mesh: Mesh, product: Product, writer: Writer, runtime: Runtime, now: datetime, about: Mapping[str, object]
) -> Probed:
    """Of what is staged, before it is served: the new files, the catalog as it stands before the commit, and some of the rows.

    `about` is what the version will tell of the ledger.
    """
    bound = binding_for(product.descriptor.sensitivity).controls
    seen = _at_work(mesh, product, writer, runtime, now, about) if Control.MASKING in bound else {}
    holds: dict[str, bool | None] = {
        **_UNKNOWN,
        Control.ENCRYPTION: writer.encrypted() if Control.ENCRYPTION in bound else None,
        Control.REGION: _in_region(mesh, product, writer.place, writer.new_files(), runtime.lake, runtime.settings),
        Control.REPLICAS: replicas_allowed(mesh, product),
        Control.ACCESS_LOG: takes_records(runtime.audit) if Control.ACCESS_LOG in bound else None,
        Control.DURABLE_AUDIT: proves_itself(runtime.audit),
        **{control: one.holds for control, one in seen.items()},
    }
    return Probed(holds, seen, now)


def _at_work(
    mesh: Mesh, product: Product, writer: Writer, runtime: Runtime, now: datetime, about: Mapping[str, object]
) -> dict[Control, Seen]:
    """The controls that show in rows alone, each asked as a read or a job would ask."""
    bound, asked = binding_for(product.descriptor.sensitivity).controls, asked_of(mesh, product, now)
    with sampled(writer, masked_columns(product, asked)) as sample:
        found = {Control.MASKING: probe_masks(asked, sample)}
        if Control.LEGAL_BASIS in bound:
            filters = Filters(mesh.governance, runtime.database)

            def filtered(decision: Decision) -> RowFilter | None:
                return filters.of(product, product, about, sample.types, decision)

            found[Control.LEGAL_BASIS] = probe_consent(product, asked, unlawful_of(mesh, product, now), filtered, sample)
    return found | ({Control.RETENTION: probe_retention(product, writer, runtime, now)} if Control.RETENTION in bound else {})


def probe_published(
    mesh: Mesh, product: Product, lake: Lake, settings: Settings, database: Database | None, now: datetime | None = None
) -> Probed:
    """Of the version that is served; where none is, only what needs no file is seen. What needs rows was seen when it was published.

    Raises:
        Unavailable: where the control database cannot be read.
    """
    found: dict[str, bool | None] = {**_UNKNOWN, Control.REPLICAS: replicas_allowed(mesh, product)}
    if product.location is None:
        return Probed(found)
    place = place_of(product)
    files = lake.files_of(place)
    if not files:
        return Probed(found)
    found |= {
        Control.ENCRYPTION: lake.encrypted(place),
        Control.REGION: _in_region(mesh, product, place, files, lake, settings),
    }
    told = _told(mesh, product, lake, place)
    if (then := told.seen.get(Control.RETENTION)) is not None:
        run = last_run(database, place.key) if database else None
        told = told.having(Control.RETENTION, stands(run, then.overdue, told.at, now or utc_now()))
    return replace(told, holds={**found, **told.holds})


def _told(mesh: Mesh, product: Product, lake: Lake, place: Place) -> Probed:
    """What the served version's commit says; nothing where the catalog does not open, of which the other probes tell."""
    try:
        versions = lake.versions(place)
    except MeshError:
        return Probed({})
    return recorded(versions[-1].extra, mesh, product) if versions else Probed({})


def key_days(product: Product, keys: KeyProvider, today: date) -> int | None:
    """How many days ago the key was made that seals the product's keys; None where there is none, or whoever holds it does not say when."""
    try:
        held = keys.versions(product.key.domain, product.location) if product.location else ()
    except Unavailable:
        return None
    made = held[-1].created if held else None
    return None if made is None else max(0, (today - made.date()).days)


def replicas_allowed(mesh: Mesh, product: Product) -> bool | None:
    """Whether the place's files are copied only to where they may lie; None where governance says nothing about copies."""
    outside = outside_replicas(mesh, product)
    return None if outside is None else not outside


def _in_region(mesh: Mesh, product: Product, place: Place, files: Iterable[Path], lake: Lake, settings: Settings) -> bool | None:
    """Whether the files lie below the place's storage root, links followed, and nothing of the product in a place that is not allowed."""
    files = list(files)
    lying = [file.resolve() for file in files if file.exists()]
    roots = _roots(place.location, lake.home, settings)
    if not all(any(file.is_relative_to(root) for root in roots) for file in lying):
        return False
    if not lying or len(lying) < len(files):  # where those lie that are not found, nobody can say
        return None
    allowed = mesh.allowed_regions(product.key.domain)
    elsewhere = (at for at in lake.places() if (at.domain, at.product) == (place.domain, place.product) and at != place)
    return all(mesh.governance.regions.within(at.location, allowed) for at in elsewhere)


def _roots(location: str, home: Path, settings: Settings) -> list[Path]:
    """The folder that the settings map the place to, or the home's own folders of it."""
    if location in settings.storage_roots:
        return [(settings.project / settings.storage_roots[location]).resolve()]
    return [home.resolve() / kind / location for kind in ("data", "catalogs")]
