"""How a control stands where the files alone do not tell: by the last decision in which rows were judged."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mesh_platform.errors import Finding, Severity
from mesh_platform.interop.evidence.judging import Cases, Known, Stands, stand
from mesh_platform.interop.evidence.standing import UNCHANGED, cases_of, controls_of, last_judged
from mesh_platform.interop.evidence.trail import Trail
from mesh_platform.policy import PACKS, Control, Vector, gate, rules
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.waiving import covers
from mesh_platform.product.waivers import Waiver
from mesh_platform.registry import GateDecision

FACTS = facts_of(Vector("fit", True))
ROWS = next(rule for rule in PACKS["PCI"] if rule.name == "PCI-3.3.1.2 (rows)")
AT_RUN_TIME = next(rule for rule in PACKS["PCI"] if rule.id == "PCI-3.4.1")
UNDER = facts_of(
    Vector(
        "a diagnosis as internal",
        False,
        {
            "product": {
                "columns": {"segment": {"category": "user.health.medical_diagnosis"}},
                "privacy": {"condition": "health_care"},
            }
        },
    )
)
LABELS = next(rule for rule in rules() if rule.name == "CORE-05 (category)")
WHEN = datetime(2026, 11, 1, tzinfo=UTC)
JUDGED = GateDecision(FACTS.product.key, FACTS.product.spec_hash, "publish", True, WHEN)


def of_rows(decided: GateDecision | None) -> Stands:
    facts = replace(FACTS, classification=None, shapes=None, staged=None)
    [found] = stand(Known(facts, decided), [ROWS], {})
    return found


def test_a_rule_about_rows_is_open_until_rows_were_judged() -> None:
    assert (of_rows(None).state, of_rows(None).by) == ("open", "nobody")
    assert (of_rows(JUDGED).state, of_rows(JUDGED).by) == ("enforced", "staged rows")


def test_files_that_changed_since_are_not_what_was_judged() -> None:
    assert (
        "changed" in of_rows(replace(JUDGED, spec_hash="another")).why
        and of_rows(replace(JUDGED, spec_hash="another")).state == "open"
    )


def test_what_the_gate_could_not_judge_stays_open_with_its_reason() -> None:
    skipped = {"product": "p", "rule": ROWS.name, "why": "The scan was interrupted."}
    found = of_rows(replace(JUDGED, not_evaluated=(skipped,)))
    assert (found.state, found.why) == ("open", "The scan was interrupted.")


def test_what_the_gate_found_in_the_rows_is_blocked_waived_or_open() -> None:
    finding = Finding(ROWS.id, "here", "A code was found.", "Drop it.")
    warned = replace(finding, severity=Severity.WARN)
    for one, state in ((finding, "blocked"), (replace(warned, waived="until 2026-12-01 by ana"), "waived"), (warned, "open")):
        assert of_rows(replace(JUDGED, open=state != "blocked", findings=(one,))).state == state
    assert "ana" not in of_rows(replace(JUDGED, findings=(replace(warned, waived="until 2026-12-01 by ana"),))).why


def test_code_that_does_other_than_its_examples_say_is_failing() -> None:
    for cases, state in ((Cases(2, 0), "enforced"), (Cases(2, 1), "failing"), (Cases(0, 0), "failing")):
        facts = replace(FACTS, probes={Control.MASKING: True})
        [found] = stand(Known(facts), [replace(AT_RUN_TIME, applies=lambda _: True)], {AT_RUN_TIME.name: cases})
        assert found.state == state, cases


@pytest.mark.parametrize(
    ("seen", "state", "by"), [(True, "enforced", "probe"), (False, "failing", "probe"), (None, "open", "nobody")]
)
@pytest.mark.parametrize(
    ("id_", "control"), [("GDPR-25", Control.MASKING), ("GDPR-7-3", Control.LEGAL_BASIS), ("GDPR-7-1", Control.LEGAL_BASIS)]
)
def test_what_shows_in_rows_is_enforced_where_a_probe_saw_it_there_and_nowhere_for_its_examples_alone(
    id_: str, control: Control, seen: bool | None, state: str, by: str
) -> None:
    rule = replace(next(rule for rule in PACKS["GDPR"] if rule.id == id_), applies=lambda _: True)
    facts = replace(FACTS, probes={control: seen}, probed={control: "So it says."})
    [found] = stand(Known(facts), [rule], cases_of([rule]))
    assert (found.state, found.by) == (state, by)
    assert "So it says." in found.why
    [untold] = stand(Known(FACTS), [rule], cases_of([rule]))
    assert untold.why == f"No probe has looked for {control.words}."


def test_a_publication_that_found_nothing_new_judged_no_rows() -> None:
    later = replace(JUDGED, findings=(Finding(UNCHANGED, "here", "Nothing new.", "", severity=Severity.INFO),))
    assert last_judged([JUDGED, later]) == {str(JUDGED.product): JUDGED}
    assert last_judged([replace(JUDGED, place="load")]) == {}


def test_who_may_read_from_where_and_for_what_is_enforced_at_run_time_by_the_decision() -> None:
    rules = [rule for rule in PACKS["CORE"] if rule.id in ("CORE-07", "CORE-13", "CORE-14")]
    found = list(stand(Known(FACTS), rules, cases_of(rules)))
    assert [(one.rule.id, one.state, one.by) for one in found] == [
        (id_, "enforced", "run time") for id_ in ("CORE-07", "CORE-13", "CORE-14")
    ]
    assert all("decision:decide; all 3 worked examples" in one.why for one in found)


def _waived(number: str, trail: Trail) -> Waiver:
    """A waiver of a diagnosis that is labelled internal, and its two records in the log."""
    [found] = [one for one in gate(UNDER, [LABELS]).blocking if one.rule == LABELS.id]
    for at, what in enumerate(("asked", "approved")):
        trail.waivers[number, found.product][what].add("", f"mesh:{number}{at}")
        trail.acts[found.product, "waiver"].add("", f"mesh:{number}{at}")
    days = {"approved_on": UNDER.today, "expires": UNDER.today}
    who = {"reason": "r", "control": "c", "requested_by": "a", "approved_by": "b"}
    return Waiver(product=found.product, rule=found.rule, about=found.about, covers=covers(found), **days, **who).called(number)


@pytest.mark.parametrize("by", ["files", "rows"])
def test_a_waived_control_is_borne_out_by_the_records_of_the_waiver_that_is_meant_and_by_none_where_it_stands_in_a_file(
    by: str,
) -> None:
    trail = Trail()
    meant = _waived("3", trail)
    _waived("4", trail)  # newer, and ended since

    def records(waiver: Waiver) -> tuple[str, ...]:
        facts = replace(UNDER, mesh=replace(UNDER.mesh, waivers=(waiver,)))
        if by == "rows":
            decided = replace(JUDGED, spec_hash=facts.product.spec_hash, findings=gate(facts, [LABELS]).findings)
            rule = replace(LABELS, needs=ROWS.needs)
            known = Known(replace(facts, classification=None, shapes=None, staged=None), decided)
        else:
            rule, known = LABELS, Known(facts)
        [control] = controls_of([rule], {str(UNDER.product.key): known}, trail)
        [on] = control.products
        assert on.state == "waived"
        return on.records

    assert records(meant) == ("mesh:30", "mesh:31")
    assert records(meant.called("")) == ()
