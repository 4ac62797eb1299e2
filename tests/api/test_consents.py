"""`/v1/consents` over HTTP: recorded by systems under their own name, idempotent, and asked for one by one or in bulk."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mesh_platform.api import consents
from tests.api.conftest import Call

GRANT = {
    "kind": "consent",
    "decision": "granted",
    "purpose": "marketing",
    "notice_version": "v3",
    "captured_at": "2026-01-02T12:00:00Z",
}


def said(call: Call, who: str = "web-shop", headers: dict[str, str] | None = None, **body: Any) -> Any:
    return call("POST", "/v1/consents", who, json=body, headers=headers or {})


def allowed(call: Call, subject: str, purpose: str = "marketing") -> tuple[bool, str]:
    found = call("POST", "/v1/consents/check", "owner", json={"subject": subject, "purpose": purpose}).json()
    return found["allowed"], found["reason"]


def test_a_grant_counts_at_once_and_its_withdrawal_too(call: Call) -> None:
    subject = "customer_id:H-1"
    assert allowed(call, subject) == (False, "no_record")
    [recorded] = said(call, subject=subject, **GRANT).json()["recorded"]
    assert (recorded["source"], recorded["forms"][0]["outcome"]) == ("web-shop", "applied")
    assert allowed(call, subject) == (True, "consent")
    said(call, subject=subject, kind="consent", decision="withdrawn", purpose="marketing")
    assert allowed(call, subject) == (False, "withdrawn")


def test_the_same_event_again_is_recorded_once_and_another_content_is_refused(call: Call) -> None:
    first = said(call, subject="customer_id:H-2", event_id="e-1", **GRANT).json()["recorded"][0]["forms"][0]
    again = said(call, subject="customer_id:H-2", event_id="e-1", **GRANT).json()["recorded"][0]["forms"][0]
    assert (again["sequence"], again["outcome"]) == (first["sequence"], "known")
    other = said(call, subject="customer_id:H-2", event_id="e-1", **{**GRANT, "purpose": "analytics"})
    assert (other.status_code, other.json()["rule"]) == (409, "LEDGER-04")


def test_the_signal_of_a_browser_is_recorded_alone_or_beside(call: Call) -> None:
    alone = said(call, headers={"Sec-GPC": "1"}, subject="customer_id:H-3").json()["recorded"]
    assert [(each["kind"], each["signal"]) for each in alone] == [("objection", "gpc")]
    both = said(call, headers={"Sec-GPC": "1"}, subject="customer_id:H-4", **GRANT).json()["recorded"]
    assert [(each["kind"], each["signal"]) for each in both] == [("consent", None), ("objection", "gpc")]


def test_a_grant_without_evidence_is_on_record_and_counts_for_nothing(call: Call) -> None:
    body = {name: value for name, value in GRANT.items() if name != "notice_version"}
    assert said(call, subject="customer_id:H-5", **body).json()["recorded"][0]["forms"][0]["outcome"] == "without_evidence"
    assert allowed(call, "customer_id:H-5") == (False, "no_record")


def test_many_are_checked_at_one_moment(call: Call) -> None:
    said(call, subject="customer_id:H-6", **GRANT)
    subjects = [f"customer_id:H-{i}" for i in (6, 7)]
    found = call("POST", "/v1/consents/check", "web-shop", json={"subjects": subjects, "purpose": "marketing"}).json()
    assert [each["allowed"] for each in found["answers"]] == [True, False]
    assert "H-6" not in str(found)


@pytest.mark.parametrize(
    ("who", "body", "status", "rule"),
    [
        ("analyst", {"subject": "customer_id:H-9", **GRANT}, 403, "AUTH-02"),
        ("web-shop", {"subject": "customer_id:H-9", **GRANT, "source": "desk"}, 403, "LEDGER-02"),
        ("web-shop", {"subject": "H-9", **GRANT}, 400, "LEDGER-03"),
        ("web-shop", {"subject": "customer_id:H-9", **GRANT, "purpose": "world peace"}, 400, "LEDGER-01"),
        ("web-shop", {"subject": "customer_id:H-9", "kind": "consent"}, 400, "HTTP-12"),
        ("web-shop", {"subject": "customer_id:H-9"}, 400, "HTTP-12"),
        ("web-shop", {"subject": "customer_id:H-9", **GRANT, "captured_at": "2026-01-02T12:00:00"}, 422, "HTTP-12"),
    ],
)
def test_what_is_refused_names_nobody(call: Call, who: str, body: dict[str, Any], status: int, rule: str) -> None:
    answer = said(call, who, **body)
    assert (answer.status_code, answer.json()["rule"]) == (status, rule)
    assert "H-9" not in answer.text


def test_a_consumer_does_not_ask_about_people(call: Call) -> None:
    answer = call("POST", "/v1/consents/check", "analyst", json={"subject": "customer_id:H-1", "purpose": "marketing"})
    assert (answer.status_code, answer.json()["rule"]) == (403, "AUTH-02")


def test_a_check_is_on_record_with_who_asked_for_what_and_of_how_many(call: Call) -> None:
    asked = {"subjects": ["customer_id:H-90", "customer_id:H-91"], "purpose": "marketing"}
    assert call("POST", "/v1/consents/check", "owner", json=asked).status_code == 200
    for _ in range(100):  # it is written with others, within 50 ms
        records = call("GET", "/v1/audit/records", "examiner", params={"limit": 20, "act": "read"}).json()["records"]
        found = [each for each in records if (each["who"], each["about"]) == ("owner", "check of consent") and each["n"] == 2]
        if found:
            break
        time.sleep(0.02)
    assert found
    assert "H-90" not in str(found)


def test_nobody_tries_every_identifier_that_there_could_be(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consents, "MOST_CHECKS", 1)
    body = {"subject": "customer_id:H-92", "purpose": "marketing"}
    assert call("POST", "/v1/consents/check", "privacy", json=body).status_code == 200
    refused = call("POST", "/v1/consents/check", "privacy", json=body)
    assert (refused.status_code, refused.json()["rule"]) == (429, "HTTP-09")
    assert int(refused.headers["Retry-After"]) > 0
