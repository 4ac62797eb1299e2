"""Breaches in the evidence: documented whether anybody was told or not, with records of the log that have each entry's hash; a law that is not kept shows as failing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import jsonschema
import pytest
from sqlalchemy import delete, update

from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.breaches import breaches_of as told_of
from mesh_platform.interop.evidence.export import collected
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.model import BreachEntry, Evidence
from mesh_platform.interop.evidence.page import page
from mesh_platform.interop.evidence.schema import evidence_schema
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.interop.evidence.standing import rules_in
from mesh_platform.interop.evidence.trail import logs_of, trail_of
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime
from mesh_platform.publish.desks import breaches_of
from mesh_platform.state.tables import breach_events, breaches
from mesh_platform.subjects.breaches import Affected, Breach, Breaches, Found, Risk
from mesh_platform.subjects.breaches.finding import Meant, found_for
from tests.subjects.telling import BY, assessment, report
from tests.subjects.town import CARDS, CUSTOMERS, TOWNS, VISITS

HOUR = timedelta(hours=1)


def register_of(runtime: Runtime) -> Breaches:
    return breaches_of(load_mesh(runtime.settings.project), runtime)


def reported(runtime: Runtime, *products: str, ago: timedelta = HOUR) -> Breach:
    now, mesh = utc_now(), load_mesh(runtime.settings.project)
    found = found_for(Meant(dict.fromkeys(products, ())), mesh, runtime.lake, runtime.audit, now - ago, now)
    return register_of(runtime).open(report(now - ago), found, BY, now)


def evidence_of(runtime: Runtime, framework: Framework = Framework.GDPR, as_of: datetime | None = None, **part: Any) -> Evidence:
    scope = Scope(framework, as_of or utc_now(), **part)
    return collected(load_mesh(runtime.settings.project), runtime, scope)[0]


def entries(
    runtime: Runtime, framework: Framework = Framework.GDPR, as_of: datetime | None = None, **part: Any
) -> list[BreachEntry]:
    """The part about breaches alone."""
    mesh, scope = load_mesh(runtime.settings.project), Scope(framework, as_of or utc_now(), **part)
    runtime.audit.settle()
    return [*told_of(mesh, runtime, rules_in(framework, mesh), scope, trail_of(logs_of(runtime.audit)[0], scope))]


def states(evidence: Evidence, rule: str) -> dict[str, str]:
    [control] = [one for one in evidence.controls if one.rule == rule]
    return {one.product: one.state for one in control.products}


def test_a_breach_that_was_told_to_nobody_is_documented_and_proven(runtime: Runtime) -> None:
    register, made = register_of(runtime), reported(runtime, CUSTOMERS, CARDS)
    register.assess(made.id, assessment(Risk.UNLIKELY, made, "the disk is encrypted"), BY, utc_now())
    register.close(made.id, "the disk was wiped", BY, utc_now())
    evidence = evidence_of(runtime)
    [one] = evidence.breaches
    assert (one.state, one.risk, one.ground, one.measures) == ("closed", "unlikely", "the disk is encrypted", "wiped from afar")
    assert {each.product: each.people for each in one.touched} == {CUSTOMERS: 2, CARDS: 2} and one.people == 2, "Ana is erased"
    assert one.notifications == () and one.proven and len(one.records) == 3
    acts = {each.id: (each.act, each.who) for each in evidence.records}
    assert {acts[id_][0] for id_ in one.records} == {"breach"}, "each is one that the package proves"
    told = json.loads(evidence.model_dump_json())
    jsonschema.Draft202012Validator(evidence_schema()).validate(told)
    assert BY.name not in json.dumps([told["breaches"]]) and "the disk is encrypted" in page(evidence)


def test_a_law_that_is_not_kept_fails_until_it_is_told_with_the_reason(runtime: Runtime) -> None:
    made, register = reported(runtime, CUSTOMERS, ago=80 * HOUR), register_of(runtime)
    evidence = evidence_of(runtime)
    found = states(evidence, "GDPR-33")
    assert (found[CUSTOMERS], found[VISITS], found[TOWNS]) == ("failing", "enforced", "not applicable")
    [control] = [one for one in evidence.controls if one.rule == "GDPR-33"]
    [on] = [one for one in control.products if one.product == CUSTOMERS]
    assert made.id[:12] in on.why and on.records == evidence.breaches[0].records != ()
    assert evidence.breaches[0].notifications[0].state == "overdue"
    register.notify(made.id, "GDPR-33", None, utc_now(), BY, utc_now(), reason="the log was restored first", reference="2027-1")
    evidence = evidence_of(runtime)
    assert states(evidence, "GDPR-33")[CUSTOMERS] == "enforced"
    [told] = evidence.breaches[0].notifications
    assert (told.state, told.reason, told.reference) == ("told late", "the log was restored first", "2027-1")


def test_a_breach_of_nobody_knows_what_fails_for_every_product_that_the_law_binds(runtime: Runtime) -> None:
    reported(runtime, ago=80 * HOUR)
    evidence = evidence_of(runtime)
    assert states(evidence, "GDPR-33")[VISITS] == "failing" and states(evidence, "GDPR-33")[TOWNS] == "not applicable"
    assert evidence.breaches[0].touched == () and evidence.breaches[0].people is None
    assert entries(runtime, domain="web") == [], "whoever has a part of the mesh is told of what concerns it"


@pytest.mark.parametrize("what", ["entry", "report", "all"])
def test_what_was_changed_in_the_database_alone_is_unproven_and_what_was_removed_is_told(runtime: Runtime, what: str) -> None:
    made = reported(runtime, CUSTOMERS)
    register_of(runtime).assess(made.id, assessment(Risk.HIGH, made), BY, utc_now())
    assert entries(runtime)[0].proven
    with runtime.database.write() as con:
        if what == "entry":
            changed = {**made.history[0].detail, "what": "nothing"}
            con.execute(update(breach_events).where(breach_events.c.event == "opened").values(detail=changed))
        elif what == "report":
            con.execute(update(breaches).values(what="nothing"))
        else:
            con.execute(delete(breach_events))
            con.execute(delete(breaches))
    if what == "entry":
        assert [one.proven for one in entries(runtime)] == [False]
    elif what == "report":
        assert [(one.proven, one.what) for one in entries(runtime)] == [(True, made.what)], (
            "what was reported is what the log has"
        )
    else:
        evidence = evidence_of(runtime)
        assert evidence.breaches == () and any(made.id in note for note in evidence.notes)


def test_evidence_tells_of_the_breaches_of_its_law_and_of_its_part_of_the_mesh(runtime: Runtime) -> None:
    before = utc_now()
    made = reported(runtime, CUSTOMERS, VISITS)

    assert [one.breach for one in entries(runtime)] == [one.breach for one in entries(runtime, Framework.PCI)] == [made.id]
    assert (
        entries(runtime, Framework.HIPAA) == []
        and entries(runtime, as_of=before) == []
        and entries(runtime, domain="office") == []
    )
    [part] = entries(runtime, domain="web")
    assert [one.product for one in part.touched] == [VISITS] and part.people is None and part.proven


def test_a_part_of_the_mesh_is_not_told_which_laws_bind_the_products_of_others(runtime: Runtime) -> None:
    both = (Affected(CUSTOMERS, laws=("GDPR-33",), people=600), Affected(VISITS, laws=("HIPAA-404", "HIPAA-406"), people=3))
    register_of(runtime).open(report(utc_now() - HOUR), Found(both, 603), BY, utc_now())

    def asked(**part: str) -> set[str]:
        return {each.rule for one in entries(runtime, Framework.PCI, **part) for each in one.notifications}

    assert asked() == {"GDPR-33", "HIPAA-404", "HIPAA-406"}
    assert asked(domain="people") == {"GDPR-33"} and asked(domain="web") == {"HIPAA-404", "HIPAA-406"}
