"""Killed after any step, a batch is finished by the next one: no withdrawal is lost, nothing torn is served, and nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.propagation.shop import CUSTOMERS, LETTERS, READERS, TOWNS, Shop

LEFT = ["ann", "ben", "eva"]
STEPS = (
    "consent.intended", "purge.copied", "remark.changed", "purge.rewritten", "purge.expired", "purge.compacted", "purge.synced",
    "purge.renamed", "purge.cleaned", "consent.applied", "consent.receipt", "consent.verified", "consent.batch",
)  # fmt: skip
REMADE = ("consent.intended", "consent.published", "consent.applied", "consent.receipt", "consent.verified", "consent.batch")


def applied_in_a_child(shop: Shop, domain: str, plan: str) -> int:
    env = {**os.environ, "MESH_ENV": "test", "MESH_FP": plan}
    command = [sys.executable, "-m", "tests.propagation.child", str(shop.root), domain]
    return subprocess.run(command, env=env, check=False, timeout=300, capture_output=True).returncode


@pytest.mark.nightly
def test_a_batch_that_breaks_off_is_finished_by_the_next_one(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.say("ana", "withdrawn", "marketing")
    passed: list[str] = []

    def broken(name: str) -> None:
        passed.append(name)
        if name == "consent.applied" and passed.count(name) == 2:  # the first product has its receipt, the second has not
            raise KeyboardInterrupt

    with monkeypatch.context() as breaking:
        breaking.setattr("mesh_platform.propagation.applying.fp", broken)
        with pytest.raises(KeyboardInterrupt):
            shop.propagation().apply("shop")
    done = shop.propagation().apply("shop")
    assert done.whole and len(done.receipts) == 1, "what has its receipt is not done again"
    assert shop.held(LETTERS) == LEFT and shop.allowed(CUSTOMERS, "marketing") == LEFT


@pytest.mark.nightly
@pytest.mark.parametrize("what", ["kill", "errno:ENOSPC"])
@pytest.mark.parametrize("step", STEPS)
def test_a_batch_that_is_killed_is_finished_by_the_next_one(shop: Shop, step: str, what: str) -> None:
    shop.say("ana", "withdrawn", "marketing")
    code = applied_in_a_child(shop, "shop", f"{step}={what}")
    assert code == -signal.SIGKILL if what == "kill" else code != 0 or step in STEPS[-3:], code
    assert {row["email"].partition("@")[0] for row in shop.rows(CUSTOMERS)} == {"ana", *LEFT}, "nothing torn is served"
    assert shop.sees(LETTERS, "marketing") == LEFT, "no read shows the person meanwhile"

    assert shop.propagation().apply("shop").whole
    assert shop.held(LETTERS) == LEFT and shop.allowed(CUSTOMERS, "marketing") == LEFT
    assert shop.held(CUSTOMERS) == ["ana", *LEFT]
    again = shop.propagation().apply("shop")
    assert again.whole and not again.receipts


@pytest.mark.nightly
@pytest.mark.parametrize("step", REMADE)
def test_what_is_made_again_is_finished_too(shop: Shop, step: str) -> None:
    shop.say("ana", "withdrawn", "marketing")
    shop.propagation().apply("shop")
    assert applied_in_a_child(shop, "office", f"{step}=kill") == -signal.SIGKILL
    assert shop.propagation("office").apply("office").whole
    assert shop.held(READERS) == LEFT
    assert shop.rows(TOWNS) == [{"town": "Lisbon", "people": 1}, {"town": "Porto", "people": 2}]
