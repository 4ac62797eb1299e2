"""What a package of evidence costs over a long audit log: CPU seconds and peak memory, of the whole year and of one month of it.

    python -m benchmarks.evidence [--records 100000 1000000] [--rounds 3] [--quick]

The log has a year of reads (each said before and after, some refused), consent, the gate's decisions, grants, requests, waivers and runs of retention over 200 products. Each export is
a process of its own; it is held against the counts that were written, and verified with the log's public keys. `verify` is the verification of the log alone, which every export begins with.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.measure import Rounds, Usage, child, in_turns, machine, markdown, median, python, ratio, say, spread, used

DAYS, MONTH, PRODUCTS, DOMAINS = 365, 30, 200, 5
PUBLISHED = ("domain0/letters", "domain0/accounts")
IN_A_THOUSAND = {"consent": 60, "gate": 20, "grant": 10, "request": 10, "retention": 20, "waiver": 1, "refused": 30}
"""What of a thousand acts is no read that was allowed."""


def make(root: Path, records: int) -> None:
    """The project, and its log, whose last record is of a moment ago."""
    from benchmarks.propagation import write
    from mesh_platform.audit import log as audit_log
    from mesh_platform.product import ProductKey, load_mesh
    from mesh_platform.publish import Status, open_runtime, publish, register
    from mesh_platform.settings import Settings

    end = datetime.now(UTC)
    begin = end - timedelta(days=DAYS)
    root.mkdir()
    write(root, DOMAINS, 1_000)
    mesh = load_mesh(root)
    audit_log._now = lambda: int(
        begin.timestamp() * 1e6
    )  # its first records are a year old: a clock that goes back is another case
    with open_runtime(Settings(project=root)) as runtime:
        register(mesh, runtime.registry)
        for name in PUBLISHED:
            outcome = publish(mesh, ProductKey.parse(name), runtime)
            assert outcome.status is Status.PUBLISHED, outcome.findings
        told = filled(runtime.audit, records, begin, end)
        runtime.audit.checkpoint()
        (root / "keys").write_text(runtime.audit.signer.succession.text)
    (root / "told.json").write_text(json.dumps(told))


def filled(log: Any, records: int, begin: datetime, end: datetime) -> dict[str, Any]:
    """The records, in batches of 10,000; how many reads each case has to tell."""
    from mesh_platform.audit import tree

    chance, written, reads = random.Random(7), 0, {"year": 0, "month": 0}
    step, start = (end - begin) / (records + 1), begin
    since, until = _month(begin)
    while written < records:
        entries: list[tuple[str, bytes]] = []
        while len(entries) < 10_000 and written + len(entries) < records:
            at = start + step * (written + len(entries) + 1)
            read, some = _some(chance, int(at.timestamp() * 1e6))
            entries += some
            reads["year"] += read
            reads["month"] += read and since <= at < until
        with log.database.write() as con:
            tree.append(con, entries)
        written += len(entries)
    return {"records": written, "begin": begin.isoformat(), "reads": reads}


def _some(chance: random.Random, at: int) -> tuple[bool, list[tuple[str, bytes]]]:
    """Whether it is a read that was allowed; and its records."""
    from mesh_platform.audit.leaf import Act, Phase, Record, What, Who, new_eid

    number, id_ = chance.randrange(PRODUCTS), f"{chance.getrandbits(64):016x}"
    domain = f"domain{number % DOMAINS}"
    name = f"{domain}/{('letters', 'accounts', 'towns')[number % 3]}" if number < 15 else f"{domain}/p{number}"
    who, product, eid = Who(f"{number:04x}", role="consumer", purpose="service"), f"{name}@1.0.0", new_eid()

    def one(
        act: Act, phase: Phase, what: What, dec: str | None = None, n: int | None = None
    ) -> tuple[bool, list[tuple[str, bytes]]]:
        return False, [(eid, Record(eid, at, act, phase, who, what, dec, n=n).encoded())]

    kind = chance.choices([*IN_A_THOUSAND, "read"], [*IN_A_THOUSAND.values(), 1_000 - sum(IN_A_THOUSAND.values())])[0]
    if kind == "consent":
        return one(Act.CONSENT, Phase.DONE, What(what="events", ref=id_, consent=chance.randrange(10**6)), n=1)
    if kind == "gate":
        return one(Act.GATE, Phase.DONE, What(product=product, ref=id_, code=id_ * 4), "open")
    if kind == "grant":
        return one(Act.GRANT, Phase.DONE, What(product=product, ref=id_), "approved")
    if kind == "request":
        return one(Act.REQUEST, Phase.DONE, What(what="verified", ref=id_))
    if kind == "retention":
        return one(Act.RETENTION, Phase.DONE, What(product=product, what="delete"), n=chance.randrange(100))
    if kind == "waiver":
        return one(Act.WAIVER, Phase.DONE, What(product=product, what="waiver", ref=id_, code="CORE-05"), "approved")
    about = What(product=product, what="contract", fields=("email", "town"), policy="0123abcd", under=(f"c-{number}",))
    if kind == "refused":
        return one(Act.READ, Phase.DENIED, about, "deny")
    done = new_eid()
    over = Record(done, at + 1, Act.READ, Phase.DONE, who, What(product=product), "allow", n=9, parent=eid)
    return True, [
        (eid, Record(eid, at, Act.READ, Phase.INTENT, who, about, "allow", "CORE-13").encoded()),
        (done, over.encoded()),
    ]


def _month(begin: datetime) -> tuple[datetime, datetime]:
    middle = begin + timedelta(days=200)
    return middle, middle + timedelta(days=MONTH)


def run(case: str, root: Path) -> dict[str, float]:
    """One measurement, in a process of its own: what it used between opening and closing the mesh."""
    from mesh_platform.actor import Actor
    from mesh_platform.audit.succession import Succession
    from mesh_platform.audit.verify import verify
    from mesh_platform.clock import utc_now
    from mesh_platform.interop.evidence.export import export
    from mesh_platform.interop.evidence.frameworks import Framework
    from mesh_platform.interop.evidence.outsider import examine
    from mesh_platform.interop.evidence.scope import Scope
    from mesh_platform.product import load_mesh
    from mesh_platform.publish import open_runtime
    from mesh_platform.settings import Settings

    told = json.loads((root / "told.json").read_text())
    mesh, now = load_mesh(root), utc_now()
    since, until = _month(datetime.fromisoformat(told["begin"])) if case == "month" else (None, None)
    with open_runtime(Settings(project=root)) as runtime:
        if case == "verify":
            with used() as figures:
                assert verify(runtime.audit, ask=False).ok
            return figures
        with used() as figures:
            made = export(
                mesh,
                runtime,
                Scope(Framework.GDPR, now, since, until),
                Actor("examiner", ("examiner",)),
                now,
                out := io.BytesIO(),
            )
    reads = sum(one.reads for one in made.evidence.access)
    assert reads == told["reads"][case], (reads, told["reads"][case])
    found = examine(out.getvalue(), Succession.parse((root / "keys").read_text()))
    assert found["ok"], found["problems"]
    return {**figures, "size": len(out.getvalue()) / 2**20, "reads": reads}


def measured(folder: Path, records: int, rounds: int) -> Rounds:
    root = folder / f"project-{records}"
    child(python("-m", "benchmarks.evidence", "--child", "make", root, "--records", records))
    say(f"{records:,} records, {(root / '.mesh' / 'control.db').stat().st_size / 2**20:.0f} MB")

    def case(name: str) -> Usage:
        return child(python("-m", "benchmarks.evidence", "--child", name, root))

    return in_turns({name: lambda name=name: case(name) for name in ("year", "month", "verify")}, rounds)  # type: ignore[misc]


def table(found: dict[int, Rounds]) -> str:
    head = ("records", "case", "CPU s", "least–most", "CPU, whole year = 1", "peak MB", "package MB")
    rows = [
        (
            f"{records:,}",
            name,
            f"{median(runs, 'cpu'):.1f}",
            spread(runs, "cpu", 1),
            ratio(runs, rounds["year"], "cpu"),
            f"{median(runs, 'peak'):.0f}",
            f"{median(runs, 'size'):.1f}" if name != "verify" else "",
        )
        for records, rounds in found.items()
        for name, runs in rounds.items()
    ]
    return markdown(head, rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--child", nargs=2, metavar=("CASE", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        case, root = given.child[0], Path(given.child[1])
        print(json.dumps(make(root, given.records[0]) or {} if case == "make" else run(case, root)))
        return 0
    sizes, rounds = ([20_000], 1) if given.quick else (given.records, given.rounds)
    with tempfile.TemporaryDirectory(prefix="mesh-bench-") as folder:
        os.environ.setdefault("XDG_STATE_HOME", f"{folder}/state")
        found = {records: measured(Path(folder), records, rounds) for records in sizes}
    print(f"{machine()}\n\n{table(found)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
