"""The gate: open or blocked, closed on whatever fails, and silent about nothing that it could not judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.errors import Finding, Severity
from mesh_platform.policy import Facts, Group, Measures, Objection, Rule, Vector, Verdict, gate, group_of, rules
from mesh_platform.policy.facts import Need
from mesh_platform.product import ProductKey
from mesh_platform.product.lineage import Lineage
from tests.policy.vectors import TODAY, facts_of

FIT = facts_of(Vector("fit", True))


def objects(facts: Facts) -> Iterator[Objection]:
    yield Objection("It is not liked.", "Change it.", ("columns", "email"))


def raises(facts: Facts) -> Iterator[Objection]:
    raise KeyError("ana@example.com")
    yield


def rule(check: Any = objects, **change: Any) -> Rule:
    return replace(Rule("TEST-01", "A test", check, (), "test"), **change)


def test_a_product_that_no_rule_objects_to_is_open() -> None:
    decision = gate(FIT, rules())
    assert decision.open
    assert decision.findings == ()


def test_an_objection_becomes_a_finding_with_rule_place_and_weight() -> None:
    [finding] = gate(FIT, [rule(waivable=True)]).findings
    assert len(finding.bound) == 16
    assert replace(finding, bound="") == Finding(
        "TEST-01",
        "domains/customer/profiles/product.yaml:1",
        "It is not liked.",
        "Change it.",
        "customer/profiles",
        Severity.BLOCK,
        waivable=True,
        about="columns.email",
    )


def test_a_finding_that_blocks_closes_the_gate_and_one_that_warns_does_not() -> None:
    assert not gate(FIT, [rule()]).open
    assert gate(FIT, [rule(verdict=Verdict.WARN)]).open
    assert gate(FIT, [rule(lambda facts: [Objection("a", "b", severity=Severity.INFO)])]).open


def test_an_objection_on_behalf_of_one_consumer_closes_that_consumer_and_not_the_product() -> None:
    decision = gate(FIT, [rule(lambda facts: [Objection("a", "b", consumer="sales")])])
    assert decision.open
    assert decision.closed_consumers == ("sales",)
    assert decision.findings[0].severity is Severity.WARN


def test_a_rule_that_raises_blocks_and_tells_its_id_and_no_value() -> None:
    decision = gate(FIT, [rule(raises, waivable=True), rule(id="TEST-02")])
    failed, judged = decision.findings
    assert not decision.open
    assert failed.rule == "TEST-01"
    assert failed.blocks
    assert not failed.waivable
    assert "KeyError" in failed.why
    assert "ana@" not in str(failed)
    assert judged.rule == "TEST-02"


def test_a_rule_whose_condition_raises_blocks() -> None:
    assert not gate(FIT, [rule(lambda facts: [], applies=lambda facts: 1 / 0)]).open


def test_a_rule_that_needs_a_fact_nobody_knows_of_blocks() -> None:
    assert not gate(FIT, [rule(lambda facts: [], needs=frozenset({"weather"}))]).open


def test_a_rule_that_is_not_yet_in_force_is_listed_and_objects_to_nothing() -> None:
    tomorrow = TODAY + timedelta(days=1)
    decision = gate(FIT, [rule(effective_from=tomorrow)])
    assert decision.findings == ()
    assert [(one.rule, one.why) for one in decision.not_evaluated] == [("TEST-01", "It takes effect on 2026-12-02.")]
    assert gate(replace(FIT, today=tomorrow), [rule(effective_from=tomorrow)]).findings


def test_a_rule_without_what_it_needs_is_listed_with_the_reason() -> None:
    decision = gate(FIT, [rule(part="scan", needs=frozenset({Need.CLASSIFICATION}))])
    assert [one.as_json() for one in decision.not_evaluated] == [
        {"product": "customer/profiles", "rule": "TEST-01 (scan)", "why": "No scan of the values has run."}
    ]


def test_a_rule_that_does_not_apply_is_neither_judged_nor_listed() -> None:
    decision = gate(FIT, [rule(needs=frozenset({Need.MEASURES}), applies=lambda facts: False)])
    assert (decision.findings, decision.not_evaluated) == ((), ())


def test_every_need_of_every_rule_is_a_fact() -> None:
    for one in rules():
        list(FIT.missing(one.needs))


def test_offline_exactly_what_needs_rows_probes_or_readers_is_not_evaluated() -> None:
    assert {one.rule for one in gate(FIT, rules()).not_evaluated} == {
        "CORE-02 (scan)",
        "CORE-02 (staged)",
        "CORE-04 (access_logging)",
        "CORE-04 (durable_audit)",
        "CORE-04 (encryption_at_rest)",
        "CORE-04 (legal_basis_at_read)",
        "CORE-04 (mask_by_default)",
        "CORE-04 (region_of_files)",
        "CORE-04 (replica_regions)",
        "CORE-04 (retention_enforced)",
        "CORE-05 (scan)",
        "CORE-12 (measured)",
        "CORE-18",
        "CORE-18 (consumer)",
        "CORE-18 (grants)",
        "CORE-19",
        "CORE-21",
        "LIFE-05",
        "CORE-16",
        "GDPR-5-1C",
        "GDPR-5-2",
        "GDPR-35 (rows)",
        *(f"PCI-3.3.1.{number} (rows)" for number in (1, 2, 3)),
        "PCI-3.5.1",
        "PCI-3.5.1 (across products)",
        "PCI-3.5.1 (correlation)",
        "PCI-3.5.1.1",
        "SOV-2",
        "SOV-8",
    }


def test_what_stands_against_a_product_before_any_rule_runs_closes_its_gate() -> None:
    broken = replace(FIT.product, findings=(Finding("DESC-09", "x", "y", "z", "customer/profiles"),))
    facts = replace(FIT, product=broken, mesh=replace(FIT.mesh, products={broken.key: broken}))
    assert not gate(facts, []).open
    lineage = Lineage({}, frozenset(), exact=False, findings=(Finding("SQL-01", "x", "y", "z", "customer/profiles"),))
    assert not gate(replace(FIT, lineage=lineage), []).open


def test_governance_that_cannot_be_read_closes_every_gate() -> None:
    mesh = replace(FIT.mesh, governance_findings=(Finding("DESC-01", "governance/policies.yaml:1", "y", "z"),))
    assert not gate(replace(FIT, mesh=mesh), []).open


def test_a_folder_of_a_wrong_name_elsewhere_closes_no_gate() -> None:
    mesh = replace(FIT.mesh, findings=(Finding("DESC-04", "'domains/My Domain'", "y", "z"),))
    assert gate(replace(FIT, mesh=mesh), []).open


def test_a_retired_product_is_not_open_and_nothing_blocks_the_check() -> None:
    decision = gate(facts_of(Vector("retired", True, {"product": {"status": "retired"}})), rules())
    assert not decision.open
    assert decision.blocking == ()
    assert [finding.rule for finding in decision.findings] == ["LIFE-02"]


@given(st.sets(st.sampled_from(range(len(rules())))), st.sampled_from([v for one in rules() for v in one.vectors]))
def test_one_more_rule_never_opens_the_gate_nor_takes_a_finding_away(chosen: set[int], vector: Vector) -> None:
    facts = facts_of(vector)
    some = gate(facts, [rules()[i] for i in sorted(chosen)])
    every = gate(facts, rules())
    assert every.open <= some.open
    assert set(some.findings) <= set(every.findings)
    assert set(some.not_evaluated) <= set(every.not_evaluated)


@given(st.sampled_from([v for one in rules() for v in one.vectors]))
def test_the_same_facts_give_the_same_decision(vector: Vector) -> None:
    assert gate(facts_of(vector), rules()) == gate(facts_of(vector), rules())


def test_findings_are_shown_under_the_check_of_their_rule() -> None:
    decision = gate(facts_of(Vector("bare", False, {"product": {"retention": None, "qualityMetrics": None}})), rules())
    assert {f.rule: group_of(f.rule) for f in decision.findings} == {"CORE-03": Group.RETENTION, "CORE-12": Group.QUALITY}
    assert group_of("DESC-02") is Group.POLICY


def test_rules_that_share_an_id_are_shown_under_one_check() -> None:
    groups: dict[str, set[Group]] = {}
    for one in rules():
        groups.setdefault(one.id, set()).add(one.group)
    assert {name: found for name, found in groups.items() if len(found) > 1} == {}


def test_the_consumer_whose_floor_is_broken_is_not_served_while_the_product_is() -> None:
    contract = {
        "consumer": "sales",
        "purpose": "enrichment",
        "fields": ["customer_id", "segment"],
        "quality": {"completeness": 99},
    }
    change = {"product": {"dataContracts": [contract]}, "facts": {"measures": Measures(completeness=98.5)}}
    decision = gate(facts_of(Vector("below", False, change)), rules())
    assert decision.open
    assert decision.closed_consumers == ("sales",)
    reader = {
        **change,
        "about": "sales/segments",
        "facts": {"upstream_measures": {ProductKey("customer", "profiles"): Measures(98.5)}},
    }
    assert not gate(facts_of(Vector("reader", False, reader)), rules()).open


def test_residency_that_the_organisation_does_not_enforce_warns() -> None:
    change = {
        "product": {"dataResidency": {"region": "US", "storageLocations": ["eastus"]}},
        "governance": {"policies": {"dataResidency": {"enforced": False}}},
    }
    decision = gate(facts_of(Vector("elsewhere", False, change)), rules())
    assert decision.open
    assert {(f.rule, f.severity) for f in decision.findings} == {("CORE-06", Severity.WARN)}


def test_a_hundred_unlabelled_columns_are_told_in_twenty_one_findings() -> None:
    columns = {f"c{i}": {"type": "string"} for i in range(100)}
    decision = gate(facts_of(Vector("wide", False, {"product": {"columns": columns}})), rules())
    told = [finding.why for finding in decision.findings if finding.rule == "CORE-02"]
    assert len(told) == 21
    assert told[-1] == "The same holds of 80 more columns."


@pytest.mark.parametrize("day", [date.min, date(1999, 1, 1), date.max])
def test_no_date_of_the_clock_opens_a_gate(day: date) -> None:
    facts = facts_of(Vector("bare", False, {"product": {"retention": None}}))
    assert not gate(replace(facts, today=day), rules()).open
