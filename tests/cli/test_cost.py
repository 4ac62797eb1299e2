"""`mesh cost`: told from what happened here."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Mesh


def test_a_published_project_tells_what_its_controls_took(published: Path, mesh: Mesh) -> None:
    found = mesh("cost", "--json").json
    assert not found["demo"]
    [customers, _] = found["first_gate"]
    assert customers["product"] == "shop/customers" and customers["refused"] == 0 and customers["open_at"]
    spent = {one["control"]: one for one in found["publications"]}
    assert {"contract", "scan", "measures", "gate", "whole"} == set(spent)
    assert 0 < spent["gate"]["median_ms"] < spent["whole"]["median_ms"]
    assert spent["whole"]["publications"] == 2
    [reads] = found["reads"]
    assert reads["products"] == 2 and 0 < reads["p50_ms"] <= reads["p99_ms"]
    [shop] = found["storage"]["domains"]
    assert shop["data"] > 0 and shop["catalogs"] > 0 and found["storage"]["audit_records"] > 0
    said = mesh("cost").out
    assert "shop/customers" in said and "Storage" in said


def test_a_new_product_is_counted_from_its_beginning(published: Path, customers: Path, mesh: Mesh) -> None:
    assert (
        mesh("new", "product", "shop/again", "--from", str(customers), "--purpose", "service.orders", "--notice", "n1").code == 0
    )
    [one] = [one for one in mesh("cost", "--json").json["first_gate"] if one["product"] == "shop/again"]
    assert one["open_at"] is None
    assert mesh("run", "shop/again").code == 0, mesh("check", "shop/again").out
    [one] = [one for one in mesh("cost", "--json").json["first_gate"] if one["product"] == "shop/again"]
    assert one["open_at"] is not None and 0 < one["seconds"] < 600


def test_nothing_on_record_is_said_and_nothing_is_made(shop: Path, mesh: Mesh) -> None:
    before = (shop / ".mesh").exists()
    assert "nothing on record yet" in mesh("cost").out
    assert (shop / ".mesh").exists() == before
