"""The ledger's word carried into the rows: who withdrew is physically gone where nothing else is left, and nobody else is touched."""

from __future__ import annotations

import pytest

from tests.propagation.shop import CUSTOMERS, LETTERS, READERS, TOWNS, Shop


def outcomes(applied: object) -> dict[str, str]:
    return {one.product: one.outcome.value for one in applied.receipts}  # type: ignore[attr-defined]


def test_a_withdrawal_takes_the_row_where_nothing_else_is_left_and_the_mark_where_a_contract_is(shop: Shop) -> None:
    shop.say("ana", "withdrawn", "marketing")
    applied = shop.propagation().apply("shop")
    assert applied.whole and outcomes(applied) == {CUSTOMERS: "applied", LETTERS: "applied"}
    assert shop.held(LETTERS) == ["ann", "ben", "eva"]
    assert shop.held(CUSTOMERS) == ["ana", "ann", "ben", "eva"], "the contract goes on"
    assert shop.allowed(CUSTOMERS, "marketing") == ["ann", "ben", "eva"]
    assert shop.allowed(CUSTOMERS, "service") == ["ana", "ann", "ben", "eva"]
    assert all(one.verdict == "holds" for one in applied.receipts)


def test_what_derives_is_made_again_without_the_person(shop: Shop) -> None:
    shop.say("ana", "withdrawn", "marketing")
    shop.propagation().apply("shop")
    applied = shop.propagation("office").apply("office")
    assert applied.whole, applied
    assert shop.held(READERS) == ["ann", "ben", "eva"]
    assert shop.rows(TOWNS) == [{"town": "Lisbon", "people": 1}, {"town": "Porto", "people": 2}]
    assert len(shop.lake.versions(shop_place := next(p for p in shop.lake.places() if p.key == TOWNS))) == 1, shop_place


@pytest.mark.nightly
def test_said_twice_it_is_done_once(shop: Shop) -> None:
    shop.say("ana", "withdrawn", "marketing")
    first = shop.propagation().apply("shop")
    again = shop.propagation().apply("shop")
    assert first.receipts and not again.receipts and again.whole
