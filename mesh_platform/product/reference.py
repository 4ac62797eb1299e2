"""The reference pages of descriptors and data categories, written from the models: `python -m mesh_platform.product.reference FOLDER`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mesh_platform.product.categories import CATEGORIES, RENAMED
from mesh_platform.product.schema import domain_schema, product_schema, schema_texts

_HEAD = """# The descriptor

One file says everything about a data product: `domains/<domain>/<product>/product.yaml`, everything in it below `dataProduct:`. The folder
is the key; `name` and `domain` inside are display names. An unknown key is refused. Editors complete and check the file with
[product.schema.json](product.schema.json), and `domain.yaml` with [domain.schema.json](domain.schema.json).

A span of time is written like `3 years`, `< 1 hour`, `< 100ms` or `P30D`; months and years go by the calendar. As in YAML 1.2, `no` and
`on` are words, `012` is text and `12:30` no number.
"""

_CATEGORIES = """# Data categories

`category:` of a column names one of these keys: the taxonomy fideslang 3.2 (Ethyca, CC BY 4.0), with keys for card numbers and IBAN added.
A column is at least as sensitive as its category, unless a registered declassifier lowers it. How well values point at a person decides
whether a product holds persons, and so needs a way to remove one. The levels are house rules.

| key | sensitivity at least | points at a person |
|---|---|---|
"""


def pages() -> dict[str, str]:
    """File name → text of each page and schema."""
    return {"descriptor.md": _descriptor(), "categories.md": _categories(), **schema_texts()}


def write_pages(folder: Path) -> None:
    """Write every page and schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")


def _categories() -> str:
    rows = (f"| {c.key} | {c.sensitivity} | {c.identifiability} |\n" for c in CATEGORIES.values())
    older = "\n## Older names\n\nThey are understood, and the new name is asked for.\n\n| key | now |\n|---|---|\n"
    return _CATEGORIES + "".join(rows) + older + "".join(f"| {old} | {new} |\n" for old, new in RENAMED.items())


def _descriptor() -> str:
    schema, domain = product_schema(), domain_schema()
    parts = [_HEAD, *_section("dataProduct", schema["properties"]["dataProduct"])]
    for name, definition in sorted(schema["$defs"].items()):
        if "properties" in definition:
            parts += _section(name, definition)
        else:
            words = ", ".join(f"`{value}`" for value in definition["enum"])
            parts.append(f"\n## {name}\n\n{definition['description']}\n\nOne of {words}.\n")
    return "".join([*parts, *_section("domain.yaml", domain["anyOf"][0] | {"description": domain["description"]})])


def _section(name: str, node: dict[str, Any]) -> Iterator[str]:
    required = node.get("required", [])
    yield f"\n## {name}\n\n{node['description']}\n\n| key | value | |\n|---|---|---|\n"
    for key, value in node["properties"].items():
        must = " **Required.**" if key in required else ""
        yield f"| `{key}` | {_kind(value)} | {value['description']}{must} |\n"


def _kind(node: dict[str, Any]) -> str:
    if "$ref" in node:
        name = node["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in node:
        return " or ".join(dict.fromkeys(_kind(arm) for arm in node["anyOf"] if arm.get("type") != "null"))
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    if node.get("type") == "array":
        return f"list of {_kind(node['items'])}"
    if node.get("type") == "object":
        return f"name → {_kind(node['additionalProperties'])}"
    return {"string": "text", "integer": "whole number", "number": "number", "boolean": "`true` or `false`"}[node["type"]]


if __name__ == "__main__":
    import sys

    write_pages(Path(sys.argv[1]))
