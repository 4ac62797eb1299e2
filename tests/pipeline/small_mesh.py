"""Small projects for these tests: two or three domains, a few rows, real files."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent, indent

from mesh_platform.product.workspace import entry_text

GOVERNANCE = {
    "regions.yaml": "regions:\n  EU: [westeurope, northeurope]\n",
    "purposes.yaml": "purposes:\n  reporting: {description: Count what was sold., bases: [legitimate_interests]}\n",
    "identifiers.yaml": "namespaces:\n  email: {description: An address., normal: [trim, lower]}\n",
    "policies.yaml": """\
        governancePolicies:
          dataResidency: {enforced: true, allowedRegions: [westeurope, northeurope]}
          dataCatalog: {requireDescription: true, requireOwner: true, requireSensitivityLabel: true}
          accessControl: {requireApproval: true, approvers: [privacy@example.com]}
        """,
}
DEFINITIONS = "from mesh_platform import domain_definitions\n\ndefs = domain_definitions(__file__)\n"
HEAD = """\
  owner: {domain}-team@example.com
  version: 1.0.0
  description: {name} of the domain {domain}.
  dataResidency: {{region: EU, storageLocations: [westeurope]}}
  purposes: {{reporting: legitimate_interests}}
  retention: {{period: 3 years, from: ingested, action: delete}}
  sla: {{availability: 99, freshness: "< 6 hours"}}
  qualityMetrics: {{completeness: 90}}
"""
ORDERS = """\
  source: {path: landing/orders.csv, purpose: reporting, basis: legitimate_interests, notice: n1}
  dataContracts:
    - {consumer: finance, purpose: reporting, fields: [order_id, amount]}
  columns:
    order_id: {type: integer, unique: true, sensitivity: internal, description: Number of the order.}
    amount: {type: integer, min: 0, sensitivity: internal, description: Cents.}
    town: {type: string, sensitivity: internal, description: Town of the shop.}
"""
LARGE_ORDERS = """\
  inputs:
    - {product: sales/orders, purpose: reporting, fields: [order_id, amount]}
  columns:
    order_id: {type: integer, unique: true, sensitivity: internal, description: Number of the order.}
    amount: {type: integer, min: 0, sensitivity: internal, description: Cents.}
"""
REVENUE = """\
  inputs:
    - {product: sales/orders, purpose: reporting, fields: [order_id, amount]}
  columns:
    revenue: {type: integer, sensitivity: internal, description: Sum of all orders in cents.}
    orders: {type: integer, references: sales/orders.order_id, nullable: true, sensitivity: internal, description: The last order.}
"""


def write_mesh(root: Path) -> Path:
    """A project with `sales/orders` (a file), `sales/large_orders` and `finance/revenue` (SQL over it)."""
    for name, text in GOVERNANCE.items():
        put(root / "governance" / name, dedent(text))
    write_domain(root, "sales")
    write_domain(root, "finance")
    write_product(root, "sales/orders", ORDERS)
    write_product(root, "sales/large_orders", LARGE_ORDERS, sql="select order_id, amount from orders where amount >= 1000")
    write_product(
        root,
        "finance/revenue",
        REVENUE,
        sql="select cast(sum(amount) as bigint) as revenue, max(order_id) as orders from orders",
    )
    write_orders(root, [(1, 500, "Lyon"), (2, 1500, "Porto"), (3, 2500, "Turin")])
    write_workspace(root)
    return root


def write_orders(root: Path, rows: list[tuple[int, int, str]]) -> None:
    lines = ["order_id,amount,town", *(f"{order},{amount},{town}" for order, amount, town in rows)]
    put(root / "landing" / "orders.csv", "\n".join(lines) + "\n")


def write_domain(root: Path, domain: str) -> None:
    folder = root / "domains" / domain
    put(folder / "domain.yaml", f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [steward@example.com]\n")
    put(folder / "definitions.py", DEFINITIONS)


def write_product(root: Path, product: str, body: str, *, sql: str | None = None, python: str | None = None) -> Path:
    """One product's folder; `body` is what follows the common head, at its indentation."""
    domain, _, name = product.partition("/")
    folder = root / "domains" / domain / name
    head = HEAD.format(domain=domain, name=name)
    put(folder / "product.yaml", f"dataProduct:\n  name: {name}\n  domain: {domain}\n{head}{indent(dedent(body), '  ')}")
    if sql is not None:
        put(folder / "transform.sql", sql + "\n")
    if python is not None:
        put(folder / "transform.py", dedent(python))
    return folder


def write_workspace(root: Path) -> None:
    names = sorted(path.name for path in (root / "domains").iterdir())
    lines = [
        "load_from:",
        "  - python_module: {module_name: mesh_platform.pipeline.platform, location_name: platform}",
        *(f"  - {entry_text(name)}" for name in names),
    ]
    put(root / "workspace.yaml", "\n".join(lines) + "\n")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
