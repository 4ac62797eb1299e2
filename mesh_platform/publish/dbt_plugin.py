"""Loads the engine's encryption from its wheel before dbt opens the throw-away database, which is encrypted like everything else."""

from __future__ import annotations

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from mesh_platform.lake import load_extension


class Plugin(BasePlugin):
    """Found by dbt-duckdb through the profile that `dbt_transform` writes."""

    def configure_connection(self, conn: Any) -> None:
        load_extension(conn, "httpfs")
