"""The time, read in one place and handed on as an argument; tests shift it with `MESH_CLOCK` (seconds) under `MESH_ENV=test`."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """The present moment in UTC, timezone-aware."""
    now = datetime.now(UTC)
    if os.environ.get("MESH_ENV") == "test" and "MESH_CLOCK" in os.environ:
        now += timedelta(seconds=float(os.environ["MESH_CLOCK"]))
    return now


def time_from(began: datetime) -> Callable[[], datetime]:
    """The time that goes on from `began`: what one run writes down with it is in the order in which it happened, also where the machine's clock is set back."""
    mark = time.monotonic()
    return lambda: began + timedelta(seconds=time.monotonic() - mark)
