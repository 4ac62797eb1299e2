"""What dbt's adapter needs of the platform: the engine's cipher from its wheel, and the throw-away database of the running request.

The database is attached here, from the process's environment, and not in the profile: its key then stands in no file, and dbt may keep what
it parsed, since the profile never changes.
"""

from __future__ import annotations

import os
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin

from mesh_platform.lake import load_extension, quote_text

ALIAS = "mesh_build"


class Plugin(BasePlugin):
    """Found by dbt-duckdb through the profile that `dbt_transform` writes."""

    def configure_connection(self, conn: Any) -> None:
        load_extension(conn, "httpfs")
        database, key = os.environ["MESH_DBT_DATABASE"], os.environ["MESH_DBT_KEY"]
        conn.execute(f"ATTACH {quote_text(database)} AS {ALIAS} (ENCRYPTION_KEY {quote_text(key)})")
