"""The confined job that has dbt compile the models of a domain: the project comes in, SQL goes out, and no row is within reach.

dbt's own output goes nowhere; told are the compiled SQL, or the kind of error and its line.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

UNNAMED = "dbt error"
KINDS = frozenset(
    f"{kind} Error"
    for kind in ("Runtime", "Compilation", "Parsing", "Database", "Dependency", "Validation", "Internal", "Contract")
) | {UNNAMED}
"""The kinds of error that dbt tells."""
_KIND = re.compile(r"\b([A-Z][a-z]+ Error)\b")
_LINE = re.compile(r"\bline (\d+)\b")
_WRITTEN_BY_DBT = ("target", "logs", "dbt_packages")
_PROFILE = "mesh: {target: mesh, outputs: {mesh: {type: duckdb, path: ':memory:', threads: 1}}}\n"


def compile(project: str, domain: str, only: str | None, result_fd: int) -> None:
    """Compile the models of one domain in the dbt project in the folder `project`, or the model in the file `only` alone.

    The answer is JSON: model → `sql`, `raw` (the text of it that dbt read), `sources` (relation in the SQL → source and table), `materialized` and
    `hooks`, or `why` and `line`; and `why` and `line` beside the models where dbt could not read them at all.
    """
    with os.fdopen(result_fd, "w", encoding="utf-8") as out:
        json.dump(_compiled(Path(project), domain, only), out)


def files_of(project: Path, domain: str) -> list[Path]:
    """What of a dbt project concerns one domain, relative to it: all but what dbt writes and the models of other domains."""
    return sorted(
        path.relative_to(project)
        for path in project.rglob("*")
        if path.is_file() and not _of_others(path.relative_to(project).parts, domain)
    )


def _of_others(parts: tuple[str, ...], domain: str) -> bool:
    return parts[0] in _WRITTEN_BY_DBT or (parts[0] == "models" and len(parts) > 2 and parts[1] != domain)


def _compiled(project: Path, domain: str, only: str | None) -> dict[str, Any]:
    work = Path(tempfile.mkdtemp())
    for file in files_of(project, domain):  # so that a mistake in one domain's models is no other's
        if only is not None and file.parts[0] == "models" and file.suffix == ".sql" and file.as_posix() != only:
            continue
        copy = work / "project" / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(project / file, copy)
    (work / "profiles.yml").write_text(_PROFILE, encoding="utf-8")
    os.environ["HOME"] = str(work)
    os.chdir(work)
    from dbt.cli.main import dbtRunner

    try:
        result = dbtRunner().invoke(_arguments(work))
    except BaseException as error:  # noqa: BLE001 - Jinja of the project may raise anything
        return _told(type(error).__name__)
    nodes = [entry for entry in getattr(result.result, "results", None) or () if entry.node.resource_type == "model"]
    if not nodes and result.exception is not None:
        return _told(f"{type(result.exception).__name__} {result.exception}")
    sources = _sources(work / "target" / "manifest.json")
    return {"models": {entry.node.name: _model(entry, sources) for entry in nodes}}


def _model(entry: Any, sources: dict[str, list[str]]) -> dict[str, Any]:
    if str(entry.status) != "success":
        return _told(str(entry.message))
    node = entry.node
    return {
        "sql": node.compiled_code,
        "raw": node.raw_code,
        "sources": sources,
        "materialized": node.config.materialized,
        "hooks": len(node.config.pre_hook) + len(node.config.post_hook),
    }


def _sources(manifest: Path) -> dict[str, list[str]]:
    found = json.loads(manifest.read_text(encoding="utf-8"))["sources"].values()
    return {source["relation_name"]: [source["source_name"], source["name"]] for source in found}


def _arguments(work: Path) -> list[str]:
    quiet = ["--no-send-anonymous-usage-stats", "--no-use-colors", "--quiet", "--log-level-file", "none", "--no-version-check"]
    places = ["--project-dir", str(work / "project"), "--profiles-dir", str(work)]
    written = ["--target-path", str(work / "target"), "--log-path", str(work / "logs")]
    return [*quiet, "compile", "--profile", "mesh", "--target", "mesh", *places, *written]


def _told(text: str) -> dict[str, object]:
    kinds, line = [kind for kind in _KIND.findall(text) if kind in KINDS], _LINE.search(text)
    return {"why": kinds[-1] if kinds else UNNAMED, "line": int(line[1]) if line else 1}
