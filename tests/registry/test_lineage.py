"""What derives from what: across products, down to columns, through unknown transforms and through cycles."""

from __future__ import annotations

import pytest

from mesh_platform.product.key import ProductKey
from mesh_platform.registry import LineageEdge, Registry
from tests.registry.samples import ACCOUNTS, CUSTOMERS, ORDERS, REPORT, edge, publication

CHAIN = [
    edge("customer/customer_360", "crm/accounts"),
    edge("customer/customer_360.email", "crm/accounts.mail"),
    edge("customer/customer_360.name", "crm/accounts.first"),
    edge("customer/customer_360.name", "crm/accounts.last"),
    edge("sales/orders", "customer/customer_360"),
    edge("sales/orders.buyer", "customer/customer_360.name"),
    edge("analytics/revenue", "sales/orders"),
    edge("analytics/revenue", "crm/accounts"),
    edge("analytics/revenue.top_buyer", "sales/orders.buyer"),
    edge("analytics/revenue.segment", "crm/accounts.segment"),
]


def record(registry: Registry, *edges: LineageEdge) -> None:
    for product in {each.product for each in edges}:
        record_of(registry, product, [each for each in edges if each.product == product])


def record_of(registry: Registry, product: ProductKey, edges: list[LineageEdge]) -> None:
    registry.record_published(publication(1, product, id=str(product)), lineage=edges)


def up(registry: Registry, product: ProductKey, column: str | None = None) -> dict[str, int]:
    return {f"{each.product}.{each.column}".rstrip("."): each.depth for each in registry.upstream(product, column)}


def down(registry: Registry, product: ProductKey, column: str | None = None) -> dict[str, int]:
    return {f"{each.product}.{each.column}".rstrip("."): each.depth for each in registry.downstream(product, column)}


@pytest.fixture
def chain(registry: Registry) -> Registry:
    record(registry, *CHAIN)
    return registry


def test_a_product_is_traced_to_all_it_derives_from_by_the_shortest_way(chain: Registry) -> None:
    assert up(chain, REPORT) == {"crm/accounts": 1, "sales/orders": 1, "customer/customer_360": 2}
    assert up(chain, ACCOUNTS) == {}


def test_all_that_derives_from_a_product_is_found_however_far(chain: Registry) -> None:
    assert down(chain, ACCOUNTS) == {"analytics/revenue": 1, "customer/customer_360": 1, "sales/orders": 2}
    assert down(chain, REPORT) == {}


def test_a_column_is_traced_across_products(chain: Registry) -> None:
    assert up(chain, REPORT, "top_buyer") == {
        "sales/orders.buyer": 1,
        "customer/customer_360.name": 2,
        "crm/accounts.first": 3,
        "crm/accounts.last": 3,
    }
    assert down(chain, ACCOUNTS, "last") == {
        "customer/customer_360.name": 1,
        "sales/orders.buyer": 2,
        "analytics/revenue.top_buyer": 3,
    }


def test_a_column_that_nothing_derives_from_leads_nowhere(chain: Registry) -> None:
    assert down(chain, CUSTOMERS, "email") == {}
    assert down(chain, ACCOUNTS, "no_such_column") == {}


def test_all_columns_are_followed_from_a_whole_product(chain: Registry) -> None:
    assert down(chain, CUSTOMERS, "") == {"sales/orders.buyer": 1, "analytics/revenue.top_buyer": 2}


def test_a_filter_or_join_is_an_edge_of_products_and_not_of_columns(chain: Registry) -> None:
    record_of(
        chain, ORDERS, [edge("sales/orders", "customer/customer_360"), edge("sales/orders.buyer", "customer/customer_360.name")]
    )
    assert "sales/orders" not in down(chain, CUSTOMERS, "email")
    assert "sales/orders" in down(chain, CUSTOMERS)


def test_where_only_the_products_are_known_every_column_derives_from_every_column(registry: Registry) -> None:
    record(
        registry,
        edge("customer/customer_360.email", "crm/accounts.mail"),
        edge("sales/orders", "customer/customer_360"),
        edge("analytics/revenue.buyer", "sales/orders.buyer"),
    )
    assert down(registry, ACCOUNTS, "mail") == {
        "customer/customer_360.email": 1,
        "sales/orders": 2,
        "analytics/revenue.buyer": 3,
    }
    assert up(registry, REPORT, "buyer") == {"sales/orders.buyer": 1, "customer/customer_360": 2, "crm/accounts.mail": 3}


def test_recording_replaces_what_was_known_of_the_product_and_nothing_else(chain: Registry) -> None:
    record_of(chain, REPORT, [edge("analytics/revenue", "sales/orders")])
    assert up(chain, REPORT) == {"sales/orders": 1, "customer/customer_360": 2, "crm/accounts": 3}
    record_of(chain, REPORT, [])
    assert up(chain, REPORT) == {}
    assert up(chain, CUSTOMERS, "name") == {"crm/accounts.first": 1, "crm/accounts.last": 1}


def test_an_edge_given_twice_is_one(registry: Registry) -> None:
    record_of(registry, ORDERS, [edge("sales/orders.a", "crm/accounts.a")] * 2)
    assert up(registry, ORDERS, "a") == {"crm/accounts.a": 1}


def test_an_edge_of_another_product_is_refused(registry: Registry) -> None:
    with pytest.raises(ValueError, match="another product than sales/orders"):
        record_of(registry, ORDERS, [edge("crm/accounts", "sales/orders")])


def test_a_cycle_ends_the_walk_instead_of_turning_it(registry: Registry) -> None:
    record(
        registry,
        edge("sales/orders.a", "crm/accounts.a"),
        edge("crm/accounts.a", "analytics/revenue.a"),
        edge("analytics/revenue.a", "sales/orders.a"),
    )
    assert up(registry, ORDERS) == {"crm/accounts": 1, "analytics/revenue": 2}
    assert down(registry, ORDERS, "a") == {"analytics/revenue.a": 1, "crm/accounts.a": 2}


def test_a_product_that_reads_itself_is_not_its_own_upstream(registry: Registry) -> None:
    record(registry, edge("sales/orders.a", "sales/orders.a"))
    assert up(registry, ORDERS) == up(registry, ORDERS, "a") == {}


def test_two_wide_products_in_a_cycle_are_walked_in_one_go(registry: Registry) -> None:
    width = 1_000
    record(
        registry,
        *[edge(f"sales/orders.c{n}", f"crm/accounts.c{n}") for n in range(width)],
        *[edge(f"crm/accounts.c{n}", f"sales/orders.c{(n + 1) % width}") for n in range(width)],
    )
    assert up(registry, ORDERS, "c0")[f"crm/accounts.c{width - 1}"] == 2 * width - 1


def test_a_ladder_of_diamonds_is_walked_by_edges_and_not_by_paths(registry: Registry) -> None:
    """2^40 paths lead through it."""
    rungs = 40
    edges = [edge(f"d/p{n}.{a}", f"d/p{n + 1}.{b}") for n in range(rungs) for a in "xy" for b in "xy"]
    record(registry, *edges)
    assert up(registry, ProductKey("d", "p0"), "x")[f"d/p{rungs}.y"] == rungs
