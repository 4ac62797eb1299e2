"""Which products exist: registered as a set, changed in place, gone when their folder is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesh_platform.errors import NotFound
from mesh_platform.product.key import ProductKey
from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.registry import ColumnEntry, ProductEntry, Registered, Registry
from mesh_platform.state import Conflict, Database
from tests.registry.samples import ACCOUNTS, CUSTOMERS, EMAIL, ID, ORDERS, entry


def bare(found: ProductEntry) -> ProductEntry:
    return replace(found, registered_at=None, gone_at=None)


def test_a_registered_product_comes_back_as_it_was_given(registry: Registry) -> None:
    given = [entry(CUSTOMERS), entry(ACCOUNTS, columns=(EMAIL,)), entry(ORDERS, columns=())]
    assert registry.register(given) == Registered(new=(CUSTOMERS, ACCOUNTS, ORDERS))
    assert [bare(found) for found in registry.products()] == [given[1], given[0], given[2]]
    assert bare(registry.product(CUSTOMERS)) == given[0]


def test_registering_the_same_again_changes_nothing(registry: Registry) -> None:
    registry.register([entry()])
    before = registry.products()
    assert registry.register([entry()]) == Registered(unchanged=1)
    assert registry.products() == before


def test_registering_the_same_again_does_not_wait_for_a_writer(registry: Registry, database: Database) -> None:
    registry.register([entry()])
    with database.write():
        assert registry.register([entry()]) == Registered(unchanged=1)


@pytest.mark.parametrize(
    "change",
    [
        {"version": "1.3.0"},
        {"status": "deprecated"},
        {"description": "Another one."},
        {"columns": (EMAIL, ID)},
        {"columns": (ID,)},
        {"columns": (ID, replace(EMAIL, sensitivity=Sensitivity.INTERNAL))},
        {"document": {"name": "other"}},
    ],
)
def test_any_change_of_an_entry_is_seen_and_kept(registry: Registry, change: dict[str, object]) -> None:
    registry.register([entry(ACCOUNTS), entry()])
    first = registry.product(CUSTOMERS)
    assert registry.register([entry(ACCOUNTS), entry(**change)]) == Registered(changed=(CUSTOMERS,), unchanged=1)
    found = registry.product(CUSTOMERS)
    assert bare(found) == entry(**change)
    assert found.registered_at == first.registered_at


def test_a_product_whose_folder_vanished_is_gone_and_not_forgotten(registry: Registry) -> None:
    registry.register([entry(ACCOUNTS), entry()])
    assert registry.register([entry(ACCOUNTS)]).gone == (CUSTOMERS,)
    assert [found.key for found in registry.products()] == [ACCOUNTS]
    assert [found.key for found in registry.products(gone=True)] == [ACCOUNTS, CUSTOMERS]
    assert registry.product(CUSTOMERS).gone_at is not None
    assert registry.register([entry(ACCOUNTS)]) == Registered(unchanged=1)


def test_a_product_that_comes_back_is_no_longer_gone(registry: Registry) -> None:
    registry.register([entry()])
    first = registry.product(CUSTOMERS).registered_at
    registry.register([])
    assert registry.register([entry()]).changed == (CUSTOMERS,)
    found = registry.product(CUSTOMERS)
    assert (found.gone_at, found.registered_at) == (None, first)


def test_a_broken_descriptor_does_not_make_its_product_vanish(registry: Registry) -> None:
    registry.register([entry(ACCOUNTS), entry()])
    assert registry.register([entry(ACCOUNTS)], broken=[CUSTOMERS]) == Registered(unchanged=1)
    assert registry.product(CUSTOMERS).gone_at is None


def test_one_domain_registers_without_touching_the_others(registry: Registry) -> None:
    registry.register([entry(ACCOUNTS)], domains=["crm"])
    registry.register([entry(CUSTOMERS)], domains=["customer"])
    assert [found.key for found in registry.products()] == [ACCOUNTS, CUSTOMERS]
    assert registry.register([], domains=["crm"]).gone == (ACCOUNTS,)
    assert [found.key for found in registry.products(domain="customer")] == [CUSTOMERS]
    assert registry.products(domain="crm") == ()


def test_a_product_given_twice_is_refused(registry: Registry) -> None:
    with pytest.raises(ValueError, match="customer/customer_360 is given twice"):
        registry.register([entry(), entry(version="2.0.0")])


def test_a_refused_entry_leaves_the_whole_registration_undone(registry: Registry) -> None:
    with pytest.raises(Conflict) as refused:
        registry.register([entry(ACCOUNTS), entry(columns=(EMAIL, EMAIL))])
    assert registry.products() == ()
    assert refused.value.finding.rule == "STATE-09"
    assert "email" not in str(refused.value)


def test_an_unknown_product_is_not_found(registry: Registry) -> None:
    with pytest.raises(NotFound, match="REGISTRY-01 sales/orders"):
        registry.product(ORDERS)


def test_any_text_can_be_registered_and_found(registry: Registry) -> None:
    odd = 'Zoë\'s "Büro" \U0001f600 \0 \ud800 日本語 %s :name; DROP TABLE products; --'
    columns = (ColumnEntry(odd, "string", Sensitivity.INTERNAL, description=odd),)
    registry.register([entry(title=odd, description=odd, owner=odd, columns=columns, document={odd: [odd, None, 1.5, True]})])
    found = registry.product(CUSTOMERS)
    assert found.title == odd.replace("\0", "\ufffd").replace("\ud800", "\ufffd")
    assert registry.register(
        [entry(title=odd, description=odd, owner=odd, columns=columns, document={odd: [odd, None, 1.5, True]})]
    ) == (Registered(unchanged=1))
    assert [hit.product for hit in registry.search("buro")] == [CUSTOMERS]


def test_ten_thousand_columns_are_registered(registry: Registry) -> None:
    columns = tuple(
        ColumnEntry(f"column_number_{n}", "string", Sensitivity.INTERNAL, description=f"What a person said to question {n}")
        for n in range(10_000)
    )
    registry.register([entry(columns=columns)])
    assert registry.product(CUSTOMERS).columns == columns
    assert registry.search("question 7")[0].product == CUSTOMERS


def test_products_of_a_large_mesh_come_in_the_order_of_their_keys(registry: Registry) -> None:
    keys = [ProductKey(f"domain{n % 7}", f"product_{n}") for n in range(300)]
    registry.register([entry(key) for key in keys])
    assert [found.key for found in registry.products()] == sorted(keys)
    assert all(found.columns == (ID, EMAIL) for found in registry.products())
