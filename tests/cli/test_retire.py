"""`mesh retire`, and what `mesh products` and `mesh show` tell of products that end."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.clock import utc_now
from tests.cli.conftest import Mesh

BECAUSE = ("--reason", "the shop closed", "--as", "platform-engineer", "--yes")
RECEIPT = {
    "id",
    "product",
    "actor",
    "person",
    "reason",
    "versions",
    "rows",
    "files",
    "bytes",
    "places",
    "evidence",
    "finished_at",
}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESH_TOKEN", raising=False)


def statuses(mesh: Mesh) -> dict[str, str]:
    return {p["product"]: p["status"] for p in mesh("products", "--json").json}


def say(root: Path, *lines: str) -> None:
    """Write these keys into the descriptor of shop/orders, in place of its status."""
    file = root / "domains/shop/orders/product.yaml"
    kept = [line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("  status:")]
    kept.insert(kept.index("dataProduct:") + 1, "\n".join(f"  {line}" for line in lines))
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def test_an_orphan_is_retired_and_only_its_receipt_stays(mesh: Mesh, published: Path) -> None:
    shutil.rmtree(published / "domains/shop/orders")
    assert statuses(mesh)["shop/orders"] == "orphaned"
    receipt = mesh("retire", "shop/orders", *BECAUSE, "--json").json
    assert set(receipt) >= RECEIPT
    assert (receipt["actor"], receipt["rows"], receipt["reason"]) == ("platform-engineer", 240, "the shop closed")
    assert "shop/orders" not in statuses(mesh)
    again = mesh("retire", "shop/orders", *BECAUSE)
    assert (again.code, receipt["id"] in again.err) == (4, True)
    assert mesh("show", "shop/orders", "--json").json["retirements"] == [receipt]
    shown = mesh("show", "shop/orders").out
    assert all(part in shown for part in (receipt["id"], "platform-engineer", "the shop closed", "240 rows", receipt["evidence"]))


def test_an_orphan_stands_in_the_list_of_its_domain(mesh: Mesh, published: Path) -> None:
    shutil.rmtree(published / "domains/shop/orders")
    found = {p["product"]: p["status"] for p in mesh("products", "shop", "--json").json}
    assert found == {"shop/customers": "published", "shop/orders": "orphaned"}
    assert {p["product"] for p in mesh("products", "shop/customers", "--json").json} == {"shop/customers"}


@pytest.mark.nightly
def test_the_product_page_tells_of_the_receipt(mesh: Mesh, published: Path) -> None:
    say(published, "status: retired")
    assert mesh("retire", "shop/orders", *BECAUSE).code == 0
    [receipt] = mesh("show", "shop/orders", "--json").json["retirements"]
    assert receipt["rows"] == 240
    assert receipt["id"] in mesh("show", "shop/orders").out


def test_what_is_alive_or_read_is_not_retired(mesh: Mesh, published: Path) -> None:
    alive = mesh("retire", "shop/orders", *BECAUSE)
    assert (alive.code, "RETIRE-01" in alive.err) == (3, True)
    shutil.rmtree(published / "domains/shop/customers")
    read = mesh("retire", "shop/customers", *BECAUSE)
    assert (read.code, "read by shop/orders" in read.err) == (3, True)


def test_nobody_retires_without_a_name_a_reason_and_the_role(mesh: Mesh, published: Path) -> None:
    shutil.rmtree(published / "domains/shop/orders")
    assert mesh("retire", "shop/orders", "--reason", "over").code == 3
    assert mesh("retire", "shop/orders", "--reason", "over", "--as", "sales-analyst").code == 3
    assert mesh("retire", "shop/orders", "--reason", "over", "--as", "sales-owner").code == 3
    assert mesh("retire", "shop/orders", "--as", "platform-engineer").code == 2
    unsure = mesh("retire", "shop/orders", *BECAUSE[:-1])
    assert (unsure.code, "--yes" in unsure.err) == (2, True)
    assert statuses(mesh)["shop/orders"] == "orphaned"


@pytest.mark.nightly
def test_a_sunset_shows_and_ends_a_product(mesh: Mesh, published: Path) -> None:
    today = utc_now().date()
    say(published, "status: deprecated", f"sunset: {today + timedelta(days=40)}", "successor: shop/customers")
    found = {p["product"]: p for p in mesh("products", "--json").json}["shop/orders"]
    assert (found["status"], found["sunset"]) == ("deprecated", str(today + timedelta(days=40)))
    assert str(today + timedelta(days=40)) in mesh("products").out
    shown = mesh("show", "shop/orders", "--json").json
    assert (shown["sunset"], shown["successor"]) == (str(today + timedelta(days=40)), "shop/customers")
    say(published, f"sunset: {today - timedelta(days=1)}", "status: deprecated")
    file = published / "domains/shop/orders/product.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("  sunset:"))
    file.write_text("\n".join(line for i, line in enumerate(lines) if i <= first or not line.startswith("  sunset:")) + "\n")
    assert statuses(mesh)["shop/orders"] == "ended"


@pytest.mark.nightly
def test_versions_side_by_side_are_shown_together(mesh: Mesh, published: Path) -> None:
    older = published / "domains/shop/orders@0"
    shutil.copytree(published / "domains/shop/orders", older)
    say(published, "status: active")
    assert "shop/orders@0" in statuses(mesh)
    versions = mesh("show", "shop/orders", "--json").json["versions"]
    assert [version["product"] for version in versions] == ["shop/orders@0", "shop/orders"]
    assert "orders@0" in mesh("show", "shop/orders").out
