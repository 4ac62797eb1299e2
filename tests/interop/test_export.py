"""What a package of evidence says: complete, proven, the same each time, and about nobody."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import jsonschema
import pytest

from mesh_platform.actor import Actor
from mesh_platform.audit.reading import newest_records
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.interop.evidence.export import PAGE, collected
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.outsider import EVIDENCE, unpacked
from mesh_platform.interop.evidence.page import page
from mesh_platform.interop.evidence.schema import evidence_schema, schema_text
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.policy import PACKS
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime
from tests.docs.pages import DOCS
from tests.interop.asking import EXAMINER, OF_OFFICE, Package, asked
from tests.subjects.town import ANA, ANN, CARDS, CUSTOMERS, ORDER, TOWNS, VISITORS, hashed

FORMS = (ANA, ANN, "joana@", "C-7", "C-8", "ck-9", "ck-1,", "Lisbon", "Porto", hashed(ANA), hashed(ANN))
"""Every form in which a person of the town stands anywhere."""


def test_the_json_is_what_the_published_schema_says(exported: tuple[Package, str]) -> None:
    told = json.loads(unpacked(exported[0].data)[EVIDENCE])
    jsonschema.Draft202012Validator(evidence_schema()).validate(told)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(evidence_schema()).validate(told | {"summary": {"fine": 1}})


def test_the_published_schema_is_the_one_of_the_model() -> None:
    published = (DOCS / "reference" / "evidence.schema.json").read_text(encoding="utf-8")
    assert published == schema_text(), (
        "write it anew: python -m mesh_platform.interop.evidence.schema docs/reference/evidence.schema.json"
    )


def test_every_rule_of_the_pack_stands_beside_every_product(exported: tuple[Package, str]) -> None:
    evidence = exported[0].evidence
    assert [one.rule for one in evidence.controls] == [rule.name for rule in PACKS["GDPR"]]
    assert all({one.product for one in control.products} == {*ORDER} for control in evidence.controls)
    assert sum(evidence.summary.values()) == len(PACKS["GDPR"]) * len(ORDER)


def test_no_form_of_any_person_stands_in_any_file(exported: tuple[Package, str]) -> None:
    for name, body in unpacked(exported[0].data).items():
        text = name + body.decode()
        assert [form for form in FORMS if re.search(rf"(?<![A-Za-z0-9]){re.escape(form)}(?![A-Za-z0-9])", text)] == [], name


def test_the_page_is_made_of_the_json_alone(exported: tuple[Package, str]) -> None:
    done, _ = exported
    files = unpacked(done.data)
    read = type(done.evidence).model_validate_json(files[EVIDENCE])
    assert read == done.evidence and page(read).encode() == files[PAGE]


def test_a_kept_back_deployment_is_told_with_its_rule_and_its_record(exported: tuple[Package, str]) -> None:
    evidence = exported[0].evidence
    [closed] = [one for one in evidence.decisions if not one.open]
    records = {one.id: one for one in evidence.records}
    assert closed.product == CARDS and "CORE-03" in {one.rule for one in closed.objections}
    assert [(records[id_].act, records[id_].phase, records[id_].decision) for id_ in closed.records] == [
        ("gate", "denied", "closed")
    ]
    [minimised] = [one for one in evidence.controls if one.rule == "GDPR-5-1E"]
    standing = next(one for one in minimised.products if one.product == CARDS)
    assert standing.state == "blocked" and "what is served" in standing.why and standing.records == closed.records


def test_a_request_stands_in_it_without_its_person(exported: tuple[Package, str]) -> None:
    [request] = exported[0].evidence.requests
    assert (request.kind, request.regime, request.products[CUSTOMERS]) == ("erasure", "gdpr", "blocked")
    assert request.records and request.certificate is None


def test_attestations_are_counted_apart_and_open_where_nobody_attests(runtime: Runtime) -> None:
    evidence, _ = collected(load_mesh(runtime.settings.project), runtime, Scope(Framework.SOVEREIGNTY, utc_now()))
    logs = next(one for one in evidence.controls if one.rule == "SOV-2")
    assert {one.state for one in logs.products} == {"open", "not applicable"} and logs.upheld == "attested"
    assert evidence.summary["attested"] == 0 and evidence.attestations == ()


def test_what_upholds_rules_at_run_time_was_asked_by_its_worked_examples(exported: tuple[Package, str]) -> None:
    upheld = [one for one in exported[0].evidence.controls if one.upheld == "platform"]
    assert upheld and all(one.cases >= 2 and one.cases_failed == 0 for one in upheld)


def test_a_rule_about_people_does_not_apply_where_no_people_are(exported: tuple[Package, str]) -> None:
    clock = next(one for one in exported[0].evidence.controls if one.rule == "GDPR-12-3")
    states = {one.product: one.state for one in clock.products}
    assert states[TOWNS] == "not applicable" and states[CUSTOMERS] == "enforced"


def test_the_same_state_and_moment_give_the_same_files(runtime: Runtime) -> None:
    scope = Scope(Framework.GDPR, utc_now())
    mesh = load_mesh(runtime.settings.project)
    _, first = collected(mesh, runtime, scope)
    asked(runtime)  # which writes to the log
    _, second = collected(mesh, runtime, scope)
    assert first == second


def test_that_it_was_asked_for_is_on_record_before_and_after(runtime: Runtime) -> None:
    asked(runtime, framework=Framework.HIPAA)
    before, after = newest_records(runtime.database, 2, "export")
    assert (before.phase, before.record["obj"]) == ("intent", {"ref": "hipaa", "what": "evidence"})
    assert (after.phase, after.record["obj"]["what"], after.record["obj"]["ref"]) == ("done", "evidence sealed", "hipaa")


def test_an_auditor_of_one_domain_gets_that_domain_and_no_other(runtime: Runtime) -> None:
    evidence = asked(runtime, OF_OFFICE).evidence
    assert evidence.about.domain == "office"
    assert {one.product for control in evidence.controls for one in control.products} == {VISITORS, TOWNS}
    told = evidence.model_dump_json()
    assert "people/" not in told.replace("people/customers.town", "") and '"web/' not in told
    for asks in ({"domain": "people"}, {"product": CUSTOMERS}):
        with pytest.raises(Denied, match="AUTH-03"):
            asked(runtime, OF_OFFICE, **asks)


def test_who_has_several_domains_names_one_and_who_has_another_role_gets_none(runtime: Runtime) -> None:
    two = Actor("auditor", ("examiner",), ("office", "web"))
    with pytest.raises(Denied, match="EVID-01"):
        asked(runtime, two)
    assert asked(runtime, two, domain="web").evidence.about.domain == "web"
    for role in ("platform", "consumer", "owner", "steward"):
        with pytest.raises(Denied, match="AUTH-02"):
            asked(runtime, Actor("somebody", (role,), ("office",)))


def test_a_scope_of_nothing_is_refused(runtime: Runtime) -> None:
    now = utc_now()
    with pytest.raises(NotFound, match="EVID-02"):
        asked(runtime, domain="nowhere")
    with pytest.raises(NotFound, match="EVID-02"):
        asked(runtime, product="office/nothing")
    for span in ({"as_of": now + timedelta(days=1)}, {"since": now + timedelta(days=1)}, {"domain": "web", "product": TOWNS}):
        with pytest.raises(UsageProblem, match="EVID-03"):
            asked(runtime, **span)


def test_a_span_leaves_out_what_was_recorded_outside_of_it(runtime: Runtime) -> None:
    now = utc_now()
    evidence = asked(runtime, since=now - timedelta(microseconds=1), as_of=now).evidence
    assert (evidence.decisions, evidence.access, evidence.retention) == ((), (), ())


def test_every_framework_has_a_pack_and_makes_a_package(runtime: Runtime) -> None:
    for framework in Framework:
        evidence = asked(runtime, EXAMINER, framework).evidence
        assert len(evidence.controls) == len(PACKS[framework.pack]) > 0, framework
