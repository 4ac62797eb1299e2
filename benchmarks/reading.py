"""What a governed read costs over the same statement on raw DuckLake: pairs that take turns, one after the other, in one process.

    python benchmarks/reading.py [--rows 1000000] [--pairs 1000] [--seconds 5] [--quick] [--json]

One product of so many rows: a number of each customer, in the clear by contract, a telephone number that is masked, and rows of people who
object left out. `raw` is the statement on the catalog itself, in this process; `piped` is the same through a worker that decides nothing;
`governed` is `Reading.query`, whose records go to the audit log in groups; `restricted` is the same with a record on the disk before each row.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import yaml
from measure import machine, markdown, say

from mesh_platform.access.decision import Caller
from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Job, Size, View, Workers
from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.keys import open_keys
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.people import ledger_of
from mesh_platform.settings import Settings

KEY = ProductKey("customer", "accounts")
ANALYST = Caller.person(Actor("analyst", ("consumer",), ("sales",), "EU"))
FIELDS = ["customer_id", "phone", "segment", "area", "amount"]
POINT = "SELECT customer_id, phone, segment, area, amount FROM {t} WHERE customer_id = ?"
TOTAL = "SELECT segment, count(*) AS n, sum(amount) AS total FROM {t} GROUP BY segment ORDER BY segment"
CLIENTS = 16
DESCRIPTOR: dict[str, Any] = {
    "dataProduct": {
        "name": "Accounts",
        "domain": "Customer",
        "owner": "customer-team@example.com",
        "version": "1.0.0",
        "description": "One row for each account.",
        "dataResidency": {"region": "EU", "storageLocations": ["westeurope"]},
        "purposes": {"service": "contract", "analytics": "legitimate_interests"},
        "retention": {"period": "2 years", "from": "ingested", "action": "delete"},
        "sla": {"availability": 99.0, "latency": "< 1 second", "freshness": "< 1 day"},
        "qualityMetrics": {"completeness": 90, "accuracy": 90},
        "interfaces": [{"type": "SQL", "authentication": "OAuth2", "accessLevel": "Read-Only"}],
        "source": {"path": "landing/accounts.parquet", "purpose": "service", "basis": "contract", "notice": "n1"},
        "erasure": {"strategy": "delete_by_key"},
        "columns": {
            "customer_id": {
                "type": "string",
                "unique": True,
                "sensitivity": "confidential",
                "category": "user.unique_id",
                "subject": "customer_id",
            },
            "phone": {
                "type": "string",
                "sensitivity": "confidential",
                "category": "user.contact.phone_number",
                "mask": "last4",
            },
            "email": {
                "type": "string",
                "sensitivity": "restricted",
                "category": "user.contact.email",
                "mask": "email_domain",
            },
            "segment": {"type": "string", "sensitivity": "internal"},
            "area": {"type": "string", "sensitivity": "internal"},
            "amount": {"type": "double", "sensitivity": "internal"},
        },
        "dataContracts": [
            {"consumer": "sales", "purpose": "analytics", "fields": FIELDS, "raw": ["customer_id"]},
            {"consumer": "sales", "purpose": "service", "fields": [*FIELDS, "email"], "raw": ["customer_id"]},
        ],
    }
}
GOVERNANCE: dict[str, Any] = {
    "policies": {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]}}},
    "regions": {"regions": {"EU": ["westeurope"]}},
    "purposes": {"purposes": {"service": {"bases": ["contract"]}, "analytics": {"bases": ["legitimate_interests"]}}},
    "identifiers": {"namespaces": {"customer_id": {"normal": ["trim"]}}},
    "roles": {
        "principals": {
            "analyst": {"roles": ["consumer"], "domain": "sales", "region": "EU"},
            "privacy-engineer": {"roles": ["privacy"]},
        }
    },
}


@dataclass(frozen=True)
class Bench:
    """All that is open."""

    runtime: Runtime
    mesh: Mesh
    workers: Workers
    rows: int

    def reading(self) -> Reading:
        grants = AccessStore(self.runtime.registry.database).on
        return Reading(self.mesh, self.runtime.lake, self.runtime.registry, self.workers, self.runtime.audit, grants)

    def object(self, first: int, count: int) -> None:
        """So many people more object to analytics."""
        ledger, batch = ledger_of(self.runtime, self.mesh.governance), []
        for number in range(first, first + count):
            token = ledger.tokens.token("customer_id", name(number * (self.rows // 1_000)))
            batch.append(Event(token, "customer_id", Kind.OBJECTION, Decision.OBJECTED, "bench", f"o-{number}", "analytics"))
        ledger.append(*batch, by=Actor("privacy-engineer", ("privacy",)))
        time.sleep(0.1)


def name(number: int) -> str:
    return f"C-{number:08d}"


def project(root: Path, rows: int) -> Path:
    for domain in ("customer", "sales"):
        folder = root / "domains" / domain
        folder.mkdir(parents=True)
        (folder / "domain.yaml").write_text(f"owner: {domain}-team@example.com\nregion: westeurope\napprovers: [s@example.com]\n")
    (root / "governance").mkdir()
    for said, document in GOVERNANCE.items():
        (root / "governance" / f"{said}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    (root / "landing").mkdir()
    drawn = random.Random(7)
    numbers = list(range(rows))
    table = {
        "customer_id": [name(number) for number in numbers],
        "phone": [f"+4930{drawn.randrange(10**7):07d}" for _ in numbers],
        "email": [f"person{number}@example.com" for number in numbers],
        "segment": drawn.choices(["gold", "silver", "bronze"], k=rows),
        "area": drawn.choices(["north", "south", "east", "west"], k=rows),
        "amount": [drawn.randrange(10**6) / 100 for _ in numbers],
    }
    pq.write_table(pa.table(table), root / "landing" / "accounts.parquet")
    folder = root / "domains" / KEY.domain / KEY.name
    folder.mkdir()
    (folder / "product.yaml").write_text(yaml.safe_dump(DESCRIPTOR))
    return root


@contextmanager
def opened(root: Path, rows: int, workers: int) -> Iterator[Bench]:
    settings = Settings(project=project(root, rows), audit_anchor=str(root / "anchor"))
    with ExitStack() as stack:
        runtime = stack.enter_context(open_runtime(settings))
        mesh = load_mesh(settings.project)
        begun = time.perf_counter()
        outcome = publish(mesh, KEY, runtime)
        assert outcome.status is Status.PUBLISHED, outcome.findings
        say(f"  {rows:,} rows published in {time.perf_counter() - begun:.0f} s")
        size = Size(workers, "1GB", 2)
        pool = stack.enter_context(Workers(settings.home_path, open_keys(settings), runtime.confinement, size))
        yield Bench(runtime, mesh, pool, rows)


def sides(bench: Bench, sql: str, reading: Reading, parameters: Callable[[], list[object]]) -> dict[str, Callable[[], int]]:
    """The statement in each way, for the same parameters as the others of its turn."""
    place = reading.served(KEY).place
    reader = reading._reader
    named = {"values": parameters()}

    def raw() -> int:
        named["values"] = parameters()
        relation = reader.relation(place)
        return int(reader.con.execute(sql.replace("{t}", relation), named["values"]).to_arrow_table().num_rows)

    def piped() -> int:
        job = Job(sql.replace("{t}", "__mesh_bench"), (View("__mesh_bench", place, "SELECT * FROM {t}"),), tuple(named["values"]))
        return int(bench.workers.run(job).table().num_rows)

    def governed(purpose: str) -> int:
        text = sql.replace("{t}", str(KEY).replace("/", "."))
        return int(reading.query(ANALYST, purpose, text, utc_now(), named["values"]).rows.table().num_rows)

    return {"raw": raw, "piped": piped, "governed": lambda: governed("analytics"), "restricted": lambda: governed("service")}


def paired(cases: Mapping[str, Callable[[], int]], pairs: int) -> dict[str, list[float]]:
    """Milliseconds of each case, all of them in turns."""
    for case in cases.values():
        for _ in range(5):
            case()
    found: dict[str, list[float]] = {case: [] for case in cases}
    for _ in range(pairs):
        for case, run in cases.items():
            begun = time.perf_counter()
            run()
            found[case].append((time.perf_counter() - begun) * 1e3)
    return found


def told(found: Mapping[str, list[float]]) -> list[dict[str, Any]]:
    """Medians, and the differences to `raw` within each turn, with the interval of their median."""
    rows = []
    for case, times in found.items():
        more = sorted(own - base for own, base in zip(times, found["raw"], strict=True))
        low, high = interval(more)
        rows.append(
            {
                "": case,
                "p50 ms": round(statistics.median(times), 2),
                "p99 ms": round(at(sorted(times), 0.99), 2),
                "more, p50 ms (95 %)": f"{statistics.median(more):+.2f} ({low:+.2f} to {high:+.2f})" if case != "raw" else "",
                "p99 less raw's p99, ms": f"{at(sorted(times), 0.99) - at(sorted(found['raw']), 0.99):+.2f}"
                if case != "raw"
                else "",
                "ratio": round(statistics.median(own / base for own, base in zip(times, found["raw"], strict=True)), 2),
            }
        )
    return rows


def interval(ordered: list[float]) -> tuple[float, float]:
    """95 % of the median, by its order statistics."""
    half, wide = len(ordered) / 2, 0.98 * len(ordered) ** 0.5
    return ordered[max(0, int(half - wide))], ordered[min(len(ordered) - 1, int(half + wide))]


def at(ordered: list[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def native(bench: Bench, reading: Reading, pairs: int) -> list[dict[str, Any]]:
    """The governed view over a table of the engine's own, in this process: what masks and filter cost by themselves."""
    served = reading.served(KEY)
    decision = reading.decision(ANALYST, served, "analytics", utc_now())
    reader = reading._reader
    rows = reader.con.execute(f"SELECT * FROM {reader.relation(served.place)}").to_arrow_table()
    con = duckdb.connect(config={"threads": "2"})
    con.register("given", rows)
    con.execute("CREATE TABLE plain AS SELECT * FROM given ORDER BY customer_id")
    con.unregister("given")
    con.execute(f"CREATE VIEW shown AS {reading._view('v', decision, served).select.replace('{t}', 'plain')}")
    drawn = random.Random(3)
    values: dict[str, list[str]] = {"values": [name(0)]}

    def over(table: str, draw: bool) -> int:
        if draw:
            values["values"] = [name(drawn.randrange(bench.rows))]
        return int(con.execute(POINT.replace("{t}", table), values["values"]).to_arrow_table().num_rows)

    return told(paired({"raw": lambda: over("plain", True), "view": lambda: over("shown", False)}, pairs))


def throughput(bench: Bench, seconds: float) -> dict[str, Any]:
    """Point lookups a second of 16 threads, each with its own reader: on raw DuckLake, and governed; in turns."""
    rounds = ("raw", "governed", "raw", "governed")
    gate, counts = threading.Barrier(CLIENTS), dict.fromkeys(rounds, 0)
    counting = threading.Lock()

    def client(number: int) -> None:
        drawn = random.Random(number)
        with bench.reading() as reading:
            run = sides(bench, POINT, reading, lambda: [name(drawn.randrange(bench.rows))])
            for case in counts:
                run[case]()
            for case in rounds:
                gate.wait()
                until, done = time.monotonic() + seconds, 0
                while time.monotonic() < until:
                    run[case]()
                    done += 1
                with counting:
                    counts[case] += done

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    raw, governed = (counts[case] / seconds / 2 for case in ("raw", "governed"))
    return {"clients": CLIENTS, "raw/s": round(raw), "governed/s": round(governed), "part of raw": round(governed / raw, 2)}


def starts(bench: Bench, rounds: int = 5) -> dict[str, Any]:
    """From nothing to the first answer of a worker, and the same where it was warmed while something else went on."""
    settings, cold, warm = bench.runtime.settings, [], []
    place = bench.runtime.registry.latest(KEY)
    assert place is not None
    with bench.reading() as reading:
        job = Job("SELECT 1 FROM __mesh_b LIMIT 1", (View("__mesh_b", reading.served(KEY).place, "SELECT * FROM {t}"),))
    for _ in range(rounds):
        for times, pause in ((cold, 0.0), (warm, 3.0)):
            with Workers(settings.home_path, open_keys(settings), bench.runtime.confinement, Size(1)) as workers:
                if pause:
                    workers.warm()
                    time.sleep(pause)
                begun = time.perf_counter()
                workers.run(job).table()
                times.append(time.perf_counter() - begun)
    return {"first answer, cold s": round(statistics.median(cold), 2), "warmed s": round(statistics.median(warm), 3)}


def measured(bench: Bench, pairs: int, aggregates: int, seconds: float) -> dict[str, Any]:
    drawn = random.Random(1)
    found: dict[str, Any] = {"start": starts(bench)}
    with bench.reading() as reading:
        say("  point lookups")
        cases = sides(bench, POINT, reading, lambda: [name(drawn.randrange(bench.rows))])
        found["point lookup on DuckLake"] = told(paired(cases, pairs))
        found["point lookup on a native table, in process"] = native(bench, reading, pairs)
        objected = 0
        for pending in (0, 1, 1_000):
            if pending:
                bench.object(objected, pending - objected)
                objected = pending
            say(f"  aggregates, {pending} pending")
            both = {case: run for case, run in sides(bench, TOTAL, reading, list).items() if case != "restricted"}
            found[f"aggregate, {pending} pending"] = told(paired(both, aggregates))
    say("  16 clients")
    found["throughput"] = throughput(bench, seconds)
    found["peak MB of this process"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=1_000)
    parser.add_argument("--aggregates", type=int, default=60)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if given.quick:
        given.rows, given.pairs, given.aggregates, given.seconds = 50_000, 100, 10, 1.0
    root = Path(tempfile.mkdtemp(prefix="mesh-bench-"))
    try:
        with opened(root / "project", given.rows, given.workers) as bench:
            found = measured(bench, given.pairs, given.aggregates, given.seconds)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if given.json:
        print(json.dumps({"machine": machine(), "rows": given.rows} | found, indent=2))
        return 0
    print(f"{machine()} {given.rows:,} rows, {given.pairs:,} pairs.\n")
    for what, rows in found.items():
        rows = rows if isinstance(rows, list) else [rows if isinstance(rows, dict) else {what: rows}]
        print(f"{what}\n\n{markdown(list(rows[0]), [list(row.values()) for row in rows])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
