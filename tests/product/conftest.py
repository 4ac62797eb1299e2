"""A project in a folder of its own, written file by file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mesh_platform.errors import Finding
from mesh_platform.product import Mesh, load_mesh

HEAD = "dataProduct:\n  name: P\n  domain: crm\n"
WHOLE = HEAD + "  source: {path: landing/p.csv}\n  columns:\n    id: {type: string, sensitivity: internal}\n"


class Project:
    """A project folder under test."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("workspace.yaml", "")
        self.write("domains/crm/domain.yaml", "owner: crm@example.com\nregion: westeurope\n")

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def product(self, name: str, text: str = WHOLE) -> None:
        self.write(f"domains/{name}/product.yaml", text)

    def load(self) -> Mesh:
        return load_mesh(self.root)

    def told(self) -> list[Finding]:
        """Every finding of the mesh, and proof that each says where, why and how to mend it."""
        found = list(all_findings(self.load()))
        for finding in found:
            assert finding.rule and finding.where and finding.why and finding.fix, finding
            assert str(self.root) not in str(finding), "a finding names places in the project, not on the machine"
        return found


def all_findings(mesh: Mesh) -> Iterator[Finding]:
    """Mesh-wide findings first, then domain by domain, product by product."""
    yield from mesh.findings
    for domain in mesh.domains.values():
        yield from domain.findings
    for key in sorted({*mesh.products, *mesh.broken}):
        yield from (mesh.products.get(key) or mesh.broken[key]).findings


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "mesh")
