"""Tasks, the audit log, the scan and the metrics over HTTP, each for whom it is."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from mesh_platform.actor import Actor
from mesh_platform.api.service import Service
from mesh_platform.audit import Act, Phase
from mesh_platform.audit.reading import Told, newest_records
from mesh_platform.clock import utc_now
from mesh_platform.settings import Settings
from mesh_platform.tasks import NewTask, TaskKind, Tasks
from tests.api.conftest import Call, listening
from tests.witnesses import witness_at


@pytest.fixture(scope="module")
def task(service: Service) -> int:
    new = NewTask("api-1", TaskKind.ORPHAN, "customer/profiles", "Its folder is gone.", "owner", utc_now() + timedelta(days=1))
    return Tasks(service.database).open_task(new).id


class TestTasks:
    def test_are_seen_by_their_role_and_by_those_of_the_whole_mesh(self, call: Call, task: int) -> None:
        for who, seen in (("owner", True), ("engineer", True), ("analyst", False)):
            found = call("GET", "/v1/tasks", who).json()["tasks"]
            assert (task in [each["id"] for each in found]) is seen
        assert call("GET", f"/v1/tasks/{task}", "analyst").json()["rule"] == "TASK-03"

    def test_are_assigned_and_resolved_by_their_role(self, call: Call, task: int) -> None:
        refused = call("POST", f"/v1/tasks/{task}/resolve", "engineer", json={"decision": "retire", "evidence": "gone"})
        assert (refused.status_code, refused.json()["rule"]) == (403, "TASK-03")
        assert call("POST", f"/v1/tasks/{task}/assign", "owner", json={"assignee": "owner"}).json()["assignee"] == "owner"
        found = call("POST", f"/v1/tasks/{task}/resolve", "owner", json={"decision": "put back", "evidence": "the folder stands"})
        assert (found.json()["state"], found.json()["resolved_by"]) == ("resolved", "owner")
        again = call("POST", f"/v1/tasks/{task}/resolve", "owner", json={"decision": "put back", "evidence": "the folder stands"})
        assert (again.status_code, again.json()["rule"]) == (409, "TASK-02")

    def test_one_that_is_none_is_not_found(self, call: Call) -> None:
        assert call("GET", "/v1/tasks/999999", "owner").status_code == 404


class TestAudit:
    def test_tells_an_examiner_the_newest_records_and_records_that(self, call: Call) -> None:
        first = call("GET", "/v1/audit/records", "examiner", params={"limit": 1}).json()["records"][-1]
        second = call("GET", "/v1/audit/records", "examiner", params={"limit": 5, "act": "read"}).json()["records"]
        assert (second[-1]["who"], second[-1]["about"], second[-1]["seq"] > first["seq"]) == ("examiner", "audit log", True)

    def test_proves_a_record_with_its_bytes(self, call: Call) -> None:
        answer = call("GET", "/v1/audit/records/0/proof", "examiner")
        assert answer.text.startswith("c2sp.org/tlog-proof@v1\n")
        assert bytes.fromhex(answer.headers["Mesh-Leaf"]).startswith(b"{")
        assert call("GET", "/v1/audit/checkpoint", "examiner").text.count("\n") > 3
        assert call("GET", "/v1/audit/keys", "examiner").json()["keys"]

    @pytest.mark.parametrize("path", ["records", "records/0/proof", "checkpoint", "keys"])
    def test_is_closed_to_others(self, call: Call, path: str) -> None:
        assert call("GET", f"/v1/audit/{path}", "analyst").json()["rule"] == "AUTH-02"

    def test_tells_who_examines_some_domains_of_those_and_of_their_own_looking(self, call: Call) -> None:
        def told(who: str) -> list[dict[str, Any]]:
            answer = call("GET", "/v1/audit/records", who, params={"limit": 1_000}).json()
            return answer["records"]  # type: ignore[no-any-return]

        whole = told("examiner")
        call("GET", "/v1/audit/records", "sales-examiner")
        for who, domain in (("customer-examiner", "customer"), ("sales-examiner", "sales")):
            mine = told(who)
            about = [each for each in mine if each["who"] != who or "product" in each["record"].get("obj", {})]
            assert all(each["record"]["obj"].get("product", each["about"]).startswith(domain) for each in about)
            assert {each["seq"] for each in whole if each["about"].startswith(f"{domain}/")} <= {each["seq"] for each in about}
        assert told("sales-examiner")[0]["about"] == "audit log" and told("customer-examiner")[0]["about"].startswith("customer/")
        assert call("GET", "/v1/audit/records", "sales-examiner").json()["domains"] == ["sales"]

    def test_proves_to_them_what_it_would_show_them_and_refuses_the_rest_on_record(self, call: Call, service: Service) -> None:
        gate = next(each.seq for each in newest_records(service.database, 10_000) if each.about.startswith("customer/"))
        assert call("GET", f"/v1/audit/records/{gate}/proof", "customer-examiner").text.startswith("c2sp.org/tlog-proof@v1")
        for who, seq in (("sales-examiner", gate), ("customer-examiner", 0), ("customer-examiner", 2**40)):
            before = last(service)
            answer = call("GET", f"/v1/audit/records/{seq}/proof", who)
            assert (answer.status_code, answer.json()["rule"]) == (403, "AUTH-03")
            assert "Mesh-Leaf" not in answer.headers
            assert [(each.act, each.reason, each.who) for each in denied(service, before)] == [("sign in", "AUTH-03", who)]


class TestRefusalsOfRoles:
    """Who was refused what is on record over HTTP as on the command line, once and by name."""

    @pytest.mark.parametrize(
        ("method", "path", "body", "rule"),
        [
            ("GET", "/v1/audit/records", None, "AUTH-02"),
            ("GET", "/v1/tasks/{task}", None, "TASK-03"),
            ("POST", "/v1/consents/check", {"subject": "customer_id:C-1", "purpose": "service"}, "AUTH-02"),
        ],
    )
    def test_are_on_record(
        self, call: Call, service: Service, task: int, method: str, path: str, body: dict[str, str] | None, rule: str
    ) -> None:
        before = last(service)
        assert call(method, path.format(task=task), "analyst", json=body).json()["rule"] == rule
        found = denied(service, before)
        assert [(each.act, each.reason, each.who) for each in found] == [("sign in", rule, "analyst")]
        assert "C-1" not in str([each.record for each in found])

    def test_a_read_that_is_refused_is_on_record_once(self, ask: Call, service: Service) -> None:
        before = last(service)
        assert ask("select region from customer.profiles").status_code == 403
        assert [(each.act, each.reason) for each in denied(service, before)] == [("read", "CORE-09")]


def last(service: Service) -> int:
    """The last record, once those have come that nobody waited for."""
    seq = service.audit.record(Act.DOMAIN, Phase.DONE, Actor("test")).seq
    assert seq is not None
    return seq


def denied(service: Service, after: int) -> list[Told]:
    """What was refused since, in so far as it is on record."""
    end = last(service)
    return [each for each in newest_records(service.database, 20) if after < each.seq < end and each.phase == "denied"]


class TestClassify:
    def test_tells_kinds_and_never_a_value(self, call: Call) -> None:
        sent = {"columns": {"contact": ["ana@example.com", "ben@example.com"], "size": [3, 4]}}
        answer = call("POST", "/v1/classify", json=sent)
        assert answer.json()["columns"]["contact"]["entities"] == ["EMAIL"]
        assert "ana" not in answer.text

    def test_tells_spans_of_texts(self, call: Call) -> None:
        [found] = call("POST", "/v1/classify", json={"texts": ["Write to ana@example.com."]}).json()["texts"]
        assert (found["spans"][0][:3], found["whole"]) == ([9, 24, "EMAIL"], True)

    @pytest.mark.parametrize("sent", [{}, {"columns": {"a": [1], "b": []}}, {"columns": {"a": [1]}, "texts": ["x"]}])
    def test_refuses_what_is_neither(self, call: Call, sent: object) -> None:
        assert call("POST", "/v1/classify", json=sent).json()["rule"] == "HTTP-12"


class TestMetrics:
    def test_count_by_route_and_never_by_address_or_caller(self, call: Call) -> None:
        call("GET", "/v1/products/customer/profiles/data", params={"where": "email:eq:ana@mail.test"})
        call("GET", "/v1/secret-ana", None)
        text = call("GET", "/metrics", None).text
        assert 'mesh_requests_total{method="GET",route="/v1/products/{domain}/{product}/data",status="403"}' in text
        own = "\n".join(line for line in text.splitlines() if "mesh_canary" not in line)
        assert all(word not in own for word in ("ana", "profiles", "analyst", "service"))

    def test_say_how_long_the_audit_log_waits_for_its_witnesses(
        self, shop: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A witness that was never there: -1 without a policy, seconds with one, and red after a day."""
        root = shutil.copytree(shop.project, tmp_path / "project")
        with witness_at(tmp_path / "watch") as witness:
            (root / "witnesses").write_text(witness.text)
        monkeypatch.setenv("MESH_ENV", "test")
        for policy, hours, wanted in ((None, 0, (-1, 0)), (Path("witnesses"), 0, (0, 0)), (Path("witnesses"), 25, (90_000, 1))):
            monkeypatch.setenv("MESH_CLOCK", str(hours * 3600))
            with Service(Settings(project=root, threads=2, api_workers=1, audit_witnesses=policy)) as service:
                if policy is not None:
                    service.audit.checkpoint()
                for address in listening(service):
                    told = dict(
                        line.rsplit(" ", 1) for line in httpx.get(f"{address}/metrics").text.splitlines() if "audit" in line
                    )
            log = f'{{log="{service.audit.origin}"}}'
            assert float(told[f"mesh_audit_unwitnessed_seconds{log}"]) == pytest.approx(wanted[0], abs=60)
            assert float(told[f"mesh_audit_witness_overdue{log}"]) == wanted[1]
