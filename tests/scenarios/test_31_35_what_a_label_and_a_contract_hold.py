"""Scenarios 31, 32, 34 and 35: what a label says follows the data, and what a contract leaves out is out of reach by any question."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from mesh_platform.audit.tree import head
from mesh_platform.product import load_mesh
from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from mesh_platform.state import Database
from tests.ports.answers import Answered, Refused
from tests.ports.mesh import Published
from tests.ports.port import FIRST, Port
from tests.publish.bakery import order_descriptor, town_descriptor, write_product, write_project
from tests.publish.conftest import ORDERS, TOWNS

P = "customer.profiles"
TRICKS = {
    "its domain": "select split_part(email, '@', 2) as shown from orders",
    "a rename behind a star": "select * exclude (town) from (select * rename (email as shown) from orders)",
    "a leak through CASE": "select case when email < 'm' then 'a' else 'b' end as shown from orders",
    "two columns in one": "select substr(town || email, 4, 9) as shown from orders",
}


@pytest.mark.by_day("its domain")
@pytest.mark.parametrize("trick", TRICKS)
def test_31_a_derived_label_is_not_lower_than_what_it_derives_from(trick: str, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    contract = {"consumer": "office", "purpose": "service", "fields": ["email", "town"], "excludedFields": []}
    write_product(project, "bakery/orders", order_descriptor(dataContracts=[contract]))
    told = town_descriptor(
        inputs=[{"product": "bakery/orders", "purpose": "service", "fields": ["email", "town"]}],
        columns={"shown": {"type": "string", "sensitivity": "public"}},
    )
    write_product(project, "office/towns", told, transform_sql=f"{TRICKS[trick]}\n")
    with open_runtime(Settings(project=project)) as runtime:
        assert publish(load_mesh(project), ORDERS, runtime).status is Status.PUBLISHED
        refused = publish(load_mesh(project), TOWNS, runtime)
        assert refused.status is Status.BLOCKED
        assert "CORE-11" in {finding.rule for finding in refused.findings if finding.blocks}

        (project / "governance/declassifiers.yaml").write_text(
            yaml.safe_dump(
                {"declassifiers": {"coarsen": {"lowersTo": "public", "condition": "attested", "columns": ["office/towns.shown"]}}}
            )
        )
        told["columns"] = {"shown": {"type": "string", "sensitivity": "public", "declassify": "coarsen"}}
        write_product(project, "office/towns", told)
        again = publish(load_mesh(project), TOWNS, runtime)
        assert "CORE-11" not in {finding.rule for finding in again.findings if finding.blocks}, "once somebody answers for it"


ASKED = {
    "itself": f"select region from {P}",
    "a filter": f"select segment from {P} where region like 'n%'",
    "an order": f"select segment from {P} order by region",
    "a count by equality": f"select count(*) from {P} where region = 'north'",
    "a join": f"select a.segment from {P} a join {P} b on a.region = b.region",
    "an error's message": f"select cast(region as integer) from {P}",
    "a group": f"select count(*) from {P} group by region",
}


def test_32_what_a_contract_excludes_is_out_of_reach_by_any_question(port: Callable[[str], Port]) -> None:
    sales = port(FIRST)
    told = {name: sales.ask("analyst", sql, "service") for name, sql in ASKED.items()}
    assert {name for name, answer in told.items() if isinstance(answer, Answered)} == set()
    assert {answer.rule for answer in told.values() if isinstance(answer, Refused)} == {"CORE-09"}
    assert not [answer for answer in told.values() if "north" in answer.text or "south" in answer.text]
    every = sales.ask("analyst", f"select * from {P}", "service")
    assert isinstance(every, Answered) and "region" not in every.columns
    masked = sales.ask("analyst", f"select count(*) as n from {P} where email like 'ana%'", "service")
    assert isinstance(masked, Answered) and [*masked.rows] == [(0,)], "a filter sees the mask, and is no oracle"


def test_35_a_card_number_is_shown_by_its_first_and_last_digits(port: Callable[[str], Port]) -> None:
    told = port(FIRST).ask("analyst", f"select card from {P} order by card", "service")
    assert isinstance(told, Answered)
    shown = [str(card) for (card,) in told.rows]
    assert [(card[:4], card[-4:]) for card in shown] == [("3400", "0009"), ("4111", "1111"), ("5500", "5559")]
    assert not [card for card in shown if sum(sign.isdigit() for sign in card) > 10]


@pytest.mark.by_day("stored")
@pytest.mark.parametrize("where", ["stored", "copied"])
def test_34_a_product_of_the_union_is_neither_stored_nor_copied_elsewhere(where: str, tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    if where == "stored":
        stored = {"region": "EU", "storageLocations": ["westeurope", "eastus"]}
        write_product(project, "bakery/orders", order_descriptor(dataResidency=stored))
    else:  # by what the storage does itself
        regions = project / "governance/regions.yaml"
        regions.write_text(regions.read_text() + yaml.safe_dump({"replicatesTo": {"westeurope": ["eastus"]}}))
    with open_runtime(Settings(project=project)) as runtime:
        outcome = publish(load_mesh(project), ORDERS, runtime)
        assert outcome.status is Status.BLOCKED
        assert "eastus" in " ".join(str(finding) for finding in outcome.findings if finding.blocks)
        assert not (project / ".mesh/data/eastus").exists() and runtime.registry.latest(ORDERS) is None


def test_34_a_caller_from_elsewhere_is_refused_and_that_is_on_record(
    port: Callable[[str], Port], published_mesh: Published
) -> None:
    database = published_mesh.runtime.database
    before = size_of(database)
    told = port("json").ask("abroad", f"select segment from {P}", "service")
    assert isinstance(told, Refused) and (told.rule, told.status) == ("CORE-07", 3), "HTTP 403"
    deadline = time.monotonic() + 10
    while size_of(database) == before and time.monotonic() < deadline:  # records of refusals are written in groups
        time.sleep(0.05)
    assert size_of(database) > before


def size_of(log: Database) -> int:
    with log.read() as con:
        return head(con).size
