"""`mesh new product --input`: columns with the labels they carry, a SELECT, and the contract that another domain must add."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Mesh
from tests.cli.project import everything, put
from tests.cli.test_new_product import descriptor


class TestFromInputs:
    """`--input`: columns with the labels they carry, a SELECT, and the contract that another domain must add."""

    def test_labels_rules_and_retention_come_along(self, mesh: Mesh, shop: Path) -> None:
        said = mesh("new", "product", "shop/customer_orders", "--input", "shop/orders", "--input", "shop/customers")
        assert said.code == 0, said.err
        made = descriptor(shop, "customer_orders")
        assert made["columns"]["email"]["subject"] == "email"
        assert made["columns"]["status"]["values"] == ["back", "paid", "sent"]
        assert made["purposes"] == {"service.orders": "contract"}
        assert made["primaryKey"] == ["order_id"]
        sql = (shop / "domains/shop/customer_orders/transform.sql").read_text(encoding="utf-8")
        assert "join customers on customers.customer_id = orders.customer_id" in sql
        assert mesh("check", "--strict").code == 0

    def test_the_key_is_that_of_the_rows_that_joining_does_not_repeat(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "product", "shop/one", "--input", "shop/customers", "--input", "shop/orders")
        assert descriptor(shop, "one")["primaryKey"] == ["order_id"]
        mesh("new", "product", "shop/two", "--input", "shop/customers")
        assert descriptor(shop, "two")["primaryKey"] == ["customer_id"]

    def test_another_domain_s_contract_is_printed_and_its_files_are_left_alone(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "domain", "finance", "--owner", "finance@example.com")
        before = (shop / "domains/shop/orders/product.yaml").read_bytes()
        said = mesh("new", "product", "finance/revenue", "--input", "shop/orders", "--json").json
        assert (shop / "domains/shop/orders/product.yaml").read_bytes() == before
        assert "domains/shop/orders/product.yaml" in said["contracts"][0]
        assert "consumer: finance" in said["contracts"][0]
        assert [f["rule"] for f in said["findings"] if f["severity"] == "block"] == ["CORE-09"]

    def test_a_legal_basis_is_never_made_up(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "domain", "finance", "--owner", "finance@example.com")
        file = shop / "domains/shop/orders/product.yaml"
        contract = "  dataContracts:\n    - {consumer: finance, purpose: analytics, fields: [order_id, customer_id, total]}\n"
        file.write_text(file.read_text(encoding="utf-8") + contract, encoding="utf-8")
        said = mesh("new", "product", "finance/revenue", "--input", "shop/orders", "--json").json
        assert "purposes" not in descriptor(shop, "revenue", "finance")
        text = (shop / "domains/finance/revenue/product.yaml").read_text(encoding="utf-8")
        assert "# purposes: {analytics: <legal basis>}  # decide: on which basis" in text
        assert any("the legal basis of analytics" in question for question in said["decide"])

    def test_a_column_for_which_no_name_is_left_is_told(self, mesh: Mesh, shop: Path) -> None:
        for name, text in (("a", "id,b_id\n1,2\n3,4\n"), ("b", "id,x\n1,2\n3,4\n")):
            assert mesh("new", "product", f"shop/{name}", "--from", str(put(shop / f"{name}.csv", text))).code == 0
        said = mesh("new", "product", "shop/both", "--input", "shop/a", "--input", "shop/b", "--json").json
        assert any("shop/b.id is left out" in question for question in said["decide"])

    def test_the_printed_contract_opens_the_gate(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "domain", "finance", "--owner", "finance@example.com")
        contract = mesh("new", "product", "finance/revenue", "--input", "shop/orders", "--json").json["contracts"][0]
        file = shop / "domains/shop/orders/product.yaml"
        file.write_text(
            file.read_text(encoding="utf-8") + "  dataContracts:\n    " + contract.splitlines()[-1] + "\n", encoding="utf-8"
        )
        said = mesh("check", "--json")
        assert said.code == 0, said.out

    @pytest.mark.parametrize("inputs", [("shop/orders", "shop/orders"), ("shop/made",), ("shop/nothing",)])
    def test_inputs_that_cannot_be_are_refused(self, mesh: Mesh, shop: Path, inputs: tuple[str, ...]) -> None:
        before = everything(shop)
        said = mesh("new", "product", "shop/made", *(part for name in inputs for part in ("--input", name)))
        assert said.code in (2, 4)
        assert everything(shop) == before

    def test_a_file_and_inputs_together_are_a_usage_error(self, mesh: Mesh, shop: Path, orders: Path) -> None:
        assert mesh("new", "product", "shop/made", "--from", str(orders), "--input", "shop/orders").code == 2
        assert mesh("new", "product", "shop/made").code == 2
