"""From a YAML document to a model, with every problem told as a finding: rule, file and line, why, fix."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mesh_platform.errors import Finding
from mesh_platform.product.models import Model
from mesh_platform.product.yaml_file import Document, KeyPath

M = TypeVar("M", bound=Model)


def parse(document: Document, model: type[M], under: str | None = None) -> tuple[M | None, list[Finding]]:
    """The model that `document` holds (below the key `under`), or None with the findings that say why not."""
    data, prefix = document.data, ()  # type: Any, KeyPath
    if under is not None:
        if not isinstance(data, dict) or under not in data:
            why = f"It does not begin with `{under}:`."
            return None, [Finding("DESC-03", document.where(), why, f"Put everything below the key `{under}`.")]
        strangers = [key for key in data if key != under]
        if strangers:
            why = f"Unknown key {strangers[0]!r} beside `{under}`."
            return None, [Finding("DESC-02", document.where((strangers[0],)), why, f"Move it below `{under}` or remove it.")]
        data, prefix = data[under], (under,)
    if not isinstance(data, dict):
        return None, [
            Finding("DESC-03", document.where(prefix), "It holds no keys.", "See the descriptor reference for the keys.")
        ]
    try:
        return model.model_validate(data, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, [
            _finding(document, model, prefix, detail) for detail in error.errors(include_input=False, include_url=False)
        ]


def _finding(document: Document, model: type[Model], prefix: KeyPath, detail: ErrorDetails) -> Finding:
    path = tuple(_real_path(document, prefix, detail["loc"]))
    dotted = ".".join(str(step) for step in path[len(prefix) :]) or "the document"
    where = document.where(path)
    if detail["type"] == "extra_forbidden":
        name = str(path[-1])
        return Finding("DESC-02", where, f"Unknown key {dotted!r}.", _nearest(name, _keys_beside(model, path[len(prefix) : -1])))
    if detail["type"] == "missing":
        return Finding("DESC-03", where, f"The key {dotted!r} is missing.", f"Add `{path[-1]}:`.")
    why = detail["msg"].removeprefix("Value error, ")
    return Finding("DESC-03", where, f"{dotted}: {why}.", "Give it a value of that kind.")


def _real_path(document: Document, prefix: KeyPath, loc: tuple[int | str, ...]) -> Iterator[str | int]:
    """The steps of `loc` that stand in the file: pydantic adds steps for the arms of a union."""
    path: KeyPath = prefix
    yield from prefix
    for i, step in enumerate(loc):
        if (*path, step) in document.lines or i == len(loc) - 1:
            if (*path, step) not in document.lines and i != 0 and path in document.lines and not _could_be_key(step):
                continue
            path = (*path, step)
            yield step


def _could_be_key(step: int | str) -> bool:
    return (
        isinstance(step, str) and step.isidentifier() and step not in ("str", "bool", "int", "float", "date", "datetime", "Event")
    )


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    return f"Remove it; known here are {', '.join(known)}." if known else "Remove it."


def _keys_beside(model: type[BaseModel], path: KeyPath) -> list[str]:
    """The keys that the model knows at `path`."""
    current: type[BaseModel] | None = model
    for step in path:
        if current is None:
            return []
        field = next((f for n, f in current.model_fields.items() if step in (f.alias, n)), None)
        if field is not None:
            current = _model_in(field.annotation)
        elif isinstance(step, str) and current.model_fields:
            continue
    return [field.alias or name for name, field in current.model_fields.items()] if current else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
