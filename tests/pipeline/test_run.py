"""The whole mesh or a part of it in one process: order, what waits, and what runs on an earlier version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import dagster as dg
import pytest

from mesh_platform.errors import NotFound
from mesh_platform.pipeline import dagster_home
from mesh_platform.pipeline.card import Card
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.run import ProductResult, run_products
from mesh_platform.pipeline.selection import choose, in_order, startable
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import LARGE_ORDERS, put, write_product
from tests.pipeline.steps import Publications, blocked, unchanged

ORDERS, REVENUE, LARGE = "sales/orders", "finance/revenue", "sales/large_orders"


@dataclass
class Heard:
    events: list[tuple[str, str]] = field(default_factory=list)

    def begins(self, products: Sequence[str]) -> None:
        self.events += [("begins", product) for product in products]

    def started(self, product: str) -> None:
        self.events.append(("started", product))

    def told(self, what: ProductResult) -> None:
        self.events.append((what.status, what.product))


@pytest.fixture
def publications(monkeypatch: pytest.MonkeyPatch) -> Publications:
    """Publications of a mesh in which nothing is served yet but what was published in this run."""
    found = Publications()
    monkeypatch.setattr(OpenedMesh, "publish", lambda self, domain, name: found(self, domain, name))
    monkeypatch.setattr(OpenedMesh, "served", lambda self, domain, name: False)
    return found


def statuses(told: list[ProductResult]) -> dict[str, str]:
    return {what.product: what.status for what in told}


def test_every_product_is_published_after_its_inputs_and_told_as_it_goes(settings: Settings, publications: Publications) -> None:
    heard = Heard()
    told = run_products(settings, (), heard)
    assert statuses(told) == {ORDERS: "published", REVENUE: "published", LARGE: "published"}
    assert heard.events[:5] == [
        ("begins", ORDERS),
        ("begins", REVENUE),
        ("begins", LARGE),
        ("started", ORDERS),
        ("published", ORDERS),
    ]


def test_the_run_stands_in_dagsters_storage_under_the_home(settings: Settings, publications: Publications) -> None:
    run_products(settings, (), Heard())
    with dg.DagsterInstance.from_config(str(dagster_home.home_of(settings)), dagster_home.IN_PROCESS) as instance:
        [run] = instance.get_runs()
        assert run.is_success
        assert instance.get_latest_materialization_event(dg.AssetKey(["finance", "revenue"])) is not None


def test_what_derives_from_a_blocked_product_waits_for_it(settings: Settings, publications: Publications) -> None:
    publications.planned[ORDERS] = blocked(ORDERS)
    told = run_products(settings, (), Heard())
    assert statuses(told) == {ORDERS: "blocked", REVENUE: "waiting", LARGE: "waiting"}
    assert publications.asked == [ORDERS]
    [revenue] = [what for what in told if what.product == REVENUE]
    assert revenue.waits_for == (ORDERS,)
    assert revenue.findings[0].why == "It waits for sales/orders."


@pytest.mark.nightly
def test_it_runs_after_all_where_its_input_is_served_from_before(
    settings: Settings, publications: Publications, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OpenedMesh, "served", lambda self, domain, name: f"{domain}/{name}" == ORDERS)
    publications.planned[ORDERS] = blocked(ORDERS)
    told = run_products(settings, (), Heard())
    assert statuses(told) == {ORDERS: "blocked", REVENUE: "published", LARGE: "published"}
    assert publications.asked == [ORDERS, REVENUE, LARGE]


def test_a_selection_runs_alone_where_its_input_is_served(
    settings: Settings, publications: Publications, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert statuses(run_products(settings, (REVENUE,), Heard())) == {REVENUE: "waiting"}
    assert publications.asked == []
    monkeypatch.setattr(OpenedMesh, "served", lambda self, domain, name: True)
    assert statuses(run_products(settings, (REVENUE,), Heard())) == {REVENUE: "published"}


@pytest.mark.nightly
def test_what_derives_from_an_unchanged_product_runs(settings: Settings, publications: Publications) -> None:
    publications.planned[ORDERS] = unchanged(ORDERS)
    told = run_products(settings, (), Heard())
    assert statuses(told) == {ORDERS: "unchanged", REVENUE: "published", LARGE: "published"}
    assert all(what.status.fine for what in told)


@pytest.mark.nightly
def test_a_product_that_the_gate_keeps_back_is_told_and_not_started(settings: Settings, publications: Publications) -> None:
    put(settings.project / "domains/sales/large_orders/product.yaml", "dataProduct: 1\n")
    told = run_products(settings, (), Heard())
    assert statuses(told)[LARGE] == "blocked"
    [large] = [what for what in told if what.product == LARGE]
    assert large.at_load
    assert large.findings[0].rule == "DESC-03"
    assert LARGE not in publications.asked


def test_an_unheard_of_product_is_not_found(settings: Settings) -> None:
    with pytest.raises(NotFound):
        run_products(settings, ("sales/nothing",), Heard())


@pytest.mark.nightly
def test_a_draft_runs_only_when_it_is_named(settings: Settings, publications: Publications) -> None:
    folder = write_product(settings.project, "sales/draft", LARGE_ORDERS, sql="select order_id, amount from orders")
    text = (folder / "product.yaml").read_text(encoding="utf-8")
    put(folder / "product.yaml", text.replace("version: 1.0.0", "version: 1.0.0\n  status: draft"))
    assert "sales/draft" not in statuses(run_products(settings, (), Heard()))
    assert statuses(run_products(settings, ("sales/orders", "sales/draft"), Heard()))["sales/draft"] == "published"


@pytest.mark.nightly
def test_an_error_without_an_outcome_is_told_as_failed(settings: Settings, publications: Publications) -> None:
    def breaks() -> object:
        raise ValueError("Could not convert 'ana@example.org'")

    publications.planned[LARGE] = breaks  # type: ignore[assignment]
    told = run_products(settings, (), Heard())
    assert statuses(told)[LARGE] == "failed"
    assert "ana@" not in str(told)


def test_a_cancelled_run_raises_and_starts_nothing_more(settings: Settings, publications: Publications) -> None:
    def cancelled() -> object:
        raise KeyboardInterrupt

    publications.planned[ORDERS] = cancelled  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        run_products(settings, (), Heard())
    assert publications.asked == [ORDERS]


def card(name: str, *inputs: str) -> Card:
    return Card("d", name, inputs=tuple(("d", each) for each in inputs))


def test_order_puts_inputs_first_and_else_goes_by_name() -> None:
    cards = [card("z"), card("a", "z"), card("b", "a", "z"), card("c")]
    names = [each.name for each in in_order(cards)]
    assert names.index("z") < names.index("a") < names.index("b")


def test_a_cycle_is_listed_and_not_lost() -> None:
    assert sorted(each.name for each in in_order([card("a", "b"), card("b", "a"), card("c")])) == ["a", "b", "c"]


def test_choosing_a_domain_chooses_all_of_it() -> None:
    cards = [Card("x", "a"), Card("y", "b"), Card("x", "c")]
    assert [str(each) for each in choose(cards, ["x"])] == ["x/a", "x/c"]
    assert [str(each) for each in choose(cards, ["x/*"])] == ["x/a", "x/c"]


def test_what_lacks_an_input_takes_its_followers_along() -> None:
    chosen = [card("a", "lost"), card("b", "a"), card("c")]
    assert [each.name for each in startable(chosen, [], lambda ref: False)] == ["c"]
    assert [each.name for each in startable(chosen, [("d", "lost")], lambda ref: False)] == ["a", "b", "c"]
