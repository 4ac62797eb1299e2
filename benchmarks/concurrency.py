"""Publishers, readers, clean-up and purge at once: does a commit fail, does a reader see half a version?

    python benchmarks/concurrency.py [--seconds 60] [--rows 120000] [--quick] [--json]

Four processes publish four products of one domain again and again, the fourth of them SQL over the first; four processes read all of them; one
cleans up every place; one purges. Every row carries the number of its version, and some rows of each version are there to be purged. A read
must see one number, no smaller than the one before, every row that stays, and of the rows to be purged all or none. At the end each product must serve
its last publication, its folder must hold what its catalog lists, and the registry must know every publication. Exit code 1 where anything is amiss.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from measure import machine, markdown

PRODUCTS, READERS = ("first", "second", "third", "derived"), 4
PATIENCE = 300.0  # seconds within which every process must be ready, and later must have ended
SMALL, DOOMED = 2_000, 50  # rows of the third product, which stays in one file; rows of every version that are there to be purged
PRODUCT = """\
dataProduct:
  name: {name}
  domain: shop
  owner: shop@example.com
  version: 1.0.0
  description: A product that is published often.
  dataResidency: {{region: EU, storageLocations: [westeurope]}}
  purposes: {{service: contract}}
  retention: {{period: 3 years, from: ingested, action: delete}}
  erasure: {{strategy: {erasure}}}
  sla: {{availability: 99, latency: "< 1 second", freshness: "< 1 day"}}
  qualityMetrics: {{completeness: 90, accuracy: 90}}
  interfaces: [{{type: SQL, authentication: OAuth2, accessLevel: Read-Only}}]
  columns:
    number: {{type: integer, unique: true, sensitivity: internal, description: Number of the row.}}
    person: {{type: string, pattern: '.+@example\\.org', subject: email, sensitivity: restricted, category: user.contact.email, description: Whose.}}
    version: {{type: integer, min: 1, sensitivity: internal, description: The version that the row belongs to.}}
    doomed: {{type: boolean, sensitivity: internal, description: Whether it is there to be purged.}}
{origin}
"""
SOURCE = "  source: {{path: landing/{name}.parquet, purpose: service, basis: contract, notice: 2026-01}}"
INPUT = "  inputs: [{product: shop/first, purpose: service, fields: [number, person, version, doomed]}]"
LOOK = """SELECT count(DISTINCT version) AS versions, max(version) AS version, count(*) FILTER (doomed) AS doomed,
    count(*) FILTER (NOT doomed) AS rows, sum(number) FILTER (NOT doomed) AS total, count(DISTINCT person) AS persons FROM {t}"""

processes = multiprocessing.get_context("fork")  # of a process that has everything imported and nothing opened


def write_project(root: Path) -> None:
    put(root / "workspace.yaml", "load_from: []\n")
    put(
        root / "governance/policies.yaml",
        "governancePolicies:\n  dataResidency: {enforced: true, allowedRegions: [westeurope]}\n",
    )
    put(root / "governance/regions.yaml", "regions:\n  EU: [westeurope]\n")
    put(root / "governance/purposes.yaml", "purposes:\n  service: {description: The order., bases: [contract]}\n")
    put(root / "governance/identifiers.yaml", "namespaces:\n  email: {description: E-mail., normal: [lower]}\n")
    put(root / "domains/shop/domain.yaml", "owner: shop@example.com\nregion: westeurope\napprovers: [steward@example.com]\n")
    (root / "landing").mkdir()
    for name in PRODUCTS:
        derived = name == "derived"
        origin, erasure = (INPUT, "rebuild") if derived else (SOURCE.format(name=name), "delete_by_key")
        put(root / f"domains/shop/{name}/product.yaml", PRODUCT.format(name=name.title(), erasure=erasure, origin=origin))
        if derived:
            put(
                root / f"domains/shop/{name}/transform.sql",
                "SELECT number, lower(person) AS person, version, doomed FROM first\n",
            )


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def deliver(root: Path, name: str, rows: int, version: int) -> None:
    """The landing file of one version, put in place whole."""
    import duckdb

    file = root / f"landing/{name}.parquet"
    with duckdb.connect(config={"threads": 1}) as con:
        con.execute(f"""COPY (SELECT i AS number, printf('p%d@example.org', i) AS person, {version}::BIGINT AS version, i >= {rows} AS doomed
            FROM range({rows + DOOMED}) r(i)) TO '{file}.new' (FORMAT parquet)""")
    Path(f"{file}.new").replace(file)


def rows_of(name: str, rows: int) -> int:
    """How many rows of that product stay whatever is purged."""
    return SMALL if name == "third" else rows


@contextmanager
def opened(root: Path) -> Iterator[Any]:
    from mesh_platform.publish import open_runtime
    from mesh_platform.settings import Settings

    with open_runtime(Settings(project=root, memory_limit="500MB", threads=1)) as runtime:
        yield runtime


def place(name: str) -> Any:
    from mesh_platform.lake import Place

    return Place("westeurope", "shop", name)


class Beat:
    """What one process is given: the project, when all are ready and when it ends, and where it tells what it counted."""

    def __init__(self, root: Path, rows: int, ready: Any, until: Any, told: Any) -> None:
        self.root, self.rows, self.ready, self.until, self.told = root, rows, ready, until, told

    def goes_on(self) -> bool:
        return time.time() < self.until.value


Work = Callable[[Beat, Any, "Counter[str]", list[str]], None]


def run(work: Work, beat: Beat, who: str) -> None:
    """One process: its counts and what it found amiss, an exception included."""
    counts: Counter[str] = Counter()
    amiss: list[str] = []
    try:
        with opened(beat.root) as runtime:
            with runtime.lake.engine():  # started before the clock is
                beat.ready.wait(PATIENCE)
            work(beat, runtime, counts, amiss)
            runtime.lake.close()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what was looked for
        amiss.append(f"{type(error).__name__}: {error}")
    beat.told.put((who, dict(counts), [f"{who}: {text}" for text in amiss]))


class Publisher:
    """Publishes one product again and again; every publication must succeed."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, beat: Beat, runtime: Any, counts: Counter[str], amiss: list[str]) -> None:
        from mesh_platform.product import ProductKey, load_mesh
        from mesh_platform.publish import Status, publish

        mesh, key = load_mesh(beat.root), ProductKey("shop", self.name)
        while beat.goes_on():
            if self.name != "derived":  # version 1 is there before anybody starts
                deliver(beat.root, self.name, rows_of(self.name, beat.rows), counts["publications"] + 2)
            outcome = publish(mesh, key, runtime)
            if outcome.status is not Status.PUBLISHED:
                amiss.append("; ".join(str(finding) for finding in outcome.findings if finding.blocks))
                continue
            counts["publications"] += 1


def read(beat: Beat, runtime: Any, counts: Counter[str], amiss: list[str]) -> None:
    """Reads every product in turn and holds what it sees to what a version is."""
    newest = dict.fromkeys(PRODUCTS, 0)
    with runtime.lake.reader() as reader:
        while beat.goes_on():
            for name in PRODUCTS:
                [seen] = reader.fetch(place(name), LOOK).to_pylist()
                amiss += [f"{name}: {text}" for text in torn(seen, rows_of(name, beat.rows), newest[name])]
                counts["reads"] += 1
                counts["versions seen"] += seen["version"] > newest[name]
                counts["reads after a purge"] += seen["doomed"] == 0
                newest[name] = seen["version"]


def torn(seen: dict[str, int], rows: int, newest: int) -> Iterator[str]:
    """What is wrong with one look at one product."""
    if seen["versions"] != 1:
        yield f"rows of {seen['versions']} versions in one read"
    if seen["version"] < newest:
        yield f"version {seen['version']} after {newest}"
    if seen["doomed"] not in (0, DOOMED):
        yield f"{seen['doomed']} of {DOOMED} purged rows"
    if (seen["rows"], seen["total"], seen["persons"]) != (rows, rows * (rows - 1) // 2, rows + seen["doomed"]):
        yield f"{seen['rows']} of {rows} rows, or others"


def clean_up(beat: Beat, runtime: Any, counts: Counter[str], amiss: list[str]) -> None:
    """Cleans up all places, whoever is at work there."""
    while beat.goes_on():
        for where, found in runtime.lake.recover_all().items():
            if not hasattr(found, "busy"):
                amiss.append(f"{where}: {found}")
                continue
            counts["clean-ups"] += not found.busy
            counts["clean-ups skipped, product busy"] += found.busy
        time.sleep(0.05)


def purge(beat: Beat, runtime: Any, counts: Counter[str], amiss: list[str]) -> None:
    """Purges the doomed rows of one product after the other."""
    from mesh_platform.lake import Doomed

    while beat.goes_on():
        for name in PRODUCTS:
            purged = runtime.lake.purge(place(name), Doomed("doomed"), "privacy", "erase", wait=PATIENCE)
            counts["purges"] += 1
            counts["rows purged"] += purged.rows
            if purged.rows not in (0, DOOMED):
                amiss.append(f"{name}: {purged.rows} of {DOOMED} rows purged")
            time.sleep(0.05)


def begin(root: Path, rows: int) -> None:
    """The project with version 1 of every product, so that nobody has to wait for one."""
    from mesh_platform.product import ProductKey, load_mesh
    from mesh_platform.publish import Status, publish

    write_project(root)
    with opened(root) as runtime:
        for name in PRODUCTS:
            if name != "derived":
                deliver(root, name, rows_of(name, rows), 1)
            outcome = publish(load_mesh(root), ProductKey("shop", name), runtime)
            if outcome.status is not Status.PUBLISHED:
                raise SystemExit("\n".join(str(finding) for finding in outcome.findings))
        runtime.lake.close()


def end(root: Path, rows: int, published: dict[str, int]) -> Iterator[str]:
    """What is wrong when everything is quiet again."""
    from mesh_platform.product import ProductKey

    with opened(root) as runtime:
        for name in PRODUCTS:
            with runtime.lake.reader() as reader:
                [seen] = reader.fetch(place(name), LOOK).to_pylist()
            yield from (f"{name}, at the end: {text}" for text in torn(seen, rows_of(name, rows), 0))
            if name != "derived" and seen["version"] != published[name] + 1:
                yield f"{name}: version {seen['version']} is served and {published[name] + 1} was published"
            if not (report := runtime.lake.file_report(place(name))).clean:
                yield f"{name}: {len(report.missing)} files missing, {len(report.unknown)} unknown, {len(report.copies)} copies left"
            known = len(runtime.registry.publications(ProductKey("shop", name)))
            if known != published[name] + 1:
                yield f"{name}: the registry knows {known} publications of {published[name] + 1}"
        runtime.lake.close()


def crowd(root: Path, rows: int, seconds: float) -> tuple[dict[str, dict[str, int]], list[str]]:
    """All of them for `seconds`: counts by process, and everything that was amiss."""
    for module in ("mesh_platform.publish.flow", "mesh_platform.contract.audit", "pandera.ibis", "pyarrow"):
        import_module(module)
    beginning = processes.Process(target=begin, args=(root, rows))
    beginning.start()
    beginning.join()
    if beginning.exitcode:
        raise SystemExit("the first versions could not be published")
    work: dict[str, Work] = {f"publisher of {name}": Publisher(name) for name in PRODUCTS}
    work |= {f"reader {number + 1}": read for number in range(READERS)}
    work |= {"clean-up": clean_up, "purge": purge}
    ready, until, told = processes.Barrier(len(work) + 1), processes.Value("d", time.time() + PATIENCE), processes.Queue()
    beat = Beat(root, rows, ready, until, told)
    children = [processes.Process(target=run, args=(each, beat, who)) for who, each in work.items()]
    for child in children:
        child.start()
    ready.wait(PATIENCE)
    until.value = time.time() + seconds
    answers = [told.get(timeout=seconds + PATIENCE) for _ in children]
    for child in children:
        child.join()
    counts = {who: found for who, found, _ in answers}
    amiss = [text for _, _, found in answers for text in found]
    amiss += [f"a process ended with {child.exitcode}" for child in children if child.exitcode]
    published = {name: counts[f"publisher of {name}"].get("publications", 0) for name in PRODUCTS}
    return {who: counts[who] for who in work}, amiss + list(end(root, rows, published))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rows", type=int, default=120_000, help="rows of a version; from 100,000 on they lie in 16 files")
    parser.add_argument("--quick", action="store_true", help="8 seconds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seconds = 8.0 if arguments.quick else arguments.seconds
    with tempfile.TemporaryDirectory() as folder:
        counts, amiss = crowd(Path(folder) / "project", arguments.rows, seconds)
    total = sum((Counter(found) for found in counts.values()), Counter())
    if arguments.json:
        print(json.dumps({"counts": counts, "total": total, "amiss": amiss}))
    else:
        print(f"{machine()} {seconds:.0f} s, {arguments.rows:,} rows in a version.\n")
        print(
            markdown(
                ["process", "what it did"],
                [[who, ", ".join(f"{n} {what}" for what, n in found.items())] for who, found in counts.items()],
            )
        )
        print(
            f"{total['publications']} publications, {total['reads']} reads, {total['purges']} purges, {total['clean-ups']} clean-ups: {len(amiss)} amiss."
        )
        print("".join(f"- {text}\n" for text in amiss[:20]), end="")
    sys.exit(1 if amiss else 0)


if __name__ == "__main__":
    main()
