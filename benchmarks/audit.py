"""What the audit log costs: durable records from threads and processes, proofs, verification.

    python benchmarks/audit.py [--records 20000] [--big 1000000] [--quick] [--json] [--database URL]

Each process has 16 threads that record and wait; times are from the call to its return. CPU is that of all threads of a process, by record.
Proofs and verification run on a log of --big records, which is written in batches first.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from measure import machine, markdown

THREADS = 16
processes = multiprocessing.get_context("fork")


def opened(root: Path, url: str | None) -> Any:
    from mesh_platform.audit import open_audit
    from mesh_platform.settings import Settings
    from mesh_platform.state import open_state

    settings = Settings(project=root, database_url=url, audit_anchor=str(root / "anchor"))
    return open_audit(settings, open_state(settings))


def say(log: Any, count: int, durable: bool, times: list[float]) -> None:
    from mesh_platform.actor import Actor
    from mesh_platform.audit import Act, Phase, What

    actor, about = (
        Actor("ana", ("consumer",)),
        What(product="sales/orders@1.0.0", fields=("order_id", "segment", "region"), policy="0123abcd"),
    )
    for number in range(count):
        begun = time.perf_counter()
        log.record(Act.READ, Phase.DONE, actor, about, "allow", "CORE-13", number, durable=durable)
        times.append(time.perf_counter() - begun)


def one_process(root: Path, url: str | None, count: int, durable: bool, out: Path) -> None:
    with opened(root, url) as log:
        say(log, 1, True, [])
        lists: list[list[float]] = [[] for _ in range(THREADS)]
        threads = [threading.Thread(target=say, args=(log, count // THREADS, durable, times)) for times in lists]
        wall, cpu = time.perf_counter(), time.process_time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent = time.perf_counter() - wall, time.process_time() - cpu
    times = [each for some in lists for each in some]
    out.write_text(json.dumps({"wall": spent[0], "cpu": spent[1], "times": times}))


def recorded(root: Path, url: str | None, count: int, number: int, durable: bool) -> dict[str, Any]:
    """`number` processes at once."""
    outs = [root / f"out-{i}" for i in range(number)]
    running = [processes.Process(target=one_process, args=(root, url, count // number, durable, out)) for out in outs]
    for process in running:
        process.start()
    for process in running:
        process.join()
    said = [json.loads(out.read_text()) for out in outs]
    times = sorted(each for one in said for each in one["times"])
    return {
        "what": f"{number} x {THREADS} threads, {'durable' if durable else 'within 50 ms'}",
        "records/s": round(len(times) / max(one["wall"] for one in said)),
        "p50 ms": round(statistics.median(times) * 1e3, 2),
        "p99 ms": round(times[int(len(times) * 0.99)] * 1e3, 2),
        "us CPU": round(sum(one["cpu"] for one in said) / len(times) * 1e6),
    }


def filled(root: Path, url: str | None, size: int) -> Any:
    """A log of `size` records more, written in batches of 10,000."""
    from mesh_platform.audit import tree
    from mesh_platform.audit.leaf import Act, Phase, Record, What, Who, new_eid

    log = opened(root, url)
    about = What(product="sales/orders@1.0.0", fields=("order_id", "segment", "region"), policy="0123abcd")
    say(log, 1, True, [])
    for begin in range(0, size, 10_000):
        eids = [new_eid() for _ in range(min(10_000, size - begin))]
        bodies = [
            Record(eid, begin, Act.READ, Phase.DONE, Who("0123"), about, "allow", "CORE-13", begin).encoded() for eid in eids
        ]
        with log.database.write() as con:
            tree.append(con, list(zip(eids, bodies, strict=True)))
    return log


def proofs(log: Any, count: int = 200) -> dict[str, Any]:
    """Each proof as it is asked for, the first of a process apart; and many against one checkpoint."""
    from mesh_platform.audit.tlog import included
    from mesh_platform.audit.tree import Tree, head

    log.checkpoint()
    asked, warm, hashes = [], [], 0
    with log.database.read() as con:
        now = head(con)
        kept = Tree(con, now.size)
        for _ in range(count):
            index = random.randrange(now.size)
            begun = time.perf_counter()
            log.proof(index)
            asked.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            proof = kept.inclusion(index)
            warm.append(time.perf_counter() - begun)
            [leaf] = kept.leaves(index, index + 1)
            assert included(leaf, index, now.size, proof, now.root)
            hashes = max(hashes, len(proof))
    half = count // 2
    return {
        "first proof ms": round(asked[0] * 1e3, 2),
        "proof ms": round(sorted(asked)[half] * 1e3, 2),
        "proof of many ms": round(sorted(warm)[half] * 1e3, 2),
        "hashes": hashes,
    }


def verified(log: Any) -> dict[str, Any]:
    from mesh_platform.audit.verify import verify

    log.checkpoint()
    wall, cpu = time.perf_counter(), time.process_time()
    found = verify(log)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    assert found.ok, found.bad
    return {"size": found.size, "verified/s": round(found.size / wall), "verified/s of CPU": round(found.size / cpu)}


def table(rows: list[dict[str, Any]]) -> str:
    return markdown(list(rows[0]), [list(row.values()) for row in rows])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--big", type=int, default=1_000_000)
    parser.add_argument("--database", help="a PostgreSQL database that is empty; SQLite where none is named")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    count, big = (3_200, 20_000) if given.quick else (given.records, given.big)
    root = Path(tempfile.mkdtemp(prefix="mesh-bench-"))
    os.environ.setdefault("XDG_STATE_HOME", str(root / "state"))
    try:
        rows = [recorded(root, given.database, count, number, durable) for number, durable in ((1, True), (4, True), (1, False))]
        log = filled(root, given.database, big)
        with log:
            found = proofs(log) | verified(log)
        log.database.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)
    if given.json:
        print(json.dumps({"machine": machine(), "records": rows, "log": found}, indent=2))
    else:
        print(f"{machine()}\n\n{table(rows)}\n\n{table([found])}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
