"""A receipt is a claim: what a faulty build says that it did is held against the data, found out, and taken up again."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_platform.lake import Lake, Marks, Place, Remarked
from mesh_platform.lake import remark as remark_module
from mesh_platform.lake.catalog import Catalog
from mesh_platform.lake.purge import committed
from mesh_platform.propagation import Verdict
from tests.propagation.shop import CUSTOMERS, LETTERS, Shop


def lies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what it would have done, and does nothing."""

    def told(lake: Lake, place: Place, marks: Marks, author: str, message: str) -> Remarked:
        return Remarked(1, 1, lake.versions(place)[-1])

    monkeypatch.setattr(Lake, "remark", told)


def marks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moves the watermark of the version along, and leaves the rows as they are."""

    def forgetful(own: Any, statements: Any, *more: Any) -> list[int]:
        return [*committed(own, [("SELECT 0", ())], *more), 1][: len(statements)]

    monkeypatch.setattr(remark_module, "committed", forgetful)
    monkeypatch.setattr(remark_module, "check_gone", lambda *_: None)


def keeps_old_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Catalog, "expire", lambda own, keep: 0)


def forgets_one_product(monkeypatch: pytest.MonkeyPatch) -> None:
    """Says of a product that nobody of those stands in it."""
    true = Marks.touched
    monkeypatch.setattr(Marks, "touched", lambda marks, table: f"{true(marks, table)} LIMIT 0")


@pytest.mark.by_day("marks_nobody")
@pytest.mark.parametrize("fault", [lies, marks_nobody, keeps_old_versions, forgets_one_product], ids=lambda one: one.__name__)
def test_a_false_receipt_is_found_out_and_its_product_taken_up_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    shop.say("ana", "withdrawn", "marketing")
    with monkeypatch.context() as broken:
        fault(broken)
        claimed = shop.propagation().apply("shop")
    assert not claimed.whole and Verdict.FALSE in {one.verdict for one in claimed.receipts}
    assert "ana" in shop.held(LETTERS)

    done = shop.propagation().apply("shop")
    assert done.whole and {one.verdict for one in done.receipts} == {Verdict.HOLDS}
    assert shop.held(LETTERS) == ["ann", "ben", "eva"]
    assert shop.allowed(CUSTOMERS, "marketing") == ["ann", "ben", "eva"]
