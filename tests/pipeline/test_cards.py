"""Cards: what Dagster shows of a product, made from the folders and kept by their content."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mesh_platform.errors import Finding
from mesh_platform.pipeline import card_making
from mesh_platform.pipeline import cards as kept
from mesh_platform.pipeline.card import Card, ColumnCard
from mesh_platform.pipeline.cards import cards_of
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import LARGE_ORDERS, put, write_domain, write_product


def by_name(settings: Settings, domain: str | None = None) -> dict[str, Card]:
    return {str(card): card for card in cards_of(settings, domain)}


def kept_file(settings: Settings) -> Path:
    return settings.home_path / "cache" / "cards" / "_mesh.json"


@pytest.fixture
def makings(monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Each time that cards are made anew."""
    seen: list[str | None] = []
    original = card_making.cards_from_mesh

    def counted(settings: Settings, domain: str | None) -> tuple[Card, ...]:
        seen.append(domain)
        return original(settings, domain)

    monkeypatch.setattr(card_making, "cards_from_mesh", counted)
    return seen


def test_a_card_survives_json() -> None:
    card = Card(
        domain="sales",
        name="orders",
        description="größer als 3 €",
        freshness_seconds=60.5,
        columns=(ColumnCard("id", "integer", unique=True, origins=(("crm", "accounts", "id"),)),),
        inputs=(("crm", "accounts"),),
        blocked=True,
        findings=(Finding("CORE-03", "a.yaml:1", "why", "fix", "sales/orders"),),
        not_evaluated=("CORE-04",),
    )
    assert Card.from_json(json.loads(json.dumps(card.as_json()))) == card


def test_a_card_says_where_each_column_comes_from(settings: Settings) -> None:
    revenue = by_name(settings)["finance/revenue"]
    assert revenue.kind == "sql"
    assert revenue.owner == "finance-team@example.com"
    assert revenue.freshness_seconds == 6 * 3600
    assert {column.name: column.origins for column in revenue.columns} == {
        "revenue": (("sales", "orders", "amount"),),
        "orders": (("sales", "orders", "order_id"),),
    }


def test_a_domain_gets_its_own_cards_only(settings: Settings) -> None:
    assert sorted(by_name(settings, "sales")) == ["sales/large_orders", "sales/orders"]


def test_unchanged_folders_are_not_read_again(settings: Settings, makings: list[str | None]) -> None:
    first = cards_of(settings)
    assert cards_of(settings) == first
    assert makings == [None]


@pytest.mark.parametrize(
    "file", ["domains/sales/orders/product.yaml", "domains/finance/revenue/transform.sql", "governance/purposes.yaml"]
)
def test_a_changed_file_is_seen(settings: Settings, makings: list[str | None], file: str) -> None:
    cards_of(settings)
    path = settings.project / file
    put(path, path.read_text(encoding="utf-8") + "\n")
    cards_of(settings)
    assert makings == [None, None]


def test_a_new_day_is_judged_anew(settings: Settings, makings: list[str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    cards_of(settings)
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_CLOCK", "86400")
    cards_of(settings)
    assert makings == [None, None]


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"key": 1}', b"\xff\xfe"])
def test_a_damaged_file_is_as_good_as_none(settings: Settings, makings: list[str | None], damage: bytes) -> None:
    first = cards_of(settings)
    kept_file(settings).write_bytes(damage)
    assert cards_of(settings) == first
    assert makings == [None, None]


def test_cards_of_another_form_are_dealt_anew(settings: Settings, makings: list[str | None]) -> None:
    first = cards_of(settings)
    stored = json.loads(kept_file(settings).read_text(encoding="utf-8"))
    del stored["cards"][0]["columns"]
    kept_file(settings).write_text(json.dumps(stored), encoding="utf-8")
    assert cards_of(settings) == first
    assert makings == [None, None]


def test_a_home_that_cannot_be_written_costs_time_only(settings: Settings) -> None:
    put(settings.home_path, "a file where the home should be")
    assert len(cards_of(settings)) == 3


def test_a_broken_descriptor_is_a_blocked_card_with_file_and_line(settings: Settings) -> None:
    put(settings.project / "domains/sales/orders/product.yaml", "dataProduct:\n  name: [\n")
    orders = by_name(settings)["sales/orders"]
    assert orders.blocked
    assert not orders.executable
    assert orders.findings[0].where == "domains/sales/orders/product.yaml:3"
    assert sorted(by_name(settings)) == ["finance/revenue", "sales/large_orders", "sales/orders"]


def test_what_the_gate_keeps_back_is_a_blocked_card_with_its_findings(settings: Settings) -> None:
    folder = write_product(settings.project, "sales/unfit", LARGE_ORDERS, sql="select order_id, amount from orders")
    text = (
        (folder / "product.yaml").read_text(encoding="utf-8").replace("integer, min: 0, sensitivity: internal", "integer, min: 0")
    )
    put(folder / "product.yaml", text)
    unfit = by_name(settings)["sales/unfit"]
    assert unfit.blocked
    assert "CORE-02" in {finding.rule for finding in unfit.findings if finding.blocks}


def test_a_judgement_that_breaks_blocks_its_product_alone(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    import mesh_platform.publish as publishing

    original = publishing.assess

    def breaks(mesh: object, product: object, shapes: object, today: object) -> object:
        if str(product.key) == "sales/orders":  # type: ignore[attr-defined]
            raise ValueError("Could not convert 'ana@example.org'")
        return original(mesh, product, shapes, today)  # type: ignore[arg-type]

    monkeypatch.setattr(publishing, "assess", breaks)
    found = by_name(settings)
    assert [str(card) for card in found.values() if card.blocked] == ["sales/orders"]
    assert "ana@" not in str(found["sales/orders"].findings)


def test_products_on_a_cycle_wait_for_nothing_and_are_blocked(settings: Settings) -> None:
    body = LARGE_ORDERS.replace("sales/orders", "sales/second")
    write_product(settings.project, "sales/first", body, sql="select order_id, amount from second")
    write_product(
        settings.project, "sales/second", body.replace("sales/second", "sales/first"), sql="select order_id, amount from first"
    )
    found = by_name(settings)
    assert [(found[f"sales/{name}"].blocked, found[f"sales/{name}"].inputs) for name in ("first", "second")] == [(True, ())] * 2


def test_a_referenced_product_comes_first(settings: Settings) -> None:
    body = LARGE_ORDERS.replace("order_id: {type: integer,", "order_id: {type: integer, references: finance/ledger.id,")
    write_product(settings.project, "sales/checked", body, sql="select order_id, amount from orders")
    write_domain(settings.project, "finance")
    write_product(
        settings.project,
        "finance/ledger",
        LARGE_ORDERS.replace("order_id: ", "id: "),
        sql="select order_id as id, amount from orders",
    )
    assert by_name(settings)["sales/checked"].inputs == (("sales", "orders"), ("finance", "ledger"))


def test_a_reference_that_would_close_a_cycle_orders_nothing(settings: Settings) -> None:
    path = settings.project / "domains/sales/orders/product.yaml"
    text = path.read_text(encoding="utf-8")
    put(path, text.replace("order_id: {type: integer,", "order_id: {type: integer, references: finance/revenue.orders,"))
    found = by_name(settings)
    assert found["sales/orders"].inputs == ()
    assert found["finance/revenue"].inputs == (("sales", "orders"),)


def test_the_platforms_own_code_is_part_of_the_key(
    settings: Settings, makings: list[str | None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cards_of(settings)
    put(tmp_path / "package" / "rule.py", "")
    monkeypatch.setattr(kept, "_PACKAGE", tmp_path / "package")
    cards_of(settings)
    assert makings == [None, None]
