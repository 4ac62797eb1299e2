"""What a rule rests on: a record of the text that it was held against, its being a rule of the house, or why neither is so."""

from __future__ import annotations

from datetime import date

import pytest

from mesh_platform.policy import Rule, rules
from mesh_platform.policy.packs.sources import CHECKED, UNCHECKED
from mesh_platform.policy.rule import OWN
from mesh_platform.product.governance import SubjectRequestPolicy
from mesh_platform.subjects.requests.clocks import rule_for
from mesh_platform.subjects.requests.kinds import Kind, Regime


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.name)
def test_a_rule_says_what_it_was_held_against_or_why_nobody_did(rule: Rule) -> None:
    assert rule.source_checked is (rule.checked is not None)
    if rule.checked is None:
        assert rule.unchecked
    elif rule.checked is OWN:
        assert rule.source.startswith("House rule")
    else:
        assert rule.checked.place and rule.checked.document and rule.checked.on


def test_a_rule_of_a_law_stands_in_one_of_the_two_tables() -> None:
    laws = {rule.id for rule in rules() if rule.pack not in ("CORE", "SOVEREIGNTY")}
    assert not CHECKED.keys() & UNCHECKED.keys()
    assert CHECKED.keys() | UNCHECKED.keys() == laws


@pytest.mark.parametrize(
    ("id", "regime", "kind"),
    [
        ("GDPR-12-3", Regime.GDPR, Kind.ACCESS),
        ("CCPA-130", Regime.CCPA, Kind.ACCESS),
        ("CCPA-120", Regime.CCPA, Kind.OBJECTION),
        ("CCPA-121", Regime.CCPA, Kind.RESTRICTION),
        ("LGPD-19", Regime.LGPD, Kind.ACCESS),
        ("DPDP-13", Regime.DPDP, Kind.ACCESS),
        ("HIPAA-524", Regime.HIPAA, Kind.ACCESS),
        ("HIPAA-526", Regime.HIPAA, Kind.RECTIFICATION),
    ],
)
def test_a_clock_says_of_its_wording_what_its_rule_says(id: str, regime: Regime, kind: Kind) -> None:
    [rule] = [one for one in rules() if one.id == id]
    assert rule_for(regime, kind, date(2027, 6, 1), SubjectRequestPolicy()).source_checked is rule.source_checked
