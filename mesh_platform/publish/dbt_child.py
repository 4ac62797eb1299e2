"""The process in which dbt builds models, one request after another; run as `python -m mesh_platform.publish.dbt_child ANSWER_FD`.

It reads one JSON request a line from standard input and answers each with one. dbt's own output goes nowhere, since the text of an error may
hold a value; told are the relation that was built, or the kind of error. The throw-away database and its key reach dbt's plugin through this
process's environment alone and never stand in a file.
"""

from __future__ import annotations

import json
import os
import re
import sys
from typing import Any

_KIND = re.compile(r"\b([A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)* Error)\b")
_LINE = re.compile(r"\bLINE (\d+):")


def main(answer_fd: int) -> None:
    """Serve requests until standard input ends."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    with os.fdopen(answer_fd, "w", encoding="utf-8") as answers:
        for line in requests:
            answers.write(json.dumps(_build(**json.loads(line))) + "\n")
            answers.flush()


def _build(model: str, project: str, work: str, parsed: str, database: str, key: str) -> dict[str, Any]:
    from dbt.cli.main import dbtRunner

    os.environ.update({"MESH_DBT_DATABASE": database, "MESH_DBT_KEY": key})
    try:
        result = dbtRunner().invoke(_arguments(model, project, work, parsed))
    except BaseException as error:  # noqa: BLE001 - whatever dbt does, the next request is served
        return {"ok": False, **_told(type(error).__name__)}
    finally:
        _close_engine()
        del os.environ["MESH_DBT_DATABASE"], os.environ["MESH_DBT_KEY"]
    if result.exception is not None:
        return {"ok": False, **_told(f"{type(result.exception).__name__} {result.exception}")}
    nodes = list(getattr(result.result, "results", None) or ())
    if len(nodes) != 1:
        return {"ok": False, "type": f"dbt selected {len(nodes)} models of that name", "line": 1}
    if str(nodes[0].status) != "success":
        return {"ok": False, **_told(str(nodes[0].message))}
    return {"ok": True, "relation": nodes[0].node.relation_name}


def _close_engine() -> None:
    """dbt-duckdb keeps its engine for the next invocation, and with it the lock on this request's database."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager

    if DuckDBConnectionManager._ENV is not None:
        DuckDBConnectionManager._ENV.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _arguments(model: str, project: str, work: str, parsed: str) -> list[str]:
    quiet = ["--no-send-anonymous-usage-stats", "--no-use-colors", "--quiet", "--log-level-file", "none", "--no-version-check"]
    cached = ["--partial-parse", "--partial-parse-file-path", parsed] if os.path.exists(parsed) else []  # noqa: PTH110
    places = ["--project-dir", project, "--profiles-dir", work, "--target-path", f"{work}/target", "--log-path", f"{work}/logs"]
    return [*quiet, *cached, "run", "--select", model, "--profile", "mesh", "--target", "mesh", *places]


def _told(text: str) -> dict[str, object]:
    kind, line = _KIND.findall(text), _LINE.search(text)
    return {"type": kind[-1] if kind else "dbt error", "line": int(line[1]) if line else 1}


if __name__ == "__main__":
    main(int(sys.argv[1]))
