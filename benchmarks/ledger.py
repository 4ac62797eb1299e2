"""The ledger: tokens of a column, appends, checks in process, the bits of a column, and how late another process sees a revocation.

    python -m benchmarks.ledger [--people 1000000] [--quick] [--url postgresql://…]

Every person has one or two rows of state; a third has withdrawn. Rates are told by the wall and by the CPU of one process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.measure import machine, markdown, say
from mesh_platform.actor import Actor
from mesh_platform.keys.tokens import SubjectTokens, subject63_of
from mesh_platform.ledger import Decision, Event, Kind, Ledger
from mesh_platform.product import load_governance
from mesh_platform.state import Database

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
BY = Actor("bench", ("privacy",))
GOVERNANCE, _ = load_governance(ROOT)
TOKENS = SubjectTokens(bytes(range(32)), GOVERNANCE.namespaces)
Took = tuple[float, float]
Row = tuple[str, str, str]
PURPOSES = ["marketing.email", "analytics.sales", "service.orders"]


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=1_000_000)
    asked.add_argument("--url", help="of an empty PostgreSQL database; a SQLite file of its own where none is named")
    asked.add_argument("--quick", action="store_true", help="50,000 people and fewer repetitions")
    given = asked.parse_args()
    people, repeats = (50_000, 40) if given.quick else (given.people, 200)
    print(machine(), "\n")
    with tempfile.TemporaryDirectory() as folder:
        url = given.url or f"sqlite:///{Path(folder) / 'control.db'}"
        database = Database(url)
        database.migrate()
        rows = [*_tokens(people), *_appends(database, people, repeats), *_answers(database, people), *_lag(url, repeats)]
        database.close()
    print(markdown(("what", "wall", "CPU"), rows))


def _tokens(people: int) -> list[Row]:
    found = []
    for namespace, form in (("customer_id", " c-{}"), ("email", "Person{}@Example.com"), ("phone", "+49 (0)30 {:07d}")):
        column = pa.array([form.format(number) for number in range(people)])
        took = _timed(lambda namespace=namespace, column=column: TOKENS.subjects63(namespace, column))
        found.append(_rate(f"tokens of a column, {namespace}, distinct values", people, took))
    column = pa.array([f"C-{number % (people // 100)}" for number in range(people)])
    return [
        *found,
        _rate("the same, each value a hundred times", people, _timed(lambda: TOKENS.subjects63("customer_id", column))),
    ]


def _appends(database: Database, people: int, repeats: int) -> list[Row]:
    ledger = Ledger(database, TOKENS, GOVERNANCE)
    alone, wall, cpu, total = [], 0.0, 0.0, 0
    for number in range(repeats):
        event = _event(number, Decision.GRANTED, f"alone-{number}")
        alone.append(_timed(lambda event=event: ledger.append(event, by=BY))[0])
    for start in range(0, people, 10_000):
        batch = [_event(number, Decision.GRANTED, f"g-{number}") for number in range(start, min(start + 10_000, people))]
        batch += [_event(number, Decision.WITHDRAWN, f"w-{number}") for number in range(start, start + len(batch), 3)]
        took = _timed(lambda batch=batch: ledger.append(*batch, by=BY))
        wall, cpu, total = wall + took[0], cpu + took[1], total + len(batch)
        if start % 100_000 == 0:
            say(f"  {total:,} events")
    return [
        ("append of one event, durable", _spread(alone), ""),
        _rate("append in batches of 13,000 events", total, (wall, cpu)),
    ]


def _answers(database: Database, people: int) -> list[Row]:
    ledger = Ledger(database, TOKENS, GOVERNANCE)
    loaded = _timed(ledger.snapshot)
    columns = ledger.snapshot().columns
    held = (len(columns.tokens) + sum(part.nbytes for part in vars(columns).values() if isinstance(part, np.ndarray))) / 2**20
    drawn = random.Random(7)
    asked = [(_token(drawn.randrange(people + people // 10)), drawn.choice(PURPOSES)) for _ in range(100_000)]
    everybody = [subject for subject, _ in asked]
    column = pa.array([subject63_of(_token(number)) for number in range(people)])
    alone = min(_timed(lambda: [ledger.check(*each) for each in asked]) for _ in range(5))
    many = min(_timed(lambda: ledger.check_many(everybody, "marketing.email")) for _ in range(5))
    bits = min(_timed(lambda: ledger.consent_bits(column, PURPOSES)) for _ in range(5))
    ledger.append(*(_event(number, Decision.GRANTED, f"again-{number}") for number in range(1_000)), by=BY)
    again = _timed(lambda: ledger.consent_bits(column, PURPOSES))
    return [
        (f"what stands of {people:,} people read into memory, {held:,.0f} MB", *_seconds(loaded)),
        _rate("check of one person, people and purposes at random, best of 5", len(asked), alone),
        _rate("check_many, best of 5", len(asked), many),
        (f"bits of a column of {people:,} people, {len(PURPOSES)} purposes, best of 5", *_seconds(bits)),
        ("the same after 1,000 people changed", *_seconds(again)),
    ]


def _lag(url: str, repeats: int) -> list[Row]:
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    reader = multiprocessing.get_context("spawn").Process(target=_watch, args=(url, theirs))
    reader.start()
    ledger = Ledger(Database(url), TOKENS, GOVERNANCE)
    lags = []
    for number in range(repeats):
        person = 10_000_000 + number
        ledger.append(_event(person, Decision.GRANTED, f"lag-{number}"), by=BY)
        ours.send(_token(person))
        ours.recv()
        ledger.append(_event(person, Decision.WITHDRAWN, f"lagged-{number}"), by=BY)
        acknowledged = time.time()
        lags.append(max(0.0, ours.recv() - acknowledged))
    ours.send(None)
    reader.join()
    p99 = sorted(lags)[int(len(lags) * 0.99)]
    return [
        ("a revocation is seen by another process after", f"{statistics.median(lags) * 1e3:.1f} ms p50, {p99 * 1e3:.1f} ms p99")
    ]


def _watch(url: str, pipe: Connection) -> None:
    ledger = Ledger(Database(url), TOKENS, GOVERNANCE)
    while (token := pipe.recv()) is not None:
        while not ledger.check(token, "marketing").allowed:
            pass
        pipe.send("allowed")
        while ledger.check(token, "marketing").allowed:
            time.sleep(0.0005)
        pipe.send(time.time())


def _event(person: int, decision: Decision, name: str) -> Event:
    return Event(
        _token(person),
        "customer_id",
        Kind.CONSENT,
        decision,
        "bench",
        name,
        "marketing",
        notice_version="v1",
        captured_at=NOW,
    )


def _token(person: int) -> bytes:
    return TOKENS.token("customer_id", f"C-{person}")


def _timed(call: Callable[[], object]) -> Took:
    """Wall and CPU seconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def _rate(what: str, count: int, took: Took) -> Row:
    return what, f"{count / took[0]:,.0f}/s", f"{count / took[1]:,.0f}/s"


def _seconds(took: Took) -> tuple[str, str]:
    return f"{took[0]:.2f} s", f"{took[1]:.2f} s"


def _spread(seconds: list[float]) -> str:
    p99 = sorted(seconds)[int(len(seconds) * 0.99)]
    return f"{statistics.median(seconds) * 1e3:.1f} ms p50, {p99 * 1e3:.1f} ms p99"


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
