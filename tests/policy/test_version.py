"""A version of the policy: one hash for the same files, another for whatever is decided otherwise, and the difference in names and numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mesh_platform.policy import rules
from mesh_platform.policy.version import Change, PolicyVersion, changes, policy_digest, version_of
from mesh_platform.product.governance import Governance
from mesh_platform.product.own_packs import OwnPack

SECRET = "as agreed with Dr Marlene Vogt"
SHORT: dict[str, Any] = {
    "id": "HOUSE-1",
    "title": SECRET,
    "source": SECRET,
    "remedy": SECRET,
    "demand": {"retentionAtMost": "1 year"},
    "vectors": [{"says": "a", "passes": True}, {"says": "b", "passes": False}],
}


def governed(*rules: dict[str, Any], tighten: tuple[dict[str, Any], ...] = (), **more: Any) -> Governance:
    pack = {"pack": "HOUSE", "rules": rules, "tighten": tighten, "where": "governance/packs/house.yaml"}
    return Governance(own_packs=(OwnPack.model_validate(pack),), **more)


def told(before: Governance, after: Governance) -> list[tuple[str, str, str, str]]:
    return [(one.of, one.name, one.how, one.said) for one in changes(version_of(before), version_of(after))]


def test_every_rule_and_pack_stands_in_it_under_the_same_hash_for_the_same_files() -> None:
    version = version_of(Governance())
    assert {*version.rules} == {rule.name for rule in rules()} and version.digest == policy_digest(Governance())
    assert sum(pack.rules for pack in version.packs.values()) == len(rules())
    assert version_of(governed(SHORT)).digest != version.digest


def test_it_comes_back_from_json_as_it_was_and_tells_when_it_was_changed() -> None:
    said = json.loads(json.dumps(version_of(governed(SHORT)).as_json()))
    assert PolicyVersion.from_json(said) == version_of(governed(SHORT))
    assert PolicyVersion.from_json(said).made_of == said["digest"]
    said["rules"]["HOUSE-1"]["verdict"] = "warn"
    assert PolicyVersion.from_json(said).made_of != said["digest"]


def test_no_text_that_a_person_wrote_stands_in_it() -> None:
    assert "Vogt" not in json.dumps(version_of(governed(SHORT)).as_json())


def test_a_pack_of_the_organisation_is_told_with_its_file_and_its_rules() -> None:
    assert told(Governance(), governed(SHORT)) == [
        ("pack", "HOUSE", "added", "governance/packs/house.yaml"),
        ("rule", "HOUSE-1", "added", "block"),
        ("governance", "own_packs", "changed", ""),
    ]
    assert ("rule", "HOUSE-1", "removed", "block") in told(governed(SHORT), Governance())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"verdict": "warn"}, "verdict block → warn, severity block → warn, wording or demand"),
        ({"version": 2, "waivable": True}, "version 1 → 2, waivable no → yes, wording or demand"),
        ({"demand": {"retentionAtMost": "2 years"}}, "wording or demand"),
        ({"effective_from": "2027-01-01"}, "effective from none → 2027-01-01, wording or demand"),
    ],
)
def test_what_changed_of_a_rule_is_told_without_its_words(changed: dict[str, Any], said: str) -> None:
    found = told(governed(SHORT), governed(SHORT | changed))
    assert ("rule", "HOUSE-1", "changed", said) in found and ("pack", "HOUSE", "changed", "1 → 1 rules") in found


def test_a_rule_of_the_platform_that_is_made_stricter_is_told_as_such() -> None:
    stricter = governed(SHORT, tighten=({"rule": "LGPD-38", "verdict": "block", "reason": SECRET},))
    found = told(governed(SHORT), stricter)
    assert ("rule", "LGPD-38", "changed", "verdict task → block, severity warn → block, days 30 → none") in found
    assert {one[1] for one in found if one[0] == "pack"} == {"HOUSE", "LGPD"}


def test_of_governance_the_parts_that_changed_are_named_and_nothing_in_them() -> None:
    after = Governance.model_validate({"purposes": {"service": {"bases": ["contract"]}}})
    assert changes(version_of(Governance()), version_of(after)) == (Change("governance", "purposes", "changed"),)
