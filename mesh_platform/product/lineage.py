"""Where each column of a product comes from, across products: from SQL by its text, from Python by `derivedFrom`, else from everything.

Not knowing is never a way out: a column whose origin is unknown derives from every field of every input.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from mesh_platform.errors import Finding, Severity
from mesh_platform.product.dbt_model import read_model
from mesh_platform.product.key import ColumnRef, ProductKey
from mesh_platform.product.mesh import DbtTransform, Mesh, Product, SqlTransform
from mesh_platform.product.sql import SOURCE, ShapeCache, SqlShape
from mesh_platform.product.sql_engine import Columns
from mesh_platform.product.sql_guard import SqlProblem
from mesh_platform.product.sql_trace import Schema


@dataclass(frozen=True, slots=True)
class Lineage:
    """Output column → the columns of other products it derives from; which of them are aggregates; how it is known."""

    columns: Mapping[str, frozenset[ColumnRef]]
    aggregated: frozenset[str]
    exact: bool
    findings: tuple[Finding, ...] = ()
    staged: Columns | None = None
    """Output columns with their DuckDB types, where the engine could bind the transform over the inputs' declared types."""
    lines: Mapping[str, str] = field(default_factory=dict)
    """Output column, in lower case → `file:line` of the transform that gives it, where its text names it."""


def input_fields(mesh: Mesh, product: Product) -> dict[str, tuple[str, ...]]:
    """Input name → the fields that this product gets of it: those it asks for, else all that the input declares."""
    found = {}
    for entry in product.descriptor.inputs:
        source = mesh.products.get(entry.product)
        found[entry.name] = entry.fields or (tuple(source.descriptor.columns) if source else ())
    return found


def lineage_of(mesh: Mesh, product: Product, cache: ShapeCache) -> Lineage:
    """The lineage of one product, with a finding for each thing that its SQL should not do."""
    transform = product.transform
    fields = input_fields(mesh, product)
    if isinstance(transform, SqlTransform):
        given = {entry.name: _Given(entry.product, fields[entry.name]) for entry in product.descriptor.inputs}
        return _of_sql(mesh, product, _Statement(transform.sql, _file(mesh, product)), given, cache)
    if isinstance(transform, DbtTransform):
        return _of_dbt(mesh, product, transform, cache)
    if transform is None:
        return Lineage(dict.fromkeys(product.descriptor.columns, frozenset()), frozenset(), exact=True)
    return _declared(mesh, product)


def _file(mesh: Mesh, product: Product) -> str:
    assert product.transform is not None
    return product.transform.path.relative_to(mesh.root).as_posix()


@dataclass(frozen=True, slots=True)
class _Given:
    """What stands behind one name of the statement: the fields that the product takes of another."""

    product: ProductKey
    fields: tuple[str, ...]

    def types(self, mesh: Mesh) -> Columns | None:
        source = mesh.products.get(self.product)
        columns = source.descriptor.columns if source else {}
        known = bool(self.fields) and all(name in columns for name in self.fields)
        return tuple((name, columns[name].type.duckdb) for name in self.fields) if known else None


@dataclass(frozen=True, slots=True)
class _Statement:
    """One SELECT and the file in which it stands; `lines` where its lines are not the file's."""

    sql: str
    file: str
    lines: Callable[[int], int] = int

    def where(self, line: int) -> str:
        return f"{self.file}:{self.lines(line)}"

    def finding(self, product: Product, problem: SqlProblem) -> Finding:
        return Finding(problem.rule, self.where(problem.line), problem.why, problem.fix, str(product.key))


def _of_sql(mesh: Mesh, product: Product, statement: _Statement, given: Mapping[str, _Given], cache: ShapeCache) -> Lineage:
    schema: Schema = {name: source.fields for name, source in given.items()}
    if product.descriptor.source is not None:
        schema = {**schema, SOURCE: ()}
    types = {name: known for name, source in given.items() if (known := source.types(mesh))}
    shape = cache.shape(statement.sql, schema, types)
    if shape.problems:  # they block by themselves; guessing at origins would only add consequences to the cause
        nothing = dict.fromkeys(product.descriptor.columns, frozenset[ColumnRef]())
        found = tuple(statement.finding(product, problem) for problem in shape.problems)
        return Lineage(nothing, frozenset(), exact=False, findings=found)
    lines = {name: statement.where(line) for name, line in shape.lines.items()}
    findings = tuple(_strictness(product, shape, statement, lines))
    if shape.columns is None or shape.origins is None:
        everything = _everything(mesh, product)
        return Lineage(everything, frozenset(), exact=False, findings=findings, staged=shape.staged, lines=lines)
    by_fold = {name.casefold(): name for name in product.descriptor.columns}
    columns = {
        by_fold.get(name.casefold(), name): frozenset(
            ColumnRef(given[table].product, column) for table, column in found if table in given
        )
        for name, found in shape.origins.items()
    }
    columns |= _said_otherwise(product, columns)
    aggregated = frozenset(by_fold.get(name.casefold(), name) for name in shape.aggregated)
    return Lineage(columns, aggregated, exact=True, findings=findings, staged=shape.staged, lines=lines)


def _strictness(product: Product, shape: SqlShape, statement: _Statement, lines: Mapping[str, str]) -> Iterator[Finding]:
    declared = {name.casefold(): name for name in product.descriptor.columns}
    if not declared or shape.yields is None:
        return
    yielded = [name.casefold() for name in shape.yields]
    for name in shape.yields:
        if name.casefold() not in declared:
            why = f"The transform yields column {name!r}, which is not declared."
            fix = f"Declare {name!r} with its type, sensitivity and category, or leave it out of the SELECT."
            yield Finding("SQL-02", lines.get(name.casefold(), statement.where(1)), why, fix, str(product.key))
    for fold, name in declared.items():
        if fold not in yielded:
            why = f"Column {name!r} is declared, but the transform does not yield it."
            where = product.at("columns", name)
            yield Finding("SQL-03", where, why, "Select it, or remove it from columns:.", str(product.key))
    doubled = sorted({name for name in yielded if yielded.count(name) > 1})
    if doubled:
        why = f"The transform yields {doubled[0]!r} more than once."
        where = lines.get(doubled[0], statement.where(1))
        yield Finding("SQL-03", where, why, "Give each output column a name of its own.", str(product.key))


_WEIGHT = {"DBT-02": Severity.INFO}  # what dbt makes of it is judged when it is compiled, before it runs


def _of_dbt(mesh: Mesh, product: Product, transform: DbtTransform, cache: ShapeCache) -> Lineage:
    model = read_model(transform.text)
    statement = _Statement(model.sql, _file(mesh, product), model.line)
    fields = input_fields(mesh, product)
    given = {str(entry.product.present): _Given(entry.product, fields[entry.name]) for entry in product.descriptor.inputs}
    findings = [
        Finding(p.rule, f"{statement.file}:{p.line}", p.why, p.fix, str(product.key), _WEIGHT.get(p.rule, Severity.BLOCK))
        for p in model.problems
    ]
    for source, line in model.sources:
        if str(source) not in given:
            why = f"The model reads {source}, which is no declared input."
            findings.append(Finding("SQL-04", f"{statement.file}:{line}", why, "Declare it under inputs:.", str(product.key)))
    if findings:
        return Lineage(_everything(mesh, product), frozenset(), exact=False, findings=tuple(dict.fromkeys(findings)))
    return _of_sql(mesh, product, statement, given, cache)


def _declared(mesh: Mesh, product: Product) -> Lineage:
    everything = _everything(mesh, product)
    said = _said_otherwise(product, everything)
    return Lineage(everything | said, frozenset(), exact=set(said) == set(everything))


def _said_otherwise(product: Product, columns: Mapping[str, frozenset[ColumnRef]]) -> dict[str, frozenset[ColumnRef]]:
    """What `derivedFrom` says, for columns that no SQL tells; beside SQL it can only add."""
    found = {}
    for name, column in product.descriptor.columns.items():
        refs = column.origins
        if refs is not None and name in columns:
            exact = isinstance(product.transform, SqlTransform | DbtTransform)
            found[name] = columns[name] | refs if exact else refs
    return found


def _everything(mesh: Mesh, product: Product) -> dict[str, frozenset[ColumnRef]]:
    """Each column derives from every field of every input."""
    fields = input_fields(mesh, product)
    refs = frozenset(ColumnRef(entry.product, name) for entry in product.descriptor.inputs for name in fields[entry.name])
    return dict.fromkeys(product.descriptor.columns, refs)
