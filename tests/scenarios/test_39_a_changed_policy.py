"""Scenario 39: a rule is made stricter; before it holds, seven products and whoever reads them are told, and it is these that it then keeps back."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Mesh

REPOSITORY = Path(__file__).parents[2]
SEVEN = {
    "analytics/customer_lifetime_value",
    *(f"customer/{name}" for name in ("accounts", "contact_preferences", "customer_360")),
    *(f"payments/{name}" for name in ("customer_spend", "invoices", "transactions")),
}
PACK: dict[str, Any] = {
    "pack": "HOUSE",
    "rules": [
        {
            "id": "HOUSE-1",
            "title": "People's data goes after two years",
            "source": "House rule",
            "remedy": "Keep it two years at most.",
            "verdict": "block",
            "when": {"categories": ["user"], "domains": ["analytics", "customer", "payments"]},
            "demand": {"retentionAtMost": "2 years"},
            "vectors": [{"says": "one", "passes": True}, {"says": "two", "passes": False}],
        }
    ],
}


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files of the example mesh."""
    root = tmp_path / "project"
    for folder in ("domains", "governance", "dbt_project"):
        shutil.copytree(REPOSITORY / folder, root / folder)
    for file in ("workspace.yaml", "CODEOWNERS"):
        shutil.copy(REPOSITORY / file, root / file)
    monkeypatch.chdir(root)
    return root


def files(root: Path) -> dict[str, str]:
    found = (one for one in sorted(root.rglob("*")) if one.is_file() and "__pycache__" not in one.parts)
    return {one.relative_to(root).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest() for one in found}


def blocked(mesh: Mesh) -> set[str]:
    return {one["product"] for one in mesh("check", "--json").json["findings"] if one["severity"] == "block"}


def test_seven_products_and_their_consumers_are_told_before_the_rule_holds(mesh: Mesh, example: Path, tmp_path: Path) -> None:
    proposal = tmp_path / "house.yaml"
    proposal.write_text(yaml.safe_dump(PACK, sort_keys=False), encoding="utf-8")
    before, standing = files(example), blocked(mesh)
    told = mesh("policy", "simulate", "--pack", str(proposal), "--json").json
    assert {one["product"] for one in told["blocked"]} == SEVEN
    assert all([finding["rule"] for finding in one["findings"]] == ["HOUSE-1"] for one in told["blocked"])
    assert told["opened"] == []
    consumers = {(one["product"], one["consumer"]) for one in told["consumers"]}
    assert {product for product, _ in consumers} == SEVEN
    assert ("customer/customer_360", "domain sales") in consumers and (
        "customer/accounts",
        "product customer/customer_360",
    ) in consumers
    assert files(example) == before, "nothing is changed by asking"
    (example / "governance/packs").mkdir(exist_ok=True)
    shutil.copy(proposal, example / "governance/packs/house.yaml")
    assert blocked(mesh) == standing | SEVEN
