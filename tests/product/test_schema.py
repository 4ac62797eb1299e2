"""The published schemas and reference pages: current, told in words, and of one mind with the loader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given

from mesh_platform.product.reference import pages
from mesh_platform.product.schema import domain_schema, product_schema
from tests.product.documents import DOCUMENT

PROJECT = Path(__file__).parents[2]
PRODUCT = jsonschema.Draft202012Validator(product_schema())
DOMAIN = jsonschema.Draft202012Validator(domain_schema())


@pytest.mark.parametrize("name", pages())
def test_the_page_in_the_documentation_is_the_one_of_the_models(name: str) -> None:
    written = (PROJECT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == pages()[name], "write it anew: python -m mesh_platform.product.reference docs/reference"


def described(node: Any, path: str = "") -> Iterator[str]:
    """Every key of the schema that says nothing about itself."""
    if isinstance(node, dict):
        for key, value in (node.get("properties") or {}).items():
            if isinstance(value, dict) and "description" not in value and key not in ("dataProduct", "domain"):
                yield f"{path}.{key}"
        for key, value in node.items():
            yield from described(value, f"{path}.{key}")


def test_every_key_is_described() -> None:
    assert list(described(product_schema())) == []


@given(DOCUMENT)
def test_what_the_models_read_the_schema_accepts(document: dict[str, Any]) -> None:
    PRODUCT.validate({"dataProduct": document})


@pytest.mark.parametrize(
    "document",
    [
        {"name": "a", "domain": "b", "retenton": {"period": "1 year"}},
        {"name": "a", "domain": "b", "status": "alive"},
        {"name": "a", "domain": "b", "columns": {"x": {"type": "string", "sensitivty": "public"}}},
        {"name": "a", "domain": "b", "columns": {"x": {}}},
        {"domain": "b"},
    ],
)
def test_the_schema_refuses_misspelt_and_missing_keys(document: dict[str, Any]) -> None:
    assert not PRODUCT.is_valid({"dataProduct": document})


@pytest.mark.parametrize("file", sorted(PROJECT.glob("domains/*/*/product.yaml")), ids=lambda file: file.parent.name)
def test_the_example_products_satisfy_the_schema(file: Path) -> None:
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    wrong = [error for error in PRODUCT.iter_errors(document) if error.validator in ("additionalProperties", "required", "enum")]
    assert wrong == []


@pytest.mark.parametrize("file", sorted(PROJECT.glob("domains/*/domain.yaml")), ids=lambda file: file.parent.name)
def test_the_example_domains_satisfy_the_schema(file: Path) -> None:
    DOMAIN.validate(yaml.safe_load(file.read_text(encoding="utf-8")))


def test_a_domain_stands_at_the_top_or_below_its_head() -> None:
    assert DOMAIN.is_valid({"owner": "a@example.com"})
    assert DOMAIN.is_valid({"domain": {"owner": "a@example.com"}})
    assert not DOMAIN.is_valid({"ownr": "a@example.com"})
