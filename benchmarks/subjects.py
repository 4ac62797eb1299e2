"""Erasure: locating a person over many products, planning over a thousand, and erasing one, a hundred and ten thousand people from one large product.

    python -m benchmarks.subjects [--products 50] [--rows 1000000] [--large 20000000] [--rounds 3] [--quick]

Located is by the index of people, beside the same question to the tables themselves. Erasing is `Lake.purge`, on a fresh copy each time, in turns with two
plain statements over the same files: the table written again without these people in the same layout, and the same as one unsorted table.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Usage, child, in_turns, machine, markdown, median, python, ratio, say, spread, used

MEMORY, THREADS = "1GB", 2
MARK, PERSON, LEVELS, PRODUCTS = "_mesh_subject_email", 424_242, 5, 1_000
COLUMNS = [
    ("order_id", "BIGINT"), ("email", "VARCHAR"), ("country", "VARCHAR"), ("quantity", "INTEGER"), ("amount", "DECIMAL(12,2)"),
    ("created_at", "TIMESTAMP"), (MARK, "BIGINT"),
]  # fmt: skip
KINDS = ("erased", "same layout", "one table")


def orders(rows: int) -> str:
    """Five rows of each person, whose mark is spread as a keyed token is; one whose mark is known, so that it can be asked for."""
    who = f"(i % {max(rows // 5, 1)})"
    return (
        f"SELECT i AS order_id, printf('user%d@example.org', {who}) AS email, ['DE', 'FR', 'ES', 'IT'][1 + i % 4] AS country,"
        " (1 + hash(i, 5) % 20)::INTEGER AS quantity, ((hash(i, 6) % 1000000) / 100)::DECIMAL(12,2) AS amount,"
        " TIMESTAMP '2024-01-01' + to_seconds((hash(i, 7) % 60000000)::BIGINT) AS created_at,"
        f" CASE WHEN {who} = 7 THEN {PERSON} ELSE (hash({who}) >> 1)::BIGINT END AS {MARK} FROM range({rows}) t(i)"
    )


def lake_at(home: Path) -> Any:
    from mesh_platform.keys import LocalKeyring
    from mesh_platform.lake import Lake

    return Lake(home, LocalKeyring(home / "keys"), memory_limit=MEMORY, threads=THREADS)


def place(number: int) -> Any:
    from mesh_platform.lake import Place

    return Place("westeurope", "shop", f"orders_{number}")


def make(home: Path, products: int, rows: int) -> dict[str, Any]:
    """Products of so many rows each, published through the lake, with their indexes; how long each publication took, and how long its index."""
    from mesh_platform.lake import indexing

    took, honest = [], indexing.made

    def made(*arguments: Any) -> Any:
        begun = time.perf_counter()
        try:
            return honest(*arguments)
        finally:
            took.append(time.perf_counter() - begun)

    indexing.made = made
    lake, begun = lake_at(home), time.perf_counter()
    for number in range(products):
        with lake.writer(place(number)) as writer:
            writer.stage(orders(rows), COLUMNS, bucket_by="email", sort_by=[MARK], expected_rows=rows)
            writer.publish("bench", "rows")
    whole = (time.perf_counter() - begun) / products
    indexes = sum(file.stat().st_size for file in (home / "subjects").rglob("*.subjects"))
    data = sum(file.stat().st_size for file in (home / "data").rglob("*.parquet"))
    lake.close()
    return {"published": whole, "index": statistics.mean(took), "index_mb": indexes / 1e6, "data_mb": data / 1e6}


def locate(home: Path, products: int) -> dict[str, Any]:
    """Ask for one person who stands in every product and one who stands in none: by index, first and again, and by a statement for each table."""
    from mesh_platform.lake import Place
    from mesh_platform.subjects.people.held import Held
    from mesh_platform.subjects.people.locate import located
    from mesh_platform.subjects.requests.values import Closure, Identifier

    lake, taken = lake_at(home), {}
    places: list[Place] = [place(number) for number in range(products)]
    held = [
        Held(each.key, each, None, {"email": "email"}, frozenset({"email"}), (lake.versions(each)[-1].snapshot_id,))
        for each in places
    ]
    closures = [Closure((Identifier("email", (mark << 1).to_bytes(8, "big") + bytes(8)),)) for mark in (PERSON, PERSON + 1)]
    with lake.reader() as reader:
        for name in ("first", "again"):
            begun = time.perf_counter()
            rows = located(held, closures[0], lake, reader)
            taken[name] = time.perf_counter() - begun
        begun = time.perf_counter()
        nobody = located(held, closures[1], lake, reader)
        taken["nobody"] = time.perf_counter() - begun
        begun = time.perf_counter()
        counted = [
            reader.follow(
                {"t": each}, lambda con, over: con.execute(f"SELECT count(*) FROM {over['t']} WHERE {MARK} = {PERSON}").fetchone()
            )
            for each in places
        ]
        taken["tables"] = time.perf_counter() - begun
    if set(rows.values()) != {5} or set(nobody.values()) != {0} or {row[0] for row in counted if row} != {5}:
        raise SystemExit("the person was not found as often as they stand there")
    shutil.rmtree(home / "subjects")
    begun = time.perf_counter()
    located(held, closures[0], lake, reader)
    taken["made anew"] = time.perf_counter() - begun
    lake.close()
    return taken


def plan() -> dict[str, Any]:
    """A plan over a thousand products in five levels: each derives from up to three of the level above, the person stands in all of the first."""
    from mesh_platform.product import DataProduct
    from mesh_platform.subjects.people.held import Held
    from mesh_platform.subjects.plan import plan_erasure

    drawn, width = random.Random(7), PRODUCTS // LEVELS
    held = []
    for number in range(PRODUCTS):
        level, key = number // width, f"d{number % 15}/p{number}"
        above = [(level - 1) * width + drawn.randrange(width) for _ in range(3)] if level else []
        inputs = [{"product": f"d{up % 15}/p{up}", "purpose": "service", "fields": ["who"]} for up in dict.fromkeys(above)]
        document = {
            "name": key, "domain": key, "owner": "team@example.com", "version": "1.0.0", "description": "One of a thousand.",
            "dataResidency": {"region": "EU", "storageLocations": ["westeurope"]}, "purposes": {"service": "contract"},
            "retention": {"period": "2 years", "from": "ingested", "action": "delete"},
            "sla": {"availability": 99.0, "latency": "< 1 second", "freshness": "< 1 day"},
            "qualityMetrics": {"completeness": 90, "accuracy": 90},
            "interfaces": [{"type": "SQL", "authentication": "OAuth2", "accessLevel": "Read-Only"}],
            "columns": {"who": {"type": "string", "sensitivity": "confidential", "subject": "email"}}, "inputs": inputs,
            "erasure": {"strategy": "delete_by_key" if level % 2 == 0 else "rebuild"},
        }  # fmt: skip
        descriptor = DataProduct.model_validate(document, by_alias=True, by_name=False)
        one = place(number)
        one = type(one)("westeurope", *key.split("/"))
        held.append(Held(key, one, descriptor, {"who": "email"}, frozenset({"who"}), (1,)))
    drawn.shuffle(held)
    known = frozenset(one.key for one in held)
    found = {one.key: 2 for one in held if not one.inputs}
    taken = []
    for _ in range(20):
        begun, busy = time.perf_counter(), time.thread_time()
        tasks = plan_erasure(held, {"email"}, found, known)
        taken.append((time.perf_counter() - begun, time.thread_time() - busy))
    if len(tasks) != PRODUCTS or {task.state.value for task in tasks} != {"open"}:
        raise SystemExit("the plan does not reach every product")
    wall, cpu = ([each[at] for each in taken] for at in (0, 1))
    return {"plan": statistics.median(wall), "cpu": statistics.median(cpu), "worst": max(wall)}


def erase(home: Path, kind: str, people: int, rows: int) -> dict[str, Any]:
    """One erasure on this copy; the rows that went, and the bytes that were written."""
    import pyarrow as pa

    from mesh_platform.lake import Doomed

    lake, one = lake_at(home), place(0)
    with lake.reader() as reader:
        marks = reader.follow(
            {"t": one},
            lambda con, over: con.execute(
                f"SELECT DISTINCT {MARK} FROM {over['t']} ORDER BY hash({MARK}) LIMIT {people}"
            ).fetchall(),
        )
    gone = pa.array([mark for (mark,) in marks], pa.int64())
    before = {file: file.stat().st_ino for file in (home / "data").rglob("*.parquet")}
    with used() as figures:
        if kind == "erased":
            done = lake.purge(one, Doomed(column=MARK, values=gone), "bench", "erase")
            left = done.rows
        else:
            left = _plain(home, one, gone, sorted_as_before=kind == "same layout")
    new = sum(file.stat().st_size for file in (home / "data").rglob("*.parquet") if before.get(file) != file.stat().st_ino)
    lake.close()
    if left != people * 5:
        raise SystemExit(f"{left} rows went, of {people * 5}")
    return {**figures, "written": new / 1e6}


def _plain(home: Path, one: Any, gone: Any, sorted_as_before: bool) -> int:
    """The table again without these people, by the engine alone, in the same catalog; the rows that it lacks."""
    import duckdb
    import pyarrow as pa

    from mesh_platform.keys import LocalKeyring
    from mesh_platform.lake.catalog import attach
    from mesh_platform.lake.catalog_key import read_key
    from mesh_platform.lake.engine import load_extension
    from mesh_platform.lake.place import Paths

    paths = Paths(home, one)
    config = {"threads": THREADS, "memory_limit": MEMORY, "temp_directory": str(home / "plain"), "temp_file_encryption": "true"}
    with duckdb.connect(config=config) as con:
        for name in ("ducklake", "httpfs"):
            load_extension(con, name)
        own = attach(con, "own", one, paths.catalog, paths.data, read_key(paths, LocalKeyring(home / "keys")), read_only=False)
        con.register("gone", pa.table({"value": gone}))
        con.execute("BEGIN TRANSACTION")
        con.execute(f"CREATE TABLE own.main.again AS SELECT * FROM {own.table} LIMIT 0")
        if sorted_as_before:
            con.execute("ALTER TABLE own.main.again SET PARTITIONED BY (bucket(16, email))")
            con.execute(f"ALTER TABLE own.main.again SET SORTED BY ({MARK} ASC)")
        con.execute(f"INSERT INTO own.main.again SELECT * FROM {own.table} WHERE {MARK} NOT IN (SELECT value FROM gone)")
        found = con.execute(f"SELECT (SELECT count(*) FROM {own.table}) - (SELECT count(*) FROM own.main.again)").fetchone()
        con.execute("COMMIT")
    return int(found[0]) if found else 0


def fresh(base: Path, root: Path) -> Path:
    """A copy of the home; files of rows, which nobody changes, are shared."""
    home = root / "home"

    def linked(source: str, target: str) -> object:
        return os.link(source, target) if source.endswith(".parquet") else shutil.copy2(source, target)

    shutil.copytree(base, home, copy_function=linked)
    return home


def one_erasure(base: Path, kind: str, people: int, rows: int) -> Usage:
    with tempfile.TemporaryDirectory(dir=base.parent) as folder:
        home = fresh(base, Path(folder))
        os.sync()
        return child(python("-m", "benchmarks.subjects", "--one", kind, "--home", home, "--people", people, "--large", rows))


def report(given: argparse.Namespace) -> None:
    products, rows, large, rounds = (given.products, given.rows, given.large, given.rounds)
    if given.quick:
        products, rows, large, rounds = 10, 100_000, 2_000_000, 2
    print(machine(), "\n")
    with tempfile.TemporaryDirectory(dir=given.temp) as folder:
        _report_plan()
        home = Path(folder) / "many"
        say(f"making {products} products of {rows:,} rows")
        made = child(
            python("-m", "benchmarks.subjects", "--one", "make", "--home", home, "--products", products, "--rows", rows)
        ).told
        found = [
            child(python("-m", "benchmarks.subjects", "--one", "locate", "--home", home, "--products", products)).told
            for _ in range(rounds)
        ]
        print(f"One person over {products} products of {rows:,} rows, median of {rounds} processes (goal of 50 × 1M: 100 ms):\n")
        print(markdown(["", "ms"], [[name, f"{statistics.median(each[name] for each in found) * 1e3:.1f}"] for name in found[0]]))
        print(
            f"Of a publication's {made['published']:.2f} s its index takes {made['index']:.2f} s; {made['index_mb']:.0f} MB of indexes beside"
            f" {made['data_mb']:.0f} MB of data.\n"
        )
        shutil.rmtree(home)
        _report_erasures(Path(folder), large, rounds)


def _report_plan() -> None:
    told = child(python("-m", "benchmarks.subjects", "--one", "plan")).told
    told = {name: f"{figure * 1e3:.1f} ms" for name, figure in told.items() if name in ("plan", "cpu", "worst")}
    print(
        f"Plan over {PRODUCTS:,} products, {LEVELS} levels: {told['plan']}, CPU {told['cpu']}, worst of 20 {told['worst']} (goal 50 ms).\n"
    )


def _report_erasures(folder: Path, large: int, rounds: int) -> None:
    base = folder / "base"
    say(f"making one product of {large:,} rows")
    made = child(python("-m", "benchmarks.subjects", "--one", "make", "--home", base, "--products", 1, "--rows", large)).told
    print(
        f"One product of {large:,} rows, {made['data_mb']:.0f} MB; index {made['index_mb']:.0f} MB, made in {made['index']:.1f} s.\n"
    )
    lines = []
    for people in (1, 100, 10_000):
        say(f"erasing {people:,}")
        runs = in_turns({kind: lambda k=kind, p=people: one_erasure(base, k, p, large) for kind in KINDS}, rounds)
        for kind, each in runs.items():
            figures = [
                f"{median(each, 'wall'):.2f}",
                spread(each, "wall"),
                f"{median(each, 'cpu'):.2f}",
                f"{median(each, 'written'):.0f}",
            ]
            against = [ratio(runs["erased"], each, name) if kind != "erased" else "" for name in ("wall", "cpu")]
            lines.append([f"{people:,} people, {kind}", *figures, *against])
    print(markdown(["", "wall s", "least–most", "CPU s", "MB written", "erased, this = 1: wall", "CPU"], lines))
    print("Goals, wall, against a plain filtered rewrite: 0.25 for one, 1.0 for 100, 1.5 for 10,000.\n")


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--products", type=int, default=50)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--large", type=int, default=20_000_000)
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--quick", action="store_true", help="10 products of 100,000 rows, one of 2,000,000, two rounds")
    asked.add_argument("--temp", default=None, help="folder for the generated data")
    asked.add_argument("--one", choices=["make", "locate", "plan", *KINDS], help=argparse.SUPPRESS)
    asked.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    asked.add_argument("--people", type=int, help=argparse.SUPPRESS)
    given = asked.parse_args()
    parts: dict[str, Callable[[], dict[str, Any]]] = {
        "make": lambda: make(given.home, given.products, given.rows),
        "locate": lambda: locate(given.home, given.products),
        "plan": plan,
    }
    if given.one is None:
        report(given)
    else:
        print(json.dumps(parts[given.one]() if given.one in parts else erase(given.home, given.one, given.people, given.large)))


if __name__ == "__main__":
    main()
