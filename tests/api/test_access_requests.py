"""Ask, approve, read and end over HTTP: what is approved is what the next read is held to."""

from __future__ import annotations

from tests.api.conftest import Call

WISH = {"product": "customer/profiles", "purpose": "service", "columns": ["email"], "raw": ["email"], "reason": "delivery notes"}
SQL = "select email from customer.profiles order by email limit 1"


def test_what_is_approved_is_read_until_it_is_taken_back(call: Call, ask: Call) -> None:
    assert ask(SQL).json()["rows"] == [["…@firm.test"]]
    asked = call("POST", "/v1/access-requests", json=WISH)
    assert (asked.status_code, asked.json()["state"]) == (201, "open")
    number = asked.json()["id"]
    assert call("POST", "/v1/access-requests", json=WISH).json()["id"] == number
    assert number in [each["id"] for each in call("GET", "/v1/access-requests", "privacy").json()["requests"]]
    own = call("POST", f"/v1/access-requests/{number}/approve", json={})
    assert (own.status_code, own.json()["rule"]) == (403, "ACCESS-24")
    grant = call("POST", f"/v1/access-requests/{number}/approve", "privacy", json={"note": "for two weeks"}).json()
    assert (grant["state"], grant["raw"]) == ("standing", ["email"])
    assert ask(SQL).json()["rows"] == [["ana@mail.test"]]
    assert call("POST", f"/v1/grants/{grant['id']}/revoke", "privacy", json={"reason": "it is over"}).json()["state"] == "revoked"
    assert ask(SQL).json()["rows"] == [["…@firm.test"]]


def test_a_refused_request_stays_with_those_whom_it_concerns(call: Call) -> None:
    number = call("POST", "/v1/access-requests", json={**WISH, "raw": [], "columns": ["card"]}).json()["id"]
    assert call("GET", f"/v1/access-requests/{number}", "web-shop").json()["rule"] == "ACCESS-27"
    rejected = call("POST", f"/v1/access-requests/{number}/reject", "privacy", json={"reason": "the mask serves"}).json()
    assert (rejected["state"], rejected["note"]) == ("rejected", "the mask serves")
    again = call("POST", f"/v1/access-requests/{number}/withdraw")
    assert (again.status_code, again.json()["rule"]) == (409, "ACCESS-25")


def test_what_could_open_nothing_is_refused_at_once(call: Call) -> None:
    assert call("POST", "/v1/access-requests", json={**WISH, "purpose": "marketing"}).json()["rule"] == "CORE-08"
    assert call("POST", "/v1/access-requests", json={**WISH, "product": "../x"}).status_code == 404
    assert call("POST", "/v1/access-requests", json={**WISH, "columns": ["nothing"]}).json()["rule"] == "ACCESS-22"
