"""The checklist follows from what is known of a domain, line by line: nothing is done that nobody judged, and no open line is without what closes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mesh_platform.policy import Control, rules
from mesh_platform.policy.checklist import Line, Look, checklist
from mesh_platform.policy.checklist.items import ITEMS
from mesh_platform.policy.checklist.lines import ByRules, Waiting
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.judging import states
from mesh_platform.policy.rule import Vector
from mesh_platform.product import ProductKey
from mesh_platform.product.mesh import BrokenProduct

TODAY = date(2026, 12, 1)
MADE = ("catalog", "templates", "storage", "key", "code location", "owners", "CI job")


def look(change: dict[str, Any] | None = None, **known: Any) -> Look:
    """The fit mesh of the rules' examples, published, with an interface and everything made."""
    change = {"product": {"interfaces": [{"type": "SQL", "authentication": "OAuth2"}]}, **(change or {})}
    facts = facts_of(Vector("x", True, change))
    found = {str(facts.product.key): tuple(states(facts, rules()))}
    given_ = {
        "unjudged": {key: frozenset[str]() for key in found},
        "machine": dict.fromkeys(("audit log", "backups", "controls"), ("ok", "1 of them")),
        "made": dict.fromkeys(MADE, True),
        "measured": frozenset(found),
        "registered": frozenset(found),
    }
    return Look(facts.mesh, "customer", TODAY, found, **{**given_, **known})


def lines(found: Look) -> dict[str, Line]:
    return {line.id: line for line in checklist(found)}


def test_a_fit_domain_has_open_only_what_somebody_has_to_attest() -> None:
    found = lines(look())
    assert {id for id, line in found.items() if line.state == "open"} == {"access.4", "audit.3", "step.9"}
    for id in ("access.4", "audit.3", "step.9"):
        assert "governance/register.yaml" in found[id].command
    assert len(found) == sum(map(len, ITEMS.values()))


def test_an_attestation_closes_a_line_with_who_when_and_until_when_and_not_a_day_longer() -> None:
    record = {"kind": "attestation", "about": ["TRAINING", "customer"], "by": "lead@example.com", "on": "2026-01-01"}
    found = lines(look({"governance": {"records": {"it": {**record, "expires": "2026-12-01"}}}}))["step.9"]
    assert (found.state, found.record and found.record.by) == ("attested", "lead@example.com")
    for other in ({**record, "expires": "2026-11-30"}, {**record, "about": ["TRAINING", "sales"], "expires": "2027-01-01"}):
        assert lines(look({"governance": {"records": {"it": other}}}))["step.9"].state == "open"


def test_what_rows_decide_is_open_until_those_files_are_published() -> None:
    found = lines(look(unjudged={}))
    assert found["data.1"].state == found["data.5"].state == "open"
    assert found["data.1"].command == "mesh run customer/profiles"
    assert found["data.2"].state == "done", "files alone decide it"
    closed = lines(look({"product": {"retention": None}}, unjudged={}))["data.1"]
    assert closed.command == "mesh check customer/profiles", "a run of what the gate objects to closes nothing"
    left = lines(look(unjudged={"customer/profiles": frozenset({"CORE-19"})}))
    assert left["data.5"].command == "mesh policy explain customer/profiles"


def test_a_rule_that_objects_opens_its_line_and_names_the_product() -> None:
    found = lines(look({"product": {"retention": None}}))["data.4"]
    assert found.state == "open"
    assert found.reasons[0].why.startswith("customer/profiles: CORE-03")
    assert found.command == "mesh check customer/profiles"


def test_the_machine_tasks_and_recipients_open_their_lines() -> None:
    late = (Waiting("deadline", "customer/profiles", True), Waiting("approval", "customer/profiles", False))
    broken = {"audit log": ("warn", "no anchor"), "backups": ("ok", "none yet"), "controls": ("not evaluated", "x")}
    outside = {
        "governance": {"recipients": {"mailer": {"role": "controller", "reviewed": "2026-01-01", "expires": "2026-12-15"}}}
    }
    found = lines(look(outside, machine=broken, tasks=late, hosts=("localhost", "mail.example.com")))
    opened = {id for id, line in found.items() if line.state == "open"}
    assert {"audit.1", "data.10", "audit.5", "vendors.4", "vendors.5"} <= opened
    assert not {"audit.2", "access.6", "vendors.3"} & opened
    assert found["vendors.4"].command == "mesh vendor show mailer"


def test_a_product_that_cannot_be_read_opens_every_line_that_rules_decide() -> None:
    whole = look()
    key = ProductKey("customer", "torn")
    torn = replace(whole, mesh=replace(whole.mesh, broken={key: BrokenProduct(key, Path("product.yaml"), ())}))
    for part, items in ITEMS.items():
        for id, _, judge in items:
            if isinstance(judge, ByRules):
                assert "customer/torn" in " ".join(one.why for one in lines(torn)[id].reasons), (part, id)


def test_what_a_probe_misses_today_and_what_code_upholds_no_more_open_their_lines() -> None:
    missing = {"customer/profiles": (Control.ENCRYPTION, Control.REGION)}
    found = lines(look(unseen=missing, failing={"SOV-6": "a caller from elsewhere"}))
    assert [found[id].state for id in ("data.7", "data.8", "access.2")] == ["open"] * 3
    assert found["access.2"].command == "mesh policy test --pack SOVEREIGNTY"
    assert "a caller from elsewhere" in found["access.2"].reasons[0].why


def test_a_product_that_the_catalog_does_not_know_opens_the_first_step() -> None:
    assert lines(look(registered=frozenset()))["step.1"].command == "mesh run customer"


@given(st.sets(st.sampled_from(MADE)), st.booleans(), st.sets(st.sampled_from(["audit log", "backups", "controls"])))
def test_no_open_line_is_without_what_closes_it_and_knowing_less_closes_none(
    made: set[str], published: bool, seen: set[str]
) -> None:
    whole = look()
    less = replace(
        whole,
        made={name: name in made for name in MADE},
        unjudged=whole.unjudged if published else {},
        machine={name: one for name, one in whole.machine.items() if name in seen},
    )
    before = lines(whole)
    for id, line in lines(less).items():
        assert line.state != "open" or line.command, id
        assert line.state == "open" or before[id].state != "open", id
