"""`mesh cost`: told from what happened here."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from pathlib import Path

from mesh_platform.cli.cost import tables_of
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, Severity
from mesh_platform.product import ProductKey
from mesh_platform.registry import GateDecision, Registry
from mesh_platform.settings import load_settings
from mesh_platform.state import open_state
from tests.cli.conftest import Mesh
from tests.cli.whole import changed
from tests.interop.accessible import faults


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
    for control in ("tokens", "marks", "index", "keys", "audit", "audit_records"):
        assert shop[control] > 0, control
    assert shop["tokens"] + shop["marks"] < shop["data"], "they are columns of its files"
    assert shop["controls"] == sum(shop[name] for name in ("tokens", "marks", "index", "keys", "audit"))
    assert shop["share"] == round(
        shop["controls"] / sum(shop[name] for name in ("data", "catalogs", "index", "keys", "audit")), 4
    )
    said = mesh("cost").out
    assert "shop/customers" in said and "Storage" in said


def test_a_new_product_is_counted_from_its_beginning(published: Path, customers: Path, mesh: Mesh) -> None:
    assert (
        mesh("new", "product", "shop/again", "--from", str(customers), "--purpose", "service.orders", "--notice", "n1").code == 0
    )
    [one] = [one for one in mesh("cost", "--json").json["first_gate"] if one["product"] == "shop/again"]
    assert one["open_at"] is None and one["seconds"] is None and one["waits_seconds"] >= 0
    assert mesh("run", "shop/again").code == 0, mesh("check", "shop/again").out
    [one] = [one for one in mesh("cost", "--json").json["first_gate"] if one["product"] == "shop/again"]
    assert one["open_at"] is not None and 0 < one["seconds"] < 600 and one["waits_seconds"] is None


def test_nothing_on_record_is_said_and_nothing_is_made(shop: Path, mesh: Mesh) -> None:
    before = (shop / ".mesh").exists()
    assert "nothing on record yet" in mesh("cost").out
    assert (shop / ".mesh").exists() == before


def test_what_the_gate_keeps_back_is_not_yet_green_and_its_rules_are_named(published: Path, mesh: Mesh) -> None:
    began = mesh("new", "product", "shop/again", "--input", "shop/orders", "--purpose", "service.orders")
    assert began.code == 0, began.err
    changed(published / "domains/shop/again/product.yaml", retention=None)
    with closing(open_state(load_settings(published))) as db:
        key, finding = (
            ProductKey("shop", "again"),
            Finding("CORE-03", "product.yaml", "No end.", "Add one.", "shop/again", severity=Severity.BLOCK),
        )
        Registry(db).record_decision(GateDecision(key, "hash", "load", False, utc_now(), (finding,)))
    [one] = [one for one in mesh("cost", "--json").json["first_gate"] if one["product"] == "shop/again"]
    assert (one["open_at"], one["refused"], one["kept_back_by"]) == (None, 1, ["CORE-03"]) and one["waits_seconds"] >= 0
    assert re.search(r"shop/again +1 +not yet +– +\d+ s +CORE-03", mesh("cost").out)
    shutil.rmtree(published / "domains/shop/again")
    assert "shop/again" not in mesh("cost").out, "whose folder is gone waits for nothing"


def test_a_domain_whose_key_is_gone_is_said_not_to_be_weighed(published: Path, mesh: Mesh) -> None:
    (published / ".mesh/keys/shop@westeurope.kek").unlink()
    found = mesh("cost", "--json").json["storage"]
    assert found["not_weighed"] == ["shop/customers", "shop/orders"] and found["domains"][0]["tokens"] == 0
    assert "Not weighed" in mesh("cost").out


def test_the_page_has_a_drawing_and_the_table_for_it_and_is_sound(published: Path, mesh: Mesh, tmp_path: Path) -> None:
    page = tmp_path / "cost.html"
    assert mesh("cost", "-o", str(page), "--json").code == 0
    text = page.read_text()
    assert faults(text) == []
    drawn = re.findall(r'<svg[^>]*aria-label="([^"]+)"', text)
    assert [one.partition(".")[0] for one in drawn] == [
        "Milliseconds that controls take of a publication, median",
        "Kilobytes that only controls need",
    ]
    assert "shop: " in drawn[0] and drawn[0].endswith(" ms")
    for title, _, rows in tables_of(mesh("cost", "--json").json):
        assert (f"<caption>Table: {title.replace('`', '')}</caption>" in text) == bool(rows), title
