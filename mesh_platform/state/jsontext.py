"""JSON as the control database keeps it: ASCII, no NaN (PostgreSQL refuses it, SQLite would keep it)."""

from __future__ import annotations

import json


def dump_json(value: object) -> str:
    """`value` as JSON text.

    Raises:
        TypeError: where it is no JSON value.
        ValueError: where it holds NaN or infinity.
    """
    return json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
