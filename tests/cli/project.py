"""A small project to run `mesh` on, and what one call of it said."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish, register
from mesh_platform.settings import load_settings

REPOSITORY = Path(__file__).parents[2]
WORKSPACE = """\
# Locations of the shop. Keep this comment.
load_from:
  - python_module:   # the platform's own
      module_name: mesh_platform.pipeline.platform
      location_name: platform
  - python_module:
      module_name: mesh_platform.pipeline.domain
      attribute: shop
      location_name: shop

# and this one, at the end
"""
CODEOWNERS = """\
# who approves
*                @platform-team
/domains/shop/   @shop-team
"""
CUSTOMERS = "customer_id,name,email,signed_up_at\n" + "".join(
    f"C-{i},Person Number{i},p{i}@example.com,2025-0{1 + i % 9}-10 08:00:00\n" for i in range(60)
)
ORDERS = "order_id,customer_id,status,total,ordered_at\n" + "".join(
    f"O-{i},C-{i % 60},{('sent', 'paid', 'back')[i % 3]},{i}.50,2026-01-{1 + i % 28:02d} 10:00:00\n" for i in range(240)
)


@dataclass(frozen=True)
class Said:
    """Exit code and both outputs of one call."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def write_project(root: Path) -> Path:
    """A project with the repository's own governance, one domain and no product."""
    shutil.copytree(REPOSITORY / "governance", root / "governance")
    put(root / "workspace.yaml", WORKSPACE)
    put(root / "CODEOWNERS", CODEOWNERS)
    put(
        root / "domains/shop/domain.yaml",
        """\
        name: Shop
        owner: shop-team@example.com
        region: westeurope
        approvers: [steward@example.com]
        """,
    )
    put(
        root / "domains/shop/definitions.py",
        "from mesh_platform import domain_definitions\n\ndefs = domain_definitions(__file__)\n",
    )
    return root


def put(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def break_product(root: Path, name: str = "orders") -> None:
    """Take the retention out: a confidential product without one is blocked."""
    file = root / f"domains/shop/{name}/product.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.lstrip().startswith("retention:")), encoding="utf-8")


def publish_all(root: Path, *names: str) -> None:
    """Publish without Dagster, as the pipeline would."""
    mesh = load_mesh(root)
    with open_runtime(load_settings(root)) as runtime:
        register(mesh, runtime.registry)
        for name in names:
            outcome = publish(mesh, ProductKey.parse(name), runtime)
            assert outcome.status == "published", outcome.findings


def everything(root: Path) -> dict[str, bytes | None]:
    """Every file and folder of the project with its content, the home left out."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(root.rglob("*"))
        if ".mesh" not in path.relative_to(root).parts
    }
