"""A waiver lets one finding through, for a time, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.errors import Finding, Severity
from mesh_platform.policy import gate, rules
from mesh_platform.policy.core.closeness import _SAID as RELEASED
from mesh_platform.policy.core.diversity import _BOTH as SPECIAL
from mesh_platform.policy.facts import Diversity, Measures
from mesh_platform.policy.own import rules_of
from mesh_platform.policy.rule import Vector
from mesh_platform.policy.scan import Found, Scan
from mesh_platform.policy.shapes import Shapes
from mesh_platform.policy.waiving import MOST_DAYS, covers, let_through, problem, standing
from mesh_platform.product import Sensitivity
from mesh_platform.product.own_packs import OwnPack
from mesh_platform.product.waivers import Waiver
from tests.policy.vectors import TODAY, facts_of

UNDER = {
    "product": {
        "columns": {"segment": {"category": "user.health.medical_diagnosis"}},
        "privacy": {"condition": "health_care"},
    }
}
APPROVER = {
    "principals": {
        "customer-owner": {"roles": ["owner"]},
        "Dana": {"roles": ["owner"]},
        "dana": {"roles": ["privacy"]},
        "sam": {"roles": ["owner", "privacy"]},
        "eve": {"roles": ["steward"]},
    }
}


COUNT = {"type": "integer", "sensitivity": "internal"}
GROUPS = {
    "id": "HOUSE-01",
    "title": "t",
    "source": "s",
    "remedy": "r",
    "waivable": True,
    "demand": {"minGroup": 11},
    "vectors": [{"says": "a", "passes": True}, {"says": "b", "passes": False}],
}


def finding(**change: Any) -> Finding:
    """The one blocking finding of a mesh in which a diagnosis is labelled internal."""
    [found] = gate(facts_of(Vector("", False, {**UNDER, **change})), rules()).blocking
    assert found.rule == "CORE-05"
    return found


def entry(**change: Any) -> dict[str, Any]:
    told = finding()
    return {
        "product": told.product,
        "rule": told.rule,
        "about": told.about,
        "covers": covers(told),
        "reason": "relabelling is planned",
        "control": "nobody has a grant",
        "requestedBy": "customer-owner",
        "approvedBy": "dana",
        "approvedOn": TODAY - timedelta(days=1),
        "expires": TODAY + timedelta(days=10),
        **change,
    }


def decided(*entries: dict[str, Any], **change: Any) -> Any:
    governance = {"roles": APPROVER, "waivers": list(entries), **change.pop("governance", {})}
    return gate(facts_of(Vector("", False, {**UNDER, "governance": governance, **change})), rules())


def test_a_waived_finding_warns_and_tells_until_when_on_whose_word_and_what_protects_meanwhile() -> None:
    decision = decided(entry())
    assert decision.open
    [told] = [one for one in decision.findings if one.rule == "CORE-05"]
    assert (told.severity, told.waived) == (Severity.WARN, f"until {TODAY + timedelta(days=10)} by dana")
    assert "10 days left" in told.why and "nobody has a grant" in told.why


def test_it_counts_on_its_last_day_and_blocks_again_on_the_next() -> None:
    assert decided(entry(expires=TODAY)).open
    assert not decided(entry(expires=TODAY - timedelta(days=1))).open


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"approvedBy": "nobody"}, "has not the role privacy"),
        ({"approvedBy": "eve"}, "has not the role privacy"),
        ({"approvedBy": "sam"}, "nobody approves their own"),
        ({"requestedBy": "Dana"}, "nobody approves their own"),
        ({"requestedBy": "d\u0430na"}, "is nobody in governance/roles.yaml"),
        ({"approvedOn": TODAY + timedelta(days=2), "expires": TODAY + timedelta(days=3)}, "which is to come"),
        ({"expires": TODAY + timedelta(days=MOST_DAYS)}, "lasts longer than 90 days"),
        ({"expires": TODAY - timedelta(days=1)}, "ended on"),
    ],
)
def test_an_entry_of_the_file_does_not_count(change: dict[str, Any], said: str) -> None:
    decision = decided(entry(**change))
    assert not decision.open
    mesh = facts_of(Vector("", False, {"governance": {"roles": APPROVER, "waivers": [entry(**change)]}})).mesh
    assert said in str(problem(mesh, mesh.governance.waivers[0], TODAY))


def given_to(**facts: Any) -> dict[str, Any]:
    """An entry for the one finding of CORE-05 that such a mesh has."""
    [told] = [one for one in gate(facts_of(Vector("", False, facts)), rules()).blocking if one.rule == "CORE-05"]
    return entry(about=told.about, covers=covers(told), measured={one.what: one.value for one in told.measured})


def labelled(category: str) -> dict[str, Any]:
    return {"columns": {"segment": {"category": category, "sensitivity": "internal"}}, "privacy": {"condition": "health_care"}}


CARD = Found("CREDIT_CARD", Sensitivity.RESTRICTED, "user.financial.card.pan", rows=9, share=0.1)
MAIL = Found("EMAIL", Sensitivity.CONFIDENTIAL, "user.contact.email", rows=9, share=0.1)
ILL = Found("DIAGNOSIS", Sensitivity.RESTRICTED, "user.health.medical_diagnosis", rows=9, share=0.1)


def scanned(*found: Found) -> dict[str, Any]:
    return {"facts": {"classification": {"segment": Scan(found)}}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"product": labelled("user.financial.bank_account")}, {"product": labelled("user.health.medical_diagnosis")}),
        (scanned(CARD, MAIL), scanned(ILL, MAIL)),
        (scanned(CARD, MAIL), scanned(CARD, ILL, MAIL)),
    ],
    ids=["another category is declared", "another sort is found", "one more sort is found"],
)
def test_a_waiver_is_not_that_of_what_comes_into_the_column_later(before: dict[str, Any], after: dict[str, Any]) -> None:
    """The remedy is the same one, and the place too."""
    governance = {"roles": APPROVER, "waivers": [given_to(**before)]}

    def blocking(facts: dict[str, Any]) -> bool:
        found = gate(facts_of(Vector("", False, {**facts, "governance": governance})), rules()).blocking
        return any(one.rule == "CORE-05" for one in found)

    assert not blocking(before)
    assert blocking(after)


def test_a_waiver_of_an_own_rule_is_one_of_what_it_objected_to_then() -> None:
    """An own rule writes no remedy: kept for three years is waived, and not kept for fifty."""
    house = {
        "pack": "HOUSE",
        "rules": [
            {
                "id": "HOUSE-01",
                "title": "t",
                "source": "s",
                "remedy": "r",
                "waivable": True,
                "demand": {"retentionAtMost": "1 year"},
                "vectors": [{"says": "a", "passes": True}, {"says": "b", "passes": False}],
            }
        ],
    }

    def objected(years: int, *waivers: dict[str, Any]) -> list[Finding]:
        change = {"product": {"retention": {"period": f"{years} years"}}}
        facts = facts_of(Vector("", False, {**change, "governance": {"roles": APPROVER, "waivers": list(waivers)}}))
        governance = facts.governance.model_copy(update={"own_packs": (OwnPack.model_validate(house),)})
        facts = replace(facts, mesh=replace(facts.mesh, governance=governance))
        return [one for one in gate(facts, rules_of(governance)).blocking if one.rule == "HOUSE-01"]

    [told] = objected(3)
    given_ = entry(rule=told.rule, about=told.about, covers=covers(told))
    assert not objected(3, given_)
    assert objected(50, given_)


def test_one_in_the_database_that_never_ends_does_not_count() -> None:
    facts = facts_of(Vector("", False, {**UNDER}))
    for days, stands in ((MOST_DAYS, True), (9_000, False)):
        approved = Waiver.model_validate(entry(approvedOn=TODAY, expires=TODAY + timedelta(days=days)))
        mesh = replace(facts.mesh, waivers=(approved,))
        assert bool(standing(mesh, facts.product.key, TODAY)) is stands


def test_an_entry_of_the_owner_s_own_word_does_not_count() -> None:
    own = {"domain": {"owner": "dana"}, "product": {**UNDER["product"], "owner": "dana"}}
    assert not decided(entry(), **own).open


@pytest.mark.parametrize(
    "change",
    [{"about": "columns.region.sensitivity"}, {"rule": "CORE-02"}, {"covers": "0" * 16}, {"product": "sales/segments"}],
)
def test_it_covers_no_other_place_rule_remedy_or_product(change: dict[str, Any]) -> None:
    assert not decided(entry(**change)).open


def test_a_rule_that_is_not_waivable_blocks_whatever_the_file_says() -> None:
    [told] = gate(facts_of(Vector("", False, {"product": {"retention": None}})), rules()).blocking
    assert not told.waivable
    forged = replace(told, about="retention")
    waived = decided(entry(rule=told.rule, about="", covers=covers(told)), product={"retention": None})
    assert [one.rule for one in waived.blocking] == [told.rule]
    assert (
        let_through(forged, [Waiver.model_validate(entry(rule=told.rule, about="retention", covers=covers(forged)))], TODAY)
        is forged
    )


TEXT = st.text(max_size=20)
FINDING = st.builds(
    Finding,
    rule=TEXT,
    where=TEXT,
    why=TEXT,
    fix=TEXT,
    product=TEXT,
    severity=st.sampled_from(Severity),
    waivable=st.booleans(),
    about=TEXT,
)
WAIVER = st.builds(
    Waiver.model_construct,
    rule=TEXT,
    about=TEXT,
    covers=TEXT,
    control=st.just("c"),
    approved_by=st.just("dana"),
    expires=st.dates(date(2026, 1, 1), date(2027, 1, 1)),
)


@given(FINDING, st.lists(WAIVER, max_size=3))
def test_no_waiver_makes_a_finding_heavier_or_touches_what_is_not_waivable(found: Finding, waivers: list[Waiver]) -> None:
    own = Waiver.model_construct(
        rule=found.rule, about=found.about, covers=covers(found), control="c", approved_by="dana", expires=TODAY
    )
    after = let_through(found, [*waivers, own], TODAY)
    assert after.blocks is False or after == found
    if not found.waivable or not found.blocks:
        assert after == found
    else:
        assert after.severity is Severity.WARN and after.waived


MEASURED: dict[str, tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "a share of rows": (
        "CORE-05",
        {},
        scanned(replace(MAIL, share=0.031)),
        scanned(replace(MAIL, share=0.41)),
    ),
    "whole card numbers in a text": (
        "PCI-3.5.1",
        {},
        {"facts": {**scanned(CARD)["facts"], "shapes": Shapes()}},
        {"facts": {**scanned(replace(CARD, share=0.9))["facts"], "shapes": Shapes()}},
    ),
    "a measure of quality": (
        "CORE-12",
        {"tighten": [{"rule": "CORE-12", "verdict": "block", "reason": "r"}]},
        {"facts": {"measures": Measures(completeness=97.0)}},
        {"facts": {"measures": Measures(completeness=60.0)}},
    ),
    "classes with one value": (
        "CORE-21",
        {"tighten": [{"rule": "CORE-21", "verdict": "block", "reason": "r"}]},
        {"product": SPECIAL, "facts": {"diversity": {"diagnosis": Diversity(1, 40, 3)}}},
        {"product": SPECIAL, "facts": {"diversity": {"diagnosis": Diversity(1, 40, 30)}}},
    ),
    "a distance": (
        "CORE-22",
        {},
        {"product": RELEASED, "facts": {"diversity": {"diagnosis": Diversity(2, 40, 0, 0.35, 3)}}},
        {"product": RELEASED, "facts": {"diversity": {"diagnosis": Diversity(2, 40, 0, 0.8, 3)}}},
    ),
    "how many lie as far": (
        "CORE-22",
        {},
        {"product": RELEASED, "facts": {"diversity": {"diagnosis": Diversity(2, 40, 0, 0.35, 3)}}},
        {"product": RELEASED, "facts": {"diversity": {"diagnosis": Diversity(2, 40, 0, 0.35, 30)}}},
    ),
    "a promised group": (
        "HOUSE-01",
        {"rules": [GROUPS]},
        {"product": {"aggregate": {"count": "n", "minGroup": 9}, "columns": {"n": COUNT}}},
        {"product": {"aggregate": {"count": "n", "minGroup": 3}, "columns": {"n": COUNT}}},
    ),
}


def _raised(rule: str, pack: dict[str, Any], facts: dict[str, Any], *waivers: dict[str, Any]) -> list[Finding]:
    """The blocking findings of one rule, by an organisation with such a pack."""
    governance = {**facts.get("governance", {}), "roles": APPROVER, "waivers": list(waivers)}
    found = facts_of(Vector("", False, {**facts, "governance": governance}))
    own = found.governance.model_copy(update={"own_packs": (OwnPack.model_validate({"pack": "HOUSE", **pack}),) if pack else ()})
    found = replace(found, mesh=replace(found.mesh, governance=own))
    return [one for one in gate(found, rules_of(own)).blocking if one.rule == rule]


@pytest.mark.parametrize("case", MEASURED)
def test_a_waiver_of_what_was_measured_is_none_of_what_is_measured_worse(case: str) -> None:
    rule, pack, before, after = MEASURED[case]
    [told] = _raised(rule, pack, before)
    given_ = entry(rule=rule, about=told.about, covers=covers(told), measured={one.what: one.value for one in told.measured})
    assert not _raised(rule, pack, before, given_)
    [worse] = _raised(rule, pack, after, given_)
    assert "does not cover this" in worse.why and " was " in worse.why
    [later] = _raised(rule, pack, after)
    better = entry(rule=rule, about=later.about, covers=covers(later), measured={one.what: one.value for one in later.measured})
    assert not _raised(rule, pack, before, better), "what is measured better is covered"


def test_a_waiver_that_remembers_no_measure_covers_nothing_that_was_measured() -> None:
    before = scanned(MAIL)
    [told] = _raised("CORE-05", {}, before)
    [still] = _raised("CORE-05", {}, before, entry(rule="CORE-05", about=told.about, covers=covers(told)))
    assert "was not measured and is" in still.why


def test_one_of_what_was_not_measured_is_none_of_what_is() -> None:
    [told] = _raised("CORE-22", {}, {"product": RELEASED, "facts": {"diversity": {}}})
    given_ = entry(rule="CORE-22", about=told.about, covers=covers(told), measured={"distance": 1.0})
    assert not _raised("CORE-22", {}, {"product": RELEASED, "facts": {"diversity": {}}}, given_)
    assert _raised("CORE-22", {}, MEASURED["a distance"][2], given_)
