"""Builds a product's dbt model in a throw-away encrypted DuckDB file that holds its inputs as `source('<domain>','<product>')`.

The file, its key, dbt's artefacts and its logs go when the publication is over; nothing of them is kept.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import yaml

from mesh_platform.errors import MeshError
from mesh_platform.lake import Lake, quote_name, quote_text

SourceName = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Built:
    """The throw-away database, its key, and the relation in it that the model made."""

    database: Path
    key: str
    relation: str


def build_model(
    lake: Lake, model: str, project: Path, where: str, product: str, inputs: Mapping[SourceName, pa.RecordBatchReader], work: Path
) -> Built:
    """The model, built over `inputs` (domain and product → rows).

    Raises:
        MeshError: RUN-03 with the kind of error, never its text.
    """
    database, key = work / "build.db", secrets.token_hex(16)
    _write_inputs(lake, database, key, inputs)
    (work / "profiles.yml").write_text(yaml.safe_dump(_profile()), encoding="utf-8")
    said = _run(model, project, work, {"MESH_DBT_DATABASE": str(database), "MESH_DBT_KEY": key})
    if not said["ok"]:
        why = f"dbt could not build the model: {said['type']}."
        fix = "Run the model on a small sample to see why; the text is not kept, since it may hold a value."
        raise MeshError.because("RUN-03", f"{where}:{said['line']}", why, fix, product)
    return Built(database, key, str(said["relation"]))


def _write_inputs(lake: Lake, database: Path, key: str, inputs: Mapping[SourceName, pa.RecordBatchReader]) -> None:
    with lake.engine() as con:
        con.execute(f"ATTACH {quote_text(str(database))} AS mesh_build (ENCRYPTION_KEY {quote_text(key)})")
        for (domain, name), rows in inputs.items():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS mesh_build.{quote_name(domain)}")
            con.register("mesh_rows", rows)
            con.execute(f"CREATE TABLE mesh_build.{quote_name(domain)}.{quote_name(name)} AS SELECT * FROM mesh_rows")
            con.unregister("mesh_rows")


def _profile() -> dict[str, object]:
    attach = {
        "path": "{{ env_var('MESH_DBT_DATABASE') }}",
        "alias": "mesh_build",
        "options": {"encryption_key": "{{ env_var('MESH_DBT_KEY') }}"},
    }
    output = {
        "type": "duckdb",
        "path": ":memory:",
        "database": "mesh_build",
        "schema": "main",
        "threads": 1,
        "attach": [attach],
        "plugins": [{"module": "mesh_platform.publish.dbt_plugin", "alias": "mesh"}],
        "settings": {"autoinstall_known_extensions": "false"},
    }
    return {"mesh": {"target": "mesh", "outputs": {"mesh": output}}}


def _run(model: str, project: Path, work: Path, env: Mapping[str, str]) -> dict[str, object]:
    read, write = os.pipe()
    command = [sys.executable, "-m", "mesh_platform.publish.dbt_child", model, str(project), str(work), str(work), str(write)]
    quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
    child = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(write,),
        env={**os.environ, **quiet, **env},
    )
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as answer:
        line = answer.readline()
    child.wait()
    return dict(json.loads(line)) if line else {"ok": False, "type": "dbt ended without an answer", "line": 1}
