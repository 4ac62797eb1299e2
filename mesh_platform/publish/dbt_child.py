"""The confined job that has dbt compile one model: the project comes in, SQL goes out, and no row is within reach.

dbt's own output goes nowhere; told are the compiled SQL, or the kind of error and its line.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

_KIND = re.compile(r"\b([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)* Error)\b")
_LINE = re.compile(r"\bline (\d+)\b")
_PROFILE = "mesh: {target: mesh, outputs: {mesh: {type: duckdb, path: ':memory:', threads: 1}}}\n"


def compile(model: str, project: str, result_fd: int) -> None:
    """Compile `model` of the dbt project in the folder `project`.

    The answer is JSON: `sql`, `raw` (the model's text that dbt read), `sources` (relation in the SQL → source and table), `materialized` and `hooks`;
    or `why` and `line`.
    """
    with os.fdopen(result_fd, "w", encoding="utf-8") as out:
        json.dump(_compiled(model, project), out)


def _compiled(model: str, project: str) -> dict[str, Any]:
    work = tempfile.mkdtemp()
    (Path(work) / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
    os.environ.update({"HOME": work, "DO_NOT_TRACK": "1"})
    os.chdir(work)
    from dbt.cli.main import dbtRunner

    try:
        result = dbtRunner().invoke(_arguments(model, project, work))
    except BaseException as error:  # noqa: BLE001 - Jinja of the project may raise anything
        return _told(type(error).__name__)
    if result.exception is not None:
        return _told(f"{type(result.exception).__name__} {result.exception}")
    nodes = list(getattr(result.result, "results", None) or ())
    if len(nodes) != 1:
        return {"why": f"dbt selected {len(nodes)} models of that name", "line": 1}
    if str(nodes[0].status) != "success":
        return _told(str(nodes[0].message))
    node = nodes[0].node
    return {
        "sql": node.compiled_code,
        "raw": node.raw_code,
        "sources": _sources(Path(work) / "target" / "manifest.json"),
        "materialized": node.config.materialized,
        "hooks": len(node.config.pre_hook) + len(node.config.post_hook),
    }


def _sources(manifest: Path) -> dict[str, list[str]]:
    found = json.loads(manifest.read_text(encoding="utf-8"))["sources"].values()
    return {source["relation_name"]: [source["source_name"], source["name"]] for source in found}


def _arguments(model: str, project: str, work: str) -> list[str]:
    quiet = ["--no-send-anonymous-usage-stats", "--no-use-colors", "--quiet", "--log-level-file", "none", "--no-version-check"]
    places = ["--project-dir", project, "--profiles-dir", work, "--target-path", f"{work}/target", "--log-path", f"{work}/logs"]
    return [*quiet, "compile", "--select", f"{model},resource_type:model", "--profile", "mesh", "--target", "mesh", *places]


def _told(text: str) -> dict[str, object]:
    kind, line = _KIND.findall(text), _LINE.search(text)
    return {"why": kind[-1] if kind else "dbt error", "line": int(line[1]) if line else 1}
