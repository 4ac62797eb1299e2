"""What holds for every test: long suites wait for the night, and a property has no deadline, since a slow machine proves nothing."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

settings.register_profile("mesh", deadline=None)
settings.load_profile("mesh")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `nightly`, unless MESH_NIGHTLY is set (`make nightly`) or the marks were chosen by hand."""
    if os.environ.get("MESH_NIGHTLY") or config.option.markexpr:
        return
    late = [item for item in items if item.get_closest_marker("nightly")]
    if late:
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item not in late]
