"""A self-serve data mesh with privacy built in.

What stands in `__all__` is what domain teams import. Importing the package costs nothing: each name is fetched when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_platform.client.connecting import Connection, connect
    from mesh_platform.client.result import Result
    from mesh_platform.pipeline.location import domain_definitions
    from mesh_platform.product.decorator import column, data_product

__all__ = ["Connection", "Result", "column", "connect", "data_product", "domain_definitions"]

_HOME = {
    "Connection": "mesh_platform.client.connecting",
    "Result": "mesh_platform.client.result",
    "column": "mesh_platform.product.decorator",
    "connect": "mesh_platform.client.connecting",
    "data_product": "mesh_platform.product.decorator",
    "domain_definitions": "mesh_platform.pipeline.location",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
