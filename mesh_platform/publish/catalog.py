"""The mesh's products as the registry's catalog shows them."""

from __future__ import annotations

from mesh_platform.product import Mesh, Product, Sensitivity, as_document
from mesh_platform.registry import ColumnEntry, ProductEntry, Registered, Registry


def register(mesh: Mesh, registry: Registry, domains: frozenset[str] | None = None) -> Registered:
    """Make the catalog say what the folders say, of the whole mesh or of `domains`."""
    inside = [product for product in mesh.products.values() if domains is None or product.key.domain in domains]
    return registry.register([_entry(mesh, product) for product in inside], broken=tuple(mesh.broken), domains=domains)


def _entry(mesh: Mesh, product: Product) -> ProductEntry:
    descriptor = product.descriptor
    return ProductEntry(
        key=product.key,
        version=descriptor.version,
        status=descriptor.status.value,
        sensitivity=descriptor.sensitivity,
        spec_hash=product.spec_hash,
        title=descriptor.name,
        owner=mesh.owner(product.key),
        description=descriptor.description,
        region=descriptor.data_residency.region or "",
        location=product.location or "",
        columns=tuple(_column_entry(product, name) for name in descriptor.columns),
        document=as_document(descriptor),
    )


def _column_entry(product: Product, name: str) -> ColumnEntry:
    column = product.descriptor.columns[name]
    level = column.sensitivity or Sensitivity.RESTRICTED
    return ColumnEntry(name, column.type.text, level, column.category, column.subject, column.description)
