"""A burst of withdrawals over many domains: until no read shows them, and until no row of theirs is left.

    python -m benchmarks.propagation [--domains 15] [--people 20000] [--burst 10000] [--quick]

Each domain holds two products about all the people: one by consent alone, whose rows go, and one by contract that is also shown by consent, whose marks change; and counts the
first one by town, without a key. All is published through the flow, applied domain by domain in one process, each receipt looked at again, and then every file is read for whoever withdrew.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from benchmarks.measure import machine, markdown, say

PURPOSES = {"service": {"bases": ["contract"]}, "marketing": {"bases": ["consent"]}}
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 1_000


def product(domain: str, name: str, purposes: dict[str, str], **own: Any) -> dict[str, Any]:
    return {
        "name": name, "domain": domain, "owner": f"{domain}@example.com", "version": "1.0.0", "description": "People.",
        "dataResidency": {"region": "EU", "storageLocations": ["westeurope"]}, "purposes": purposes,
        "retention": {"period": "2 years", "from": "ingested", "action": "delete"},
        "sla": {"availability": 99.0, "latency": "< 1 second", "freshness": "< 1 day"}, "qualityMetrics": {"completeness": 90},
        "interfaces": [{"type": "SQL", "authentication": "OAuth2", "accessLevel": "Read-Only"}], **own,
    }  # fmt: skip


def write(root: Path, domains: int, people: int) -> list[str]:
    """The project; the domains' names."""
    documents: dict[str, Any] = {
        "policies": {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": ["westeurope"]}}},
        "regions": {"regions": {"EU": ["westeurope"]}},
        "purposes": {"purposes": PURPOSES},
        "identifiers": {"namespaces": {"email": {"normal": ["trim", "lower"]}}},
    }
    (root / "governance").mkdir(parents=True)
    (root / "landing").mkdir()
    for name, document in documents.items():
        (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))
    (root / "workspace.yaml").write_text("load_from: []\n")
    rows = (f"user{i}@example.org,town{i % 40}" for i in range(people))
    (root / "landing/people.csv").write_text("\n".join(["email,town", *rows, ""]))
    email = {"type": "string", "unique": True, "sensitivity": "restricted", "category": "user.contact.email", "subject": "email"}
    town = {"type": "string", "sensitivity": "internal"}
    names = [f"domain{number}" for number in range(domains)]
    for domain in names:
        given = {"columns": {"email": email, "town": town}, "erasure": {"strategy": "delete_by_key"}}
        source = {"path": "landing/people.csv", "notice": "n1"}
        letters = {"source": {**source, "purpose": "marketing", "basis": "consent"}, **given}
        accounts = {"source": {**source, "purpose": "service", "basis": "contract"}, **given}
        counted = {"town": {**town, "unique": True}, "people": {"type": "integer", "sensitivity": "internal"}}
        towns = {
            "inputs": [{"product": f"{domain}/letters", "purpose": "marketing", "fields": ["town"]}],
            "columns": counted,
            "erasure": {"strategy": "rebuild"},
        }
        each = {
            "letters": product(domain, "letters", {"marketing": "consent"}, **letters),
            "accounts": product(domain, "accounts", {"service": "contract", "marketing": "consent"}, **accounts),
            "towns": product(domain, "towns", {"marketing": "consent"}, **towns),
        }
        for name, descriptor in each.items():
            (root / "domains" / domain / name).mkdir(parents=True)
            (root / "domains" / domain / name / "product.yaml").write_text(yaml.safe_dump({"dataProduct": descriptor}))
        sql = "SELECT town, count(*) AS people FROM letters GROUP BY town\n"
        (root / "domains" / domain / "towns" / "transform.sql").write_text(sql)
        text = f"owner: {domain}@example.com\nregion: westeurope\napprovers: [steward@example.com]\n"
        (root / "domains" / domain / "domain.yaml").write_text(text)
    return names


def report(domains: int, people: int, burst: int, folder: str | None) -> None:
    from mesh_platform.ledger.closing import Closings, Watermark
    from mesh_platform.ledger.fold import micros
    from mesh_platform.product import ProductKey, load_mesh
    from mesh_platform.product.models import LegalBasis
    from mesh_platform.propagation.lag import measured
    from mesh_platform.publish import Status, open_runtime, publish
    from mesh_platform.publish.carrying import audited_ledger, propagation_of, targets_of
    from mesh_platform.settings import Settings

    with tempfile.TemporaryDirectory(dir=folder) as made:
        root = Path(made) / "project"
        names = write(root, domains, people)
        mesh = load_mesh(root)
        with open_runtime(Settings(project=root)) as runtime:
            ledger = audited_ledger(mesh, runtime)
            say("granting")
            record(ledger, range(people), "granted")
            say("publishing")
            for name in names:
                for each in ("letters", "accounts", "towns"):
                    outcome = publish(mesh, ProductKey(name, each), runtime)
                    assert outcome.status is Status.PUBLISHED, [str(one) for one in outcome.findings]
            start = time.perf_counter()
            for name in names:
                assert propagation_of(mesh, runtime, name).apply(name).whole
            nothing = time.perf_counter() - start
            place = next(one for one in runtime.lake.places() if one.product == "letters")
            told: Any = runtime.lake.versions(place)[-1].extra["ledger"]
            closings, asked = Closings(runtime.database), ledger.purposes.asked("marketing", [LegalBasis.CONSENT])
            mark = Watermark(int(told["sequence"]), micros(datetime.fromisoformat(told["at"])) or 0)
            assert not closings.since(mark, asked)
            say("withdrawing")
            start = time.perf_counter()
            record(ledger, range(burst), "withdrawn")
            recorded = time.perf_counter() - start
            start, used = time.perf_counter(), time.process_time()
            hidden = len(closings.since(mark, asked).split(","))
            logical, logical_cpu = time.perf_counter() - start, time.process_time() - used
            assert hidden == burst, "not every one is hidden"
            say("applying")
            start, used = time.perf_counter(), time.process_time()
            each_took = []
            for name in names:
                begun = time.perf_counter()
                done = propagation_of(mesh, runtime, name).apply(name)
                assert done.whole, done.failed
                each_took.append(time.perf_counter() - begun)
            physical, cpu = time.perf_counter() - start, time.process_time() - used
            left = sum(remaining(runtime.lake, name, burst) for name in names)
            lags = measured(runtime.database, targets_of(mesh, runtime), datetime.now(UTC))
    rows = [
        ["recorded, in transactions of 1,000", f"{recorded:.2f} s"],
        ["hidden from the next read, of all products", f"{logical:.3f} s ({logical_cpu:.3f} s CPU)"],
        [f"{domains} domains with nothing to do", f"{nothing:.1f} s"],
        [f"carried into the rows of {domains} domains, looked at again", f"{physical:.1f} s ({cpu:.1f} s CPU)"],
        ["one domain, slowest", f"{max(each_took):.1f} s"],
        ["rows of theirs left in any file", str(left)],
        ["domains that absorbed the last event", f"{sum(lag.waiting == 0 for lag in lags)} of {domains}"],
        ["worst lag of one event", f"{max(lag.worst or 0 for lag in lags):.1f} s"],
    ]
    print(machine())
    print(markdown([f"{burst:,} withdrawals, {people:,} people, {domains * 3} products", ""], rows))
    print("Goals for 10,000 over 15 domains on 2 cores: hidden within 1 s, carried into the rows within 600 s, no event lost.\n")
    assert left == 0


def record(ledger: Any, people: range, decision: str) -> None:
    from mesh_platform.actor import Actor
    from mesh_platform.ledger import Decision, Event, Kind

    more: dict[str, Any] = {"notice_version": "v1", "captured_at": WHEN} if decision == "granted" else {}
    for first in range(0, len(people), AT_ONCE):
        events = [
            Event(
                ledger.tokens.token("email", f"user{i}@example.org"), "email", Kind.CONSENT, Decision(decision), "web",
                f"{decision}{i}", "marketing", **more,
            )
            for i in people[first : first + AT_ONCE]
        ]  # fmt: skip
        ledger.append(*events, by=Actor("web", ("privacy",)))


def remaining(lake: Any, domain: str, burst: int) -> int:
    """Rows of those who withdrew, in any file of the product that only consent carries."""
    place = next(one for one in lake.places() if (one.domain, one.product) == (domain, "letters"))
    number = "CAST(regexp_extract(email, 'user([0-9]+)@', 1) AS INTEGER)"
    with lake.scan(place) as scan:
        found = [
            scan.con.execute(f"SELECT count(*) FROM {file} WHERE {number} < ?", [burst]).fetchone()[0] for file in scan.files
        ]
    return sum(found)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--domains", type=int, default=15)
    asked.add_argument("--people", type=int, default=20_000)
    asked.add_argument("--burst", type=int, default=10_000)
    asked.add_argument("--quick", action="store_true", help="3 domains, 4,000 people, 2,000 withdrawals")
    asked.add_argument("--temp", default=None, help="folder for the generated data")
    given = asked.parse_args()
    if given.quick:
        given.domains, given.people, given.burst = 3, 4_000, 2_000
    report(given.domains, given.people, given.burst, given.temp)


if __name__ == "__main__":
    main()
