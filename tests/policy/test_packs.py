"""Which packs bind a product, what an organisation may add to them, and what it can never take away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from mesh_platform.enforcement import tried
from mesh_platform.policy import Facts, Rule, Upheld, Vector, gate, rules, rules_of
from mesh_platform.policy.attested import FILE
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.judging import states
from mesh_platform.policy.jurisdictions import why_bound
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.product import Sensitivity
from mesh_platform.product.governance import Governance, SubjectRequestPolicy
from mesh_platform.product.own_packs import OwnPack
from mesh_platform.product.register import Record
from mesh_platform.product.yaml_file import parse_yaml
from mesh_platform.subjects.requests.clocks import rule_for
from mesh_platform.subjects.requests.kinds import Kind, Regime

ILL = {"columns": {"diagnosis": {"type": "string", "sensitivity": "restricted", "category": "user.health.medical_diagnosis"}}}
REGIONS = {"tree": {"EU": ["westeurope"], "US": ["eastus"], "Brazil": ["brazilsouth"], "Moon": ["tranquillity"]}}
EVERYWHERE = {"CORE", "SOVEREIGNTY", "PCI"}
HOUSE: dict[str, Any] = {
    "pack": "HOUSE",
    "rules": [
        {
            "id": "HOUSE-01",
            "title": "Contacts are kept for two years at most",
            "source": "Board decision 7",
            "remedy": "Shorten the period.",
            "when": {"categories": ["user.contact"]},
            "demand": {"retentionAtMost": "2 years"},
            "vectors": [
                {"says": "one year", "passes": True, "product": {"retention": {"period": "1 year"}}},
                {"says": "three years", "passes": False},
            ],
        }
    ],
}


def facts(where: str = "westeurope", governance: dict[str, Any] | None = None, **product: Any) -> Facts:
    residency = {"dataResidency": {"region": None, "storageLocations": [where]}}
    return facts_of(
        Vector("x", True, {"product": {**residency, **product}, "governance": {"regions": REGIONS, **(governance or {})}})
    )


def with_packs(found: Facts, *packs: dict[str, Any]) -> Facts:
    own = tuple(OwnPack.model_validate(pack, by_alias=True, by_name=False) for pack in packs)
    return replace(found, mesh=replace(found.mesh, governance=found.governance.model_copy(update={"own_packs": own})))


@pytest.mark.parametrize(
    ("where", "brings"),
    [("westeurope", {"GDPR"}), ("eastus", {"CCPA", "US-STATES"}), ("brazilsouth", {"LGPD"}), ("tranquillity", {"GDPR"})],
)
def test_a_product_is_bound_by_the_law_of_its_place_and_by_gdpr_where_nobody_knows_one(where: str, brings: set[str]) -> None:
    assert facts(where).packs == EVERYWHERE | brings


@pytest.mark.parametrize(
    ("id", "regime", "kind"),
    [
        ("CCPA-130", "ccpa", "access"),
        ("CCPA-105", "ccpa", "erasure"),
        ("VA-DAYS", "ccpa", "access"),
        ("LGPD-19", "lgpd", "access"),
        ("LGPD-18-VI", "lgpd", "erasure"),
        ("DPDP-13", "dpdp", "access"),
        ("HIPAA-524", "hipaa", "access"),
        ("HIPAA-526", "hipaa", "rectification"),
    ],
)
def test_a_rule_about_requests_has_the_days_of_the_clock_that_runs_for_them(id: str, regime: str, kind: str) -> None:
    [rule] = [one for one in rules() if one.id == id]
    policy = SubjectRequestPolicy()
    answer = rule_for(Regime(regime), Kind(kind), date(2027, 6, 1), policy).answer
    assert f"{rule.days} day" == f"{answer.number} {answer.unit}"
    assert rule.upheld is Upheld.PLATFORM


def test_health_data_in_the_united_states_and_a_claim_of_safe_harbor_anywhere_bring_hipaa() -> None:
    assert "HIPAA" in facts("eastus", **ILL).packs
    assert "HIPAA" not in facts("westeurope", **ILL).packs
    assert "HIPAA" in facts("westeurope", privacy={"claim": "safe_harbor"}).packs


@pytest.mark.parametrize(
    ("found", "pack", "why"),
    [
        (facts("westeurope"), "GDPR", "it lies in EU"),
        (facts("tranquillity"), "GDPR", "nobody knows the law of where it lies"),
        (facts("eastus", **ILL), "HIPAA", "it holds health data in the United States"),
        (facts("brazilsouth"), "LGPD", "it lies in Brazil"),
        (facts("eastus", {"packs": {"bind": {"GDPR": {"domains": ["*"]}}}}), "GDPR", "governance/packs.yaml binds it"),
    ],
)
def test_each_pack_that_binds_is_told_with_what_brings_it(found: Facts, pack: str, why: str) -> None:
    told = why_bound(found.mesh, found.product, found.today)
    assert told.keys() == found.packs
    assert told[pack] == why


def test_governance_binds_more_packs_and_leaves_one_out_only_until_a_day() -> None:
    assert "HIPAA" in facts(governance={"packs": {"bind": {"HIPAA": {"domains": ["customer"]}}}}).packs
    left = {"pack": "GDPR", "domains": ["customer"], "reason": "no people", "by": "dpo@example.com", "until": "2027-01-01"}
    assert "GDPR" not in facts(governance={"packs": {"leave": [left]}}).packs
    assert "GDPR" in facts(governance={"packs": {"leave": [{**left, "until": "2026-11-30"}]}}).packs


@pytest.mark.parametrize("packs", [{"bind": {"GPDR": {"domains": ["*"]}}}, {"leave": [{"pack": "CORE", "domains": ["customer"], "reason": "x", "by": "y", "until": "2030-01-01"}]}])  # fmt: skip
def test_an_unknown_pack_and_core_left_out_close_every_gate(packs: dict[str, Any]) -> None:
    decision = gate(facts(governance={"packs": packs}), rules())
    assert not decision.open
    assert decision.blocking[0].where == "governance/packs.yaml"


def test_an_organisation_adds_a_rule_and_its_examples_run_with_the_others() -> None:
    found = with_packs(facts(), HOUSE)
    every = rules_of(found.governance)
    assert len(every) == len(rules()) + 1
    assert [(f.rule, f.fix) for f in gate(found, every).blocking] == [("HOUSE-01", "Shorten the period.")]
    assert all(one.ok for one in tried(rule for rule in every if rule.pack == "HOUSE"))


def test_an_organisation_makes_a_rule_of_the_platform_stricter() -> None:
    tight = {"pack": "HOUSE", "tighten": [{"rule": "CORE-21", "verdict": "block", "waivable": False, "reason": "board"}]}
    [rule] = [rule for rule in rules_of(with_packs(facts(), tight).governance) if rule.id == "CORE-21"]
    assert (rule.verdict, rule.waivable) == ("block", False)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"tighten": [{"rule": "CORE-03", "verdict": "warn", "reason": "x"}]}, "CORE-03"),
        ({"tighten": [{"rule": "CORE-03", "waivable": True, "reason": "x"}]}, "CORE-03"),
        ({"tighten": [{"rule": "GDPR-35", "effectiveFrom": "2030-01-01", "reason": "x"}]}, "GDPR-35"),
        ({"tighten": [{"rule": "CORE-99", "verdict": "block", "reason": "x"}]}, "CORE-99"),
        ({"rules": [{**HOUSE["rules"][0], "id": "CORE-03"}]}, "CORE-03"),
    ],
)
def test_what_would_loosen_or_replace_a_rule_is_an_error_that_names_it(change: dict[str, Any], names: str) -> None:
    found = with_packs(facts(), {"pack": "HOUSE", **change})
    decision = gate(found, rules_of(found.governance))
    assert not decision.open
    assert any(f.rule == "POLICY-02" and names in f.why for f in decision.blocking)
    assert {r.name: (r.verdict, r.waivable) for r in rules()}.items() <= {
        r.name: (r.verdict, r.waivable) for r in rules_of(found.governance) if r.pack != "HOUSE"
    }.items()


def test_what_nobody_attests_is_not_evaluated_and_says_so() -> None:
    decision = gate(facts(), rules())
    assert {one.rule: one.why for one in decision.not_evaluated}["SOV-2"].startswith("The platform cannot observe it, and nobody")
    said = {"kind": "attestation", "about": ["SOV-2"], "by": "dpo@example.com", "on": "2026-01-01", "expires": "2026-11-30"}
    ended = gate(facts(governance={"records": {"it": said}}), rules())
    assert "ended on 2026-11-30" in {one.rule: one.why for one in ended.not_evaluated}["SOV-2"]
    held = facts(governance={"records": {"it": {**said, "expires": "2026-12-01"}}})
    assert "SOV-2" not in {one.rule for one in gate(held, rules()).not_evaluated}
    assert next(one for one in states(held, rules()) if one.rule.id == "SOV-2").state == "attested"


def test_an_attestation_for_another_domain_says_nothing_of_this_one() -> None:
    said = {
        "kind": "attestation",
        "about": ["SOV-2", "sales"],
        "by": "dpo@example.com",
        "on": "2026-01-01",
        "expires": "2027-01-01",
    }
    decision = gate(facts(governance={"records": {"it": said}}), rules())
    assert "SOV-2" in {one.rule for one in decision.not_evaluated}


def test_a_record_that_ends_before_it_begins_is_refused() -> None:
    said = {"kind": "dpia", "about": ["x"], "by": "y", "on": "2026-02-01", "expires": "2026-01-01"}
    with pytest.raises(ValueError, match="before it was made"):
        Governance.model_validate({"records": {"it": said}}, by_alias=True, by_name=False)


def _upheld_wrongly(rule: Rule, core: set[str]) -> bool:
    """Whether the examples of a rule ask something else than what is said to uphold it."""
    asks = {bool(vector.call) for vector in rule.vectors}
    match rule.upheld:
        case Upheld.PLATFORM:
            room = rule.upheld_by.split(".")[1]
            return asks != {True} or room in ("policy", "enforcement") or bool(rule.needs)
        case Upheld.ATTESTED:
            return asks != {False} or rule.upheld_by != FILE or bool(rule.needs)
        case _:
            return asks != {False} or rule.upheld_by not in {"", *core}


def test_each_rule_says_who_upholds_it() -> None:
    core = {one.name for one in rules() if one.pack == "CORE"}
    assert [one.name for one in rules() if _upheld_wrongly(one, core)] == []


def test_two_packs_that_make_one_rule_stricter_both_count() -> None:
    """The second says less than the first, and takes nothing of it back."""
    tight = {"rule": "CORE-05", "reason": "Labels are no matter of waivers."}
    packs = [
        OwnPack.model_validate({"pack": "FIRST", "tighten": [{**tight, "waivable": False}]}),
        OwnPack.model_validate({"pack": "SECOND", "tighten": [{**tight, "verdict": "block"}]}),
    ]
    for order in (packs, packs[::-1]):
        found = rules_of(Governance().model_copy(update={"own_packs": tuple(order)}))
        assert not any(rule.waivable for rule in found if rule.id == "CORE-05")


def test_a_remedy_that_asks_for_a_record_shows_one_that_the_register_takes() -> None:
    forms = [(one, form[1]) for one in rules() if (form := re.search(r"`NAME: (\{kind: .*?\})`", one.remedy))]
    assert {"GDPR-35", "PCI-12.5.2"} <= {one.id for one, _ in forms}
    for one, form in forms:
        record = Record.model_validate(parse_yaml(form.replace("DATE", "2026-11-01"), "form").data)
        assert f"of the kind {record.kind} into" in one.remedy, one.id
    lacks = re.compile(r"of the kind \w+ into governance/register.yaml and name it under `privacy")
    assert [one.id for one in rules() if lacks.search(one.remedy)] == []


def test_an_attestation_for_a_place_that_nobody_knows_says_nothing_of_all_others() -> None:
    said = {
        "kind": "attestation",
        "about": ["SOV-2", "custmer"],
        "by": "dpo@example.com",
        "on": "2026-01-01",
        "expires": "2027-01-01",
    }
    decision = gate(facts(governance={"records": {"it": said}}), rules())
    assert "SOV-2" in {one.rule for one in decision.not_evaluated}


def test_what_cannot_be_made_to_block_is_told_and_a_task_can() -> None:
    def tight(rule: str) -> Facts:
        return with_packs(facts(), {"pack": "HOUSE", "tighten": [{"rule": rule, "verdict": "block", "reason": "board"}]})

    for rule in ("PCI-3.4.1", "HIPAA-514E", "GDPR-33", "CORE-13"):
        told = [f for f in gate(tight(rule), rules_of(tight(rule).governance)).blocking if f.rule == "POLICY-02"]
        assert any(rule in f.why for f in told), rule
    every = rules_of(tight("PCI-7.2").governance)
    assert next(one for one in every if one.name == "PCI-7.2 (review)").verdict == "block"


def test_health_data_that_only_the_scan_finds_brings_hipaa_too() -> None:
    ill = Scan((Found("DIAGNOSIS", Sensitivity.RESTRICTED, "user.health.medical_diagnosis", rows=9),))
    assert "HIPAA" not in facts("eastus").packs
    assert "HIPAA" in replace(facts("eastus"), classification={"segment": ill}).packs
