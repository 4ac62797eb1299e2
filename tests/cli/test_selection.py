"""What a person names as products: all of them wherever `all` stands, paths as a shell completes them, and with `+` all that must come first."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.cli.selection import select
from mesh_platform.errors import NotFound, UsageProblem
from mesh_platform.product import ProductKey, load_mesh
from tests.cli.conftest import Mesh
from tests.cli.project import break_product

CUSTOMERS, ORDERS = ProductKey("shop", "customers"), ProductKey("shop", "orders")


@pytest.mark.parametrize("words", [(), ("all",), ("*",), ("shop", "all"), ("+all",), ("shop/orders", "+*")])
def test_all_means_all_wherever_it_stands(shop: Path, words: tuple[str, ...]) -> None:
    assert select(load_mesh(shop), words) is None


def test_checking_one_product_and_all_judges_all(mesh: Mesh, shop: Path) -> None:
    break_product(shop, "orders")
    assert mesh("check", "shop/customers").code == 0
    assert mesh("check", "shop/customers", "all").code == 1


def test_with_a_plus_the_products_come_along_that_columns_refer_to(shop: Path) -> None:
    found = load_mesh(shop)
    assert found.products[ORDERS].descriptor.inputs == ()
    assert select(found, ["shop/orders"]) == {ORDERS}
    assert select(found, ["+shop/orders"]) == {CUSTOMERS, ORDERS}
    assert select(found, ["+shop/customers"]) == {CUSTOMERS}


@pytest.mark.parametrize("file", ["", "/", "/product.yaml", "/transform.sql", "/contract.py"])
def test_a_path_is_the_product_in_it(shop: Path, file: str) -> None:
    assert select(load_mesh(shop), [f"./domains/shop/orders{file}"]) == {ORDERS}


def test_every_command_understands_a_path(mesh: Mesh, shop: Path) -> None:
    path = "domains/shop/orders/product.yaml"
    assert mesh("show", path).code == 0
    assert mesh("check", path).code == 0
    assert "DIFF-01" in mesh("diff", path).err
    assert mesh("new", "product", "shop/big_orders", "--input", path).code == 0


@pytest.mark.parametrize(
    ("word", "error"),
    [("nothing", NotFound), ("shop/nothing", NotFound), ("shop/Not a name", UsageProblem), ("a/b/c", UsageProblem)],
)
def test_what_names_nothing_is_told(shop: Path, word: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        select(load_mesh(shop), [word])
