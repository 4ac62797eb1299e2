"""Several processes record at once and some are killed: what was acknowledged stands, once, and the log verifies."""

from __future__ import annotations

import random
import threading
import time
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from mesh_platform.audit import Act, Phase
from mesh_platform.audit.rotating import rotate
from mesh_platform.audit.verify import verify
from mesh_platform.state import Database
from mesh_platform.state.tables import audit_leaves
from tests.audit.conftest import ANA, PRODUCT, opened
from tests.processes import processes

THREADS = 4


def record_until_killed(url: str, root: Path, notes: Path, count: int) -> None:
    """Each thread says the id of each record once it was acknowledged, in a file that a kill leaves."""
    log = opened(Database(url), root)

    def run(number: int) -> None:
        with notes.with_suffix(f".{number}").open("w", buffering=1) as out:
            for _ in range(count):
                out.write(log.record(Act.READ, Phase.DONE, ANA, PRODUCT).eid + "\n")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()


@pytest.mark.kill
@pytest.mark.parametrize("kills", [2, pytest.param(60, marks=pytest.mark.nightly)])
def test_nothing_that_was_acknowledged_is_lost_when_processes_are_killed(database_url: str, tmp_path: Path, kills: int) -> None:
    root = tmp_path / "shared"
    root.mkdir()
    opened(Database(database_url), root).close()
    drawn = random.Random(7)
    survivors = [started(database_url, root, tmp_path / f"notes-s{number}", 25) for number in range(2)]
    for number in range(kills):
        doomed = started(database_url, root, tmp_path / f"notes-k{number}", 100_000)
        wait_for(tmp_path / f"notes-k{number}")
        time.sleep(drawn.random() * 0.2)
        doomed.kill()
        doomed.join()
    for process in survivors:
        process.join(120)
        assert process.exitcode == 0
    acknowledged = [line for path in tmp_path.glob("notes-*.*") for line in path.read_text().split("\n")[:-1]]
    database = Database(database_url)
    with opened(database, root) as log:
        log.checkpoint()
        with database.read() as con:
            held = [row.eid for row in con.execute(select(audit_leaves.c.eid))]
        assert len(held) == len(set(held)) and set(acknowledged) <= set(held) and len(acknowledged) >= 2 * THREADS * 25
        found = verify(log)
        assert found.ok, found.bad
    database.close()


def started(url: str, root: Path, notes: Path, count: int) -> ForkServerProcess:
    process = processes.Process(target=record_until_killed, args=(url, root, notes, count))
    process.start()
    return process


def wait_for(notes: Path) -> None:
    """Until a process has said something."""
    deadline = time.monotonic() + 60
    while not any(path.stat().st_size for path in notes.parent.glob(f"{notes.name}.*")):
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_copy_of_a_log_that_is_written_to_verifies_meanwhile(sqlite: Database, tmp_path: Path) -> None:
    """Whoever verifies sees one state of it, though the log goes on and checkpoints are made."""
    with opened(sqlite, tmp_path) as log:
        log.record(Act.GATE, Phase.DONE, ANA, PRODUCT)
        stop = threading.Event()

        def go_on() -> None:
            while not stop.is_set():
                log.record(Act.GATE, Phase.DONE, ANA, PRODUCT)

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            sizes = [verify(log) for _ in range(5)]
        finally:
            stop.set()
            thread.join()
        assert all(found.ok for found in sizes), [found.bad for found in sizes]


def rotate_often(url: str, root: Path, times: int) -> None:
    with opened(Database(url), root) as log:
        for _ in range(times):
            rotate(log, ANA)


@pytest.mark.parametrize("times", [2, pytest.param(12, marks=pytest.mark.nightly)])
def test_keys_that_two_processes_rotate_at_once_while_two_record_follow_one_another(
    database_url: str, tmp_path: Path, times: int
) -> None:
    root = tmp_path / "shared"
    root.mkdir()
    opened(Database(database_url), root).close()
    writing = [started(database_url, root, tmp_path / f"notes-{number}", 10 * times) for number in range(2)]
    rotating = [processes.Process(target=rotate_often, args=(database_url, root, times)) for _ in range(2)]
    for process in rotating:
        process.start()
    for process in (*writing, *rotating):
        process.join(300)
        assert process.exitcode == 0
    acknowledged = [line for path in tmp_path.glob("notes-*.*") for line in path.read_text().split("\n")[:-1]]
    database = Database(database_url)
    with opened(database, root) as log:
        log.checkpoint()
        with database.read() as con:
            assert set(acknowledged) <= {row.eid for row in con.execute(select(audit_leaves.c.eid))}
        found = verify(log)
        assert found.ok and found.findings == [], found.findings
        assert times < len(log.signer.succession.pairs) <= 2 * times + 1
    database.close()
