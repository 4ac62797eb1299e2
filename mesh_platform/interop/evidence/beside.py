"""The documents that come with a framework's evidence, each as a page and as JSON: told from the files of the mesh, not from its records."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from mesh_platform.interop.evidence.package import text_of
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.pci_page import pci_page
from mesh_platform.interop.pci_scope import scope_of
from mesh_platform.interop.processing import activities
from mesh_platform.interop.processing_page import processing_page
from mesh_platform.product import Mesh
from mesh_platform.product.lineage import lineage_of
from mesh_platform.product.sql import ShapeCache

Told = tuple[str, object]
"""A page, and what its JSON says."""


def documents(mesh: Mesh, shapes: ShapeCache, scope: Scope) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each."""
    for name in scope.framework.beside:
        page, said = _MADE[name](mesh, shapes, scope)
        yield f"{name}.html", page.encode()
        yield f"{name}.json", text_of({"as_of": scope.as_of.isoformat(), name: said})


def processing(mesh: Mesh, shapes: ShapeCache, scope: Scope) -> Told:
    """The record of processing activities of what is in scope."""
    found = activities(mesh, scope.as_of.date(), scope.domain, scope.product)
    return processing_page(found, scope.as_of.isoformat()), [one.model_dump(mode="json") for one in found]


def pci(mesh: Mesh, shapes: ShapeCache, scope: Scope) -> Told:
    """The map of the scope of PCI DSS. Of a part of the mesh it shows the products in it, and what flows to and from them."""
    lineages = {str(key): lineage_of(mesh, one, shapes) for key, one in mesh.products.items()}
    found = scope_of(mesh, lineages, scope.as_of.date()).part(scope.covers)
    return pci_page(found, scope.as_of.isoformat()), found.model_dump(mode="json")


_MADE: Mapping[str, Callable[[Mesh, ShapeCache, Scope], Told]] = {"processing": processing, "pci-scope": pci}
