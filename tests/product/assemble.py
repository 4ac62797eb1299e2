"""A mesh from plain documents, as the product room makes it."""

from mesh_platform.product.assemble import ROOT, assemble

__all__ = ["ROOT", "assemble"]
