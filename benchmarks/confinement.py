"""What confinement adds to a publication whose rows come from `transform.py`.

The same publication of the same rows three times: confined as the platform does it, in a child process without walls, and with the transform called in the
publishing process itself, which no release does.

    python benchmarks/confinement.py [--rows 1000000] [--rounds 5] [--quick] [--temp FOLDER]

Each run is a process of its own on a fresh copy, in turns. Wall and CPU are of the publication, its children's CPU included.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import publication as base
from measure import Usage, child, in_turns, machine, markdown, median, python, ratio, say, spread, used

KINDS = ("confined", "child without walls", "in process")
TRANSFORM = """\
import pyarrow.compute as pc

def transform(inputs):
    orders = inputs["orders_raw"]
    return orders.set_column(1, "email", pc.utf8_lower(orders["email"]))
"""


def make(root: Path, rows: int) -> dict[str, Any]:
    """The project of the benchmark of publications, with Python in place of its SQL, and its input published."""
    made = base.make(root, rows)
    folder = root / "domains/shop/orders"
    (folder / "transform.sql").unlink()
    base.put(folder / "transform.py", TRANSFORM)
    descriptor = folder / "product.yaml"  # what Python makes counts as derived from every field, so as sensitive as the address
    text = descriptor.read_text(encoding="utf-8").replace("sensitivity: internal", "sensitivity: restricted")
    clock = "created_at: {type: timestamp,"  # the period counts from it, which nobody reads from Python
    assert clock in text
    base.put(descriptor, text.replace(clock, f"{clock} derivedFrom: [shop/orders_raw.created_at],"))
    return made


def published(root: Path, kind: str) -> dict[str, Any]:
    """One publication of the derived product; its figures."""
    import mesh_platform.contract.audit  # noqa: F401 - loaded by the first check otherwise
    from mesh_platform.confine import Confinement
    from mesh_platform.product import ProductKey, load_mesh
    from mesh_platform.publish import Status, open_runtime, publish, rows
    from mesh_platform.settings import Settings

    if kind == "in process":
        rows.run_python = in_process
    with used() as figures, open_runtime(Settings(project=root, memory_limit=base.MEMORY, threads=base.THREADS)) as runtime:
        if kind == "child without walls":
            object.__setattr__(runtime, "confinement", Confinement(weakened=True, without=("namespaces", "landlock", "filter")))
        outcome = publish(load_mesh(root), ProductKey.parse(base.ORDERS), runtime)
    if outcome.status is not Status.PUBLISHED:
        raise SystemExit("\n".join(str(finding) for finding in outcome.findings))
    return {**figures, "rows": outcome.rows}


def in_process(transform: Any, where: str, product: str, inputs: Mapping[str, Any], *_: object) -> Any:
    """The transform called where no wall stands."""
    names: dict[str, Any] = {}
    exec(transform.text, names)
    return names["transform"]({name: opened().read_all() for name, opened in inputs.items()})


def one(kind: str, made: Path) -> Usage:
    """One run on a fresh copy."""
    with tempfile.TemporaryDirectory(dir=made.parent) as folder:
        root = Path(folder) / "project"
        base.fresh(root, made, base.ORDERS)
        return child(python(__file__, "--one", kind, "--root", root))


def report(arguments: argparse.Namespace) -> None:
    rows, rounds = (100_000, 2) if arguments.quick else (arguments.rows, arguments.rounds)
    print(f"{machine()} {rows:,} rows × {len(base.TYPES)} columns, {rounds} rounds.\n")
    with tempfile.TemporaryDirectory(dir=arguments.temp) as folder:
        made = Path(folder) / "base"
        say(f"making {rows:,} rows")
        child(python(__file__, "--one", "make", "--root", made, "--rows", rows))
        runs = in_turns({kind: partial(one, kind, made) for kind in KINDS}, rounds)
        if any(run.told["rows"] != rows for each in runs.values() for run in each):
            raise SystemExit("a run did not write every row")
    bare, plain = runs["child without walls"], runs["in process"]
    lines = [
        [
            kind,
            *(f"{median(each, 'wall'):.2f}", spread(each, "wall"), ratio(each, bare, "wall"), ratio(each, plain, "wall")),
            *(f"{median(each, 'cpu'):.2f}", ratio(each, bare, "cpu"), ratio(each, plain, "cpu")),
        ]
        for kind, each in runs.items()
    ]
    head = ["transform", "wall s", "least–most", "no walls = 1", "in process = 1", "CPU s", "no walls = 1", "in process = 1"]
    print(markdown(head, lines))
    print("Goal: at most 0.3 s and 1.2 times more.\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="100,000 rows, two rounds")
    parser.add_argument("--temp", default=None, help="folder for the generated data")
    parser.add_argument("--one", choices=["make", *KINDS], help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one == "make":
        print(json.dumps(make(arguments.root, arguments.rows)))
    elif arguments.one:
        print(json.dumps(published(arguments.root, arguments.one)))
    else:
        report(arguments)


if __name__ == "__main__":
    main()
