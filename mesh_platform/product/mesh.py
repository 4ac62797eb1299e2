"""The mesh as a value: every domain and product that the folders hold, the broken ones included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path

from mesh_platform.errors import Finding, NotFound
from mesh_platform.product.governance import Governance
from mesh_platform.product.key import ProductKey
from mesh_platform.product.models import DataProduct, DomainFile
from mesh_platform.product.waivers import Waiver
from mesh_platform.product.yaml_file import Document, KeyPath


@dataclass(frozen=True, slots=True)
class SqlTransform:
    """One SELECT over the names of the inputs."""

    path: Path
    sql: str


@dataclass(frozen=True, slots=True)
class PythonTransform:
    """`def transform(inputs)` in a file of the product's folder; `text` is what was read, and what runs."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class DbtTransform:
    """A model of the dbt project, and the text of it that was read."""

    model: str
    path: Path
    text: str


Transform = SqlTransform | PythonTransform | DbtTransform


@dataclass(frozen=True, slots=True)
class Product:
    """One product: its descriptor, its transform (None for a plain ingest), its contract.py, and what is wrong with it.

    Each of `files` was read once; `spec_hash` is of those texts and of `location`, and they are what runs.
    """

    key: ProductKey
    folder: Path
    descriptor: DataProduct
    transform: Transform | None
    contract_text: str | None
    spec_hash: str
    location: str | None
    where: str
    findings: tuple[Finding, ...] = ()
    lines: Mapping[KeyPath, int] = field(default_factory=dict, repr=False, compare=False)
    files: Mapping[Path, str] = field(default_factory=dict, repr=False)
    """Each file that was read, with the SHA-256 of its text."""

    def at(self, *path: str | int) -> str:
        """`file:line` of the key at `path` below `dataProduct`, or of the nearest one above it."""
        file = self.where.rpartition(":")[0] or self.where
        return Document(file, None, self.lines).where(("dataProduct", *path)) if self.lines else self.where

    def with_findings(self, *more: Finding) -> Product:
        return replace(self, findings=(*self.findings, *(f.of(str(self.key)) for f in more)))


@dataclass(frozen=True, slots=True)
class BrokenProduct:
    """A folder whose descriptor cannot be read: visible, blocked, and no obstacle to its siblings."""

    key: ProductKey
    folder: Path
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DomainFolder:
    """One domain: its file, and the folder that is its key."""

    name: str
    folder: Path
    file: DomainFile
    where: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Mesh:
    """All that stands in the project's folders."""

    root: Path
    governance: Governance = Governance()
    domains: Mapping[str, DomainFolder] = field(default_factory=dict)
    products: Mapping[ProductKey, Product] = field(default_factory=dict)
    broken: Mapping[ProductKey, BrokenProduct] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    governance_findings: tuple[Finding, ...] = ()
    """What of `governance/` cannot be read: it stands in the way of every product."""
    waivers: tuple[Waiver, ...] = ()
    """Exceptions that were approved with `mesh waiver`; those in a file stand in the governance."""

    def product(self, key: ProductKey) -> Product:
        """The product of that key.

        Raises:
            NotFound: where no folder of that name holds a readable descriptor.
        """
        if key in self.products:
            return self.products[key]
        if key in self.broken:
            raise NotFound(self.broken[key].findings[0])
        near = get_close_matches(str(key), map(str, (*self.products, *self.broken)), n=1, cutoff=0.5)
        fix = f"Did you mean {near[0]}?" if near else "`mesh products` lists those that exist."
        raise NotFound.because("NAME-02", str(key), "There is no such product.", fix, str(key))

    def findings_of(self, key: ProductKey) -> Iterator[Finding]:
        """All that stands in the way of one product: governance that cannot be read, its domain's findings, and its own."""
        yield from self.governance_findings
        if domain := self.domains.get(key.domain):
            yield from domain.findings
        if found := self.products.get(key) or self.broken.get(key):
            yield from found.findings

    def allowed_regions(self, domain: str) -> tuple[str, ...]:
        """Where a domain's data may lie: its own list, else the organisation's."""
        folder = self.domains.get(domain)
        own = folder.file.allowed_regions if folder else ()
        return own or self.governance.policies.data_residency.allowed_regions

    def approvers(self, domain: str) -> tuple[str, ...]:
        """Who approves access in a domain: its own list, else the organisation's."""
        folder = self.domains.get(domain)
        return (folder.file.approvers if folder else ()) or self.governance.policies.access_control.approvers

    def owner(self, key: ProductKey) -> str:
        """The product's owner, else its domain's."""
        product = self.products.get(key)
        domain = self.domains.get(key.domain)
        return (product.descriptor.owner if product else "") or (domain.file.owner if domain else "")

    def versions(self, key: ProductKey) -> tuple[ProductKey, ...]:
        """The older major versions that stand beside a product in folders of their own, the oldest first."""
        found = (other for other in {*self.products, *self.broken} if other.major is not None and other.present == key.present)
        return tuple(sorted(found, key=lambda other: other.major or 0))

    def readers(self, key: ProductKey) -> tuple[ProductKey, ...]:
        """The products that read this one, as an input or to hold a column against it; or a version of it that has no folder of its own."""
        return tuple(sorted(other for other in self.products if other != key and self._reads(other, key)))

    def _reads(self, reader: ProductKey, key: ProductKey) -> bool:
        return any(
            up == key or (up.present == key and up not in self.products and up not in self.broken) for up in self.upstream(reader)
        )

    def order(self) -> list[ProductKey]:
        """Products with everything that they read or refer to before them; those in a cycle come last, in name order."""
        done: dict[ProductKey, None] = {}
        waiting = sorted(self.products)
        while waiting:
            ready = [key for key in waiting if all(up in done or up not in self.products for up in self.upstream(key))]
            if not ready:
                return [*done, *waiting]
            done |= dict.fromkeys(ready)
            waiting = [key for key in waiting if key not in done]
        return list(done)

    def upstream(self, key: ProductKey) -> tuple[ProductKey, ...]:
        """The products that must be published before this one: its inputs, and those whose columns it references."""
        descriptor = self.products[key].descriptor
        inputs = (entry.product for entry in descriptor.inputs)
        references = (column.reference[0] for column in descriptor.columns.values() if column.reference)
        return tuple(dict.fromkeys(before for before in (*inputs, *references) if before != key))
