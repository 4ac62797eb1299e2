"""Builds a product's dbt model in a throw-away encrypted DuckDB file that holds its inputs as `source('<domain>','<product>')`.

The file, its key, dbt's artefacts and its logs go when the publication is over. What is kept is dbt's parsed project (which holds no rows), and,
while this process lives, the process in which dbt runs: starting dbt takes longer than most models.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import yaml

from mesh_platform.errors import MeshError
from mesh_platform.lake import Lake, quote_name, quote_text

SourceName = tuple[str, str]
_PARSED = "partial_parse.msgpack"


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

    Args:
        lake: gives the engine and says where parsed projects are kept.
        model: the name of the model.
        project: the dbt project's folder.
        where: the model's file, for findings.
        product: whose model it is.
        inputs: what `source('<domain>','<product>')` reads.
        work: a folder that goes afterwards.

    Raises:
        MeshError: RUN-03 with the kind of error, never its text.
    """
    database, key = work / "build.db", secrets.token_hex(16)
    _write_inputs(lake, database, key, inputs)
    (work / "profiles.yml").write_text(yaml.safe_dump(_profile()), encoding="utf-8")
    kept = lake.home / "cache" / "dbt" / _PARSED
    said = _dbt.build(
        model=model,
        project=str(project),
        work=str(work),
        parsed=str(_copied(kept, work / _PARSED)),
        database=str(database),
        key=key,
    )
    if not said["ok"]:
        why = f"dbt could not build the model: {said['type']}."
        fix = "Run the model on a small sample to see why; the text is not kept, since it may hold a value."
        raise MeshError.because("RUN-03", f"{where}:{said['line']}", why, fix, product)
    _keep(work / "target" / _PARSED, kept)
    return Built(database, key, str(said["relation"]))


def _write_inputs(lake: Lake, database: Path, key: str, inputs: Mapping[SourceName, pa.RecordBatchReader]) -> None:
    with lake.engine() as con:
        con.execute(f"ATTACH {quote_text(str(database))} AS mesh_build (ENCRYPTION_KEY {quote_text(key)})")
        for (domain, name), rows in inputs.items():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS mesh_build.{quote_name(domain)}")
            con.register("mesh_rows", rows)
            con.execute(f"CREATE TABLE mesh_build.{quote_name(domain)}.{quote_name(name)} AS SELECT * FROM mesh_rows")
            con.unregister("mesh_rows")
        con.execute("DETACH mesh_build")


def _profile() -> dict[str, object]:
    """The same for every publication. The attachment stands here so that dbt knows its name; the plugin has made it by then."""
    output = {
        "type": "duckdb",
        "path": ":memory:",
        "database": "mesh_build",
        "schema": "main",
        "threads": 1,
        "attach": [{"path": ":memory:", "alias": "mesh_build"}],
        "plugins": [{"module": "mesh_platform.publish.dbt_plugin", "alias": "mesh"}],
    }
    return {"mesh": {"target": "mesh", "outputs": {"mesh": output}}}


def _copied(kept: Path, copy: Path) -> Path:
    with contextlib.suppress(OSError):
        shutil.copyfile(kept, copy)
    return copy


def _keep(parsed: Path, kept: Path) -> None:
    """Keep the parsed project for the next time; without it the next one is slower and nothing else."""
    with contextlib.suppress(OSError):
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}")
        shutil.copyfile(parsed, part)
        part.replace(kept)


class _Dbt:
    """The process in which dbt runs, started when it is first needed and anew after it ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._answers = -1
        self._owner = 0

    def build(self, **request: str) -> dict[str, object]:
        with self._lock:
            child = self._running()
            assert child.stdin is not None
            try:
                child.stdin.write(json.dumps(request) + "\n")
                child.stdin.flush()
                line = self._answer()
            except OSError:
                line = ""
            if not line:
                self.stop()
                return {"ok": False, "type": "dbt ended without an answer", "line": 1}
            return dict(json.loads(line))

    def stop(self) -> None:
        if self._child is not None and self._owner == os.getpid():
            self._child.kill()
            self._child.wait()
            os.close(self._answers)
        self._child = None

    def _running(self) -> subprocess.Popen[str]:
        if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            self._start()
        assert self._child is not None
        return self._child

    def _start(self) -> None:
        self.stop()
        self._answers, write = os.pipe()
        quiet = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1"}
        command = [sys.executable, "-m", "mesh_platform.publish.dbt_child", str(write)]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(write,),
            text=True,
            env={**os.environ, **quiet},
        )
        os.close(write)
        self._owner = os.getpid()

    def _answer(self) -> str:
        found = b""
        while not found.endswith(b"\n"):
            more = os.read(self._answers, 65536)
            if not more:
                return ""
            found += more
        return found.decode()


_dbt = _Dbt()
atexit.register(_dbt.stop)
