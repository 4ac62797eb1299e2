"""The process in which dbt builds one model; run as `python -m mesh_platform.publish.dbt_child MODEL PROJECT PROFILES WORK RESULT_FD`.

dbt's own output goes nowhere, since the text of an error may hold a value; told are the relation that was built, or the kind of error.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

_KIND = re.compile(r"\b([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)* Error)\b")
_LINE = re.compile(r"\bLINE (\d+):")


def main(model: str, project: str, profiles: str, work: str, result_fd: int) -> None:
    """Build the model and write one JSON line to `result_fd`."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    with os.fdopen(result_fd, "w", encoding="utf-8") as out:
        out.write(json.dumps(_build(model, project, profiles, work)) + "\n")


def _build(model: str, project: str, profiles: str, work: str) -> dict[str, Any]:
    from dbt.cli.main import dbtRunner

    arguments = [
        "--no-send-anonymous-usage-stats",
        "--no-use-colors",
        "--quiet",
        "--log-level-file",
        "none",
        "--no-version-check",
    ]
    arguments += ["run", "--select", model, "--project-dir", project, "--profiles-dir", profiles, "--profile", "mesh"]
    arguments += ["--target", "mesh", "--target-path", f"{work}/target", "--log-path", f"{work}/logs"]
    result = dbtRunner().invoke(arguments)
    if result.exception is not None:
        return {"ok": False, **_told(f"{type(result.exception).__name__} {result.exception}")}
    nodes = list(getattr(result.result, "results", None) or ())
    if len(nodes) != 1:
        return {"ok": False, "type": f"dbt selected {len(nodes)} models of that name", "line": 1}
    if str(nodes[0].status) != "success":
        return {"ok": False, **_told(str(nodes[0].message))}
    return {"ok": True, "relation": nodes[0].node.relation_name}


def _told(text: str) -> dict[str, object]:
    kind, line = _KIND.findall(text), _LINE.search(text)
    return {"type": kind[-1] if kind else "dbt error", "line": int(line[1]) if line else 1}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
