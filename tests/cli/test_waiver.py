"""`mesh waiver`: who may ask and decide, and what the gate does then, until it ends."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from mesh_platform.pipeline.cards import cards_of
from mesh_platform.policy.waiving import FILE
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import open_runtime, publish, register
from mesh_platform.settings import load_settings
from mesh_platform.state import open_state
from mesh_platform.state.tables import waivers
from tests.cli.conftest import Mesh
from tests.cli.project import put

ASK = ("--reason", "relabelling is planned", "--control", "nobody has a grant on it", "--as", "shop-owner")
AT = ("shop/customers", "CORE-02", "CORE-05", "--at", "columns.note")
ONE = ("shop/customers", "CORE-05", "--at", "columns.note")

PRODUCT = """\
dataProduct:
  name: Customers
  domain: shop
  version: 1.0.0
  status: active
  owner: shop-team@example.com
  description: People who buy.
  purposes: {service.orders: contract}
  source: {path: landing/customers.csv, purpose: service.orders, basis: contract, notice: n1}
  retention: {period: 3 years, from: signed_up_at}
  erasure: {strategy: delete_by_key}
  sla: {freshness: 1 day}
  qualityMetrics: {completeness: 98}
  columns:
    customer_id: {type: string, unique: true, sensitivity: confidential, subject: customer_id}
    note: {type: string, sensitivity: internal}
    signed_up_at: {type: timestamp, sensitivity: internal}
"""


@pytest.fixture
def shop(project: Path) -> Path:
    """A product whose free text holds addresses in three rows of a hundred, and is labelled internal."""
    rows = [
        f"C-{i},{f'write to p{i}@example.com' if i % 33 == 0 else 'nothing to say'},2026-01-02 10:00:00" for i in range(1, 200)
    ]
    put(project / "landing/customers.csv", "customer_id,note,signed_up_at\n" + "\n".join(rows) + "\n")
    put(
        project / "domains/shop/customers/product.yaml",
        PRODUCT,
    )
    roles = project / "governance/roles.yaml"
    more = "  shop-owner: {roles: [owner], domains: [shop]}\n  other-owner: {roles: [owner], domains: [sales]}\n"
    roles.write_text(roles.read_text(encoding="utf-8") + more, encoding="utf-8")
    return project


@pytest.fixture
def declared(shop: Path) -> Path:
    """The same product with a category that calls for more than its label, which its files alone tell."""
    put(
        shop / "domains/shop/customers/product.yaml",
        PRODUCT.replace("internal}\n    signed", "internal, category: user.contact.email}\n    signed"),
    )
    return shop


def blocks(mesh: Mesh) -> bool:
    found = [f["rule"] for f in mesh("check", "shop", "--json").json["findings"] if f["severity"] == "block"]
    assert found in ([], ["CORE-05"])
    return bool(found)


def run(root: Path, days: int = 0) -> tuple[str, list[str]]:
    """One publication so many days from now: its status, and the rules that block."""
    with open_runtime(load_settings(root)) as runtime:
        now = datetime.now(UTC) + timedelta(days=days)
        found = load_mesh(root)
        register(found, runtime.registry)
        outcome = publish(found, ProductKey("shop", "customers"), runtime, now)
        return outcome.status.value, sorted({finding.rule for finding in outcome.findings if finding.blocks})


def test_scenario_30_a_waiver_works_expires_and_then_blocks_the_next_run(mesh: Mesh, shop: Path) -> None:
    assert run(shop) == ("blocked", ["CORE-02", "CORE-05"])
    asked = mesh("waiver", "request", *AT, "--days", "10", *ASK, "--json")
    assert [(one["state"], one["about"]) for one in asked.json] == [
        ("asked", "columns.note"),
        ("asked", "columns.note.sensitivity"),
    ]
    assert run(shop)[0] == "blocked", "asking opens nothing"
    ids = [str(one["id"]) for one in asked.json]
    approved = mesh("waiver", "approve", *ids, "--note", "small and short", "--as", "privacy-engineer", "--json")
    assert [(one["state"], one["days_left"]) for one in approved.json] == [("approved", 10)] * 2
    assert run(shop) == ("published", [])
    assert run(shop, days=10)[0] in ("published", "unchanged")
    put(
        shop / "landing/customers.csv",
        (shop / "landing/customers.csv").read_text(encoding="utf-8") + "C-900,nothing,2026-01-02 10:00:00\n",
    )
    assert run(shop, days=11) == ("blocked", ["CORE-02", "CORE-05"])
    told = mesh("audit", "tail", "--act", "waiver", "--json", "--as", "examiner").json
    assert sorted(one["phase"] for one in told) == ["done"] * 4 + ["intent"] * 3


def test_who_asks_does_not_decide_and_who_owns_does_not_either(mesh: Mesh, declared: Path) -> None:
    assert mesh("waiver", "request", *ONE, *ASK[:-1], "other-owner", "--json").json["error"]["rule"] == "WAIVER-02"
    id = str(mesh("waiver", "request", *ONE, *ASK[:-1], "privacy-engineer", "--json").json[0]["id"])
    own = mesh("waiver", "approve", id, "--note", "mine", "--as", "privacy-engineer", "--json")
    assert (own.code, own.json["error"]["rule"]) == (3, "WAIVER-07")
    assert mesh("waiver", "approve", id, "--note", "mine", "--as", "shop-owner", "--json").code == 3
    assert mesh("task", "list", "--kind", "waiver", "--json").json[0]["state"] == "open"
    assert blocks(mesh)


def test_it_can_be_rejected_ended_and_asked_for_once_at_a_time(mesh: Mesh, declared: Path) -> None:
    first = str(mesh("waiver", "request", *ONE, *ASK, "--json").json[0]["id"])
    assert mesh("waiver", "request", *ONE, *ASK, "--json").json["error"]["rule"] == "WAIVER-04"
    assert mesh("waiver", "reject", first, "--note", "mend it", "--as", "privacy-engineer").code == 0
    assert (
        mesh("waiver", "approve", first, "--note", "yet", "--as", "privacy-engineer", "--json").json["error"]["rule"]
        == "WAIVER-06"
    )
    again = [str(one["id"]) for one in mesh("waiver", "request", *ONE, *ASK, "--json").json]
    mesh("waiver", "approve", *again, "--note", "short", "--as", "privacy-engineer")
    [end] = mesh("task", "list", "--kind", "waiver_end", "--json").json
    assert end["role"] == "owner"
    assert not blocks(mesh)
    assert mesh("waiver", "end", *again, "--note", "mended", "--as", "shop-owner").code == 0
    assert mesh("task", "list", "--kind", "waiver_end", "--json").json == []
    assert blocks(mesh)
    states = [one["state"] for one in mesh("waiver", "list", "shop", "--all", "--json").json["waivers"]]
    assert states == ["ended", "rejected"]


@pytest.mark.parametrize(
    ("change", "code", "rule"),
    [
        (("--reason", " "), 2, "WAIVER-03"),
        (("--control", "ask ana.smith@shop.test first"), 2, "WAIVER-03"),
        (("--days", "91"), 2, "WAIVER-03"),
        (("--days", "0"), 2, "WAIVER-03"),
        (("--at", "columns.customer_id"), 4, "WAIVER-08"),
    ],
)
def test_what_is_asked_for_has_its_form(mesh: Mesh, declared: Path, change: tuple[str, str], code: int, rule: str) -> None:
    said = mesh("waiver", "request", *ONE, *ASK, *change, "--json")
    assert (said.code, said.json["error"]["rule"]) == (code, rule)
    assert "ana.smith" not in said.out + said.err


def test_a_rule_that_is_not_waivable_is_refused_to_everybody(mesh: Mesh, declared: Path) -> None:
    file = declared / "domains/shop/customers/product.yaml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("  retention: {period: 3 years, from: signed_up_at}\n", ""), encoding="utf-8"
    )
    said = mesh("waiver", "request", "shop/customers", "CORE-03", *ASK, "--json")
    assert (said.code, said.json["error"]["rule"]) == (3, "WAIVER-01")


def test_its_entry_in_the_file_counts_where_no_mesh_is_and_the_asset_can_run(mesh: Mesh, declared: Path) -> None:
    settings = load_settings(declared)
    assert [card.blocked for card in cards_of(settings, "shop")] == [True]
    id = str(mesh("waiver", "request", *ONE, *ASK, "--json").json[0]["id"])
    mesh("waiver", "approve", id, "--note", "short", "--as", "privacy-engineer")
    assert [card.blocked for card in cards_of(settings, "shop")] == [False]
    assert not blocks(mesh)
    shown = mesh("waiver", "show", id).out
    put(declared / FILE, "waivers:\n" + shown.partition(f"{FILE}:\n")[2])
    mesh("waiver", "end", id, "--note", "only the file is left", "--as", "shop-owner")
    assert not blocks(mesh)
    assert "It counts until" in mesh("waiver", "list").out
    (declared / FILE).unlink()
    assert blocks(mesh)


def test_a_waiver_that_cannot_be_read_lets_nothing_through(mesh: Mesh, declared: Path) -> None:
    put(declared / FILE, "waivers:\n  - {product: shop/customers, rule: CORE-05}\n")
    said = mesh("check", "shop", "--json").json["findings"]
    assert any(one["severity"] == "block" and one["where"].startswith(FILE) for one in said)


def test_where_more_rows_hold_it_than_when_it_was_asked_for_the_finding_blocks_again_and_can_be_asked_for_anew(
    mesh: Mesh, shop: Path
) -> None:
    run(shop)
    ids = [str(one["id"]) for one in mesh("waiver", "request", *AT, *ASK, "--json").json]
    mesh("waiver", "approve", *ids, "--note", "small", "--as", "privacy-engineer")
    assert mesh("waiver", "show", ids[0], "--json").json["measured"] == {"percent of rows with user.contact": 4}
    more = [f"C-900{i},write to q{i}@example.com,2026-01-02 10:00:00\n" for i in range(90)]
    put(shop / "landing/customers.csv", (shop / "landing/customers.csv").read_text(encoding="utf-8") + "".join(more))
    assert run(shop) == ("blocked", ["CORE-02", "CORE-05"])
    told = mesh("show", "shop/customers", "--json").json["findings"]
    assert all("percent of rows with user.contact was 4 and is 34" in one["why"] for one in told if one["severity"] == "block")
    anew = [str(one["id"]) for one in mesh("waiver", "request", *AT, *ASK, "--json").json]
    mesh("waiver", "approve", *anew, "--note", "agreed to be more", "--as", "privacy-engineer")
    assert run(shop) == ("published", [])


def test_a_row_that_somebody_prolonged_in_the_database_is_told_by_the_check_and_by_the_verification_of_the_log(
    mesh: Mesh, declared: Path
) -> None:
    id = str(mesh("waiver", "request", *ONE, *ASK, "--days", "5", "--json").json[0]["id"])
    mesh("waiver", "approve", id, "--note", "short", "--as", "privacy-engineer")
    assert not blocks(mesh) and mesh("audit", "verify", "--offline").code == 0
    with closing(open_state(load_settings(declared))) as database, database.write() as con:
        con.execute(update(waivers).values(expires=date.today() + timedelta(days=89)))
    assert blocks(mesh)
    assert "WAIVER-11" in [one["rule"] for one in mesh("check", "shop", "--json").json["findings"]]
    said = mesh("audit", "verify", "--offline", "--json")
    assert said.code == 1 and [one["rule"] for one in said.json["findings"] if one["severity"] == "block"] == ["WAIVER-11"]
