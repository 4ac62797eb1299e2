"""What changed between two descriptors: every change is weighed, and what loosens a promise to people goes to the privacy review."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given

from mesh_platform.product import DataProduct, Sensitivity, as_document, load_mesh
from mesh_platform.product.changes import ChangeKind
from mesh_platform.product.diff import TABLES, diff
from mesh_platform.product.model import Model
from tests.policy.vectors import PROFILES, changed
from tests.product.documents import DOCUMENT, product

BASE = {
    "name": "profiles",
    "domain": "customer",
    **PROFILES,
    "aggregate": {"minGroup": 5, "count": "segment"},
    "rateLimit": 100,
    "interfaces": [{"type": "API", "endpoint": "https://a", "authentication": "OAuth2", "scopes": ["read"], "rateLimit": 10}],
    "inputs": [{"product": "crm/accounts", "purpose": "service", "fields": ["id"]}],
    "checks": [{"name": "known", "sql": "segment <> ''"}],
}


def kinds(change: dict[str, Any]) -> dict[str, set[str]]:
    """The kinds of each change, by path."""
    found: dict[str, set[str]] = {}
    for one in diff(product(BASE), product(changed(BASE, change))):
        found.setdefault(one.path, set()).add(one.kind.value)
    return found


def contract(**change: Any) -> dict[str, Any]:
    return {"dataContracts": [{**BASE["dataContracts"][0], **change}]}


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"columns": {"email": {"sensitivity": "confidential"}}}, "columns.email.sensitivity"),
        ({"columns": {"note": {"type": "string", "sensitivity": "restricted"}}}, "columns.note"),
        ({"columns": {"note": {"type": "string"}}}, "columns.note"),
        ({"columns": {"phone": {"type": "string", "sensitivity": "confidential", "subject": "phone"}}}, "columns.phone"),
        ({"columns": {"email": None}}, "columns.email"),
        ({"columns": {"email": {"subject": None}}}, "columns.email.subject"),
        ({"columns": {"email": {"purposes": None}}}, "columns.email.purposes"),
        ({"columns": {"email": {"purposes": ["marketing", "service"]}}}, "columns.email.purposes"),
        ({"columns": {"email": {"mask": "last4"}}}, "columns.email.mask"),
        ({"columns": {"email": {"category": None}}}, "columns.email.category"),
        ({"columns": {"email": {"declassify": "x"}}}, "columns.email.declassify"),
        ({"columns": {"email": {"derivedFrom": []}}}, "columns.email.derivedFrom"),
        ({"purposes": {"profiling": "consent"}}, "purposes.profiling"),
        ({"purposes": {"marketing": "legitimate_interests"}}, "purposes.marketing"),
        ({"retention": None}, "retention"),
        ({"retention": {"period": "37 months"}}, "retention.period"),
        ({"retention": {"action": "anonymise"}}, "retention.action"),
        ({"retention": {"minimum": "1 year"}}, "retention.minimum"),
        ({"retention": {"from": "ingested"}}, "retention.from"),
        ({"dataResidency": {"region": None}}, "dataResidency.region"),
        ({"dataResidency": {"storageLocations": ["westeurope", "eastus"]}}, "dataResidency.storageLocations"),
        ({"dataResidency": {"storageLocations": None}}, "dataResidency.storageLocations"),
        ({"erasure": None}, "erasure"),
        ({"erasure": {"strategy": "external"}}, "erasure.strategy"),
        ({"aggregate": {"minGroup": 4}}, "aggregate.minGroup"),
        ({"aggregate": None}, "aggregate"),
        ({"source": {"notice": "v2"}}, "source.notice"),
        ({"inputs": [*BASE["inputs"], {"product": "crm/calls"}]}, "inputs[calls]"),
        ({"inputs": [{**BASE["inputs"][0], "product": "finance/accounts"}]}, "inputs[accounts].product"),
        ({"inputs": [{**BASE["inputs"][0], "fields": ["id", "phone"]}]}, "inputs[accounts].fields"),
        ({"inputs": [{**BASE["inputs"][0], "fields": []}]}, "inputs[accounts].fields"),
        ({"interfaces": [{"type": "API", "endpoint": "https://a", "scopes": ["read"]}]}, "interfaces[API].authentication"),
        ({"interfaces": [{**BASE["interfaces"][0], "scopes": []}]}, "interfaces[API].scopes"),
        (contract(fields=["customer_id", "segment", "region", "email"]), "dataContracts[Sales Domain, enrichment].fields"),
        (contract(excludedFields=[]), "dataContracts[Sales Domain, enrichment].excludedFields"),
        (contract(consumer="crm"), "dataContracts[crm, enrichment]"),
        (contract(purpose="marketing"), "dataContracts[Sales Domain, marketing]"),
    ],
)
def test_what_loosens_a_promise_to_people_is_privacy_relevant(change: dict[str, Any], path: str) -> None:
    assert "privacy-relevant" in kinds(change)[path]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"columns": {"segment": None}, "aggregate": None}, "columns.segment"),
        ({"columns": {"segment": {"type": "integer"}}}, "columns.segment.type"),
        ({"columns": {"segment": {"nullable": True}}}, "columns.segment.nullable"),
        ({"columns": {"segment": {"sensitivity": "restricted"}}}, "columns.segment.sensitivity"),
        ({"columns": {"segment": {"mask": "redact"}}}, "columns.segment.mask"),
        ({"purposes": {"service": None}}, "purposes.service"),
        ({"retention": {"period": "1 year"}}, "retention.period"),
        ({"sla": {"freshness": "2 days"}}, "sla.freshness"),
        ({"sla": None}, "sla.freshness"),
        ({"qualityMetrics": {"completeness": 90}}, "qualityMetrics.completeness"),
        ({"rateLimit": 50}, "rateLimit"),
        ({"interfaces": []}, "interfaces[API]"),
        ({"interfaces": [{**BASE["interfaces"][0], "rateLimit": 5}]}, "interfaces[API].rateLimit"),
        ({"checks": []}, "checks[known]"),
        ({"status": "retired"}, "status"),
        ({"load": "append"}, "load"),
        (contract(fields=["customer_id"]), "dataContracts[Sales Domain, enrichment].fields"),
        ({"dataContracts": []}, "dataContracts[Sales Domain, enrichment]"),
    ],
)
def test_what_a_consumer_may_fail_on_is_breaking(change: dict[str, Any], path: str) -> None:
    assert "breaking" in kinds(change)[path]


@pytest.mark.parametrize(
    ("change", "path", "kind"),
    [
        ({"columns": {"note": {"type": "string", "sensitivity": "internal"}}}, "columns.note", "compatible"),
        ({"columns": {"segment": {"values": ["a"]}}}, "columns.segment.values", "compatible"),
        ({"columns": {"segment": {"description": "S"}}}, "columns.segment.description", "cosmetic"),
        ({"columns": {"segment": {"maxLength": 9}}}, "columns.segment.maxLength", "compatible"),
        ({"rateLimit": 200}, "rateLimit", "compatible"),
        ({"sla": {"freshness": "1 hour"}}, "sla.freshness", "compatible"),
        ({"sla": {"freshness": "24 hours"}}, "sla.freshness", "cosmetic"),
        ({"retention": {"period": "36 months"}}, "retention.period", "cosmetic"),
        ({"dataResidency": {"storageLocations": []}}, "dataResidency.storageLocations", "privacy-relevant"),
        ({"description": "Told otherwise."}, "description", "cosmetic"),
        ({"version": "2.0"}, "version", "cosmetic"),
        ({"owner": "another@example.com"}, "owner", "compatible"),
        ({"inputs": [{**BASE["inputs"][0], "product": "crm/accounts@1"}]}, "inputs[accounts].product", "compatible"),
    ],
)
def test_the_rest_needs_neither(change: dict[str, Any], path: str, kind: str) -> None:
    assert kinds(change) == {path: {kind}}


def test_to_drop_an_identifier_breaks_consumers_and_is_told_to_the_privacy_review_too() -> None:
    assert kinds({"columns": {"email": None}})["columns.email"] == {"breaking", "privacy-relevant"}


def test_the_weightiest_changes_come_first() -> None:
    found = diff(product(BASE), product(changed(BASE, {"version": "2", "columns": {"email": None}, "retention": None})))
    assert [change.kind for change in found] == sorted((c.kind for c in found), key=list(ChangeKind).index)


@given(DOCUMENT)
def test_a_descriptor_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert diff(product(document), product(document)) == ()


@pytest.mark.parametrize(
    ("kind", "earlier", "later"),
    [
        ("date", date(1900, 1, 1), date(1950, 1, 1)),
        ("timestamp", datetime(1900, 1, 1, 12), datetime(1900, 1, 1, 13)),
        ("timestamptz", datetime(1900, 1, 1, tzinfo=UTC), datetime(1950, 1, 1, tzinfo=UTC)),
        ("integer", 9, 10),
        ("double", 1.0, 2.5),
    ],
)
def test_a_bound_is_the_same_after_it_was_stored_and_another_one_is_weighed(kind: str, earlier: object, later: object) -> None:
    def bounded(low: object) -> DataProduct:
        born = {"type": kind, "min": low, "max": later, "values": [earlier, later], "sensitivity": "internal"}
        return product({**BASE, "columns": {**BASE["columns"], "born": born}})

    stored = product(json.loads(json.dumps(as_document(bounded(earlier)))))
    assert diff(stored, bounded(earlier)) == ()
    (change,) = diff(stored, bounded(later))
    assert (change.path, change.kind) == ("columns.born.min", ChangeKind.COMPATIBLE)
    assert diff(bounded(later), stored)[0].kind is ChangeKind.BREAKING


@pytest.mark.parametrize(
    ("change", "path", "values"),
    [
        ({"retention": {"period": "5 years"}}, "retention.period", "3 years → 5 years"),
        ({"retention": None}, "retention", "period: 3 years; from: updated_at → none"),
        ({"columns": {"email": {"purposes": ["marketing", "service"]}}}, "columns.email.purposes", "more: service"),
        ({"purposes": {"profiling": "consent"}}, "purposes.profiling", "none → consent"),
        (
            {"dataContracts": [*BASE["dataContracts"], {"consumer": "kitchen", "purpose": "service", "fields": ["email"]}]},
            "dataContracts[kitchen, service]",
            "none → consumer: kitchen; purpose: service; fields: email",
        ),
    ],
)
def test_a_change_tells_from_what_to_what_it_goes(change: dict[str, Any], path: str, values: str) -> None:
    found = diff(product(BASE), product(changed(BASE, change)))
    assert {one.values for one in found if one.path == path} == {values}
    assert all(values in one.told for one in found if one.path == path)


def test_no_example_product_differs_from_itself_as_it_is_stored() -> None:
    products = load_mesh(Path(__file__).parents[2]).products.values()
    assert len(products) > 20
    for one in products:
        stored = product(json.loads(json.dumps(as_document(one.descriptor))))
        assert diff(stored, one.descriptor) == (), one.key


@given(DOCUMENT, DOCUMENT)
def test_every_key_that_differs_is_told(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, after = product(old), product(new)
    told = {change.path.partition(".")[0].partition("[")[0] for change in diff(before, after)}
    fields = type(before).model_fields
    assert told == {f.alias or n for n, f in fields.items() if getattr(before, n) != getattr(after, n)}


@pytest.mark.parametrize("key", ["owner", "retention"])
def test_a_key_that_no_judge_weighs_needs_a_privacy_review(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    """A key that a later version of the model adds."""
    monkeypatch.delitem(cast(dict[str, Any], TABLES[DataProduct]), key)
    assert kinds({"owner": "other@example.com", "retention": {"period": "9 years"}})[key] == {"privacy-relevant"}


@given(DOCUMENT, DOCUMENT)
def test_a_lowered_sensitivity_is_always_privacy_relevant(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, after = product(old), product(new)
    told = {change.path for change in diff(before, after) if change.kind is ChangeKind.PRIVACY}
    for name in before.columns.keys() & after.columns.keys():
        levels = [p.columns[name].sensitivity or Sensitivity.RESTRICTED for p in (before, after)]
        assert (f"columns.{name}.sensitivity" in told) is (levels[1] < levels[0])


@given(DOCUMENT, DOCUMENT)
def test_a_wider_contract_or_purpose_is_always_privacy_relevant(old: dict[str, Any], new: dict[str, Any]) -> None:
    before, after = product(old), product(new)
    told = {change.path for change in diff(before, after) if change.kind is ChangeKind.PRIVACY}
    assert {f"purposes.{name}" for name in after.purposes if name not in before.purposes} <= told
    had = {(c.consumer, c.purpose) for c in before.data_contracts}
    for contract in after.data_contracts:
        if (contract.consumer, contract.purpose) not in had:
            assert f"dataContracts[{contract.consumer}, {contract.purpose}]" in told


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_judge_weighs_every_key_of_every_model(model: type[Model]) -> None:
    assert set(TABLES[model]) == set(model.model_fields)
