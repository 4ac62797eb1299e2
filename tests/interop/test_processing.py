"""The record of processing activities says what (a) to (g) of Art. 30(1) ask, and names what nobody declared."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.interop.processing import Activity, activities
from mesh_platform.interop.processing_page import processing_page
from mesh_platform.product import load_mesh
from tests.interop.accessible import faults
from tests.interop.test_page import Read
from tests.subjects.town import CUSTOMERS, write_town

TODAY = date(2026, 11, 23)
RECORD = {"by": "dpo@example.com", "on": "2026-01-01", "expires": "2027-01-01", "about": ["mailer"]}


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The town's files, with a processor in the United States that gets addresses."""
    root = write_town(tmp_path / "project")
    change(
        root,
        dataContracts=[{"consumer": "mailer", "purpose": "service", "fields": ["email"]}],
        privacy={"subjects": ["customer"]},
    )
    put(root, "register", {"register": {"agreed": {"kind": "dpa", **RECORD}, "clauses": {"kind": "scc", **RECORD}}})
    mailer = {"role": "processor", "country": "US", "records": ["agreed", "clauses"]}
    put(root, "recipients", {"recipients": {"mailer": mailer}})
    return root


def change(root: Path, **more: Any) -> None:
    file = root / "domains" / CUSTOMERS / "product.yaml"
    document = yaml.safe_load(file.read_text())
    document["dataProduct"] |= more
    file.write_text(yaml.safe_dump(document))


def put(root: Path, name: str, document: object) -> None:
    (root / "governance" / f"{name}.yaml").write_text(yaml.safe_dump(document))


def of_people(root: Path, today: date = TODAY) -> Activity:
    [found] = activities(load_mesh(root), today, "people")
    return found


def test_an_entry_says_who_why_of_whom_to_whom_where_how_long_and_how_protected(town: Path) -> None:
    one = of_people(town)
    assert (one.contact, one.purpose, one.bases, one.subjects) == (
        "people-team@example.com",
        "service",
        ("contract",),
        ("customer",),
    )
    assert one.categories == ("user.contact.email", "user.unique_id") and one.special == ()
    assert one.places == ("westeurope",)
    assert {limit.product for limit in one.limits} == {"people/cards", "people/customers"}
    assert all(limit.period and limit.action == "delete" for limit in one.limits)
    assert "encryption at rest under the domain's key" in one.measures


def test_a_recipient_outside_stands_with_its_role_agreements_and_what_the_transfer_rests_on(town: Path) -> None:
    [mailer] = [each for each in of_people(town).recipients if each.outside]
    assert (mailer.role, mailer.countries, mailer.agreements, mailer.transfer) == ("processor", ("US",), ("dpa",), ("scc",))
    page = processing_page((of_people(town),), "2026-11-23")
    assert "To mailer in US: scc" in page


def test_an_agreement_that_has_ended_is_none(town: Path) -> None:
    [mailer] = [each for each in of_people(town, TODAY + timedelta(days=400)).recipients if each.outside]
    assert (mailer.agreements, mailer.transfer) == ((), ())


def test_what_nobody_declared_is_named_as_a_gap(town: Path) -> None:
    assert of_people(town).gaps == ()
    put(town, "recipients", {"recipients": {}})
    change(town, retention=None, privacy={}, purposes={"service": "contract", "unheard.of": "consent"})
    by_purpose = {one.purpose: one for one in activities(load_mesh(town), TODAY, "people")}
    told = " | ".join(by_purpose["service"].gaps)
    assert (
        "(d) mailer stands in no register" in told
        and "people/customers says not how long" in told
        and "(c) whom it is about" in told
    )
    assert "(b) the purpose is not registered in governance/purposes.yaml" in by_purpose["unheard.of"].gaps


def test_products_about_nobody_and_other_domains_are_left_out(town: Path) -> None:
    assert {product for one in activities(load_mesh(town), TODAY) for product in one.products}.isdisjoint({"office/towns"})
    assert {one.domain for one in activities(load_mesh(town), TODAY, "web")} == {"web"}
    [alone] = activities(load_mesh(town), TODAY, product="people/cards")
    assert alone.products == ("people/cards",)


def test_its_page_is_well_formed_and_needs_nothing_from_elsewhere(town: Path) -> None:
    text = processing_page(activities(load_mesh(town), TODAY), "2026-11-23T00:00:00+00:00")
    assert faults(text) == []
    read = Read(text)
    assert (read.wrong, read.stack) == ([], []) and read.all("script", "img", "link") == []
    ids = [given["id"] for _, given in read.seen if "id" in given]
    assert len(ids) == len({*ids}) and all(str(given["href"])[1:] in ids for _, given in read.all("a"))
