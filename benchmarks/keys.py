"""What keys cost: wrapping and unwrapping, rotating a domain of 20 products, and the probe of encryption.

    python -m benchmarks.keys [--products 20] [--rows 100000] [--kms URL]

Rotation is measured against the bytes of the domain's data files, which it leaves alone. With `--kms` (such as a local `moto_server`) the same
calls go over HTTP.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from mesh_platform.keys import KeyProvider, LocalKeyring
from mesh_platform.keys.aws_kms import AwsKms
from mesh_platform.lake import Lake, Place

COLUMNS = [("order_id", "BIGINT"), ("email", "VARCHAR"), ("amount", "DOUBLE")]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--products", type=int, default=20)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--kms", help="URL of a KMS; credentials as boto3 finds them")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        keys: KeyProvider = AwsKms("bench", given.kms) if given.kms else LocalKeyring(home / "keys")
        print(f"| provider {keys.kind} | median ms |\n|---|---|")
        for name, call in _calls(keys):
            print(f"| {name} | {_median(call):.2f} |")
        _rotation(home, keys, given.products, given.rows)


def _calls(keys: KeyProvider) -> list[tuple[str, Callable[[], object]]]:
    wrapped = keys.wrap("bench", "westeurope", bytes(32))
    return [
        ("wrap", lambda: keys.wrap("bench", "westeurope", bytes(32))),
        ("unwrap", lambda: keys.unwrap("bench", "westeurope", wrapped)),
        ("has", lambda: keys.has("bench", "westeurope")),
    ]


def _median(call: Callable[[], object], times: int = 200) -> float:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        call()
        taken.append((time.perf_counter() - started) * 1e3)
    return statistics.median(taken)


def _rotation(home: Path, keys: KeyProvider, products: int, rows: int) -> None:
    lake = Lake(home, keys, threads=2)
    places = [Place("westeurope", "sales", f"product_{number}") for number in range(products)]
    for place in places:
        for version in range(2):
            with lake.writer(place) as writer:
                select = (
                    f"SELECT i AS order_id, 'person' || i || '@v{version}.test' AS email, i / 4 AS amount FROM range({rows}) t(i)"
                )
                writer.stage(select, COLUMNS)
                writer.publish("bench", "a version")
    data = sum(path.stat().st_size for path in (home / "data").rglob("*.parquet"))
    runs, busy = [], []
    for _ in range(5):
        started, cpu = time.perf_counter(), time.process_time()
        done = lake.domain_keys.rotate("sales", "westeurope")
        runs.append(time.perf_counter() - started)
        busy.append(time.process_time() - cpu)
        assert done.complete and done.rewritten == products
    started = time.process_time()
    assert all(lake.encrypted(place) for place in places)
    probed = (time.process_time() - started) / products
    with lake.writer(places[0]) as writer:
        writer.stage("SELECT 1 AS order_id, 'a@b.test' AS email, 1.5 AS amount", COLUMNS)
        writer.encrypted()
        staged = _median(writer.encrypted, 20)
    print(f"\n| rotation of {products} products, two versions of {rows:,} rows each | |\n|---|---|")
    print(f"| time, median of 5 | {statistics.median(runs):.2f} s |")
    print(f"| CPU, median of 5 | {statistics.median(busy):.2f} s |")
    print(f"| CPU per product | {statistics.median(busy) / products * 1e3:.0f} ms |")
    print(f"| written | {done.bytes / 1e6:.1f} MB |")
    print(f"| data files, not written | {data / 1e6:.1f} MB |")
    print(f"| probe of encryption, published, CPU | {probed * 1e3:.0f} ms |")
    print(f"| probe of encryption, staged | {staged:.1f} ms |")
    lake.close()


if __name__ == "__main__":
    main()
