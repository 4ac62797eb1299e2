"""Who saw what of a person: one question over an audit log of many reads, from the question to the answer.

    python -m benchmarks.seen [--records 1000000] [--quick]

The records are reads of 200 products over a year, each said before and after, of which two products are those asked about. Asked is for 30 days of it and for the whole year, in one
process that opened the mesh before; the answer is held against what was written.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import machine, markdown, say
from benchmarks.propagation import write

DAYS, PRODUCTS, ASKED = 365, 200, ("domain0/letters", "domain0/accounts")
WHAT = "user.contact.email"


def filled(log: Any, records: int, begin: datetime) -> list[datetime]:
    """The reads, in batches of 10,000; the moments of those that were asked about."""
    from mesh_platform.audit import tree
    from mesh_platform.audit.leaf import Act, Phase, Record, What, Who, new_eid

    chance, moments, step = random.Random(7), [], DAYS * 86_400_000_000 // records
    start, who = int(begin.timestamp() * 1e6), Who("0123", role="consumer", purpose="service")
    names = [*ASKED, *(f"domain{i}/towns" for i in range(PRODUCTS - len(ASKED)))]
    for first in range(0, records, 10_000):
        entries = []
        for number in range(first, min(first + 10_000, records), 2):
            at, name, eid, done = start + number * step, chance.choice(names), new_eid(), new_eid()
            about = What(
                product=f"{name}@1.0.0",
                what="contract",
                fields=("email", "town") if name in ASKED else ("town", "people"),
                policy="0123abcd",
                under=("c-1",),
            )
            entries.append((eid, Record(eid, at, Act.READ, Phase.INTENT, who, about, "allow", "CORE-13").encoded()))
            over = Record(done, at + 1, Act.READ, Phase.DONE, who, What(product=f"{name}@1.0.0"), "allow", n=9, parent=eid)
            entries.append((done, over.encoded()))
            if name in ASKED:
                moments.append(datetime.fromtimestamp(at / 1e6, tz=UTC))
        with log.database.write() as con:
            tree.append(con, entries)
    return moments


def asked(desk: Any, since: datetime, until: datetime, moments: list[datetime]) -> dict[str, Any]:
    """One question, and that its answer is right."""
    from mesh_platform.subjects.disclosures import disclosures

    wall, cpu = time.perf_counter(), time.process_time()
    found = disclosures(desk, desk.identified("email", "user5@example.org"), WHAT, since, until)
    spent = time.perf_counter() - wall, time.process_time() - cpu
    expected = sum(since <= at < until for at in moments)
    assert len(found.reads) == expected and sum(found.held.values()) == len(ASKED), (len(found.reads), expected, found.held)
    return {"days": (until - since).days, "reads told": expected, "s": round(spent[0], 2), "s of CPU": round(spent[1], 2)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    records = 20_000 if given.quick else given.records
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        os.environ.setdefault("XDG_STATE_HOME", f"{folder}/state")
        rows = measured(Path(folder) / "project", records)
    say(f"{machine()}\n\n{records:,} records\n\n{markdown(list(rows[0]), [list(row.values()) for row in rows])}")
    return 0


def measured(root: Path, records: int) -> list[dict[str, Any]]:
    from mesh_platform.product import ProductKey, load_mesh
    from mesh_platform.publish import Status, open_runtime, publish, register
    from mesh_platform.publish.desks import desk_of
    from mesh_platform.settings import Settings

    root.mkdir()
    write(root, PRODUCTS - len(ASKED), 1_000)
    mesh = load_mesh(root)
    with open_runtime(Settings(project=root)) as runtime:
        register(mesh, runtime.registry)
        for name in ASKED:
            outcome = publish(mesh, ProductKey.parse(name), runtime)
            assert outcome.status is Status.PUBLISHED, outcome.findings
        begin = datetime.now(UTC)  # the log's first records are of now, and a clock that went back would be told as such
        moments = filled(runtime.audit, records, begin)
        desk, middle = desk_of(mesh, runtime), begin + timedelta(days=200)
        month, year = (middle, middle + timedelta(days=30)), (begin, begin + timedelta(days=DAYS + 1))
        spans = [month, year, month]
        return [asked(desk, since, until, moments) for since, until in spans]


if __name__ == "__main__":
    raise SystemExit(main())
