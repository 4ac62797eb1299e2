"""A dbt model as SQL: dbt compiles it in a confined process that holds no rows; what comes out is judged like `transform.sql` and run as such.

dbt's Jinja is a program, so it runs where it reaches nothing, and only its text counts. What is compiled is kept by the content of all in
the dbt project that concerns the domain, since a macro or a configuration anywhere in it may change a model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, Field, TypeAdapter, ValidationError, field_validator

from mesh_platform.cache import JsonCache, key_of
from mesh_platform.confine import Confinement, NoAnswer
from mesh_platform.errors import MeshError
from mesh_platform.lake import quote_name
from mesh_platform.product import DbtTransform, ProductKey
from mesh_platform.product.dbt_model import read_model
from mesh_platform.product.sql_guard import reads
from mesh_platform.publish.dbt_child import KINDS, UNNAMED, files_of

_JOB = "mesh_platform.publish.dbt_child:compile"
_FORMAT = 2
MATERIALIZATIONS = ("table", "view")


class _Failure(BaseModel):
    """Why dbt compiled nothing: a kind of error, and its line."""

    why: str
    line: int = Field(default=1, ge=1, le=10_000)

    @field_validator("why")
    @classmethod
    def _is_a_kind(cls, why: str) -> str:
        """The project's files may hold rows, so what it says itself is not told."""
        return why if why in KINDS else UNNAMED


class _Model(BaseModel):
    """A compiled model. `raw` is its text as dbt read it, `sources` the relations in its SQL with their source and table."""

    sql: str
    raw: str
    sources: dict[str, tuple[str, str]]
    materialized: str
    hooks: int


class _Told(BaseModel):
    """What the process answers; the project's Jinja ran in it, so that nothing but its shape is believed."""

    models: dict[str, _Model | _Failure]


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
    found = _compiled(transform, project, product.partition("/")[0], where, confinement, cache)
    if isinstance(found, _Failure):
        why = f"dbt could not compile the model: {found.why}."
        fix = "Run `dbt compile` by hand to see why; the text is not kept, since it may hold a value."
        raise MeshError.because("RUN-03", f"{where}:{found.line}", why, fix, product)
    if found.raw.strip() != transform.text.strip():
        why = "The model's file changed while it was published."
        raise MeshError.because("RUN-13", where, why, "Publish again.", product)
    if found.materialized not in MATERIALIZATIONS or found.hooks:
        why = "Its configuration asks for a materialization other than table and view, or for hooks; the platform runs its SELECT alone."
        raise MeshError.because("DBT-03", where, why, "Take them out of the model, models.yml and dbt_project.yml.", product)
    _refuse_other_text(found, transform, where, product)
    sql = _with_input_names(found, names)
    for problem in reads(sql, dict.fromkeys(names.values(), ())).problems:
        raise MeshError.because(problem.rule, f"{where}:{problem.line}", problem.why, problem.fix, product)
    return sql


def _refuse_other_text(model: _Model, transform: DbtTransform, where: str, product: str) -> None:
    """Where the text tells all of the model's SQL, its lineage was taken from it: dbt may make nothing else of it."""
    told, sql = read_model(transform.text), model.sql
    if any(problem.rule == "DBT-02" for problem in told.problems):
        return
    for relation, (domain, name) in model.sources.items():
        sql = sql.replace(relation, f'"{ProductKey(domain, name)}"') if relation else sql
    if sql.split() != told.sql.split():
        why = "What dbt makes of the model is not what its text says: a macro of the dbt project stands in place of source() or config()."
        raise MeshError.because("DBT-04", where, why, "Remove or rename that macro.", product)


def _with_input_names(model: _Model, names: Mapping[ProductKey, str]) -> str:
    """The SQL over the inputs' names. A source that is no input keeps dbt's name for it, which the guard then refuses."""
    sql = model.sql
    for relation, (domain, name) in model.sources.items():
        known = names.get(ProductKey(domain, name))
        sql = sql.replace(relation, quote_name(known)) if known and relation else sql
    return sql


def _compiled(
    transform: DbtTransform, project: Path, domain: str, where: str, confinement: Confinement, cache: Path
) -> _Model | _Failure:
    kept, key = JsonCache(cache), _key(project, domain)
    try:
        told: _Told | _Failure = _Told.model_validate(kept.read(key))
    except ValidationError:  # nothing is kept
        told = _asked(project, domain, None, where, confinement)
        if isinstance(told, _Told):
            if _key(project, domain) == key:  # or a file changed while dbt read them
                kept.write(key, told.model_dump(mode="json"))
        else:  # a model that dbt cannot even read is no mistake of its siblings
            told = _asked(project, domain, transform.path.relative_to(project).as_posix(), where, confinement)
    if isinstance(told, _Failure):
        return told
    return told.models.get(transform.model, _Failure.model_construct(why="dbt found no such model", line=1))


def _asked(project: Path, domain: str, only: str | None, where: str, confinement: Confinement) -> _Told | _Failure:
    given = {"project": str(project.resolve()), "domain": domain, "only": only}
    try:
        return confinement.ask(_JOB, given, _read, what=where, readable=[project])
    except NoAnswer as error:
        return _Failure.model_construct(why=str(error), line=1)  # in words of the platform's own


def _read(said: bytes) -> _Told | _Failure:
    answer: TypeAdapter[_Told | _Failure] = TypeAdapter(_Told | _Failure)
    return answer.validate_json(said)


def _key(project: Path, domain: str) -> str:
    versions = [version(name) for name in ("dbt-core", "dbt-duckdb")]
    files = [[file.as_posix(), hashlib.sha256((project / file).read_bytes()).hexdigest()] for file in files_of(project, domain)]
    return key_of(_FORMAT, versions, domain, files)
