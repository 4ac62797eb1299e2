"""Which consumer contracts of one product speak of another: a consumer is a domain's folder, or `domain/product`.

A display name never counts, since a domain chooses its own and could choose another's.
"""

from __future__ import annotations

import re

from mesh_platform.product.key import ProductKey
from mesh_platform.product.mesh import Mesh, Product
from mesh_platform.product.models import DataContract


def consumer_of(mesh: Mesh, text: str) -> str | None:
    """The domain, or `domain/product`, that a contract's `consumer` names; None where it is outside of this mesh.

    "Sales", "sales" and "Sales Domain" name the domain in the folder `sales`; an exact folder name goes first.
    """
    if "/" in text:
        return next((str(key) for key in (*mesh.products, *mesh.broken) if str(key) == text.strip()), None)
    folded = re.sub(r"[\s_-]+", "_", text.strip().casefold())
    candidates = (folded, folded.removesuffix("_domain"))
    return next((name for name in candidates if name in mesh.domains), None)


def contracts_for(mesh: Mesh, product: Product, consumer: ProductKey) -> tuple[DataContract, ...]:
    """The contracts of `product` that name `consumer` or its domain."""
    names = (consumer.domain, str(consumer))
    return tuple(c for c in product.descriptor.data_contracts if consumer_of(mesh, c.consumer) in names)
