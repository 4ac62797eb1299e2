"""Every write and flush of a SQLite write fails once, in turn: what was told of stands, what failed is looked up and done again."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from itertools import count
from pathlib import Path

import pytest

from mesh_platform.state import Database
from tests.state.test_database import edges, put
from tests.state.worker import Worker, Workers, edge, write_under_fire

pytestmark = [
    pytest.mark.ioerr,
    pytest.mark.skipif(
        shutil.which("strace") is None, reason="strace is not on this machine, and nothing else injects I/O errors"
    ),
]
WRITES = 3
DOUBT = "STATE-06"
STEP = {"fdatasync": 1, "pwrite64": 1 if os.environ.get("MESH_NIGHTLY") else 9}


def injected(workers: Workers, folder: Path, call: str, action: str, nth: int) -> tuple[Worker, bool]:
    """A worker that has written while the `nth` such call failed, and whether it came to that."""
    go = folder / f"go-{call}-{nth}-{action}"
    worker = workers.start(write_under_fire, go, WRITES)
    worker.await_word()
    log = folder / "strace.log"
    command = ["strace", "-q", "-o", str(log), "-e", f"trace={call}", "-e", f"inject={call}:{action}:when={nth}", "-p"]
    tracer = subprocess.Popen([*command, str(worker.process.pid)], stderr=subprocess.PIPE, text=True)
    try:
        if ready := attached(worker, tracer):
            go.touch()
            worker.process.join(60)
    finally:
        tracer.terminate()
        said = tracer.communicate()[1]
    if not ready:
        worker.process.kill()
        assert "Operation not permitted" in said, f"strace did not attach: {said}"
        pytest.skip("ptrace of a running process is not permitted here (kernel.yama.ptrace_scope, or a container's profile)")
    return worker, "(INJECTED)" in log.read_text() or worker.process.exitcode == -9


def attached(worker: Worker, tracer: subprocess.Popen[str]) -> bool:
    status = Path(f"/proc/{worker.process.pid}/status")
    deadline = time.monotonic() + 10
    while "TracerPid:\t0\n" in status.read_text():
        if tracer.poll() is not None or time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True


def told(worker: Worker) -> set[int]:
    return {int(word) for word in worker.said() if word.isdigit()}


@pytest.mark.parametrize("action", ["error=EIO", "error=ENOSPC", "signal=KILL"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_every_failing_call_of_a_write_loses_nothing_that_was_told(
    tmp_path: Path, migrated_file: Path, call: str, action: str
) -> None:
    for nth in count(1, STEP[call]):
        home = tmp_path / str(nth)
        home.mkdir()
        path = Path(shutil.copy(migrated_file, home / "control.db"))
        workers = Workers(f"sqlite:///{path}", home)
        worker, fired = injected(workers, home, call, action, nth)
        database = Database(path)
        with database.read() as con:
            stored = {int(column) for (column,) in con.exec_driver_sql('SELECT "column" FROM lineage_edges')}
            assert con.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        if action == "signal=KILL" and fired:
            assert worker.process.exitcode == -9
            assert told(worker) <= stored <= told(worker) | {len(told(worker))}
        else:
            assert worker.process.exitcode == 0, worker.said()
            assert told(worker) == stored == set(range(WRITES))
        sure = [word.split() for word in worker.said() if word.startswith("STATE") and not word.startswith(DOUBT)]
        assert all(found == "False" for _, _, found in sure), sure
        put(database, edge("after", 0))
        assert edges(database) == len(stored) + 1
        database.close()
        if not fired:
            assert nth > 1
            break
