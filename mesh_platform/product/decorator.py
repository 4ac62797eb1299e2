"""The second door, for Python people: `@data_product(...)` over a pandera `DataFrameModel` makes the same descriptor as YAML does.

`product.py` in the product's folder holds one decorated `transform(inputs)`. Its model's fields carry `column(sensitivity=…)`; type,
nullability, uniqueness and the checks come from pandera itself.
"""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mesh_platform.errors import Finding
from mesh_platform.product.models import Column, DataProduct
from mesh_platform.product.parse import parse
from mesh_platform.product.yaml_file import Document, Unreadable

_MARK = "__data_product__"
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
        setattr(transform, _MARK, (model, {"description": inspect.getdoc(transform) or "", **descriptor}))
        return transform

    return mark


def read_python_descriptor(path: Path, name: str) -> tuple[Document, DataProduct | None, list[Finding]]:
    """The descriptor that the decorated function in `path` declares.

    Raises:
        Unreadable: where the file does not run, or decorates no or several functions.
    """
    module = run_file(path, name)
    marked = [value for value in vars(module).values() if callable(value) and hasattr(value, _MARK)]
    if len(marked) != 1:
        why = f"It decorates {len(marked)} functions with @data_product."
        raise Unreadable(Finding("DESC-12", f"{name}:1", why, "Decorate exactly one."))
    model, descriptor = getattr(marked[0], _MARK)
    line = marked[0].__code__.co_firstlineno
    try:
        columns = columns_of(model)
    except Exception as error:  # noqa: BLE001 - pandera raises what it likes for a model that is none
        why = f"Its model cannot be read: {type(error).__name__}."
        raise Unreadable(Finding("DESC-12", f"{name}:{line}", why, "Give `model=` a pandera.pandas.DataFrameModel.")) from None
    data = {"name": path.parent.name, "domain": path.parent.parent.name, **descriptor, "columns": columns}
    document = Document(name, {"dataProduct": data}, {(): line, ("dataProduct",): line})
    found, findings = parse(document, DataProduct, "dataProduct")
    return document, found, findings


def run_file(path: Path, name: str) -> Any:
    """The module in `path`, run once under a name of its own.

    Raises:
        Unreadable: DESC-12 with the kind of error and its line; never the error's text, which may hold a value.
    """
    spec = importlib.util.spec_from_file_location(f"_mesh_{path.parent.parent.name}_{path.parent.name}_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise Unreadable(Finding("DESC-12", f"{name}:{error.lineno or 1}", "It is not valid Python.", "Mend the line.")) from None
    except (Exception, SystemExit) as error:  # noqa: BLE001 - domain code may raise anything; only its kind is told
        why = f"Running it raised {type(error).__name__}."
        raise Unreadable(Finding("DESC-12", f"{name}:{line_in(error, path)}", why, "Mend the line.")) from None
    finally:
        sys.modules.pop(spec.name, None)
    return module


def line_in(error: BaseException, path: Path) -> int:
    """The last line of `path` that `error` passed through; 1 where it passed none."""
    line, trace = 1, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


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
