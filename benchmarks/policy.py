"""What the gate costs with every pack bound: CPU seconds for 1,000 products of 10 columns, from their files and as at a publication.

    python benchmarks/policy.py [--products 1000] [--columns 10] [--rounds 5]

Lineage is not in it (benchmarks/load.py has it). Every product is bound by every pack, so that no rule is passed over for its jurisdiction; a quarter holds health
data, a quarter card data, a quarter claims safe harbor, a quarter nothing of the kind. Figures are CPU seconds of this process, the median of the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from measure import machine, markdown

from mesh_platform.policy import Control, Facts, Measures, Review, Scan, Served, Shapes, gate, rules
from mesh_platform.policy.examples import GOVERNANCE, PROFILES, TODAY, changed
from mesh_platform.policy.packs import PACKS
from mesh_platform.product import Mesh
from mesh_platform.product.assemble import assemble

KINDS: tuple[dict[str, Any], ...] = (
    {"columns": {"ill": {"type": "string", "sensitivity": "restricted", "category": "user.health.medical_diagnosis"}}},
    {
        "columns": {
            "card": {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan", "mask": "last4"}
        }
    },
    {"privacy": {"claim": "safe_harbor"}, "columns": {"customer_id": None, "email": None}, "dataContracts": None},
    {},
)


def mesh_of(products: int, columns: int) -> Mesh:
    bound = {name: {"domains": ["*"]} for name in PACKS if name != "CORE"}
    made = {}
    for i in range(products):
        product = changed(PROFILES, KINDS[i % len(KINDS)])
        more = {f"c{n}": {"type": "string", "sensitivity": "internal"} for n in range(columns - len(product["columns"]))}
        made[f"d{i % 20}/p{i}"] = changed(product, {"columns": more})
    return assemble(
        made, {f"d{i}": {"owner": "team@example.com"} for i in range(20)}, changed(GOVERNANCE, {"packs": {"bind": bound}})
    )


def from_files(mesh: Mesh) -> list[Facts]:
    return [Facts(mesh, product, TODAY) for product in mesh.products.values()]


def at_publication(mesh: Mesh) -> list[Facts]:
    more: dict[str, Any] = {
        "measures": Measures(),
        "upstream_measures": {},
        "combinations": {},
        "tombstones": {},
        "diversity": {},
        "served": Served(),
        "review": Review(),
        "probes": dict.fromkeys(Control, True),
        "shapes": Shapes(people=1000),
        "key_days": 30,
    }
    found = mesh.products.values()
    return [Facts(mesh, one, TODAY, classification=dict.fromkeys(one.descriptor.columns, Scan()), **more) for one in found]


def judged(facts: list[Facts]) -> tuple[float, int]:
    """CPU seconds, and findings, so that nobody takes an empty run for a fast one."""
    started = time.process_time()
    found = sum(len(gate(one, rules()).findings) for one in facts)
    return time.process_time() - started, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    mesh = mesh_of(asked.products, asked.columns)
    rows = []
    for name, facts in (("from files", from_files), ("as at a publication", at_publication)):
        told = [judged(facts(mesh)) for _ in range(asked.rounds)]
        seconds = [each for each, _ in told]
        rows.append([name, f"{statistics.median(seconds):.2f}", f"{min(seconds):.2f} to {max(seconds):.2f}", f"{told[0][1]:,}"])
    print(f"{len(rules())} rules, {asked.products:,} products of {asked.columns} columns. {machine()}\n")
    print(markdown(["facts", "CPU s", "range", "findings"], rows))


if __name__ == "__main__":
    main()
