"""The JSON Schemas of `product.yaml` and `domain.yaml`, generated from the models, so that editors complete and check them.

A schema says what form a document has. What a schema cannot say (a column that nothing declares, an input that does not exist) the loader
and the rules say.
"""

from __future__ import annotations

import json
from typing import Any

from mesh_platform.product.categories import CATEGORIES
from mesh_platform.product.model import Model
from mesh_platform.product.models import DataProduct, DomainFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES = {"product.schema.json": "product.yaml", "domain.schema.json": "domain.yaml"}


def product_schema() -> dict[str, Any]:
    """The schema of `product.yaml`."""
    inner, definitions = _inner(DataProduct)
    definitions["Column"]["properties"]["category"]["anyOf"][0]["examples"] = list(CATEGORIES)
    return _document("product.yaml", {"dataProduct": inner}, definitions)


def domain_schema() -> dict[str, Any]:
    """The schema of `domain.yaml`: its keys stand at the top or below `domain`."""
    inner, definitions = _inner(DomainFile)
    below = _document("domain.yaml", {"domain": inner}, definitions)
    flat = {key: value for key, value in inner.items() if key != "description"}
    return {
        "$schema": below["$schema"],
        "title": below["title"],
        "description": inner["description"],
        "anyOf": [flat, {key: below[key] for key in ("type", "properties", "required", "additionalProperties")}],
    }


def schema_texts() -> dict[str, str]:
    """File name → text of each schema."""
    schemas = dict(zip(FILES, (product_schema(), domain_schema()), strict=True))
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas.items()}


def _inner(model: type[Model]) -> tuple[dict[str, Any], dict[str, Any]]:
    schema = _tidy(model.model_json_schema(by_alias=True, mode="validation"))
    definitions = schema.pop("$defs", {})
    schema.pop("title", None)
    return schema, definitions


def _document(name: str, properties: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return {
        "$schema": DIALECT,
        "title": name,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
        **({"$defs": definitions} if definitions else {}),
    }


def _tidy(node: Any) -> Any:
    """Without the titles that pydantic makes up for each key, since they only repeat it."""
    if isinstance(node, dict):
        named = isinstance(node.get("properties"), dict)
        kept = {key: value for key, value in node.items() if not (key == "title" and isinstance(value, str))}
        return {key: _keys(value) if named and key == "properties" else _tidy(value) for key, value in kept.items()}
    return [_tidy(item) for item in node] if isinstance(node, list) else node


def _keys(properties: dict[str, Any]) -> dict[str, Any]:
    return {key: _tidy(value) for key, value in properties.items()}
