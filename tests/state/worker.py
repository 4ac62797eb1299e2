"""Processes of their own that use a control database, and the tasks that they do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import func, select

from mesh_platform.errors import MeshError
from mesh_platform.state import Database
from mesh_platform.state.tables import lineage_edges
from tests.processes import processes

EDGES = lineage_edges.c


@dataclass
class Worker:
    """A running task; what it said stands in a file of its own, so that a kill cannot take it back."""

    process: ForkServerProcess
    notes: Path

    def said(self) -> list[str]:
        return self.notes.read_text().splitlines() if self.notes.exists() else []

    def await_word(self) -> None:
        """Wait until it has said something."""
        deadline = time.monotonic() + 60
        while not self.said():
            assert time.monotonic() < deadline and self.process.is_alive()
            time.sleep(0.005)

    def kill(self) -> list[str]:
        self.process.kill()
        return self.ended(-9)

    def ended(self, exitcode: int = 0) -> list[str]:
        """What it said, once it has ended as it should."""
        self.process.join(120)
        assert self.process.exitcode == exitcode
        return self.said()


class Workers:
    """Starts workers on one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._started: list[Worker] = []

    def start(self, task: Callable[..., None], *arguments: object, fault: str = "") -> Worker:
        notes = self._folder / f"worker-{len(self._started)}"
        process = processes.Process(target=_run, args=(self._url, notes, fault, task, arguments))
        process.start()
        self._started.append(Worker(process, notes))
        return self._started[-1]

    def stop(self) -> None:
        for worker in self._started:
            worker.process.kill()
            worker.process.join()


def _run(url: str, notes: Path, fault: str, task: Callable[..., None], arguments: tuple[object, ...]) -> None:
    os.environ.update(MESH_ENV="test", MESH_FP=fault)
    with notes.open("w", buffering=1) as out:
        task(Database(url), lambda word: print(word, file=out), *arguments)


Say = Callable[[object], None]


def edge(writer: str, number: int) -> dict[str, str]:
    return {"product": writer, "column": str(number), "upstream_product": "", "upstream_column": ""}


def write(database: Database, say: Say, writer: str, count: int) -> None:
    """`count` single writes, each told of once it stands."""
    for number in range(count):
        with database.write() as con:
            con.execute(lineage_edges.insert(), edge(writer, number))
        say(number)


def add(database: Database, _say: Say, times: int) -> None:
    """Read a number and write it back one higher: only writers that exclude each other count right."""
    for _ in range(times):
        with database.write() as con:
            number = int(con.execute(select(EDGES.column).where(EDGES.product == "counter")).scalar_one())
            con.execute(lineage_edges.update().where(EDGES.product == "counter").values(column=str(number + 1)))


def watch(database: Database, _say: Say, wanted: int) -> None:
    """Read until all is written; what is read never shrinks, and is the same twice within one block."""
    seen, count = 0, select(func.count()).select_from(lineage_edges)
    while seen < wanted:
        with database.read() as con:
            first, second = con.execute(count).scalar_one(), con.execute(count).scalar_one()
        assert seen <= first == second, (seen, first, second)
        seen = first
        time.sleep(0.002)


def migrate(database: Database, _say: Say) -> None:
    database.migrate()


def hold(database: Database, say: Say) -> None:
    """Keep the write lock until killed."""
    with database.write() as con:
        con.execute(lineage_edges.insert(), edge("holder", 0))
        say("held")
        time.sleep(600)


def write_under_fire(database: Database, say: Say, go: Path, count: int) -> None:
    """`count` writes of about ten pages each, once told to go; after an error, look the row up and repeat it where it is missing."""
    find = select(EDGES.column).where(EDGES.product == "fire")

    def stored() -> set[int]:
        with database.read() as con:
            return {int(each) for each in con.execute(find).scalars()}

    stored()
    say("ready")
    while not go.exists():
        time.sleep(0.001)
    for number in range(count):
        for _ in range(3):
            try:
                with database.write() as con:
                    con.execute(lineage_edges.insert(), {**edge("fire", number), "upstream_column": "x" * 15_000})
                break
            except MeshError as error:
                say(f"{error.finding.rule} {number} {number in stored()}")
                if number in stored():
                    break
        else:
            raise RuntimeError("it did not converge")
        say(number)


def fail_a_commit(database: Database, say: Say, file: Path) -> None:
    """Write while the file may not grow, then again when it may."""
    import resource

    from mesh_platform.state import CommitUnknown

    def put(column: str) -> None:
        with database.write() as con:
            con.execute(lineage_edges.insert(), {**edge("limited", 0), "column": column})

    def rows() -> int:
        with database.read() as con:
            return con.execute(select(func.count()).select_from(lineage_edges)).scalar_one()

    put("first")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (file.stat().st_size + 2000, hard))
    try:
        put("x" * 50_000)
    except CommitUnknown as unknown:
        error = unknown
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    say(error.finding.rule)
    say(rows())
    put("second")
    say(rows())
