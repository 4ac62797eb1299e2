"""Products that break HIPAA's safe harbor, PCI DSS and sovereignty, and the same ones mended: real rows, published or not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from mesh_platform.clock import utc_now
from mesh_platform.product import ProductKey
from mesh_platform.publish import Outcome, Status
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.test_flow import rules

Run = Callable[[ProductKey], Outcome]
NUMBER = "4111111111111111"
"""A card number for tests that no issuer gave out."""
RECORD = {
    "kind": "actual_knowledge",
    "about": ["bakery/orders"],
    "by": "privacy@example.com",
    "on": utc_now().date().isoformat(),
    "expires": (utc_now().date() + timedelta(days=300)).isoformat(),
}


def column(kind: str = "string", **more: object) -> dict[str, object]:
    return {"type": kind, "sensitivity": "restricted", **more}


def write(project: Path, text: str, columns: dict[str, dict[str, object]], **changes: object) -> None:
    """bakery/orders over these rows."""
    (project / "landing/orders.csv").write_text(text)
    more = {"erasure": {"strategy": "not_applicable", "reason": "It names nobody."}, "dataContracts": None, **changes}
    write_product(project, "bakery/orders", order_descriptor(columns=columns, **more))


def stays(project: Path, rows: list[str], **columns: dict[str, object]) -> None:
    """Hospital stays under a claim of safe harbor, with the attestation that it needs."""
    (project / "governance/register.yaml").write_text(yaml.safe_dump({"register": {"nobody-knows": RECORD}}))
    text = ",".join(columns) + "\n" + "".join(f"{row}\n" for row in rows)
    privacy = {"claim": "safe_harbor", "records": ["nobody-knows"], "condition": "health_care"}
    write(project, text, columns, privacy=privacy)


class TestSafeHarbor:
    def test_days_ages_and_fine_places_block_with_the_transforms_that_help_and_pass_after_them(
        self, run: Run, project: Path
    ) -> None:
        rows = [f"2024-0{1 + i % 9}-15,{60 + i % 35},90210" for i in range(60)]
        stays(
            project, rows, admitted=column("date"), age=column("integer"), zip=column(category="user.contact.address.postal_code")
        )
        found = {f.rule: f.fix for f in run(ORDERS).findings if f.blocks and f.rule.startswith("HIPAA")}
        assert found.keys() == {"HIPAA-514B2-B", "HIPAA-514B2-C"}
        assert "`zip3`" in found["HIPAA-514B2-B"]
        assert "`year`" in found["HIPAA-514B2-C"] or "90+" in found["HIPAA-514B2-C"]
        mended = [f"2024-01-01,{min(60 + i % 35, 89)},902" for i in range(60)]
        stays(
            project,
            mended,
            admitted=column("date"),
            age=column("integer"),
            zip=column(category="user.contact.address.postal_code"),
        )
        assert run(ORDERS).status is Status.PUBLISHED

    def test_names_and_addresses_that_nobody_declared_block_as_well(self, run: Run, project: Path) -> None:
        rows = [f"asthma,person{i}@mail.test" for i in range(60)]
        stays(project, rows, ill=column(), contact=column())
        assert "HIPAA-514B2-F" in rules(run(ORDERS))

    def test_a_keyed_hash_blocks(self, run: Run, project: Path) -> None:
        stays(project, [f"asthma,{i:064x}" for i in range(1, 60)], ill=column(), code=column())
        outcome = run(ORDERS)
        assert "HIPAA-514B2-R" in rules(outcome)
        assert any("'code'" in f.why for f in outcome.findings if f.rule == "HIPAA-514B2-R")

    def test_without_the_attestation_it_is_blocked(self, run: Run, project: Path) -> None:
        stays(project, ["asthma"] * 20, ill=column())
        (project / "governance/register.yaml").unlink()
        assert "HIPAA-514B2II" in rules(run(ORDERS))


class TestCards:
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("customer read out CVV: 123 to us", "PCI-3.3.1.2"),
            ("%B4111111111111111^DOE/ANN^29011010000^", "PCI-3.3.1.1"),
            ("pin block: 0123456789ABCDEF", "PCI-3.3.1.3"),
        ],
    )
    def test_what_authenticates_a_card_blocks_in_one_text_of_many_and_cannot_be_waived(
        self, run: Run, project: Path, text: str, rule: str
    ) -> None:
        write(project, "note\n" + "all is well\n" * 200 + f'"{text}"\n', {"note": column()})
        found = [f for f in run(ORDERS).findings if f.rule == rule]
        assert found and all(f.blocks and not f.waivable for f in found)
        assert "123" not in str(found) and NUMBER not in str(found)

    def test_a_column_of_verification_codes_blocks_by_its_name_and_values(self, run: Run, project: Path) -> None:
        write(
            project, "cvv,item\n" + "".join(f"{100 + i},bread\n" for i in range(60)), {"cvv": column("integer"), "item": column()}
        )
        assert "PCI-3.3.1.2" in rules(run(ORDERS))

    def test_whole_card_numbers_block_and_cut_ones_pass(self, run: Run, project: Path) -> None:
        write(project, "card\n" + f"{NUMBER}\n" * 40, {"card": column()})
        assert "PCI-3.5.1" in rules(run(ORDERS))
        write(project, "card\n" + "411111******1111\n" * 40, {"card": column()})
        assert not {rule for rule in rules(run(ORDERS)) if rule.startswith("PCI")}


class TestCopies:
    def test_storage_that_copies_itself_to_a_region_elsewhere_blocks(self, run: Run, project: Path) -> None:
        def keep(redundancy: str) -> Outcome:
            residency = {"region": "EU", "storageLocations": ["westeurope"], "redundancy": redundancy}
            write_product(project, "bakery/orders", order_descriptor(dataResidency=residency))
            return run(ORDERS)

        assert "SOV-7" in rules(keep("Standard_GRS"))
        assert keep("Standard_ZRS").status is Status.PUBLISHED
        tree = {"regions": {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}, "replicatesTo": {"westeurope": ["eastus"]}}
        (project / "governance/regions.yaml").write_text(yaml.safe_dump(tree))
        assert "SOV-7" in rules(keep("Standard_GRS"))
        tree["replicatesTo"] = {"westeurope": ["northeurope"]}
        (project / "governance/regions.yaml").write_text(yaml.safe_dump(tree))
        assert "SOV-7" not in rules(keep("Standard_GRS"))
