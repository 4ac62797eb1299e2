"""Dagster's own home under the mesh's: its configuration, written by us, and the environment in which nothing is sent to anyone.

A `dagster.yaml` that does not begin with our first line belongs to the operator and is left alone.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from mesh_platform.aside import written
from mesh_platform.errors import Unavailable
from mesh_platform.pipeline.dagster_database import URL_VARIABLE, prepare_database
from mesh_platform.settings import Settings
from mesh_platform.telemetry import SILENT

OURS = "# Written by the mesh at every start; take this line away to keep your own version."
CONFIG = "dagster.yaml"
IN_PROCESS = "in_process.yaml"
_NO_LOGS = {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager"}


def home_of(settings: Settings) -> Path:
    """DAGSTER_HOME of this mesh."""
    return settings.home_path / "dagster"


def prepare(settings: Settings) -> Path:
    """The home with today's configuration in it, closed to other users.

    Raises:
        Unavailable: where it cannot be written, or where a PostgreSQL store is asked for and cannot be used.
    """
    home = home_of(settings)
    shared = configuration(settings)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(home / CONFIG, shared)
        _write(home / IN_PROCESS, {**shared, "compute_logs": _NO_LOGS})
    except OSError as error:
        raise Unavailable.because(
            "HOME-01", "MESH_HOME/dagster", f"It cannot be written ({error.strerror}).", "Give this user a home of its own."
        ) from None
    prepare_database(settings)
    return home


def environment(settings: Settings) -> Mapping[str, str]:
    """What a Dagster process of this mesh is started with."""
    return {**os.environ, **SILENT, "DAGSTER_HOME": str(home_of(settings)), "MESH_PROJECT": str(settings.project.resolve())}


def configuration(settings: Settings) -> dict[str, Any]:
    """`dagster.yaml`.

    Pools hold one slot per product. A run that ends without freeing its slot would close its product for ever (dagster#28456), so the
    monitor frees it; one that was killed with everything else is ended at the next start (`process_locks`).
    """
    days = settings.run_retention_days
    found: dict[str, Any] = {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},  # no dialogue that asks for an address
        "concurrency": {
            "pools": {"default_limit": 1, "granularity": "op"},
            "runs": {"max_concurrent_runs": max(1, settings.threads)},
        },
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 300,
            "cancel_timeout_seconds": 180,
            "free_slots_after_run_end_seconds": 60,
        },
        "retention": {
            "schedule": {"purge_after_days": days},
            "sensor": {"purge_after_days": {"skipped": min(days, 2), "success": days, "failure": days, "started": days}},
            "auto_materialize": {
                "purge_after_days": {"skipped": min(days, 2), "success": days, "failure": days, "started": days}
            },
        },
        "freshness": {"enabled": True},
        "code_servers": {"local_startup_timeout": 300},
    }
    if settings.database_url is not None:
        found["storage"] = {"postgres": {"postgres_url": {"env": URL_VARIABLE}}}
    return found


def _write(path: Path, values: Mapping[str, Any]) -> None:
    text = f"{OURS}\n{yaml.safe_dump(dict(values), sort_keys=False)}"
    if path.is_file():
        standing = path.read_text(encoding="utf-8")
        if standing == text or not standing.startswith(OURS):
            return
    with written(path, 0o644) as out:
        out.write(text.encode())
