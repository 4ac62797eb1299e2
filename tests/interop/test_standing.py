"""How a control stands where the files of today say it: passed, objected to, waived, served nevertheless, or not yet in force; and which records show it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mesh_platform.interop.evidence.judging import Cases, Known, Stands, stand
from mesh_platform.interop.evidence.model import STATES
from mesh_platform.interop.evidence.standing import controls_of, summary_of
from mesh_platform.interop.evidence.trail import Trail
from mesh_platform.policy import PACKS, Facts, Rule, Upheld, Vector
from mesh_platform.policy.engine import judge
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.rule import Objection
from mesh_platform.policy.waiving import covers
from mesh_platform.product import Sensitivity
from mesh_platform.product.waivers import Waiver
from mesh_platform.registry import Publication

WHEN = datetime(2026, 11, 1, tzinfo=UTC)


def violated() -> tuple[Rule, Facts]:
    """A rule about files that the gate judges and a waiver may let through, with the facts of its first failing example."""
    for rule in (one for one in PACKS["CORE"] if one.id != "CORE-02"):
        for vector in rule.vectors if rule.upheld is Upheld.GATE and rule.waivable else ():
            if not vector.passes and not vector.call:
                facts = facts_of(vector)
                [found] = stand(Known(facts), [rule], {})
                if found.state == "blocked":
                    return rule, facts
    raise LookupError("no such rule")


RULE, FACTS = violated()
KEY = str(FACTS.product.key)


def served(spec_hash: str) -> Publication:
    return Publication("p-1", FACTS.product.key, "1.0.0", 7, spec_hash, 3, Sensitivity.INTERNAL, "westeurope", WHEN)


def stands(known: Known, rule: Rule = RULE) -> Stands:
    [found] = stand(known, [rule], {})
    return found


def test_what_the_gate_objects_to_is_blocked_unless_it_is_served_all_the_same() -> None:
    nothing, older, these = (stands(Known(FACTS, served=one)) for one in (None, served("older"), served(FACTS.product.spec_hash)))
    assert [one.state for one in (nothing, older, these)] == ["blocked", "blocked", "failing"]
    assert nothing.why.endswith("Nothing of the product is served.")
    assert older.why.endswith("Version 1.0.0, published before, is what is served.")
    assert these.why.endswith("the gate closes at the next publication.")


def waived_by(rule: str, expires: date) -> Facts:
    objections, _, _ = judge(RULE, FACTS, shared=True)
    finding = RULE.finding(FACTS.product, objections[0])
    one = Waiver(
        product=KEY,
        rule=rule,
        about=finding.about,
        covers=covers(finding),
        reason="Being mended.",
        control="Nobody reads it.",
        requested_by="bob",
        approved_by="ana",
        approved_on=FACTS.today,
        expires=expires,
    )
    return replace(FACTS, mesh=replace(FACTS.mesh, waivers=(one.called("3"),)))


def test_a_waiver_that_stands_is_told_until_when_and_without_a_name() -> None:
    found = stands(Known(waived_by(RULE.id, FACTS.today + timedelta(days=30))))
    assert found.state == "waived" and (FACTS.today + timedelta(days=30)).isoformat() in found.why
    assert "ana" not in found.why and "bob" not in found.why


@pytest.mark.parametrize(("rule", "days"), [(RULE.id, -1), ("CORE-99", 30)])
def test_a_waiver_that_has_ended_or_is_of_another_rule_waives_nothing(rule: str, days: int) -> None:
    assert stands(Known(waived_by(rule, FACTS.today + timedelta(days=days)))).state == "blocked"


def test_a_waiver_of_one_thing_lets_nothing_else_of_the_rule_through() -> None:
    facts = waived_by(RULE.id, FACTS.today)
    both = replace(RULE, check=lambda found: (*RULE.check(found), Objection("Another thing.", "Mend it.", ("columns", "other"))))
    assert stands(Known(facts), both).state == "blocked"


def test_a_rule_that_is_not_yet_in_force_is_enforced_for_nobody() -> None:
    later = replace(RULE, effective_from=FACTS.today + timedelta(days=1))
    assert stands(Known(FACTS), later).state == "not applicable"
    assert stands(Known(FACTS), replace(RULE, effective_from=FACTS.today)).state == "blocked"
    assert stands(Known(FACTS), replace(later, pack="NONE")).why == "Its pack does not bind the product.", "whatever its day"


def test_what_a_person_attests_counts_as_attested_and_never_as_enforced() -> None:
    found = {
        stands(Known(facts_of(vector)), rule).state
        for pack in PACKS.values()
        for rule in pack
        if rule.upheld is Upheld.ATTESTED
        for vector in rule.vectors
        if vector.passes
    }
    assert "attested" in found and "enforced" not in found


def test_records_that_show_a_control_are_those_of_its_own_kind() -> None:
    trail = Trail()
    trail.waivers["3", KEY]["approved"].add("2026-10-01", "mesh:8")
    trail.waivers["4", KEY]["approved"].add("2026-10-01", "mesh:9")
    for seq, act in enumerate(("gate denied", "waiver", "read", "read denied", "request", "erasure", "key")):
        trail.acts[KEY, act].add("2026-10-01", f"mesh:{seq}")
    waived = waived_by(RULE.id, FACTS.today)
    expected = {"blocked": ("mesh:0",), "waived": ("mesh:8",)}
    for facts in (FACTS, waived):
        [control] = controls_of([RULE], {KEY: Known(facts)}, trail)
        [on] = control.products
        assert on.records == expected.pop(on.state)
    assert not expected
    at_run_time = next(rule for rule in PACKS["CORE"] if rule.id == "CORE-07")
    [control] = controls_of([at_run_time], {KEY: Known(facts_of(Vector("fit", True)))}, trail)
    assert control.products[0].records == ("mesh:2", "mesh:3", "mesh:4")
    assert (control.cases, control.cases_failed) == (3, 0)


def test_the_summary_counts_each_pair_once_and_names_every_state() -> None:
    controls = controls_of(PACKS["CORE"], {KEY: Known(FACTS)}, Trail())
    counted = summary_of(controls)
    assert [*counted] == [*STATES] and sum(counted.values()) == len(PACKS["CORE"])
    assert counted["blocked"] == sum(on.state == "blocked" for control in controls for on in control.products) > 0


def test_cases_that_were_not_run_uphold_nothing() -> None:
    at_run_time = next(rule for rule in PACKS["CORE"] if rule.id == "CORE-07")
    [found] = stand(Known(facts_of(Vector("fit", True))), [at_run_time], {at_run_time.name: Cases()})
    assert (found.state, found.by) == ("failing", "run time")
