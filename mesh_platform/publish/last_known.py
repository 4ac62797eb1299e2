"""A mesh in which an input whose descriptor is broken just now stands as it was last read: its version is still served, so it can be read."""

from __future__ import annotations

from dataclasses import replace

from pydantic import ValidationError

from mesh_platform.errors import NotFound
from mesh_platform.product import DataProduct, Mesh, Product, ProductKey
from mesh_platform.registry import Registry


def with_last_known(mesh: Mesh, product: Product, registry: Registry) -> Mesh:
    """The mesh with the broken inputs and references of `product` replaced by what the registry remembers of them."""
    remembered = {
        key: found for key in mesh.upstream(product.key) if key in mesh.broken and (found := _remembered(mesh, key, registry))
    }
    if not remembered:
        return mesh
    broken = {key: value for key, value in mesh.broken.items() if key not in remembered}
    return replace(mesh, products={**mesh.products, **remembered}, broken=broken)


def _remembered(mesh: Mesh, key: ProductKey, registry: Registry) -> Product | None:
    try:
        entry = registry.product(key)
        descriptor = DataProduct.model_validate(entry.document, by_alias=True, by_name=False)
    except (NotFound, ValidationError):
        return None
    broken = mesh.broken[key]
    where = broken.findings[0].where if broken.findings else str(key)
    return Product(
        key=key,
        folder=broken.folder,
        descriptor=descriptor,
        transform=None,
        contract_text=None,
        spec_hash=entry.spec_hash,
        location=entry.location or None,
        where=where,
    )
