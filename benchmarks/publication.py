"""What a governed publication costs beside the same rows written with plain SQL.

Governed: `publish()` as the platform runs it (gate on the files, lock, stage, contract of twelve rules, gate on the rows, durable rename, registry),
once from a Parquet file and once as SQL over a published product. Plain: CREATE, SET PARTITIONED BY, SET SORTED BY, INSERT, COMMIT into an
encrypted DuckLake catalog of its own, on the same rows, layout, memory, threads and compression, without checks and without a sync.

    python benchmarks/publication.py [--rows 5000000] [--rounds 3] [--quick] [--steps] [--temp FOLDER]

Each run is a process of its own on fresh copies, governed and plain take turns. Wall and CPU are of the work from opening the engine to closing it,
imports done; `with imports` is the whole process. `--steps` shows where a governed publication spends its time.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from measure import Rounds, Usage, child, cpu_seconds, in_turns, machine, markdown, median, python, ratio, say, spread, used

MEMORY, THREADS, BUCKETS = "1GB", 2, 16
RAW, ORDERS, GIVEN = "shop/orders_raw", "shop/orders", "given.json"
COUNTRIES, STATES = ["DE", "FR", "ES", "IT", "NL", "PT", "AT", "BE"], ["new", "paid", "sent", "back"]
COLUMNS = """\
    order_id: {type: integer, unique: true, sensitivity: internal, description: Number of the order.}
    email: {type: string, pattern: '[^@\\s]+@[^@\\s]+\\.[a-z]+', maxLength: 254, subject: email, sensitivity: restricted,
      category: user.contact.email, description: The customer's address.}
    country: {type: string, nullable: true, values: [DE, FR, ES, IT, NL, PT, AT, BE], sensitivity: internal, description: Of delivery.}
    status: {type: string, nullable: true, values: [new, paid, sent, back], sensitivity: internal, description: How far it is.}
    quantity: {type: int32, nullable: true, min: 1, max: 20, sensitivity: internal, description: Pieces.}
    amount: {type: "decimal(12,2)", nullable: true, min: 0, max: 10000, sensitivity: internal, description: Price in euros.}
    created_at: {type: timestamp, min: "2024-01-01", sensitivity: internal, description: When it was placed.}
"""
TYPES = {
    "order_id": "BIGINT",
    "email": "VARCHAR",
    "country": "VARCHAR",
    "status": "VARCHAR",
    "quantity": "INTEGER",
    "amount": "DECIMAL(12,2)",
    "created_at": "TIMESTAMP",
}
PRODUCT = """\
dataProduct:
  name: {name}
  domain: shop
  owner: shop@example.com
  version: 1.0.0
  description: Orders of the benchmark.
  dataResidency: {{region: EU, storageLocations: [westeurope]}}
  purposes: {{service: contract}}
  retention: {{period: 3 years, from: created_at, action: delete}}
  erasure: {{strategy: {erasure}}}
  sla: {{availability: 99, latency: "< 1 second", freshness: "< 1 day"}}
  qualityMetrics: {{completeness: 90, accuracy: 90}}
  interfaces: [{{type: SQL, authentication: OAuth2, accessLevel: Read-Only}}]
  rows: {{min: 1}}
{origin}
  columns:
{columns}"""
SOURCE = "  source: {path: landing/orders.parquet, purpose: service, basis: contract, notice: 2026-01}"
INPUT = "  inputs: [{product: shop/orders_raw, purpose: service, fields: [order_id, email, country, status, quantity, amount, created_at]}]"
SELECT = "SELECT order_id, lower(email) AS email, country, status, quantity, amount, created_at FROM {rows}"


def write_project(root: Path) -> None:
    """One domain, one product from a file, and one over it."""
    put(root / "workspace.yaml", "load_from: []\n")
    put(
        root / "governance/policies.yaml",
        "governancePolicies:\n  dataResidency: {enforced: true, allowedRegions: [westeurope]}\n",
    )
    put(root / "governance/regions.yaml", "regions:\n  EU: [westeurope]\n")
    put(root / "governance/purposes.yaml", "purposes:\n  service: {description: The order., bases: [contract]}\n")
    put(root / "governance/identifiers.yaml", "namespaces:\n  email: {description: E-mail., normal: [lower]}\n")
    put(root / "domains/shop/domain.yaml", "owner: shop@example.com\nregion: westeurope\napprovers: [steward@example.com]\n")
    common = {"columns": COLUMNS}
    raw = PRODUCT.format(name="Orders raw", erasure="delete_by_key", origin=SOURCE, **common)
    put(root / "domains/shop/orders_raw/product.yaml", raw)
    put(root / "domains/shop/orders/product.yaml", PRODUCT.format(name="Orders", erasure="rebuild", origin=INPUT, **common))
    put(root / "domains/shop/orders/transform.sql", SELECT.format(rows="orders_raw") + "\n")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def make(root: Path, rows: int) -> dict[str, Any]:
    """The project, its landing file, and the input product published, with its catalog's key beside it: plain SQL reads the same files."""
    import duckdb

    from mesh_platform.keys import LocalKeyring
    from mesh_platform.lake.catalog_key import read_key
    from mesh_platform.lake.place import Paths, Place

    write_project(root)
    file = root / "landing/orders.parquet"
    file.parent.mkdir()
    with duckdb.connect(config={"threads": THREADS, "memory_limit": MEMORY}) as con:
        con.execute(f"""COPY (SELECT
            i * 7 + 1 AS order_id,
            printf('user%d.%d@example.org', hash(i, 2) % {max(rows // 5, 1)}, i % 5) AS email,
            ({COUNTRIES})[1 + (hash(i, 3) % 8)::INTEGER] AS country,
            ({STATES})[1 + (hash(i, 4) % 4)::INTEGER] AS status,
            (1 + hash(i, 5) % 20)::INTEGER AS quantity,
            ((hash(i, 6) % 1000000) / 100)::DECIMAL(12,2) AS amount,
            TIMESTAMP '2024-01-01' + to_seconds((hash(i, 7) % 60000000)::BIGINT) AS created_at
            FROM range({rows}) r(i)) TO '{file}' (FORMAT parquet, COMPRESSION zstd)""")
    governed(root, RAW, steps=False)
    home = root / ".mesh"
    paths = Paths(home, Place("westeurope", "shop", "orders_raw"))
    key = base64.b64encode(read_key(paths, LocalKeyring(home / "keys"))).decode()
    put(
        root / GIVEN,
        json.dumps({"catalog": str(paths.catalog.relative_to(root)), "data": str(paths.data.relative_to(root)), "key": key}),
    )
    return {"rows": rows}


def governed(root: Path, product: str, steps: bool) -> dict[str, Any]:
    """One publication by the platform; its figures, and with `steps` the seconds up to each named point of it."""
    import mesh_platform.contract.audit  # noqa: F401 - loaded by the first check otherwise
    from mesh_platform.lake import writer
    from mesh_platform.product import ProductKey, load_mesh
    from mesh_platform.publish import Status, flow, open_runtime, publish
    from mesh_platform.settings import Settings

    passed: list[tuple[str, float, float]] = []
    if steps:
        flow.fp = writer.fp = lambda name: passed.append((name, time.perf_counter(), cpu_seconds()))  # type: ignore[assignment]
    begun = time.perf_counter(), cpu_seconds()
    with used() as figures, open_runtime(Settings(project=root, memory_limit=MEMORY, threads=THREADS)) as runtime:
        outcome = publish(load_mesh(root), ProductKey.parse(product), runtime)
        runtime.lake.close()
    if outcome.status is not Status.PUBLISHED:
        raise SystemExit("\n".join(str(finding) for finding in outcome.findings))
    passed.append(("closed", time.perf_counter(), cpu_seconds()))
    points = [(name, wall - begun[0], cpu - begun[1]) for name, wall, cpu in passed] if steps else []
    return {**figures, "rows": outcome.rows, "steps": points}


def plain(root: Path, product: str) -> dict[str, Any]:
    """The same rows in the same layout, by DuckDB alone."""
    import duckdb
    import duckdb_extension_ducklake
    import duckdb_extension_httpfs

    folder = Path(root) / "plain"
    folder.mkdir()
    config = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(folder / "tmp"), "temp_file_encryption": "true"}
    with used() as figures, duckdb.connect(config=config) as con:
        for name, module in (("ducklake", duckdb_extension_ducklake), ("httpfs", duckdb_extension_httpfs)):
            extension = Path(str(module.__file__)).parent / "extensions" / f"v{duckdb.__version__}" / f"{name}.duckdb_extension"
            con.execute(f"LOAD '{extension}'")
        key = base64.b64encode(os.urandom(32)).decode()
        attach(con, "own", folder / "own.ducklake", f"{folder}/data/", key, "META_BLOCK_SIZE 16384")
        con.execute("CALL own.set_option('parquet_compression', 'zstd')")
        select = f"SELECT {', '.join(TYPES)} FROM read_parquet('{root}/landing/orders.parquet')"
        if product == ORDERS:
            given = json.loads((root / GIVEN).read_text(encoding="utf-8"))
            attach(con, "raw", root / given["catalog"], f"{root / given['data']}/", given["key"], "READ_ONLY")
            select = SELECT.format(rows="raw.main.data")
        con.execute("BEGIN TRANSACTION")
        con.execute(f"CREATE TABLE own.main.data ({', '.join(f'{name} {kind}' for name, kind in TYPES.items())})")
        con.execute(f"ALTER TABLE own.main.data SET PARTITIONED BY (bucket({BUCKETS}, email))")
        con.execute("ALTER TABLE own.main.data SET SORTED BY (email ASC)")
        inserted = con.execute(f"INSERT INTO own.main.data {select}").fetchone()
        con.execute("COMMIT")
    return {**figures, "rows": inserted[0] if inserted else 0}


def attach(con: Any, name: str, catalog: str | Path, data: str, key: str, mode: str) -> None:
    con.execute(
        f"ATTACH 'ducklake:{catalog}' AS {name} (DATA_PATH '{data}', OVERRIDE_DATA_PATH true, ENCRYPTED,"
        f" DATA_INLINING_ROW_LIMIT 0, META_ENCRYPTION_KEY '{key}', {mode})"
    )


def fresh(root: Path, base: Path, product: str) -> None:
    """A project as it stands before the first publication of `product`: the landing file is shared, the home is a copy."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(base, root, ignore=shutil.ignore_patterns(*((".mesh",) if product == RAW else ()), "*.parquet"))
    for file in base.rglob("*.parquet"):
        inside = file.relative_to(base)
        if (root / inside).parent.is_dir():
            os.link(file, root / inside)


def one(kind: str, base: Path, product: str, steps: bool) -> Usage:
    """One run on a fresh copy; checked to have written every row."""
    with tempfile.TemporaryDirectory(dir=base.parent) as folder:
        root = Path(folder) / "project"
        fresh(root, base, product)
        os.sync()
        return child(python(__file__, "--one", kind, "--root", root, "--product", product, *(["--steps"] if steps else [])))


HEAD = [
    "publication",
    "wall s",
    "least–most",
    "wall, plain = 1",
    "CPU s",
    "CPU, plain = 1",
    "wall with imports, plain = 1",
    "peak MB",
]


def compared(title: str, runs: Rounds) -> list[list[str]]:
    """A line for each side of one pair."""
    whole = {kind: [Usage(run.wall, run.cpu, run.peak) for run in each] for kind, each in runs.items()}
    base = runs["plain"]
    return [
        [
            f"{title}, {kind}",
            *(f"{median(each, 'wall'):.2f}", spread(each, "wall"), ratio(each, base, "wall")),
            *(f"{median(each, 'cpu'):.2f}", ratio(each, base, "cpu")),
            *(ratio(whole[kind], whole["plain"], "wall"), f"{median(each, 'peak'):.0f}"),
        ]
        for kind, each in runs.items()
    ]


def by_step(title: str, points: list[list[Any]]) -> str:
    """What each named point of the last governed run cost since the one before."""
    since = [("", 0.0, 0.0), *points]
    rows = [[name, f"{wall - w:.2f}", f"{cpu - c:.2f}"] for (_, w, c), (name, wall, cpu) in zip(since, points, strict=False)]
    return f"Steps, {title}:\n\n{markdown(['up to', 'wall s', 'CPU s'], rows)}"


def report(arguments: argparse.Namespace) -> None:
    rows, rounds = (200_000, 2) if arguments.quick else (arguments.rows, arguments.rounds)
    print(f"{machine()} {rows:,} rows × {len(TYPES)} columns, {rounds} rounds, DuckDB: {MEMORY}, {THREADS} threads, zstd.\n")
    lines, steps = [], []
    with tempfile.TemporaryDirectory(dir=arguments.temp) as folder:
        base = Path(folder) / "base"
        say(f"making {rows:,} rows")
        child(python(__file__, "--one", "make", "--root", base, "--rows", rows))
        for title, product in (("from Parquet", RAW), ("SQL over a product", ORDERS)):
            say(title)
            cases = {kind: lambda k=kind, p=product: one(k, base, p, arguments.steps) for kind in ("governed", "plain")}
            runs = in_turns(cases, rounds)
            if any(run.told["rows"] != rows for each in runs.values() for run in each):
                raise SystemExit("a run did not write every row")
            lines += compared(title, runs)
            steps.append(by_step(title, runs["governed"][-1].told["steps"]))
    print(markdown(HEAD, lines))
    print("Goal: wall and CPU at most 1.5 of plain.\n")
    if arguments.steps:
        print("\n".join(steps))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000, help="from 100,000 on both sides split by subject key")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="200,000 rows, two rounds")
    parser.add_argument("--steps", action="store_true", help="also show where a governed publication spends its time")
    parser.add_argument("--temp", default=None, help="folder for the generated data")
    parser.add_argument("--one", choices=["make", "governed", "plain"], help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--product", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one == "make":
        print(json.dumps(make(arguments.root, arguments.rows)))
    elif arguments.one == "governed":
        print(json.dumps(governed(arguments.root, arguments.product, arguments.steps)))
    elif arguments.one == "plain":
        print(json.dumps(plain(arguments.root, arguments.product)))
    else:
        report(arguments)


if __name__ == "__main__":
    main()
