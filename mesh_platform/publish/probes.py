"""What holds of a product's data, seen by looking at it: files that are tried without their key, where they really lie, what replicates them.

A control that nobody has looked at is None, never True.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mesh_platform.audit.probe import proves_itself, takes_records
from mesh_platform.lake import Lake, Place, Writer
from mesh_platform.policy import Control, binding_for
from mesh_platform.product import Mesh, Product
from mesh_platform.product.residency import outside_replicas
from mesh_platform.publish.runtime import Runtime, place_of
from mesh_platform.settings import Settings

Probes = Mapping[str, bool | None]
_UNKNOWN: dict[str, bool | None] = dict.fromkeys(Control)
"""Of consent, masks and retention nothing is looked at: reads and jobs uphold them, and their tests show it."""


def probe_staged(mesh: Mesh, product: Product, writer: Writer, runtime: Runtime) -> Probes:
    """Of what is staged, before it is served: the new files, and the catalog as it stands before the commit."""
    bound = binding_for(product.descriptor.sensitivity).controls
    return {
        **_UNKNOWN,
        Control.ENCRYPTION: writer.encrypted() if Control.ENCRYPTION in bound else None,
        Control.REGION: _in_region(mesh, product, writer.place, writer.new_files(), runtime.lake, runtime.settings),
        Control.REPLICAS: replicas_allowed(mesh, product),
        Control.ACCESS_LOG: takes_records(runtime.audit) if Control.ACCESS_LOG in bound else None,
        Control.DURABLE_AUDIT: proves_itself(runtime.audit) if Control.DURABLE_AUDIT in bound else None,
    }


def probe_published(mesh: Mesh, product: Product, lake: Lake, settings: Settings) -> Probes:
    """Of the version that is served; where none is, only what needs no file is seen."""
    found: dict[str, bool | None] = {**_UNKNOWN, Control.REPLICAS: replicas_allowed(mesh, product)}
    if product.location is None:
        return found
    place = place_of(product)
    files = lake.files_of(place)
    if not files:
        return found
    return found | {
        Control.ENCRYPTION: lake.encrypted(place),
        Control.REGION: _in_region(mesh, product, place, files, lake, settings),
    }


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
