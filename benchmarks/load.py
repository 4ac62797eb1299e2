"""How long a code location takes to load, beyond `import dagster`: 100 products of 10 columns, known (warm) and new (cold).

    python benchmarks/load.py [--products 100] [--columns 10] [--rounds 7] [--quick]

Every round starts one process per case, one after the other, and the bare import is measured in the same round: figures are CPU seconds
of the process (user and system), and a case's figure is the median of its differences to the import of its own round.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

from measure import Rounds, Usage, child, in_turns, machine, markdown, median, python, ratio, spread

BARE = "import dagster"
LOAD = "from mesh_platform import domain_definitions; domain_definitions({file!r}).get_repository_def()"
PRODUCT = """\
dataProduct:
  name: p{number:03d}
  domain: sales
  owner: sales@example.com
  version: 1.0.0
  description: Product {number} of the benchmark.
  dataResidency: {{region: EU, storageLocations: [westeurope]}}
  purposes: {{reporting: legitimate_interests}}
  retention: {{period: 3 years, from: ingested, action: delete}}
  sla: {{availability: 99, freshness: "< 1 day"}}
  qualityMetrics: {{completeness: 90}}
  columns:
{columns}
{origin}
"""


def write_project(root: Path, products: int, columns: int) -> Path:
    """One domain; every tenth product is an ingest, the others derive from the one before."""
    names = [f"c{i}" for i in range(columns)]
    declared = "\n".join(
        f"    {name}: {{type: {'string' if i % 2 else 'integer'}, nullable: true, sensitivity: internal, description: Column {i}.}}"
        for i, name in enumerate(names)
    )
    put(root / "workspace.yaml", "load_from: []\n")
    put(root / "governance/regions.yaml", "regions:\n  EU: [westeurope]\n")
    put(root / "governance/purposes.yaml", "purposes:\n  reporting: {description: Counting.}\n")
    domain = root / "domains/sales"
    put(domain / "domain.yaml", "owner: sales@example.com\nregion: westeurope\n")
    put(domain / "definitions.py", "from mesh_platform import domain_definitions\n\ndefs = domain_definitions(__file__)\n")
    for number in range(products):
        folder = domain / f"p{number:03d}"
        if number % 10 == 0:
            origin = "  source: {path: landing/rows.csv, purpose: reporting, basis: contract}"
        else:
            fields = ", ".join(names)
            origin = f"  inputs:\n    - {{product: sales/p{number - 1:03d}, purpose: reporting, as: before, fields: [{fields}]}}"
            put(folder / "transform.sql", transform(names, number))
        put(folder / "product.yaml", PRODUCT.format(number=number, columns=declared, origin=origin))
    return domain / "definitions.py"


def transform(names: list[str], number: int) -> str:
    """A window, a filter and an expression per column: what a transform of this size looks like."""
    chosen = ",\n  ".join(
        name if i % 3 else f"coalesce(kept.{name}, kept.{names[(i + 2) % len(names)]}) as {name}" for i, name in enumerate(names)
    )
    return (
        f"with ranked as (\n  select *, row_number() over (partition by {names[0]} order by {names[-1]}) as place from before\n),\n"
        f"kept as (select * from ranked where place = 1 and {names[0]} > {number})\nselect\n  {chosen}\nfrom kept\n"
    )


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def fresh(code: str) -> Usage:
    """One fresh process."""
    return child(python("-c", code), env={"DAGSTER_DISABLE_TELEMETRY": "yes"})


def measure(root: Path, file: Path, rounds: int) -> Rounds:
    """Each round begins without a home and ends with one descriptor changed; a first one, to warm the disk, is not counted."""
    load = LOAD.format(file=str(file))

    def cold() -> Usage:
        shutil.rmtree(root / ".mesh", ignore_errors=True)
        return fresh(load)

    def changed() -> Usage:
        touched = file.parent / "p001" / "product.yaml"
        touched.write_text(touched.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        return fresh(load)

    cold()
    cases = {"cold": cold, BARE: lambda: fresh(BARE), "warm": lambda: fresh(load), "one descriptor changed": changed}
    return in_turns(cases, rounds)


def table(found: Rounds, products: int, columns: int) -> str:
    bare, goals = found[BARE], {"warm": "≤ 0.5 s", "cold": "≤ 6 s"}
    rows = []
    for case, runs in found.items():
        beyond = statistics.median(run.cpu - base.cpu for run, base in zip(runs, bare, strict=True))
        rows.append(
            [
                case,
                f"{median(runs, 'cpu'):.2f}",
                spread(runs, "cpu"),
                f"{beyond:.2f}",
                ratio(runs, bare, "cpu"),
                goals.get(case, "–"),
            ]
        )
    head = ["case", "CPU s", "least–most", f"beyond `{BARE}`", "ratio to it", "goal"]
    return f"{machine()} {products} products × {columns} columns, {len(bare)} rounds.\n\n{markdown(head, rows)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="20 products, two rounds")
    chosen = parser.parse_args()
    if chosen.quick:
        chosen.products, chosen.rounds = 20, 2
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        file = write_project(root, chosen.products, chosen.columns)
        print(table(measure(root, file, chosen.rounds), chosen.products, chosen.columns))


if __name__ == "__main__":
    main()
