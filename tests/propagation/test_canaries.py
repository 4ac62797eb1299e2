"""Synthetic people measure how a withdrawal reaches reads and rows; nobody is shown them, and nothing counts them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.product import load_mesh
from mesh_platform.propagation.canaries import Measured, tell
from mesh_platform.publish.canarying import canaries_of
from mesh_platform.tasks import TaskKind, Tasks
from tests.propagation.shop import CUSTOMERS, LETTERS, PEOPLE, READERS, TOWNS, Shop, deliver, email


def measured(shop: Shop, **later: float) -> Measured:
    """One step of the canary, or a look at where it stands after so much time."""
    with canaries_of(load_mesh(shop.root), shop.runtime) as canaries:
        [found] = canaries.standing(utc_now() + timedelta(**later)) if later else canaries.measure(utc_now())
    return found


def declare(shop: Shop, name: str) -> None:
    canary = {"identifiers": {"email": email(name)}, "purpose": "marketing"}
    (shop.root / "governance/canaries.yaml").write_text(yaml.safe_dump({"canaries": {name: canary}}))


def test_a_canary_is_shown_to_no_consumer_and_its_withdrawal_is_measured_at_their_reads(shop: Shop) -> None:
    declare(shop, "ben")
    assert "ben" in shop.held(LETTERS) and shop.sees(LETTERS, "marketing") == ["ana", "ann", "eva"]
    found = measured(shop)
    assert {one.product for one in found.rounds} == {CUSTOMERS, LETTERS, READERS} and found.state == "ok"
    assert all(one.hidden_ms is not None and one.hidden_ms < 2000 and one.gone_at is None for one in found.rounds)
    assert [measured(shop, hours=hours).state for hours in (13, 25)] == ["alert", "breach"], "nobody carried it into the rows"
    assert email("ben") not in str(found.as_json())


@pytest.fixture
def planted(shop: Shop) -> Shop:
    """The shop, into whose deliveries somebody planted Mila, who is nobody."""
    declare(shop, "mila")
    deliver(shop.root, *PEOPLE, "mila")
    assert measured(shop).state == "not seen", "she agrees first"
    shop.publish()
    return shop


@pytest.mark.nightly
def test_a_canary_withdraws_is_measured_in_each_product_and_comes_back(planted: Shop) -> None:
    for key in (CUSTOMERS, LETTERS, READERS):
        assert "mila" in planted.held(key)
        assert len(planted.sees(key, "marketing")) == len(PEOPLE), "no consumer is shown her"
    assert {row["town"] for row in planted.rows(TOWNS)} == {*PEOPLE.values()}, "and no group counts her"

    assert {one.product for one in measured(planted).rounds} == {CUSTOMERS, LETTERS, READERS}
    tasks = Tasks(planted.runtime.database)
    assert tell([measured(planted, hours=25)], tasks, utc_now()) == 1
    assert [task.rule for task in tasks.listed(kind=TaskKind.PROPAGATION)] == ["CONSENT-12"]
    for domain in ("shop", "office"):
        assert planted.propagation(domain).apply(domain).whole
    done = measured(planted)
    assert all(one.gone_at is not None for one in done.rounds) and done.state == "ok"
    assert "mila" not in planted.held(LETTERS)
    assert tell([done], tasks, utc_now()) == 0 and not tasks.listed(kind=TaskKind.PROPAGATION)

    planted.publish()
    assert "mila" in planted.held(LETTERS), "she agreed again, and measures anew after a day"
    assert measured(planted).rounds == done.rounds
    assert measured(planted, hours=49).state == "not seen"
