"""Many processes at once: readers never see an error or half a version, writers of one product take turns, clean-up spares an open stage."""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mesh_platform.errors import Unavailable
from mesh_platform.lake import Doomed, Lake, Place
from mesh_platform.lake.lock import product_lock
from mesh_platform.lake.place import Paths
from tests.lake.child import hold_lock, hold_stage, processes, publish_often, read_until, spawn
from tests.lake.conftest import COLUMNS, ORDERS, Publish, count, orders

OTHER = Place("westeurope", "sales", "returns")


def changes_under_readers(lake: Lake, home: Path, publications: int, purges: int, readers: int) -> int:
    """Publish and purge while other processes read; how often they read. Fails on any error or torn answer."""
    with lake.writer(ORDERS) as writer:
        writer.stage(orders(2_000, mark="m"), COLUMNS)
        writer.publish("ana", "first")
    stop, results = processes.Event(), processes.Queue()
    children = [spawn(read_until, home, ORDERS, stop, results) for _ in range(readers)]
    for number in range(publications):
        with lake.writer(ORDERS) as writer:
            writer.stage(orders(2_000 + number, mark=f"m{number}"), COLUMNS)
            writer.publish("ana", f"m{number}")
        if number < purges:
            lake.purge(ORDERS, Doomed("order_id = ?", (number,)), "dpo", "erase")
    stop.set()
    answers = [results.get(timeout=60) for _ in children]
    for child in children:
        child.join()
    assert [(torn, errors) for _, torn, errors in answers] == [(0, [])] * readers
    assert lake.file_report(ORDERS).clean
    return sum(reads for reads, _, _ in answers)


def test_readers_meet_no_error_and_no_torn_version_across_publications_and_purges(lake: Lake, home: Path) -> None:
    assert changes_under_readers(lake, home, publications=4, purges=3, readers=2) > 0


@pytest.mark.nightly
def test_readers_meet_no_error_across_many_publications_and_purges(lake: Lake, home: Path) -> None:
    assert changes_under_readers(lake, home, publications=60, purges=30, readers=4) > 100


def publish_from(home: Path, lake: Lake, places: list[Place], times: int) -> None:
    start, failed = processes.Event(), processes.Queue()
    children = [spawn(publish_often, home, place, times, start, failed) for place in places]
    start.set()
    for child in children:
        child.join()
        assert child.exitcode == 0
    assert failed.empty(), failed.get()
    for place in set(places):
        [version, *_] = reversed(lake.versions(place))
        assert version.snapshot_id == times * places.count(place)  # no publication was lost
        assert lake.file_report(place).clean
        assert count(lake, place) == 100 + int(version.message.split(":")[1])


@pytest.mark.nightly
def test_publishers_of_one_product_take_turns_and_lose_nothing(lake: Lake, home: Path) -> None:
    publish_from(home, lake, [ORDERS, ORDERS], times=3)


@pytest.mark.nightly
def test_publishers_of_different_products_do_not_wait_for_each_other(lake: Lake, home: Path) -> None:
    publish_from(home, lake, [ORDERS, OTHER], times=2)


@pytest.mark.nightly
def test_many_publishers_of_one_and_of_different_products(lake: Lake, home: Path) -> None:
    publish_from(home, lake, [ORDERS, ORDERS, OTHER, OTHER], times=25)


def test_threads_of_one_process_take_turns_too(lake: Lake, publish: Publish) -> None:
    threads = [threading.Thread(target=publish, args=(orders(10 + number),)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lake.versions(ORDERS)[-1].snapshot_id == 3
    assert lake.file_report(ORDERS).clean


def test_a_busy_product_says_what_it_is_busy_with(lake: Lake, home: Path) -> None:
    staged = processes.Event()
    holder = spawn(hold_lock, home, staged)
    assert staged.wait(60)
    with pytest.raises(Unavailable) as refused, lake.writer(ORDERS, wait=0.05):
        pass
    assert refused.value.finding.rule == "LAKE-10"
    assert refused.value.finding.product == "sales/orders"
    assert f"publication p-7, process {holder.pid}" in refused.value.finding.why
    assert lake.under_way(ORDERS) is not None
    holder.kill()
    holder.join()
    with lake.writer(ORDERS, wait=5) as writer:  # the lock went with its holder
        assert writer.place == ORDERS


def test_one_product_does_not_wait_for_another(lake: Lake, home: Path) -> None:
    staged = processes.Event()
    holder = spawn(hold_lock, home, staged)
    assert staged.wait(60)
    with lake.writer(OTHER, wait=0) as writer:
        writer.stage(orders(3), COLUMNS)
        writer.publish("ana", "beside it")
    assert (count(lake, OTHER), lake.published(ORDERS)) == (3, False)
    holder.kill()
    holder.join()


def test_clean_up_beside_an_open_stage_spares_it(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    staged, go, done = processes.Event(), processes.Event(), processes.Queue()
    child = spawn(hold_stage, home, staged, go, done)
    assert staged.wait(60)
    assert lake.recover(ORDERS).busy
    recovered = lake.recover_all()[ORDERS]
    assert getattr(recovered, "busy", False)
    go.set()
    assert done.get(timeout=60) == "published"
    child.join()
    assert count(lake, where="email LIKE '%v2.test'") == 50
    assert lake.file_report(ORDERS).clean


def waits(home: Path) -> bool:
    """Whether somebody waits for the lock of ORDERS: then the turn is taken."""
    turn = Paths(home, ORDERS).lock.with_suffix(".turn")
    with turn.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def comes(what: Callable[[], bool], within: float = 30.0) -> bool:
    until = time.monotonic() + within
    while not what() and time.monotonic() < until:
        time.sleep(0.005)
    return what()


def test_who_waits_comes_through_between_publications_that_follow_one_another(home: Path) -> None:
    path, ended = Paths(home, ORDERS).lock, threading.Event()

    def hold_again_and_again() -> None:
        while not ended.is_set():
            with product_lock(path, ORDERS, 60, "publication"):
                time.sleep(0.05)

    holders = [threading.Thread(target=hold_again_and_again) for _ in range(2)]
    for holder in holders:
        holder.start()
    try:
        for _ in range(3):
            with product_lock(path, ORDERS, 2, "purge"):
                pass
    finally:
        ended.set()
        for holder in holders:
            holder.join()


def test_a_waiting_purge_runs_when_the_publication_is_over(lake: Lake, home: Path, publish: Publish) -> None:
    publish(orders(10))
    staged, go, done = processes.Event(), processes.Event(), processes.Queue()
    child = spawn(hold_stage, home, staged, go, done)
    assert staged.wait(60)
    purged: list[int] = []
    waiting = threading.Thread(
        target=lambda: purged.append(lake.purge(ORDERS, Doomed("order_id = 7"), "dpo", "erase", wait=60).rows)
    )
    waiting.start()
    assert comes(lambda: waits(home))
    assert not purged
    go.set()
    waiting.join()
    child.join()
    assert purged == [1] and count(lake) == 49
