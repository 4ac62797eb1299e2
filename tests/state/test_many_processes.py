"""Many processes on one control database: nothing is lost, nobody is locked out, and a kill takes nothing with it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mesh_platform.state import Database
from tests.state.test_database import edges, put
from tests.state.waiting import until_a_writer_waits
from tests.state.worker import EDGES, Workers, add, edge, hold, watch, write

WRITERS, WRITES = 4, 250


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    started = Workers(database_url, tmp_path)
    yield started
    started.stop()


def numbers(database: Database, writer: str) -> set[int]:
    with database.read() as con:
        return {int(each) for each in con.execute(select(EDGES.column).where(EDGES.product == writer)).scalars()}


def test_four_writing_and_two_reading_processes_lose_nothing_and_are_never_locked_out(
    database: Database, workers: Workers
) -> None:
    readers = [workers.start(watch, WRITERS * WRITES) for _ in range(2)]
    writers = [workers.start(write, f"writer-{number}", WRITES) for number in range(WRITERS)]
    for worker in (*writers, *readers):
        worker.ended()
    assert all(numbers(database, f"writer-{number}") == set(range(WRITES)) for number in range(WRITERS))


@pytest.mark.nightly
def test_a_number_counted_up_by_several_processes_is_right(database: Database, workers: Workers) -> None:
    put(database, edge("counter", 0))
    for worker in [workers.start(add, 60) for _ in range(3)]:
        worker.ended()
    assert numbers(database, "counter") == {180}


@pytest.mark.nightly
@pytest.mark.kill
def test_a_killed_writer_loses_nothing_that_it_told_of_and_blocks_nobody(database: Database, workers: Workers) -> None:
    told: dict[str, set[int]] = {}
    for number in range(4):
        running = {f"writer-{number}-{each}": workers.start(write, f"writer-{number}-{each}", 100_000) for each in "ab"}
        for worker in running.values():
            worker.await_word()
        time.sleep(0.03 * number)
        for name, worker in running.items():
            told[name] = set(map(int, worker.kill()))
        put(database, edge("after", number))
    for name, acknowledged in told.items():
        found = numbers(database, name)
        assert acknowledged <= found
        assert found == set(range(len(found)))


@pytest.mark.nightly
@pytest.mark.kill
@pytest.mark.parametrize(("point", "kept"), [("state.begun", 0), ("state.commit", 0), ("state.committed", 1)])
def test_a_kill_around_the_commit_leaves_all_or_nothing(database: Database, workers: Workers, point: str, kept: int) -> None:
    assert workers.start(write, "writer", 1, fault=f"{point}=kill").ended(-9) == []
    assert edges(database) == kept
    put(database, edge("after", 0))


@pytest.mark.kill
def test_a_writer_killed_with_the_lock_lets_the_next_one_in(database: Database, database_url: str, workers: Workers) -> None:
    holder = workers.start(hold)
    holder.await_word()
    waiting = workers.start(write, "waiting", 1)
    until_a_writer_waits(database, database_url)
    assert waiting.said() == []
    holder.kill()
    assert waiting.ended() == ["0"]
    assert numbers(database, "waiting") == {0}
    assert numbers(database, "holder") == set()
