"""The second door, for Python people: `@data_product(...)` over a pandera `DataFrameModel` makes the same descriptor as YAML does.

`product.py` in the product's folder holds one decorated `transform(inputs)`. Its model's fields carry `column(sensitivity=…)`; type,
nullability, uniqueness and the checks come from pandera itself.
"""

from __future__ import annotations

import inspect
import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from mesh_platform.confine import Confinement, NoAnswer
from mesh_platform.confine.domain_code import MARK, DomainCodeError, kind, run
from mesh_platform.errors import Finding
from mesh_platform.product.models import Column, DataProduct
from mesh_platform.product.parse import parse
from mesh_platform.product.yaml_file import Document, Unreadable

_JOB = f"{__name__}:answer"
_CHECKS = {
    "greater_than_or_equal_to": {"min_value": "min"},
    "less_than_or_equal_to": {"max_value": "max"},
    "in_range": {"min_value": "min", "max_value": "max"},
    "isin": {"allowed_values": "values"},
    "str_length": {"min_value": "minLength", "max_value": "maxLength"},
    "str_matches": {"pattern": "pattern"},
}


def column(**descriptor: Any) -> Any:
    """A pandera field with what the mesh must know of it.

    Args:
        **descriptor: keys of a column in product.yaml (`sensitivity`, `category`, `subject`, `purposes`, `mask`, `description`, …);
            `unique`, `nullable` and pandera's own checks (`ge`, `le`, `isin`, `str_matches`, …) are handed to `pandera.Field`.

    Returns:
        The field, for use as a class attribute of a `pandera.pandas.DataFrameModel`.
    """
    import pandera.pandas as pa

    ours = {field.alias or name for name, field in Column.model_fields.items()} - {"type", "unique", "nullable", "description"}
    kept = {key: value for key, value in descriptor.items() if key in ours}
    rest = {key: value for key, value in descriptor.items() if key not in ours}
    return pa.Field(metadata={"mesh": kept}, **rest)


def data_product(*, model: type, **descriptor: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the decorated `transform(inputs)` as the product of its folder.

    Args:
        model: a `pandera.pandas.DataFrameModel` with the product's columns.
        **descriptor: keys of `dataProduct` in product.yaml, such as `owner`, `retention`, `purposes`, `inputs`.

    Returns:
        The function, unchanged.
    """

    def mark(transform: Callable[..., Any]) -> Callable[..., Any]:
        setattr(transform, MARK, (model, {"description": inspect.getdoc(transform) or "", **descriptor}))
        return transform

    return mark


class _Told(BaseModel):
    """What `answer` writes: the descriptor's parts, or why there are none."""

    line: int = Field(default=1, ge=1, le=1_000_000)
    descriptor: dict[str, Any] = {}
    columns: dict[str, dict[str, Any]] = {}
    why: str | None = Field(default=None, max_length=200)
    fix: str = Field(default="Mend the line.", max_length=200)


def read_python_descriptor(
    text: str, path: Path, name: str, confinement: Confinement
) -> tuple[Document, DataProduct | None, list[Finding]]:
    """The descriptor that the decorated function in `text` declares; the file is run in a confined process.

    Args:
        text: what the file holds.
        path: the file, whose folders name product and domain where it does not.
        name: the file as findings name it.
        confinement: how it is run.

    Raises:
        Unreadable: where the file does not run, or decorates no or several functions.
        Unavailable: where it cannot be confined.
    """
    told = _told(text, path.name, name, confinement)
    if told.why is not None:
        raise Unreadable(Finding("DESC-12", f"{name}:{told.line}", f"{told.why}.", told.fix))
    data = {"name": path.parent.name, "domain": path.parent.parent.name, **told.descriptor, "columns": told.columns}
    document = Document(name, {"dataProduct": data}, {(): told.line, ("dataProduct",): told.line})
    found, findings = parse(document, DataProduct, "dataProduct")
    return document, found, findings


@lru_cache(maxsize=256)
def _told(text: str, file: str, name: str, confinement: Confinement) -> _Told:
    try:
        return confinement.ask(_JOB, {"text": text, "name": file}, _Told.model_validate_json, what=name)
    except NoAnswer as error:
        return _Told(why=f"Running it gave no descriptor: {error}", fix="See that it only declares; it is run to be read.")


def answer(text: str, name: str, result_fd: int) -> None:
    """The job: run the file and say what its one decorated function declares, as JSON."""
    with os.fdopen(result_fd, "w", encoding="utf-8") as out:
        try:
            json.dump(_declared(text, name), out, default=str)
        except DomainCodeError as error:
            json.dump({"why": f"Running it stopped: {error.why}", "line": error.line}, out)


def _declared(text: str, name: str) -> dict[str, Any]:
    marked = [value for value in vars(run(text, name)).values() if callable(value) and hasattr(value, MARK)]
    if len(marked) != 1:
        return {"why": f"It decorates {len(marked)} functions with @data_product", "line": 1, "fix": "Decorate exactly one."}
    model, descriptor = getattr(marked[0], MARK)
    line = marked[0].__code__.co_firstlineno
    try:
        return {"descriptor": descriptor, "columns": columns_of(model), "line": line}
    except Exception as error:  # noqa: BLE001 - pandera raises what it likes for a model that is none
        why, fix = f"Its model cannot be read: {kind(error)}", "Give `model=` a pandera.pandas.DataFrameModel."
        return {"why": why, "line": line, "fix": fix}


def columns_of(model: Any) -> dict[str, dict[str, Any]]:
    """The columns of a pandera model under the keys of product.yaml."""
    return {name: _column(field) for name, field in model.to_schema().columns.items()}


def _column(field: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": _type(str(field.dtype)), "nullable": field.nullable, "unique": field.unique}
    if field.description:
        found["description"] = field.description
    for check in field.checks:
        for theirs, ours in _CHECKS.get(check.name, {}).items():
            value = check.statistics.get(theirs)
            if value is not None:
                found[ours] = list(value) if ours == "values" else getattr(value, "pattern", value)
    meta: Mapping[str, Any] = (field.metadata or {}).get("mesh", {})
    return found | {key: str(value) if key == "sensitivity" else value for key, value in meta.items()}


def _type(dtype: str) -> str:
    word = dtype.lower()
    if word.startswith("datetime64"):
        return "timestamptz" if "utc" in word else "timestamp"
    return {"str": "string", "object": "string", "string[pyarrow]": "string", "bool": "boolean"}.get(word, word)
