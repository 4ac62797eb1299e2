"""How long a code location takes to load, beyond `import dagster`: 100 products of 10 columns, known (warm) and new (cold).

    python benchmarks/load.py [--products 100] [--columns 10] [--rounds 7]

Every round starts one process per case, one after the other, and the bare import is measured in the same round: figures are CPU seconds
of the process (user and system), and a case's figure is the median of its differences to the import of its own round.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

IMPORT = "import dagster"
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
    put(domain / "definitions.py", "")
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


def cpu(code: str) -> float:
    """CPU seconds of one fresh process."""
    child = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "DAGSTER_DISABLE_TELEMETRY": "yes"})
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise SystemExit(f"the measured process ended with {child.returncode}")
    return usage.ru_utime + usage.ru_stime


def measure(root: Path, file: Path, rounds: int) -> dict[str, list[float]]:
    """Per case the CPU seconds of each round; the first round only warms the disk and is dropped."""
    load = LOAD.format(file=str(file))
    found: dict[str, list[float]] = {"import dagster": [], "warm": [], "one descriptor changed": [], "cold": []}
    for number in range(rounds + 1):
        shutil.rmtree(root / ".mesh", ignore_errors=True)
        figures = {"cold": cpu(load), "import dagster": cpu(IMPORT), "warm": cpu(load)}
        touched = file.parent / "p001" / "product.yaml"
        touched.write_text(touched.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        figures["one descriptor changed"] = cpu(load)
        if number:
            for case, seconds in figures.items():
                found[case].append(seconds)
    return found


def table(found: dict[str, list[float]], products: int, columns: int) -> str:
    base = found["import dagster"]
    goals = {"warm": "≤ 0.5 s", "cold": "≤ 6 s"}
    lines = [
        f"{products} products × {columns} columns, {len(base)} rounds, {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}",
        "",
        "| case | CPU s (median) | beyond `import dagster` | ratio to it | least–most | goal |",
        "|---|---|---|---|---|---|",
    ]
    for case, seconds in found.items():
        beyond = statistics.median(each - bare for each, bare in zip(seconds, base, strict=True))
        ratio = statistics.median(each / bare for each, bare in zip(seconds, base, strict=True))
        lines.append(
            f"| {case} | {statistics.median(seconds):.2f} | {beyond:.2f} | {ratio:.2f} "
            f"| {min(seconds):.2f}–{max(seconds):.2f} | {goals.get(case, '–')} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--products", type=int, default=100)
    parser.add_argument("--columns", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=7)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        file = write_project(root, chosen.products, chosen.columns)
        print(table(measure(root, file, chosen.rounds), chosen.products, chosen.columns))


if __name__ == "__main__":
    main()
