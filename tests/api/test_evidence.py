"""Evidence over HTTP: the package of the command line, for whoever may have that, and on record."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import httpx
import pytest

from mesh_platform.api import evidence
from mesh_platform.api.service import Service
from mesh_platform.audit.reading import newest_records
from mesh_platform.audit.succession import Succession
from mesh_platform.clock import utc_now
from mesh_platform.interop.evidence.outsider import examine
from tests.api.conftest import Call
from tests.api.test_desk import denied, last


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests of a process ask as the same few people, more often than one may in a minute."""
    monkeypatch.setattr(evidence, "MOST", 10_000)


def said(answer: httpx.Response) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        return json.loads(package.read("evidence.json"))  # type: ignore[no-any-return]


def test_a_package_is_verified_with_the_public_keys_alone_and_stands_on_record(call: Call, service: Service) -> None:
    before = last(service)
    answer = call("GET", "/v1/evidence/gdpr", "examiner")
    assert (answer.status_code, answer.headers["content-type"], answer.headers["cache-control"]) == (
        200,
        "application/zip",
        "no-store",
    )
    known = Succession.parse(call("GET", "/v1/audit/keys", "examiner").json()["history"])
    assert examine(answer.content, known)["ok"]
    assert {one["product"] for one in said(answer)["products"]} == {"customer/profiles"}
    told = [one for one in newest_records(service.database, 20, "export") if one.seq > before]
    assert [(one.phase, one.who) for one in told] == [("intent", "examiner"), ("done", "examiner")]
    assert answer.headers["content-length"] == str(len(answer.content))
    harmed = bytearray(answer.content)
    harmed[len(harmed) // 2] ^= 1
    assert not examine(bytes(harmed), known)["ok"]


def test_who_has_the_role_for_a_domain_gets_that_domain_and_no_other(call: Call, service: Service) -> None:
    mine = call("GET", "/v1/evidence/core", "customer-examiner")
    assert mine.status_code == 200 and said(mine)["about"]["domain"] == "customer"
    before = last(service)
    for who, asked, rule in (
        ("sales-examiner", {"domain": "customer"}, "AUTH-03"),
        ("sales-examiner", {"product": "customer/profiles"}, "AUTH-03"),
        ("engineer", {}, "AUTH-02"),
        ("analyst", {}, "AUTH-02"),
    ):
        answer = call("GET", "/v1/evidence/core", who, params=asked)
        assert (answer.status_code, answer.json()["rule"]) == (403, rule), who
    assert [one.who for one in denied(service, before)] == ["sales-examiner", "sales-examiner", "engineer", "analyst"]
    assert call("GET", "/v1/evidence/core", None).status_code == 401


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [
        ("gdpr", {"as_of": (utc_now() + timedelta(days=9)).isoformat()}, 400),
        ("gdpr", {"from": "2026-02-02", "to": "2026-01-01"}, 400),
        ("gdpr", {"as_of": "2026-01-01T00:00:00"}, 422),
        ("gdpr", {"to": "0"}, 422),
        ("gdpr", {"as_of": "1764000000"}, 422),
        ("gdpr", {"frm": "2026-01-01"}, 422),
        ("gdpr", {"domain": "nowhere"}, 404),
        ("soc2", {}, 422),
    ],
)
def test_what_is_of_nothing_is_refused(call: Call, path: str, asked: dict[str, str], status: int) -> None:
    assert call("GET", f"/v1/evidence/{path}", "privacy", params=asked).status_code == status


def test_the_last_day_that_there_is_ends_a_span(call: Call) -> None:
    for asked in ({"to": "9999-12-31"}, {"from": "0001-01-01"}):
        assert call("GET", "/v1/evidence/core", "privacy", params=asked).status_code == 200
    assert call("GET", "/v1/evidence/core", "privacy", params={"as_of": "0001-01-01T00:00:00+14:00"}).status_code < 500
