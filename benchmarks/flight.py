"""What the port for SQL tools adds to a governed read: pairs that take turns, the server in a process of its own.

    python benchmarks/flight.py [--rows 1000000] [--pairs 300] [--quick] [--json]

`here` is `Reading.query` in this process; `called` is Arrow's client that asks with GetFlightInfo and fetches with DoGet, each time a new text,
since it binds nothing; `driven` is the ADBC driver, which prepares and binds. All three decide, mask, filter and record.
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

import pyarrow.flight as arrow_flight
from adbc_driver_flightsql import DatabaseOptions
from adbc_driver_flightsql.dbapi import connect
from measure import machine, markdown, say
from reading import ANALYST, KEY, POINT, Bench, at, interval, name, opened, paired

from mesh_platform.access.authentication import development_issuer, impersonate
from mesh_platform.clock import utc_now
from mesh_platform.flight.messages import packed

ALL = "SELECT * FROM {t}"
PURPOSE = "analytics"
Cases = dict[str, Callable[[], int]]


@contextmanager
def serving(bench: Bench) -> Iterator[tuple[str, str]]:
    """The address of a server, and a token."""
    settings = bench.runtime.settings
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    program = subprocess.Popen(
        [sys.executable, "-m", "mesh_platform.flight", "--port", str(port), "--project", str(settings.project)]
    )
    token = development_issuer(settings).issue(
        impersonate("analyst", bench.mesh.governance, settings), utc_now(), timedelta(hours=1)
    )
    try:
        until = time.monotonic() + 60
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert program.poll() is None and time.monotonic() < until
            time.sleep(0.1)
        yield f"grpc://127.0.0.1:{port}", token
    finally:
        program.terminate()
        program.wait(30)


def cases(bench: Bench, stack: ExitStack, sql: str, parameters: Callable[[], list[object]]) -> Cases:
    address, token = stack.enter_context(serving(bench))
    reading = stack.enter_context(bench.reading())
    client = stack.enter_context(arrow_flight.connect(address))
    options = arrow_flight.FlightCallOptions(
        headers=[(b"authorization", f"Bearer {token}".encode()), (b"x-mesh-purpose", PURPOSE.encode())]
    )
    head = {
        DatabaseOptions.AUTHORIZATION_HEADER.value: f"Bearer {token}",
        f"{DatabaseOptions.RPC_CALL_HEADER_PREFIX.value}x-mesh-purpose": PURPOSE,
    }
    cursor = stack.enter_context(stack.enter_context(connect(address, db_kwargs=head, autocommit=True)).cursor())
    text = sql.replace("{t}", str(KEY).replace("/", "."))

    def here() -> int:
        return int(reading.query(ANALYST, PURPOSE, text, utc_now(), parameters()).rows.table().num_rows)

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

    return {"here": here, "called": called, "driven": driven}


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
        with ExitStack() as within:
            point = cases(bench, within, POINT, lambda: [name(drawn.randrange(rows))])
            tables["a point lookup"] = told(paired(point, pairs))
        with ExitStack() as within:
            whole = cases(bench, within, ALL, list)
            assert len({case() for case in whole.values()}) == 1
            tables[f"{rows:,} rows as Arrow"] = told(paired(whole, max(3, pairs // 50)))
    if given.json:
        print(json.dumps(tables))
        return
    say(machine())
    for title, table in tables.items():
        print(f"\n{title}\n\n{markdown(list(table[0]), [list(row.values()) for row in table])}")


if __name__ == "__main__":
    main()
