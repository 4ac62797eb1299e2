"""A dbt model as SQL: dbt compiles it in a confined process that holds no rows; what comes out is judged like `transform.sql` and run as such.

dbt's Jinja is a program, so it runs where it reaches nothing, and only its text counts. What is compiled is kept by the content of all in
the dbt project that concerns the domain, since a macro or a configuration anywhere in it may change a model.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mesh_platform.confine import Confinement
from mesh_platform.errors import MeshError
from mesh_platform.lake import quote_name
from mesh_platform.product import DbtTransform, ProductKey
from mesh_platform.product.sql_guard import reads
from mesh_platform.publish.dbt_child import files_of

_JOB = "mesh_platform.publish.dbt_child:compile"
_FORMAT = 1
MATERIALIZATIONS = ("table", "view")


def compiled_sql(
    transform: DbtTransform,
    project: Path,
    where: str,
    product: str,
    names: Mapping[ProductKey, str],
    confinement: Confinement,
    cache: Path,
) -> str:
    """The SELECT that dbt makes of the model.

    Args:
        transform: the model.
        project: the dbt project's folder.
        where: the model's file, for findings.
        product: whose model it is.
        names: the inputs and the names under which they are read.
        confinement: how dbt runs.
        cache: where compiled models are kept.

    Raises:
        MeshError: RUN-03 with the kind of error, never its text; DBT-03 where the model asks for what is not done; SQL-… where the compiled text does
            what no transform may do.
        Unavailable: where dbt cannot be confined.
    """
    said = _compiled(transform, project, product.partition("/")[0], where, confinement, cache)
    if "why" in said:
        fix = "Run `dbt compile` by hand to see why; the text is not kept, since it may hold a value."
        raise MeshError.because(
            "RUN-03", f"{where}:{said['line']}", f"dbt could not compile the model: {said['why']}.", fix, product
        )
    if str(said["raw"]).strip() != transform.text.strip():
        why = "The model's file changed while it was published."
        raise MeshError.because("RUN-13", where, why, "Publish again.", product)
    if said["materialized"] not in MATERIALIZATIONS or said["hooks"]:
        why = "Its configuration asks for a materialization other than table and view, or for hooks; the platform runs its SELECT alone."
        raise MeshError.because("DBT-03", where, why, "Take them out of the model, models.yml and dbt_project.yml.", product)
    sql = _with_input_names(str(said["sql"]), said["sources"], names)
    for problem in reads(sql, frozenset(names.values())).problems:
        raise MeshError.because(problem.rule, f"{where}:{problem.line}", problem.why, problem.fix, product)
    return sql


def _with_input_names(sql: str, sources: Mapping[str, Any], names: Mapping[ProductKey, str]) -> str:
    """A source that is no input keeps dbt's name for it, which the guard then refuses."""
    for relation, (domain, name) in sources.items():
        known = names.get(ProductKey(domain, name))
        sql = sql.replace(relation, quote_name(known)) if known else sql
    return sql


def _compiled(
    transform: DbtTransform, project: Path, domain: str, where: str, confinement: Confinement, cache: Path
) -> dict[str, Any]:
    kept = cache / f"{_key(project, domain)}.json"
    try:
        said = dict(json.loads(kept.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        said = _asked(project, domain, None, where, confinement)
        if "models" in said:
            _keep(kept, said)
        else:  # a model that dbt cannot even read is no mistake of its siblings
            said = _asked(project, domain, transform.path.relative_to(project).as_posix(), where, confinement)
    nothing = {"why": "dbt found no such model", "line": 1}
    return dict(said["models"].get(transform.model, nothing)) if "models" in said else said


def _asked(project: Path, domain: str, only: str | None, where: str, confinement: Confinement) -> dict[str, Any]:
    told, telling = os.pipe()
    given = {"project": str(project.resolve()), "domain": domain, "only": only, "result_fd": telling}
    with os.fdopen(told, "rb") as answer:
        try:
            process = confinement.start(_JOB, given, what=where, pass_fds=[telling], readable=[project])
        finally:
            os.close(telling)
        with process:
            said = answer.read()
    try:
        return dict(json.loads(said))
    except ValueError:
        return {"why": "dbt ended without an answer", "line": 1}


def _key(project: Path, domain: str) -> str:
    versions = [version(name) for name in ("dbt-core", "dbt-duckdb")]
    digest = hashlib.sha256(json.dumps([_FORMAT, versions, domain]).encode())
    for file in files_of(project, domain):
        digest.update(file.as_posix().encode() + b"\0" + hashlib.sha256((project / file).read_bytes()).digest())
    return digest.hexdigest()


def _keep(kept: Path, said: dict[str, Any]) -> None:
    try:
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = kept.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(said), encoding="utf-8")
        part.replace(kept)
    except OSError:
        return  # compiled again the next time
