"""Two who decide, take back or break the glass at the same moment, each with a desk of their own: one of them is first, and the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from mesh_platform.access.granting import Granting
from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.errors import MeshError
from mesh_platform.publish import Runtime
from tests.access.granting.conftest import OUTSIDER, PRIVACY, STEWARD, Desk
from tests.access.shop import PROFILES

ENGINEER = Actor("engineer", ("platform",), (), "EU", "a fifth")
Do = Callable[[Granting], object]


@contextmanager
def another(desk: Desk, shop: Runtime, workers: Workers) -> Iterator[Granting]:
    with Reading(desk.mesh, shop.lake, shop.registry, workers, desk.audit, AccessStore(desk.database).on) as reading:
        yield Granting(desk.mesh, desk.database, desk.audit, desk.tasks, reading, lambda: desk.now, development=True)


@pytest.fixture
def at_once(desk: Desk, shop: Runtime, workers: Workers) -> Callable[..., list[str]]:
    """`at_once(*deeds)`: what came of each: `done`, or the rule by which it was refused."""

    def run(*deeds: Do) -> list[str]:
        said, ready = [""] * len(deeds), threading.Barrier(len(deeds))

        def act(number: int, deed: Do) -> None:
            with another(desk, shop, workers) as own:
                ready.wait(60)
                try:
                    deed(own)
                    said[number] = "done"
                except MeshError as error:
                    said[number] = error.finding.rule

        threads = [threading.Thread(target=act, args=each) for each in enumerate(deeds)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return said

    return run


@pytest.mark.parametrize("_again", range(3))
def test_of_a_yes_and_a_withdrawal_one_stands(desk: Desk, at_once: Callable[..., list[str]], _again: int) -> None:
    asked = desk.ask("region", by=OUTSIDER)
    yes, back = at_once(lambda one: one.approve(asked.id, STEWARD), lambda one: one.withdraw(asked.id, OUTSIDER))
    assert sorted((yes, back)) == ["ACCESS-25", "done"]
    grants, state = desk.store.grants(), desk.store.request(asked.id).state
    assert (len(grants), state) == ((1, "approved") if yes == "done" else (0, "withdrawn"))
    assert desk.decision(OUTSIDER).allowed is (yes == "done")


def test_of_a_yes_and_a_no_one_stands(desk: Desk, at_once: Callable[..., list[str]]) -> None:
    asked = desk.ask("region", by=OUTSIDER)
    yes, no = at_once(lambda one: one.approve(asked.id, STEWARD), lambda one: one.reject(asked.id, PRIVACY, "not needed"))
    assert sorted((yes, no)) == ["ACCESS-25", "done"]
    assert desk.decision(OUTSIDER).allowed is (yes == "done")


def test_the_glass_is_broken_once_by_one_person(desk: Desk, at_once: Callable[..., list[str]]) -> None:
    said = at_once(*[lambda one: one.break_glass(PROFILES, "service", 5, "an outage", ENGINEER)] * 3)
    assert sorted(said) == ["ACCESS-29", "ACCESS-29", "done"]
    assert len(desk.store.grants()) == 1


def test_a_wish_that_two_ask_at_once_is_one_request(desk: Desk, at_once: Callable[..., list[str]]) -> None:
    first = desk.ask("region", by=OUTSIDER)
    assert at_once(*[lambda one: one.request(first.wish, OUTSIDER)] * 3) == ["done"] * 3
    assert [one.id for one in desk.store.requests()] == [first.id]


def test_a_grant_that_two_end_at_once_is_ended_once(desk: Desk, at_once: Callable[..., list[str]]) -> None:
    given = desk.granting.approve(desk.ask("region", by=OUTSIDER).id, STEWARD)
    said = at_once(*[lambda one: one.revoke(given.id, STEWARD, "it ends")] * 3)
    assert said.count("done") >= 1 and set(said) <= {"done", "ACCESS-28"}
    assert not desk.decision(OUTSIDER).allowed
