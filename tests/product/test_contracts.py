"""Whom a contract names: a domain by its folder, or one product; never by a name that somebody gave himself."""

from __future__ import annotations

from typing import Any

import pytest

from mesh_platform.product import Mesh, ProductKey
from mesh_platform.product.contracts import consumer_of, contracts_for
from tests.product.assemble import assemble


def mesh(*consumers: str, domains: dict[str, Any] | None = None) -> Mesh:
    contracts = [{"consumer": one, "purpose": "service", "fields": ["id"]} for one in consumers]
    product = {"columns": {"id": {"type": "string"}}, "dataContracts": contracts}
    return assemble({"crm/accounts": product, "sales/orders": {}, "sales/items": {}}, domains or {"field_sales": {}})


@pytest.mark.parametrize("text", ["sales", "Sales", "Sales Domain", "SALES domain", " sales_domain ", "sales-domain"])
def test_a_domain_is_named_by_its_folder_in_any_spelling(text: str) -> None:
    assert consumer_of(mesh(), text) == "sales"


@pytest.mark.parametrize("text", ["Field Sales", "field_sales", "field-sales domain"])
def test_a_domain_of_two_words_is_found(text: str) -> None:
    assert consumer_of(mesh(), text) == "field_sales"


@pytest.mark.parametrize(
    "text", ["", "sale", "salesdomain", "Sales Team", "fieldsales", "sales/nothing", "../sales", "domain", "s ales"]
)
def test_what_is_not_the_name_of_a_folder_names_nobody_in_the_mesh(text: str) -> None:
    assert consumer_of(mesh(), text) is None


def test_a_display_name_names_nobody() -> None:
    found = mesh(domains={"intruder": {"name": "Sales"}})
    assert consumer_of(found, "Sales") == "sales"
    assert consumer_of(mesh(domains={"intruder": {"name": "Board"}}), "Board") is None


def test_a_folder_of_exactly_that_name_goes_first() -> None:
    assert consumer_of(mesh(domains={"sales_domain": {}}), "Sales Domain") == "sales_domain"
    assert consumer_of(mesh(domains={"sales_domain": {}}), "sales") == "sales"


def test_a_contract_with_a_domain_holds_for_its_products_and_one_with_a_product_for_that_one() -> None:
    orders, items = ProductKey("sales", "orders"), ProductKey("sales", "items")
    found = mesh("Sales Domain", "sales/orders", "Somebody Outside")
    accounts = found.product(ProductKey("crm", "accounts"))
    assert [c.consumer for c in contracts_for(found, accounts, orders)] == ["Sales Domain", "sales/orders"]
    assert [c.consumer for c in contracts_for(found, accounts, items)] == ["Sales Domain"]
    assert contracts_for(found, accounts, ProductKey("field_sales", "x")) == ()
