"""Names in addresses: a product by domain and name, read as everywhere else; what cannot be one is not found."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from mesh_platform.errors import NotFound
from mesh_platform.product import ProductKey, usable_name, usable_product

_LONGEST = 100
Domain = Annotated[str, Path(max_length=_LONGEST, description="Folder of the domain.", examples=["customer"])]
Name = Annotated[str, Path(max_length=_LONGEST, description="Folder of the product.", examples=["customer_360"])]


def product_key(domain: str, product: str) -> ProductKey:
    """The key that the address names.

    Raises:
        NotFound: NAME-02, where none can have that name; it is not repeated.
    """
    if not (usable_name(domain) and usable_product(product)):
        raise NotFound.because("NAME-02", "the address", "There is no such product.", "/v1/products lists those that exist.")
    return ProductKey(domain, product)


def key_of(text: str) -> ProductKey:
    """The key of domain/product.

    Raises:
        NotFound: NAME-02, as `product_key`.
    """
    domain, _, product = text.partition("/")
    return product_key(domain, product)


async def the_product(domain: Domain, product: Name) -> ProductKey:
    """For routes, as `product_key`."""
    return product_key(domain, product)


TheProduct = Annotated[ProductKey, Depends(the_product)]
