"""What holds for every test: long suites wait for the night, and a property has no deadline, since a slow machine proves nothing."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile

import pytest
from hypothesis import settings

# Anchors of audit logs go here and not into the state of whoever runs the tests; child processes inherit it.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="mesh-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

settings.register_profile("mesh", deadline=None)
settings.load_profile("mesh")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in a shell's background job; children would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `nightly`, unless MESH_NIGHTLY is set (`make nightly`) or the marks were chosen by hand."""
    if os.environ.get("MESH_NIGHTLY") or config.option.markexpr:
        return
    late = [item for item in items if item.get_closest_marker("nightly")]
    if late:
        config.hook.pytest_deselected(items=late)
        items[:] = [item for item in items if item not in late]
