"""What tests let another process do, and how they let it die: spawned from a server that has the imports done already."""

from __future__ import annotations

import multiprocessing
import os
import time
from multiprocessing.context import ForkServerProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from mesh_platform.errors import MeshError
from mesh_platform.lake import Doomed, Place
from tests.lake.conftest import COLUMNS, ORDERS, lake_at, orders
from tests.processes import processes


def spawn(target: Any, *arguments: Any) -> ForkServerProcess:
    process = processes.Process(target=target, args=arguments, daemon=True)
    process.start()
    return process


def is_wanted() -> bool:
    """Whether the test that started this process still runs; one that was ended must not leave readers behind."""
    parent = multiprocessing.parent_process()
    return parent is not None and parent.is_alive()


def publish_once(home: Path, rows: int, mark: str, env: dict[str, str], place: Place = ORDERS) -> None:
    """Publish one version, with failpoints set."""
    os.environ.update({"MESH_ENV": "test", **env})
    with lake_at(home).writer(place) as writer:
        writer.stage(orders(rows, mark=mark), COLUMNS)
        writer.publish("ana", mark, {"rows": rows})


def purge_once(home: Path, env: dict[str, str]) -> None:
    """Purge one person, with failpoints set."""
    os.environ.update({"MESH_ENV": "test", **env})
    lake_at(home).purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase")


def publish_often(home: Path, place: Place, times: int, start: Event, failed: Any) -> None:
    """Publish a new version again and again; what went wrong goes into `failed`."""
    lake = lake_at(home, threads=1)
    start.wait()
    for number in range(times):
        try:
            with lake.writer(place, wait=60) as writer:
                writer.stage(orders(100 + number, mark=f"m{number}"), COLUMNS)
                writer.publish("ana", f"{os.getpid()}:{number}")
        except MeshError as error:
            failed.put(str(error))


def read_until(home: Path, place: Place, stop: Event, results: Any) -> None:
    """Read again and again; tells how often, which errors, and how many torn answers (rows of more than one version)."""
    lake = lake_at(home, threads=1)
    reads, torn, errors = 0, 0, []
    with lake.reader() as reader:
        while not stop.is_set() and is_wanted():
            try:
                [found] = reader.fetch(
                    place,
                    "SELECT count(*) AS n, count(DISTINCT split_part(email, '@', 2)) AS marks, max(order_id) AS last FROM {t}",
                ).to_pylist()
                reads += 1
                torn += found["marks"] != 1
            except MeshError as error:
                errors.append(str(error))
    results.put((reads, torn, errors))


def hold_stage(home: Path, staged: Event, go: Event, done: Any) -> None:
    """Stage, tell it, wait, publish."""
    with lake_at(home).writer(ORDERS) as writer:
        writer.stage(orders(50, mark="v2"), COLUMNS)
        staged.set()
        go.wait(60)
        writer.publish("ana", "v2")
    done.put("published")


def hold_lock(home: Path, staged: Event) -> None:
    """Stage and sleep until killed."""
    with lake_at(home).writer(ORDERS, doing="publication p-7") as writer:
        writer.stage(orders(50, mark="v2"), COLUMNS)
        staged.set()
        while is_wanted():
            time.sleep(0.1)
