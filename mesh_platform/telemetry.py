"""The variables that keep Dagster and dbt from sending usage statistics, given to every process that the platform starts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SILENT: Mapping[str, str] = MappingProxyType(
    {"DAGSTER_DISABLE_TELEMETRY": "yes", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
)
