"""Code locations of the domains: `attribute: <domain>` in workspace.yaml is a name of this module, made from the domain's folder.

None of the domain's own Python is run for it, its `definitions.py` included. Each name that stands here begins with `_` or a capital
letter, which no domain's does; so none hides a domain.
"""

from functools import cache as _cache
from pathlib import Path as _Path

from dagster import Definitions as _Definitions

from mesh_platform.pipeline.location import domain_definitions as _domain_definitions
from mesh_platform.settings import load_settings as _load_settings


def __getattr__(name: str) -> _Definitions:
    if name.isidentifier() and not name.startswith("_"):
        folder = _load_settings().project.resolve() / "domains" / name
        if folder.is_dir():
            return _made(folder)
    raise AttributeError(f"no domain {name!r} stands in this project")


@_cache  # Dagster asks whether there is such a name, and then for it
def _made(folder: _Path) -> _Definitions:
    return _domain_definitions(str(folder / "definitions.py"))
