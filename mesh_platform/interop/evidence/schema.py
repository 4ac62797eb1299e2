"""The published JSON Schema of `evidence.json`, made from the model: `python -m mesh_platform.interop.evidence.schema FILE`."""

from __future__ import annotations

import json
from typing import Any

from mesh_platform.interop.evidence.model import Evidence
from mesh_platform.product.schema import DIALECT

FILE = "evidence.schema.json"


def evidence_schema() -> dict[str, Any]:
    """The schema of a package's JSON."""
    return {"$schema": DIALECT, "$id": FILE, **Evidence.model_json_schema(mode="serialization"), "title": "evidence.json"}


def schema_text() -> str:
    return json.dumps(evidence_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    Path(sys.argv[1]).write_text(schema_text(), encoding="utf-8")
