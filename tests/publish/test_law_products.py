"""Of each law a product that breaks it and the same one mended: real rows, in a place where that law binds, published or not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, Status, publish
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.test_flow import rules

ILLS = ("asthma", "diabetes", "migraine")
DIAGNOSIS = {"type": "string", "sensitivity": "restricted", "category": "user.health.medical_diagnosis"}
BELIEF = {"type": "string", "sensitivity": "restricted", "category": "user.demographic.religious_belief"}
PLACES = {"EU": "westeurope", "US": "eastus", "BR": "brazilsouth", "IN": "centralindia"}
MANY = {"population": 1_000}
"""People whom the organisation has to do with, so that three are few of them (GDPR-35)."""
TODAY, LATER = datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)


class Case(NamedTuple):
    """What breaks a rule of the law, and what mends it."""

    rule: str
    region: str
    breaks: dict[str, Any]
    mends: dict[str, Any]
    column: dict[str, Any] | None = None
    at: datetime = TODAY


CASES = (
    Case("GDPR-9", "EU", {}, {"privacy": {"condition": "health_care"}}, DIAGNOSIS),
    Case("VA-SENSITIVE", "US", {}, {"purposes": {"service": "consent"}}, BELIEF),
    Case("LGPD-11", "BR", {}, {"privacy": {"condition": "health_care"}}, DIAGNOSIS),
    Case("DPDP-7", "IN", {}, {"purposes": {"service": "consent"}}, at=LATER),
)


def lies_in(project: Path, region: str) -> dict[str, Any]:
    """The residency of a product in that region, where the organisation may keep data."""
    place = PLACES[region]
    governance = project / "governance"
    tree = {name: [leaf] for name, leaf in PLACES.items()}
    (governance / "regions.yaml").write_text(yaml.safe_dump({"regions": tree}))
    allowed = {"governancePolicies": {"dataResidency": {"enforced": True, "allowedRegions": [place]}, "assessments": MANY}}
    (governance / "policies.yaml").write_text(yaml.safe_dump(allowed))
    domain = project / "domains/bakery/domain.yaml"
    domain.write_text(domain.read_text().replace("westeurope", place))
    return {"dataResidency": {"region": region, "storageLocations": [place]}}


def orders(project: Path, case: Case, **changes: Any) -> None:
    """bakery/orders, with the column that the law is about."""
    columns = dict(ORDER_COLUMNS)
    if case.column:
        head, *rows = (project / "landing/orders.csv").read_text().splitlines()
        if "said" not in head:
            told = [f"{head},said", *(f"{row},{ILLS[i % 3]}" for i, row in enumerate(rows))]
            (project / "landing/orders.csv").write_text("\n".join(told) + "\n")
        columns["said"] = case.column
    source = {"path": "landing/orders.csv", "purpose": "service", "notice": "2026-01"}
    source["basis"] = changes.get("purposes", {}).get("service", "contract")
    write_product(project, "bakery/orders", order_descriptor(columns=columns, source=source, dataContracts=None, **changes))


def brokers(project: Path, **register: Any) -> None:
    """The organisation as a data broker, and what stands in its register."""
    bound = {"packs": {"bind": {"CCPA": {"domains": ["*"], "roles": ["data_broker"]}}}}
    (project / "governance/packs.yaml").write_text(yaml.safe_dump(bound))
    (project / "governance/register.yaml").write_text(yaml.safe_dump({"register": register}))


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_a_product_that_breaks_the_law_of_its_place_is_kept_back_and_published_once_mended(
    case: Case, project: Path, runtime: Runtime
) -> None:
    place = lies_in(project, case.region)
    orders(project, case, **place, **case.breaks)
    kept = publish(load_mesh(project), ORDERS, runtime, case.at)
    assert kept.status is Status.BLOCKED
    assert any(one.rule == case.rule and one.blocks and one.fix for one in kept.findings)
    orders(project, case, **place, **case.mends)
    mended = publish(load_mesh(project), ORDERS, runtime, case.at)
    assert case.rule not in rules(mended)
    assert mended.status is Status.PUBLISHED


def test_a_data_broker_publishes_only_while_the_list_of_deletions_was_fetched(project: Path, runtime: Runtime) -> None:
    """California's own case: what is judged is the organisation's register."""
    case = Case("CCPA-99.86", "US", {}, {})
    orders(project, case, **lies_in(project, case.region))
    brokers(project)
    kept = publish(load_mesh(project), ORDERS, runtime, TODAY)
    assert kept.status is Status.BLOCKED and any(one.rule == case.rule and one.blocks and one.fix for one in kept.findings)
    fetched = {
        "kind": "attestation",
        "about": [case.rule],
        "by": "privacy@example.com",
        "on": "2026-11-15",
        "expires": "2027-06-30",
    }
    brokers(project, fetched=fetched)
    assert publish(load_mesh(project), ORDERS, runtime, TODAY).status is Status.PUBLISHED


def test_what_a_law_asks_from_a_later_day_keeps_nothing_back_before_it(project: Path, runtime: Runtime) -> None:
    case = next(one for one in CASES if one.rule == "DPDP-7")
    orders(project, case, **lies_in(project, case.region))
    assert publish(load_mesh(project), ORDERS, runtime, TODAY).status is Status.PUBLISHED
