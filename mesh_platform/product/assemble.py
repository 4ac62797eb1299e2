"""A mesh from plain documents instead of folders: for the worked examples of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mesh_platform.product.governance import Governance
from mesh_platform.product.key import ProductKey
from mesh_platform.product.links import link
from mesh_platform.product.mesh import DomainFolder, Mesh, Product, PythonTransform, SqlTransform, Transform
from mesh_platform.product.models import DataProduct, DomainFile
from mesh_platform.product.residency import location_of

ROOT = Path("/mesh")


def assemble(
    products: Mapping[str, Mapping[str, Any]],
    domains: Mapping[str, Mapping[str, Any]] | None = None,
    governance: Mapping[str, Any] | None = None,
    sql: Mapping[str, str] | None = None,
) -> Mesh:
    """The mesh that these documents describe; no file is read or written.

    Args:
        products: what stands below `dataProduct`, by `domain/product`; name and domain may be left out.
        domains: `domain.yaml` by domain; a domain that only products name has no owner.
        governance: the parts of `Governance` under their YAML keys.
        sql: text of transform.sql by `domain/product`; without it a product with inputs has a Python transform.

    Raises:
        pydantic.ValidationError: where a document has not the form of its model.
    """
    rules = Governance.model_validate(governance or {}, by_alias=True, by_name=False)
    keys = {text: ProductKey.parse(text) for text in products}
    names = {**dict.fromkeys(key.domain for key in keys.values()), **dict.fromkeys(domains or {})}
    folders = {name: _domain(name, (domains or {}).get(name, {})) for name in names}
    found = {key: _product(key, products[text], rules, folders[key.domain], (sql or {}).get(text)) for text, key in keys.items()}
    return link(Mesh(ROOT, rules, folders, found))


def _domain(name: str, document: Mapping[str, Any]) -> DomainFolder:
    file = DomainFile.model_validate(document, by_alias=True, by_name=False)
    return DomainFolder(name, ROOT / "domains" / name, file, f"domains/{name}/domain.yaml:1")


def _product(key: ProductKey, document: Mapping[str, Any], rules: Governance, domain: DomainFolder, sql: str | None) -> Product:
    descriptor = DataProduct.model_validate({"name": key.name, "domain": key.domain, **document}, by_alias=True, by_name=False)
    folder = domain.folder / key.name
    transform: Transform | None = PythonTransform(folder / "transform.py", "") if descriptor.inputs else None
    return Product(
        key=key,
        folder=folder,
        descriptor=descriptor,
        transform=SqlTransform(folder / "transform.sql", sql) if sql is not None else transform,
        contract_text=None,
        spec_hash="",
        location=location_of(descriptor, rules, domain.file),
        where=f"domains/{key}/product.yaml:1",
    )
