"""What HTTP and the port for SQL tools add to a governed read: pairs that take turns, each server in a process of its own.

    python benchmarks/ports.py [--rows 1000000] [--pairs 300] [--quick] [--json]

`here` is `Reading.query` in this process. Over HTTP, `posted` is an HTTP client that asks for Arrow, and `client` is `mesh_platform.connect`. At
the port for SQL tools, `called` is Arrow's client that asks with GetFlightInfo and fetches with DoGet, each time a new text, since it binds
nothing; `driven` is the ADBC driver, which prepares and binds. All decide, mask, filter and record. A consent check over HTTP has no pair.
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pyarrow.flight as arrow_flight
from adbc_driver_flightsql import DatabaseOptions
from adbc_driver_flightsql.dbapi import connect
from measure import machine, markdown, say
from reading import ANALYST, KEY, POINT, Bench, at, interval, name, opened, paired

import mesh_platform
from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.access.reading import Reading
from mesh_platform.client.remote import ARROW
from mesh_platform.clock import utc_now
from mesh_platform.flight.messages import packed

ALL = "SELECT * FROM {t}"
PURPOSE, MOST = "analytics", 1_000_000
Cases = dict[str, Callable[[], int]]


@contextmanager
def serving(bench: Bench, room: str) -> Iterator[tuple[str, str]]:
    """Where a server of that room listens, and a token."""
    settings = bench.runtime.settings
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    program = subprocess.Popen(
        [sys.executable, "-m", f"mesh_platform.{room}", "--port", str(port), "--project", str(settings.project)]
    )
    try:
        until = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert program.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        yield f"127.0.0.1:{port}", token(bench, "analyst")
    finally:
        program.terminate()
        program.wait(30)


def token(bench: Bench, principal: str) -> str:
    settings = bench.runtime.settings
    actor = impersonate(principal, bench.mesh.governance, settings)
    return development_issuer(settings).issue(actor, utc_now(), timedelta(hours=1))


def here(reading: Reading, text: str, parameters: Callable[[], list[object]]) -> int:
    return int(reading.query(ANALYST, PURPOSE, text, utc_now(), parameters()).rows.table().num_rows)


def over_http(bench: Bench, stack: ExitStack, sql: str, parameters: Callable[[], list[object]]) -> Cases:
    where, shown = stack.enter_context(serving(bench, "api"))
    reading = stack.enter_context(bench.reading())
    headers = {"Authorization": f"Bearer {shown}", "Accept": ARROW}
    http = stack.enter_context(httpx.Client(base_url=f"http://{where}", headers=headers, timeout=60))
    mesh = stack.enter_context(mesh_platform.connect(f"http://{where}", purpose=PURPOSE, token=shown))
    text = sql.replace("{t}", str(KEY).replace("/", "."))

    def posted() -> int:
        asked = {"sql": text, "purpose": PURPOSE, "parameters": parameters(), "limit": MOST}
        answer = http.post("/v1/query", json=asked)
        assert answer.status_code == 200, answer.text
        with pa.ipc.open_stream(answer.content) as rows:
            return int(rows.read_all().num_rows)

    def client() -> int:
        return int(mesh.sql(text, parameters=parameters(), limit=MOST).arrow().num_rows)

    return {"here": lambda: here(reading, text, parameters), "posted": posted, "client": client}


def over_flight(bench: Bench, stack: ExitStack, sql: str, parameters: Callable[[], list[object]]) -> Cases:
    where, shown = stack.enter_context(serving(bench, "flight"))
    address = f"grpc://{where}"
    reading = stack.enter_context(bench.reading())
    client = stack.enter_context(arrow_flight.connect(address))
    options = arrow_flight.FlightCallOptions(
        headers=[(b"authorization", f"Bearer {shown}".encode()), (b"x-mesh-purpose", PURPOSE.encode())]
    )
    head = {
        DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {shown}",
        f"{DatabaseOptions.RPC_CALL_HEADER_PREFIX.value}x-mesh-purpose": PURPOSE,
    }
    cursor = stack.enter_context(stack.enter_context(connect(address, db_kwargs=head, autocommit=True)).cursor())
    text = sql.replace("{t}", str(KEY).replace("/", "."))

    def called() -> int:
        written = text
        for value in parameters():
            written = written.replace("?", f"'{value}'", 1)
        command = arrow_flight.FlightDescriptor.for_command(packed("CommandStatementQuery", query=written))
        info = client.get_flight_info(command, options)
        return int(client.do_get(info.endpoints[0].ticket, options).read_all().num_rows)

    def driven() -> int:
        cursor.execute(text, parameters() or None)
        return int(cursor.fetch_arrow_table().num_rows)

    return {"here": lambda: here(reading, text, parameters), "called": called, "driven": driven}


def checks(bench: Bench, count: int) -> list[dict[str, Any]]:
    """Consent checks of one person each over HTTP, one after the other."""
    drawn, times = random.Random(7), list[float]()
    with serving(bench, "api") as (where, _):
        headers = {"Authorization": f"Bearer {token(bench, 'privacy-engineer')}"}
        with httpx.Client(base_url=f"http://{where}", headers=headers) as http:
            for number in range(count + 20):
                asked = {"subject": f"customer_id:{name(drawn.randrange(bench.rows))}", "purpose": PURPOSE}
                begun = time.perf_counter()
                answer = http.post("/v1/consents/check", json=asked)
                assert answer.status_code == 200, answer.text
                times += [(time.perf_counter() - begun) * 1e3] if number >= 20 else []
    return [{"": "check", "p50 ms": round(statistics.median(times), 2), "p99 ms": round(at(sorted(times), 0.99), 2)}]


def told(found: dict[str, list[float]]) -> list[dict[str, Any]]:
    rows = []
    for case, times in found.items():
        more = [own - base for own, base in zip(times, found["here"], strict=True)]
        low, high = interval(sorted(more))
        rows.append(
            {
                "": case,
                "p50 ms": round(statistics.median(times), 2),
                "p99 ms": round(at(sorted(times), 0.99), 2),
                "more, p50 ms (95 %)": f"{statistics.median(more):+.2f} ({low:+.2f} to {high:+.2f})" if case != "here" else "",
                "ratio": round(statistics.median(own / base for own, base in zip(times, found["here"], strict=True)), 2),
            }
        )
    return rows


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--pairs", type=int, default=300)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    rows, pairs = (20_000, 20) if given.quick else (given.rows, given.pairs)
    drawn, tables = random.Random(5), dict[str, list[dict[str, Any]]]()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bench = stack.enter_context(opened(Path(folder), rows, 1))
        for port, cases in (("over HTTP", over_http), ("at the port for SQL tools", over_flight)):
            with ExitStack() as within:
                point = cases(bench, within, POINT, lambda: [name(drawn.randrange(rows))])
                tables[f"a point lookup {port}"] = told(paired(point, pairs))
            with ExitStack() as within:
                whole = cases(bench, within, ALL, list)
                assert len({case() for case in whole.values()}) == 1
                tables[f"{rows:,} rows as Arrow {port}"] = told(paired(whole, max(3, pairs // 50)))
        tables["a consent check over HTTP"] = checks(bench, pairs)
    if given.json:
        print(json.dumps(tables))
        return
    say(machine())
    for title, table in tables.items():
        print(f"\n{title}\n\n{markdown(list(table[0]), [list(row.values()) for row in table])}")


if __name__ == "__main__":
    main()
