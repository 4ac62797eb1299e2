"""From a YAML document to a model, with every problem told as a finding: rule, file and line, why, fix."""

from __future__ import annotations

import difflib
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from mesh_platform.errors import Finding
from mesh_platform.product.model import Model
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
            Finding(
                "DESC-03", document.where(prefix), "It holds no keys.", "Write its keys; docs/reference/descriptor.md lists them."
            )
        ]
    try:
        return model.model_validate(data, by_alias=True, by_name=False), []
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        placed = [(_in_file(document.data, prefix, detail), detail) for detail in details]
        return None, [_finding(document, model, prefix, path, detail) for path, detail in _one_per_place(placed)]


Placed = tuple[KeyPath, ErrorDetails]


def _one_per_place(placed: list[Placed]) -> list[Placed]:
    """The first error of each place, the deepest where they nest: pydantic tells one for each kind of value that could stand there."""
    inner = {path[:n] for path, _ in placed for n in range(len(path))}
    first: dict[tuple[KeyPath, bool], Placed] = {}
    for path, detail in placed:
        if not (detail["type"].endswith("_type") and path in inner):
            first.setdefault((path, detail["type"] == "missing"), (path, detail))
    return list(first.values())


def _in_file(data: Any, prefix: KeyPath, detail: ErrorDetails) -> KeyPath:
    """The steps of an error's place that stand in the file; pydantic puts names of types between them."""
    path = prefix
    for step in prefix:
        data = data[step]
    for step in (*detail["loc"], *detail.get("ctx", {}).get("at", ())):
        inside = step in data if isinstance(data, dict) else isinstance(data, list) and isinstance(step, int) and step < len(data)
        if inside:
            data = data[step]
            path = (*path, step)
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


def _finding(document: Document, model: type[Model], prefix: KeyPath, path: KeyPath, detail: ErrorDetails) -> Finding:
    dotted = ".".join(map(_shown, path[len(prefix) :])) or "the document"
    where = document.where(path)
    if detail["type"] == "extra_forbidden":
        name = str(path[-1])
        return Finding("DESC-02", where, f"Unknown key {dotted!r}.", _nearest(name, _keys_beside(model, path[len(prefix) : -1])))
    if detail["type"] == "missing":
        return Finding("DESC-03", where, f"The key {dotted!r} is missing.", f"Add `{path[-1]}:`.")
    if detail["type"] in ("enum", "literal_error"):
        return Finding("DESC-03", where, f"{dotted} is none of the known words.", f"Write {detail['ctx']['expected']}.")
    if wanted := _wanted(detail["type"]):
        return Finding("DESC-03", where, f"{dotted} is not {wanted}.", f"Write {wanted}.")
    why = detail["msg"].removeprefix("Value error, ")
    return Finding("DESC-03", where, f"{dotted}: {why}.", "Mend the value.")


_WANTED = {
    "tuple": "a list",
    "list": "a list",
    "dict": "keys with values below it",
    "mapping": "keys with values below it",
    "model": "keys with values below it",
    "string": "text",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a number",
    "date": "a date like 2027-01-31",
    "is": "text of that form",
    "dataclass": "text of the form domain/product",
}


def _wanted(kind: str) -> str:
    """What should stand there, by the head of pydantic's name for the error; empty where its own words are better."""
    head, _, tail = kind.partition("_")
    return _WANTED.get(head, "") if tail in ("type", "parsing", "attributes_type", "from_datetime_parsing", "instance_of") else ""


def _shown(step: str | int) -> str:
    """A step as it may stand in a terminal: no character that moves the cursor."""
    text = str(step)
    return text if text.isprintable() else repr(text)[1:-1]


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
