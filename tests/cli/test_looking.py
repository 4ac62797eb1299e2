"""`mesh products`, `show`, `search` and `diff`: before anything was published, and after."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mesh_platform.errors import Finding
from mesh_platform.lake import Lake
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime
from mesh_platform.registry import GateDecision
from mesh_platform.settings import load_settings
from tests.cli.conftest import Mesh
from tests.cli.project import break_product, put

KEYS = {"product", "version", "status", "rows", "sensitivity", "region", "findings"}


class TestProducts:
    def test_nothing_has_to_be_published_and_no_home_is_made(self, mesh: Mesh, shop: Path) -> None:
        found = mesh("products", "--json").json
        assert [(p["product"], p["status"], p["rows"]) for p in found] == [
            ("shop/customers", "unpublished", None),
            ("shop/orders", "unpublished", None),
        ]
        assert all(set(p) >= KEYS for p in found)
        assert not (shop / ".mesh").exists()

    def test_a_published_product_shows_rows_and_region(self, mesh: Mesh, published: Path) -> None:
        found = {p["product"]: p for p in mesh("products", "--json").json}
        assert (found["shop/orders"]["status"], found["shop/orders"]["rows"]) == ("published", 240)
        assert (found["shop/orders"]["region"], found["shop/orders"]["sensitivity"]) == ("westeurope", "confidential")
        said = mesh("products")
        assert "published" in said.out
        assert "240" in said.out

    @pytest.mark.nightly
    def test_a_blocked_product_shows_its_findings_and_what_is_still_served(self, mesh: Mesh, published: Path) -> None:
        break_product(published)
        found = {p["product"]: p for p in mesh("products", "--json").json}["shop/orders"]
        assert (found["status"], found["rows"], found["published_version"]) == ("blocked", 240, "0.1.0")
        assert "CORE-03" in {f["rule"] for f in found["findings"]}
        assert "mesh show shop/orders" in mesh("products").out

    @pytest.mark.nightly
    def test_what_the_rows_were_blocked_for_holds_until_the_files_change(self, mesh: Mesh, published: Path) -> None:
        product = load_mesh(published).products[ProductKey("shop", "orders")]
        finding = Finding("CONTRACT-01", "domains/shop/orders/product.yaml:1", "3 rows break it.", "Mend them.", "shop/orders")
        with open_runtime(load_settings(published)) as runtime:
            runtime.registry.record_decision(
                GateDecision(product.key, product.spec_hash, "publish", False, datetime.now(UTC), (finding,))
            )
        assert {p["product"]: p["status"] for p in mesh("products", "--json").json}["shop/orders"] == "blocked"
        file = published / "domains/shop/orders/product.yaml"
        file.write_text(file.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        assert {p["product"]: p["status"] for p in mesh("products", "--json").json}["shop/orders"] == "published"

    @pytest.mark.nightly
    def test_a_product_whose_folder_is_gone_is_orphaned_and_still_shown(self, mesh: Mesh, published: Path) -> None:
        (published / "domains/shop/orders").rename(published / "orders_elsewhere")
        found = {p["product"]: p for p in mesh("products", "--json").json}["shop/orders"]
        assert (found["status"], found["rows"]) == ("orphaned", 240)
        assert found["findings"][0]["fix"]
        assert mesh("show", "shop/orders", "--json").json["status"] == "orphaned"

    @pytest.mark.nightly
    def test_lifecycle_shows(self, mesh: Mesh, published: Path) -> None:
        file = published / "domains/shop/orders/product.yaml"
        for status in ("draft", "retired"):
            text = file.read_text(encoding="utf-8")
            start = text.index("  status:")
            file.write_text(text[:start] + f"  status: {status}" + text[text.index("\n", start) :], encoding="utf-8")
            assert {p["product"]: p["status"] for p in mesh("products", "--json").json}["shop/orders"] == status

    def test_an_empty_mesh_says_how_to_begin(self, mesh: Mesh, project: Path) -> None:
        assert "mesh new product" in mesh("products").out


class TestShow:
    def test_everything_about_one_product(self, mesh: Mesh, published: Path) -> None:
        found = mesh("show", "shop/orders", "--json").json
        assert (found["status"], found["rows"], found["owner"]) == ("published", 240, "shop-team@example.com")
        assert {c["name"]: c["subject"] for c in found["columns"]}["customer_id"] == "customer_id"
        assert [p["rows"] for p in found["publications"]] == [240]
        assert found["measures"]["completeness"] == 100
        assert found["binding"]
        assert found["descriptor"]["primaryKey"] == ["order_id"]
        assert found["approvers"] == ["steward@example.com"]

    def test_it_reads_well(self, mesh: Mesh, published: Path) -> None:
        said = mesh("show", "domains/shop/orders/")
        assert said.code == 0
        for part in ("shop/orders", "owner:", "binding:", "customer_id", "user.unique_id", "0.1.0"):
            assert part in said.out

    def test_readers_and_contracts_are_told(self, mesh: Mesh, shop: Path) -> None:
        mesh("new", "product", "shop/big_orders", "--input", "shop/orders")
        assert mesh("show", "shop/orders", "--json").json["readers"] == ["shop/big_orders"]
        derived = mesh("show", "shop/big_orders", "--json").json
        assert derived["inputs"][0]["product"] == "shop/orders"
        assert {c["name"]: c["derives_from"] for c in derived["columns"]}["total"] == ["shop/orders.total"]

    def test_a_broken_product_shows_its_findings(self, mesh: Mesh, shop: Path) -> None:
        put(shop / "domains/shop/orders/product.yaml", "nonsense: 1\n")
        said = mesh("show", "shop/orders")
        assert said.code == 0
        assert "DESC-03" in said.out

    def test_a_domain_is_shown_with_its_products(self, mesh: Mesh, shop: Path) -> None:
        found = mesh("show", "shop", "--json").json
        assert (found["owner"], found["products"]) == ("shop-team@example.com", ["shop/customers", "shop/orders"])
        assert "shop-team@example.com" in mesh("show", "shop").out

    def test_several_at_once_are_a_usage_error(self, mesh: Mesh, shop: Path) -> None:
        assert mesh("show", "all").code == 2


class TestSearch:
    def test_products_are_found_by_columns_and_words(self, mesh: Mesh, shop: Path) -> None:
        assert [hit["product"] for hit in mesh("search", "email", "--json").json] == ["shop/customers"]
        assert "shop/orders" in mesh("search", "orders").out

    def test_searching_leaves_no_trace(self, mesh: Mesh, shop: Path) -> None:
        mesh("search", "email")
        assert not (shop / ".mesh").exists()

    def test_nothing_found_is_exit_code_4(self, mesh: Mesh, shop: Path) -> None:
        said = mesh("search", "zebra", "--json")
        assert (said.code, said.json) == (4, [])


class TestDiff:
    def lower(self, root: Path) -> None:
        file = root / "domains/shop/customers/product.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("sensitivity: confidential", "sensitivity: internal", 1), encoding="utf-8")

    def test_against_the_registry(self, mesh: Mesh, published: Path) -> None:
        assert mesh("diff", "shop/customers", "--json").json["changes"] == []
        self.lower(published)
        answer = mesh("diff", "shop/customers", "--json").json
        assert [(c["kind"], c["path"]) for c in answer["changes"]] == [("privacy-relevant", "columns.customer_id.sensitivity")]
        assert "privacy-relevant" in mesh("diff", "shop/customers").out

    def test_against_a_file(self, mesh: Mesh, shop: Path, tmp_path: Path) -> None:
        old = tmp_path / "old.yaml"
        old.write_bytes((shop / "domains/shop/customers/product.yaml").read_bytes())
        self.lower(shop)
        assert len(mesh("diff", "shop/customers", "--against", str(old), "--json").json["changes"]) == 1

    def test_a_file_that_cannot_be_read_is_a_wrong_call_and_not_a_missing_thing(
        self, mesh: Mesh, shop: Path, tmp_path: Path
    ) -> None:
        for text in ("dataProduct: [\n", "dataProduct: {nonsense: 1}\n"):
            said = mesh("diff", "shop/customers", "--against", str(put(tmp_path / "old.yaml", text)))
            assert (said.code, "old.yaml" in said.err) == (2, True)

    @pytest.mark.nightly
    def test_a_served_descriptor_of_another_version_of_the_platform_asks_for_a_new_publication(
        self, mesh: Mesh, published: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        versions = Lake.versions
        changed = {"descriptor": {"nonsense": 1}}
        monkeypatch.setattr(Lake, "versions", lambda *args: [replace(version, extra=changed) for version in versions(*args)])
        said = mesh("diff", "shop/customers")
        assert (said.code, "DIFF-03" in said.err, "Publish it anew" in said.err) == (5, True, True)

    def test_against_a_revision_of_git(self, mesh: Mesh, shop: Path) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "first"]):
            subprocess.run(["git", *command], cwd=shop, check=True)
        self.lower(shop)
        assert len(mesh("diff", "shop/customers", "--against", "HEAD", "--json").json["changes"]) == 1

    @pytest.mark.parametrize("against", ["no-such-branch", "--output=x", "HEAD:../../etc"])
    def test_what_is_neither_file_nor_revision_is_not_found(self, mesh: Mesh, shop: Path, against: str) -> None:
        said = mesh("diff", "shop/customers", f"--against={against}")
        assert (said.code, "DIFF-02" in said.err) == (4, True)
        assert not (shop / "x").exists()

    def test_before_anything_was_registered_it_says_so(self, mesh: Mesh, shop: Path) -> None:
        said = mesh("diff", "shop/customers")
        assert (said.code, "DIFF-01" in said.err) == (4, True)
