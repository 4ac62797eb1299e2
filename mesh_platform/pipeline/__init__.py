"""The one room that imports Dagster: products as assets with checks, lineage and automation, code locations, runs, and the console.

It refuses to decide anything about data. A publication is one call into `publish/`, and what Dagster keeps of it are counts and names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mesh_platform.pipeline.location import domain_definitions

__all__ = ["domain_definitions"]


def __getattr__(name: str) -> object:
    """Dagster takes a second to import, and starting the console does not need it here."""
    if name == "domain_definitions":
        from mesh_platform.pipeline.location import domain_definitions

        return domain_definitions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
