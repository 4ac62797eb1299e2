"""What a person says counts for a time: an end beyond it is refused where it is written, and what it is about counts for nothing."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.errors import Finding
from mesh_platform.policy.jurisdictions import packs_of
from mesh_platform.policy.own import problems
from mesh_platform.policy.rule import Vector
from mesh_platform.product import load_governance
from mesh_platform.product.governance import Governance
from mesh_platform.product.governance.recipients import lapsed
from tests.policy.vectors import TODAY, facts_of

DAY = date(2026, 3, 1)


def loaded(root: Path, **files: Any) -> tuple[Governance, list[Finding]]:
    (root / "governance").mkdir()
    for name, said in files.items():
        (root / f"governance/{name}.yaml").write_text(yaml.safe_dump(said))
    governance, findings = load_governance(root)
    return governance, [one for one in findings if one.rule == "DESC-18"]


def record(kind: str, expires: date) -> dict[str, Any]:
    return {"it": {"kind": kind, "about": ["GDPR-33", "mailer"], "by": "dpo@example.com", "on": DAY, "expires": expires}}


@pytest.mark.parametrize(
    ("kind", "years"),
    [
        ("attestation", 1),
        ("scope", 1),
        ("derogation", 1),
        ("actual_knowledge", 1),
        ("dpa", 3),
        ("baa", 3),
        ("parental_consent", 3),
    ],
)
def test_a_record_counts_for_so_many_years_and_one_day_more_is_refused(tmp_path: Path, kind: str, years: int) -> None:
    last = DAY.replace(year=DAY.year + years)
    for name, expires, fits in (("a", last, True), ("b", last + timedelta(days=2), False), ("c", date(2999, 1, 1), False)):
        (tmp_path / name).mkdir()
        governance, findings = loaded(tmp_path / name, register={"register": record(kind, expires)})
        assert bool(findings) is not fits and all(one.blocks for one in findings)
        assert bool(governance.records_about("mailer", DAY + timedelta(days=9))) is fits
        assert (governance.record("it", DAY) is not None) is fits


def test_the_organisation_may_allow_more_and_never_more_than_ten_years(tmp_path: Path) -> None:
    long = record("attestation", DAY.replace(year=2028))
    for name, ends, fits in (("a", {"attestation": "2 years"}, True), ("b", {"dpa": "2 years"}, False)):
        (tmp_path / name).mkdir()
        policies = {"governancePolicies": {"ends": ends}}
        governance, findings = loaded(tmp_path / name, register={"register": long}, policies=policies)
        assert (not findings and bool(governance.records_about("GDPR-33", DAY))) is fits
    with pytest.raises(ValueError, match="more than ten years"):
        Governance.model_validate({"policies": {"ends": {"attestation": "11 years"}}})


def test_the_review_of_a_vendor_that_never_ends_closes_what_goes_there(tmp_path: Path) -> None:
    one = {"role": "controller", "country": "DE", "reviewed": DAY, "expires": date(2999, 1, 1)}
    governance, findings = loaded(tmp_path, recipients={"recipients": {"mailer": one}})
    assert "recipient counts for 3 years at most" in findings[0].why
    assert lapsed(governance.recipients["mailer"], governance, DAY).startswith("Nobody has reviewed it")


@pytest.mark.parametrize(("days", "binds"), [(300, False), (367, True), (9_000, True)])
def test_a_pack_that_is_left_out_for_ever_binds(days: int, binds: bool) -> None:
    left = {"pack": "GDPR", "domains": ["customer"], "reason": "r", "by": "dpo", "until": TODAY + timedelta(days=days)}
    facts = facts_of(Vector("", True, {"governance": {"packs": {"leave": [left]}}}))
    assert ("GDPR" in packs_of(facts.mesh, facts.product, TODAY)) is binds
    assert bool([one for one in problems(facts.governance, TODAY) if "it binds" in one.why]) is binds
