"""The time, read in one place and handed on as an argument; tests shift it with `MESH_CLOCK` (seconds) under `MESH_ENV=test`."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The present moment in UTC, timezone-aware."""
    now = datetime.now(UTC)
    if os.environ.get("MESH_ENV") == "test" and "MESH_CLOCK" in os.environ:
        now += timedelta(seconds=float(os.environ["MESH_CLOCK"]))
    return now
