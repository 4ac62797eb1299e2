"""Where each column of a product comes from, across products: from SQL by its text, from Python by `derivedFrom`, else from everything.

Not knowing is never a way out: a column whose origin is unknown derives from every field of every input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mesh_platform.errors import Finding
from mesh_platform.product.key import ProductKey
from mesh_platform.product.mesh import DbtTransform, Mesh, Product, SqlTransform
from mesh_platform.product.sql import SOURCE, ShapeCache, SqlShape
from mesh_platform.product.sql_trace import Schema

ColumnRef = tuple[ProductKey, str]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Output column → the columns of other products it derives from; which of them are aggregates; how it is known."""

    columns: Mapping[str, frozenset[ColumnRef]]
    aggregated: frozenset[str]
    exact: bool
    findings: tuple[Finding, ...] = ()


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
    schema: dict[str, tuple[str, ...]] = dict(input_fields(mesh, product))
    if product.descriptor.source is not None:
        schema[SOURCE] = ()
    if isinstance(transform, SqlTransform):
        return _of_sql(product, transform.sql, schema, cache, _file(mesh, product))
    if isinstance(transform, DbtTransform):
        return _of_dbt(mesh, product, transform, schema, cache)
    if transform is None:
        return Lineage(dict.fromkeys(product.descriptor.columns, frozenset()), frozenset(), exact=True)
    return _declared(product, schema)


def _file(mesh: Mesh, product: Product) -> str:
    assert product.transform is not None
    return product.transform.path.relative_to(mesh.root).as_posix()


def _of_sql(product: Product, sql: str, schema: Schema, cache: ShapeCache, file: str) -> Lineage:
    shape = cache.shape(sql, schema)
    findings = [Finding(p.rule, f"{file}:{p.line}", p.why, p.fix, str(product.key)) for p in shape.problems]
    if shape.problems:  # they block by themselves; guessing at origins would only add consequences to the cause
        nothing = dict.fromkeys(product.descriptor.columns, frozenset[ColumnRef]())
        return Lineage(nothing, frozenset(), exact=False, findings=tuple(findings))
    if shape.columns is None or shape.origins is None:
        known = _everything(product, schema)
        return Lineage(known, frozenset(), exact=False, findings=tuple(findings))
    by_fold = {name.casefold(): name for name in product.descriptor.columns}
    keys = {entry.name: entry.product for entry in product.descriptor.inputs}
    columns = {
        by_fold.get(name.casefold(), name): frozenset((keys[table], column) for table, column in found if table in keys)
        for name, found in shape.origins.items()
    }
    columns |= _said_otherwise(product, columns)
    aggregated = frozenset(by_fold.get(name.casefold(), name) for name in shape.aggregated)
    findings += _strictness(product, shape, file)
    return Lineage(columns, aggregated, exact=True, findings=tuple(findings))


def _strictness(product: Product, shape: SqlShape, file: str) -> list[Finding]:
    declared = {name.casefold(): name for name in product.descriptor.columns}
    yielded = [name.casefold() for name in shape.columns or ()]
    if not declared:
        return []
    found = []
    for name in shape.columns or ():
        if name.casefold() not in declared:
            why = f"The transform yields column {name!r}, which is not declared."
            fix = f"Declare {name!r} with its type, sensitivity and category, or leave it out of the SELECT."
            found.append(Finding("SQL-02", file, why, fix, str(product.key)))
    for fold, name in declared.items():
        if fold not in yielded:
            why = f"Column {name!r} is declared, but the transform does not yield it."
            found.append(Finding("SQL-03", file, why, "Select it, or remove it from columns:.", str(product.key)))
    doubled = sorted({name for name in yielded if yielded.count(name) > 1})
    if doubled:
        why = f"The transform yields {doubled[0]!r} more than once."
        found.append(Finding("SQL-03", file, why, "Give each output column a name of its own.", str(product.key)))
    return found


_SOURCE_CALL = re.compile(r"\{\{\s*source\(\s*['\"](\w+)['\"]\s*,\s*['\"](\w+)['\"]\s*\)\s*\}\}")
_CONFIG_CALL = re.compile(r"\{\{\s*config\(.*?\)\s*\}\}", re.DOTALL)
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_REF_CALL = re.compile(r"\{\{\s*ref\(")


def _of_dbt(mesh: Mesh, product: Product, transform: DbtTransform, schema: Schema, cache: ShapeCache) -> Lineage:
    file = _file(mesh, product)
    text = _COMMENT.sub("", _CONFIG_CALL.sub("", transform.path.read_text(encoding="utf-8", errors="replace")))
    names = {(entry.product.domain, entry.product.name): entry.name for entry in product.descriptor.inputs}
    findings = []
    if _REF_CALL.search(text):
        why = "The model refers to another model with ref()."
        findings.append(Finding("DBT-01", file, why, "Read products with source('<domain>','<product>').", str(product.key)))
    for domain, name in dict.fromkeys(_SOURCE_CALL.findall(text)):
        if (domain, name) not in names:
            why = f"The model reads {domain}/{name}, which is no declared input."
            findings.append(Finding("SQL-04", file, why, "Declare it under inputs:.", str(product.key)))
    sql = _SOURCE_CALL.sub(lambda call: f'"{names.get((call[1], call[2]), call[2])}"', text)
    if findings or "{{" in sql or "{%" in sql:
        return Lineage(_everything(product, schema), frozenset(), exact=False, findings=tuple(findings))
    return _of_sql(product, sql, schema, cache, file)


def _declared(product: Product, schema: Schema) -> Lineage:
    everything = _everything(product, schema)
    said = _said_otherwise(product, everything)
    return Lineage(everything | said, frozenset(), exact=set(said) == set(everything))


def _said_otherwise(product: Product, columns: Mapping[str, frozenset[ColumnRef]]) -> dict[str, frozenset[ColumnRef]]:
    """What `derivedFrom` says, for columns that no SQL tells; beside SQL it can only add."""
    found = {}
    for name, column in product.descriptor.columns.items():
        if column.derived_from is not None and name in columns:
            refs = frozenset(_ref(text) for text in column.derived_from)
            exact = isinstance(product.transform, SqlTransform | DbtTransform)
            found[name] = columns[name] | refs if exact else refs
    return found


def _ref(text: str) -> ColumnRef:
    product, _, column = text.partition(".")
    domain, _, name = product.partition("/")
    return ProductKey(domain, name), column


def _everything(product: Product, schema: Schema) -> dict[str, frozenset[ColumnRef]]:
    keys = {entry.name: entry.product for entry in product.descriptor.inputs}
    refs = frozenset((keys[name], field) for name, fields in schema.items() if name in keys for field in fields)
    return dict.fromkeys(product.descriptor.columns, refs)
