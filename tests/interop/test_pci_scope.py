"""The map of the PCI DSS scope follows card data along lineage, and forgets no product that is connected to it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.interop.pci_page import pci_page
from mesh_platform.interop.pci_scope import ScopeMap, scope_of
from mesh_platform.product import load_mesh
from mesh_platform.product.lineage import lineage_of
from mesh_platform.product.sql import ShapeCache
from tests.interop.accessible import faults
from tests.interop.test_page import Read
from tests.publish.bakery import COMMON, write_product
from tests.subjects.town import write_town

PAN = {"type": "string", "sensitivity": "restricted", "category": "user.financial.card.pan", "mask": "bin_last4"}
TEXT = {"type": "string", "sensitivity": "internal"}
ENDED = {"consumer": "office", "purpose": "service", "fields": ["pan"], "expires": "2026-01-01"}
HOLDER, LAST, COUNTS, FAR, SHOPS = "people/payments", "people/last", "people/counts", "web/far", "people/shops"


def product(root: Path, key: str, columns: dict[str, Any], inputs: dict[str, list[str]], sql: str = "", **more: Any) -> None:
    said = [{"product": name, "purpose": "service", "fields": fields} for name, fields in inputs.items()]
    own: dict[str, Any] = {**COMMON, "name": key, "domain": key.partition("/")[0], "columns": columns, "inputs": said, **more}
    write_product(root, key, own, **({"transform_sql": sql} if sql else {}))


@pytest.fixture
def found(tmp_path: Path) -> ScopeMap:
    root = write_town(tmp_path / "project")
    source = {"path": "landing/p.csv", "purpose": "service", "basis": "contract", "notice": "n1"}
    shops = {"path": "landing/s.csv", "purpose": "service", "basis": "contract", "notice": "n1"}
    product(root, SHOPS, {"shop": TEXT}, {}, source=shops)
    contracts = [{"consumer": "acquirer", "purpose": "service", "fields": ["pan", "shop"], "raw": ["pan"]}, ENDED]
    product(root, HOLDER, {"pan": PAN, "shop": TEXT}, {}, source=source, dataContracts=contracts)
    product(root, LAST, {"four": TEXT, "shop": TEXT}, {HOLDER: ["pan", "shop"], SHOPS: ["shop"]},
            "SELECT right(pan, 4) AS four, p.shop FROM payments p JOIN shops s ON p.shop = s.shop\n")  # fmt: skip
    product(root, COUNTS, {"shop": TEXT}, {HOLDER: ["shop"]}, "SELECT shop FROM payments\n")
    product(root, FAR, {"four": TEXT}, {LAST: ["four"]}, "SELECT four FROM last\n")
    mesh = load_mesh(root)
    lineages = {str(key): lineage_of(mesh, one, ShapeCache(None)) for key, one in mesh.products.items()}
    return scope_of(mesh, lineages, date(2026, 11, 23))


def test_a_product_is_in_scope_by_what_it_holds_is_given_or_is_connected_to(found: ScopeMap) -> None:
    scopes = {one.product: one.scope for one in found.members}
    assert {key: scopes[key] for key in (HOLDER, LAST, FAR, COUNTS, SHOPS)} == {
        HOLDER: "holds", LAST: "touches", FAR: "touches", COUNTS: "connected", SHOPS: "connected",
    }  # fmt: skip
    assert scopes["people/customers"] == scopes["office/towns"] == "out"


def test_columns_that_derive_from_card_numbers_are_named_however_far(found: ScopeMap) -> None:
    members = {one.product: one for one in found.members}
    assert (members[HOLDER].columns, members[LAST].derived, members[FAR].derived) == (("pan",), ("four",), ("four",))
    assert members[COUNTS].columns == members[COUNTS].derived == ()


def test_flows_say_which_of_their_fields_are_card_data(found: ScopeMap) -> None:
    assert {(one.source, one.target): one.cards for one in found.flows} == {
        (HOLDER, LAST): ("pan",), (SHOPS, LAST): (), (HOLDER, COUNTS): (), (LAST, FAR): ("four",),
    }  # fmt: skip


def test_who_gets_card_data_by_a_contract_in_force_is_told_with_what_is_unmasked(found: ScopeMap) -> None:
    [given] = found.recipients
    assert (given.consumer, given.outside, given.cards, given.raw) == ("acquirer", True, ("pan",), ("pan",))


def test_the_map_of_a_domain_keeps_what_flows_into_it(found: ScopeMap) -> None:
    part = found.part(lambda key: key.startswith("web/"))
    assert {one.product for one in part.members} == {FAR, "web/visits"} and [one.source for one in part.flows] == [LAST]
    assert "<svg" in pci_page(part, "2026-11-23")


def test_the_page_draws_every_product_in_scope_and_is_well_formed(found: ScopeMap) -> None:
    text = pci_page(found, "2026-11-23T00:00:00+00:00")
    assert faults(text) == []
    read = Read(text)
    assert (read.wrong, read.stack) == ([], [])
    assert len(read.all("rect")) == len(found.inside) == 5 and len(read.all("path")) == len(found.flows)
    assert read.all("svg")[0][1]["aria-label"]


def test_a_mesh_without_card_data_has_an_empty_map(found: ScopeMap) -> None:
    assert "nothing is in scope by declaration" in pci_page(found.part(lambda key: key == "office/towns"), "2026-11-23")
