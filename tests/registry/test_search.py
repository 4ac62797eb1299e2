"""Search: a person types what comes to mind, and both engines find the same products in the same order."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesh_platform.product.sensitivity import Sensitivity
from mesh_platform.registry import ColumnEntry, Registry
from mesh_platform.registry.words import words
from tests.registry.samples import ACCOUNTS, CUSTOMERS, ID, ORDERS, REPORT, entry

AMOUNT = ColumnEntry("totalAmount", "decimal(18,2)", Sensitivity.INTERNAL, None, None, "What the customer paid")


@pytest.fixture
def catalog(registry: Registry) -> Registry:
    registry.register(
        [
            entry(CUSTOMERS, title="Customer 360", description="One current row per person, for enrichment."),
            entry(ACCOUNTS, title="Accounts", owner="crm@example.com", description="Müllers Kundenkonten", columns=(ID,)),
            entry(
                ORDERS,
                title="Orders",
                owner="sales@example.com",
                description="What was bought by which customer",
                columns=(AMOUNT,),
            ),
            entry(REPORT, title="Revenue", owner="bi@example.com", description="Sums by month", columns=()),
        ]
    )
    return registry


def found(registry: Registry, text: str) -> list[str]:
    return [str(hit.product) for hit in registry.search(text)]


def test_a_product_is_found_by_any_of_its_words(catalog: Registry) -> None:
    expected = {
        "revenue": ["analytics/revenue"],
        "analytics/revenue": ["analytics/revenue"],
        "REV": ["analytics/revenue"],
        "sales@example.com": ["sales/orders"],
        "user.contact.email": ["customer/customer_360"],
        "contact": ["customer/customer_360"],
        "total_amount": ["sales/orders"],
        "amount": ["sales/orders"],
        "totalAmount paid": ["sales/orders"],
        "muller": ["crm/accounts"],
        "MÜLLER": ["crm/accounts"],
        "customer_360": ["customer/customer_360"],
        "zebra quagga": [],
    }
    assert {typed: found(catalog, typed) for typed in expected} == expected


def test_a_word_in_the_name_weighs_more_than_one_in_a_column_and_that_more_than_one_in_a_description(catalog: Registry) -> None:
    assert found(catalog, "customer") == ["customer/customer_360", "crm/accounts", "sales/orders"]


def test_products_that_hold_all_words_come_alone_and_any_word_helps_where_none_does(catalog: Registry) -> None:
    assert found(catalog, "customer bought") == ["sales/orders"]
    assert set(found(catalog, "revenue bought")) == {"analytics/revenue", "sales/orders"}


def test_a_hit_names_the_columns_that_matched(catalog: Registry) -> None:
    assert [hit.columns for hit in catalog.search("email")] == [("email",)]
    assert catalog.search("revenue")[0].columns == ()


def test_no_more_hits_than_asked_for(catalog: Registry) -> None:
    assert len(catalog.search("customer", limit=2)) == 2
    assert catalog.search("customer", limit=0) == ()


def test_a_changed_description_is_found_and_the_old_one_is_not(catalog: Registry) -> None:
    catalog.register([entry(REPORT, title="Revenue", description="Turnover by week", columns=())], domains=["analytics"])
    assert found(catalog, "turnover") == ["analytics/revenue"]
    assert found(catalog, "month") == []


def test_a_product_that_is_gone_is_not_found_until_it_returns(catalog: Registry) -> None:
    catalog.register([], domains=["analytics"])
    assert found(catalog, "revenue") == []
    catalog.register([entry(REPORT)], domains=["analytics"])
    assert found(catalog, "revenue") == ["analytics/revenue"]


def test_no_text_is_a_query_language(catalog: Registry) -> None:
    for typed in ["", "   ", '"', "'", '"unclosed', "a AND", "NOT", "OR", "NEAR(a b)", "names:x", "a* b^2", "(", "-a", "+", "a:b", "a & | !b", "<->", "\\", "%", ";", "\0", "\ud800", "𝒜", "日本", "x" * 10_000, "w " * 10_000]:  # fmt: skip
        catalog.search(typed)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(typed=st.text(max_size=60))
def test_whatever_is_typed_is_answered(catalog: Registry, typed: str) -> None:
    catalog.search(typed)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=st.text(alphabet=st.characters(categories=["L", "N", "M", "P"]), min_size=1, max_size=30))
def test_every_product_is_found_by_each_word_of_its_own_title(registry: Registry, title: str) -> None:
    registry.register([entry(REPORT, title=title)])
    for word in words([title]):
        assert found(registry, word) == ["analytics/revenue"], word


def test_words_are_split_at_humps_underscores_and_signs_and_lose_accents() -> None:
    assert words(["CustomerID, customer_id: Zoë's"]) == ("customerid", "customer", "id", "zoe", "s")


def test_words_of_an_endless_text_end() -> None:
    assert len(words(f"w{n}" for n in range(100_000))) == 8_000
    assert sum(len(word) for word in words("é" * 60 + str(n) for n in range(100_000))) <= 200_000
