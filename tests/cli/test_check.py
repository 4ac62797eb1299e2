"""`mesh check`: the gate over the files, for people and for CI."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import seeds
from tests.cli.conftest import Mesh
from tests.cli.project import break_product, publish_all, put


def test_what_mesh_new_made_may_be_published(mesh: Mesh, shop: Path) -> None:
    said = mesh("check")
    assert said.code == 0, said.out
    assert "yes" in said.out


def test_a_blocking_finding_gives_exit_code_1_with_file_line_why_and_fix(mesh: Mesh, shop: Path) -> None:
    break_product(shop)
    said = mesh("check")
    assert said.code == 1
    assert "CORE-03  domains/shop/orders/product.yaml:" in said.out
    assert "Fix: Add `retention:" in said.out


def test_json_has_a_stable_shape(mesh: Mesh, shop: Path) -> None:
    break_product(shop)
    answer = mesh("check", "--json").json
    assert set(answer) == {"ok", "findings", "not_evaluated"}
    assert answer["ok"] is False
    assert all(set(f) == {"product", "rule", "severity", "where", "why", "fix", "waivable"} for f in answer["findings"])
    assert all({"rule", "why"} <= set(entry) for entry in answer["not_evaluated"])
    assert "CORE-03" in {f["rule"] for f in answer["findings"] if f["product"] == "shop/orders"}


def test_what_a_running_mesh_alone_can_tell_is_listed_and_closes_nothing(mesh: Mesh, shop: Path) -> None:
    answer = mesh("check", "--json").json
    assert answer["ok"] is True
    assert answer["not_evaluated"]


def test_what_would_break_readers_is_told_where_a_served_version_is_known(mesh: Mesh, shop: Path) -> None:
    publish_all(shop, "shop/customers")
    assert "LIFE-05" not in {entry["rule"] for entry in mesh("check", "shop/customers", "--json").json["not_evaluated"]}
    file = shop / "domains/shop/customers/product.yaml"
    kept = [
        line for line in file.read_text(encoding="utf-8").splitlines(keepends=True) if not line.lstrip().startswith("name: {")
    ]
    contract = "  dataContracts:\n    - {consumer: office, purpose: service.orders, fields: [customer_id]}\n"
    file.write_text("".join(kept) + contract, encoding="utf-8")
    publish_all(shop, "shop/orders")
    findings = mesh("check", "shop/customers", "--json").json["findings"]
    assert "columns.name" in next(finding["why"] for finding in findings if finding["rule"] == "LIFE-05")


@pytest.mark.parametrize("selection", ["shop/customers", "domains/shop/customers/", "domains/shop/customers/product.yaml"])
def test_a_selection_leaves_the_others_out(mesh: Mesh, shop: Path, selection: str) -> None:
    break_product(shop, "orders")
    assert mesh("check", selection).code == 0
    assert mesh("check", "shop").code == 1


def test_an_unknown_selection_is_not_found_and_the_near_one_is_named(mesh: Mesh, shop: Path) -> None:
    said = mesh("check", "shop/order")
    assert said.code == 4
    assert "shop/orders" in said.err
    assert mesh("check", "shopp").code == 4


def test_a_broken_descriptor_is_a_finding_and_its_siblings_are_judged(mesh: Mesh, shop: Path) -> None:
    put(shop / "domains/shop/customers/product.yaml", "dataProduct: [\n")
    answer = mesh("check", "--json").json
    assert {f["product"] for f in answer["findings"] if f["severity"] == "block"} == {"shop/customers"}
    assert any(f["where"].startswith("domains/shop/customers/product.yaml:") for f in answer["findings"])


def test_strict_says_no_to_warnings(mesh: Mesh, shop: Path) -> None:
    put(shop / "domains/empty_one/domain.yaml", "owner: x@example.com\n")
    file = shop / "domains/shop/orders/product.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("category: user.unique_id", "category: user.unique_id.pseudonymous"),
        encoding="utf-8",
    )
    assert mesh("check").code == 0
    said = mesh("check", "--strict", "--json")
    assert said.code == 1
    assert said.json["ok"] is False


def test_checking_makes_no_home(mesh: Mesh, shop: Path) -> None:
    mesh("check")
    assert not (shop / ".mesh").exists()


def test_a_stray_file_in_a_domain_is_no_product(mesh: Mesh, shop: Path) -> None:
    put(shop / "domains/shop/notes.txt", "not a product\n")
    assert mesh("check").code == 0


@pytest.mark.parametrize("found", seeds.ALL, ids=str)
def test_two_descriptors_of_another_mesh_dropped_in_are_blocked_with_what_each_lacks(
    mesh: Mesh, project: Path, found: seeds.Seeds
) -> None:
    for key, text in (("customer/customer_360", found.customer), ("sales/sales_analytics", found.sales)):
        put(project / f"domains/{key.partition('/')[0]}/domain.yaml", "owner: team@example.com\n")
        put(project / f"domains/{key}/product.yaml", text)
    said = mesh("check", "--json")
    assert said.code == 1
    for product in ("customer/customer_360", "sales/sales_analytics"):
        told = " ".join(f["why"] for f in said.json["findings"] if f["product"] == product and f["severity"] == "block")
        assert "no description" in told
        assert "declares no columns" in told
        assert "Nothing says where the rows come from" in told


def test_a_plain_asset_in_definitions_py_is_told_with_its_line_and_is_not_run(mesh: Mesh, shop: Path) -> None:
    put(
        shop / "domains/shop/definitions.py",
        "from mesh_platform import domain_definitions\n\ndefs = domain_definitions(__file__)\nopen('was-run', 'w').close()\n",
    )
    said = mesh("check")
    assert said.code == 1
    assert "DESC-16  domains/shop/definitions.py:4" in said.out
    assert "in 2 products of 2" in said.out, "it closes every product of the domain"
    assert "Make it a product: domains/shop/<product>/" in said.out
    assert {p["status"] for p in mesh("products", "--json").json} == {"blocked"}
    assert not (shop / "was-run").exists()


def test_a_file_of_a_domain_that_nothing_reads_is_told(mesh: Mesh, shop: Path) -> None:
    put(shop / "domains/shop/assets.py", "import dagster as dg\n\n@dg.asset\ndef orders(): ...\n")
    answer = mesh("check", "shop", "--json").json
    found = [(f["where"], f["severity"]) for f in answer["findings"] if f["rule"] == "DESC-16"]
    assert (answer["ok"], found) == (True, [("domains/shop/assets.py", "info")])


def test_a_workspace_entry_that_runs_a_domains_file_is_told_and_nothing_starts_with_it(mesh: Mesh, shop: Path) -> None:
    put(shop / "workspace.yaml", "load_from:\n  - python_file: domains/shop/definitions.py\n")
    said = mesh("check")
    assert said.code == 1
    assert "DESC-17  workspace.yaml:2" in said.out
    for command in ("run", "demo"):
        said = mesh(command)
        assert (said.code, "DESC-17" in said.err) == (1, True)
    assert mesh("dev").code == 1  # told by its child, on the terminal
    assert not (shop / ".mesh").exists()
    assert {path.name for path in (shop / "landing").iterdir()} == {"shop"}
