"""`mesh consent`: recorded in one call, told in the next; by whom it may be, and what is said where it is wrong."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.conftest import Mesh
from tests.cli.project import Said, put

PERSON = ("--subject", "customer_id:C-7")
PRIVACY = ("--as", "privacy-engineer")


def recorded(mesh: Mesh, *arguments: str) -> Said:
    said = mesh("consent", *arguments, *PERSON, *PRIVACY, "--json")
    assert said.code == 0, said
    return said


def reason(mesh: Mesh, purpose: str = "marketing.email", *more: str) -> tuple[int, str]:
    said = mesh("consent", "check", *PERSON, "--purpose", purpose, *more, "--json")
    return said.code, said.json["reason"]


def test_a_grant_of_the_parent_allows_until_the_child_is_revoked(project: Path, mesh: Mesh) -> None:
    assert reason(mesh) == (3, "no_record")
    recorded(mesh, "grant", "--purpose", "marketing", "--notice", "v3")
    said = mesh("consent", "check", *PERSON, "--purpose", "marketing.email", "--json")
    assert (said.code, said.json) == (
        0,
        {
            "allowed": True,
            "reason": "consent",
            "why": "a consent stands",
            "purpose": "marketing.email",
            "covered_by": ["marketing"],
            "bases": ["consent"],
            "decided_by": 1,
            "sequence": 1,
        },
    )
    recorded(mesh, "revoke", "--purpose", "marketing.email")
    assert reason(mesh) == (3, "withdrawn") and reason(mesh, "marketing.measurement") == (0, "consent")
    told = mesh("consent", "check", *PERSON, "--purpose", "marketing.email")
    assert "denied: marketing.email on consent: consent was withdrawn (event 2)" in told.out


def test_every_spelling_and_every_hashed_form_of_an_identifier_is_the_same_person(project: Path, mesh: Mesh) -> None:
    said = mesh("consent", "revoke", "--subject", "email: Ana@Example.com", "--all-purposes", *PRIVACY, "--json")
    assert [form["namespace"] for form in said.json["recorded"]] == ["email", "email_sha256", "email_base64"]
    digest = hashlib.sha256(b"ana@example.com").hexdigest().upper()
    others = (("email:ben@example.com", "no_record"), ("customer_id:ana@example.com", "no_record"))
    for subject, expected in (("email:ana@example.com", "withdrawn"), (f"email_sha256:{digest}", "withdrawn"), *others):
        said = mesh("consent", "check", "--subject", subject, "--purpose", "marketing", "--json")
        assert said.json["reason"] == expected


def test_objections_signals_and_restrictions_close_and_open_again(project: Path, mesh: Mesh) -> None:
    recorded(mesh, "object", "--purpose", "analytics")
    assert reason(mesh, "analytics.sales", "--basis", "legitimate_interests") == (3, "objected")
    recorded(mesh, "object", "--purpose", "analytics", "--lift")
    assert reason(mesh, "analytics.sales", "--basis", "legitimate_interests") == (0, "basis")
    recorded(mesh, "grant", "--purpose", "marketing", "--notice", "v3")
    recorded(mesh, "object", "--signal", "gpc")
    assert reason(mesh, "marketing.third_party") == (3, "opt_out_signal") and reason(mesh)[0] == 0
    recorded(mesh, "restrict")
    assert reason(mesh)[1] == reason(mesh, "service")[1] == "restricted" and reason(mesh, "legal_claims")[0] == 0
    recorded(mesh, "restrict", "--lift")
    assert reason(mesh)[0] == 0


def test_a_grant_without_its_notice_is_recorded_and_counts_for_nothing(project: Path, mesh: Mesh) -> None:
    said = mesh("consent", "grant", *PERSON, "--purpose", "marketing", *PRIVACY, "--json")
    assert (said.code, said.json["outcome"]) == (1, "without_evidence")
    assert reason(mesh) == (3, "no_record")


def test_the_same_event_again_is_known_and_another_under_its_id_is_refused(project: Path, mesh: Mesh) -> None:
    given = (
        "grant",
        *PERSON,
        "--purpose",
        "marketing",
        "--notice",
        "v1",
        "--event-id",
        "e1",
        "--captured-at",
        "2026-01-05T10:00:00Z",
    )
    assert mesh("consent", *given, *PRIVACY, "--json").json["outcome"] == "applied"
    assert mesh("consent", *given, *PRIVACY, "--json").json["outcome"] == "known"
    said = mesh("consent", "revoke", *PERSON, "--purpose", "marketing", "--event-id", "e1", *PRIVACY, "--json")
    assert (said.code, said.json["error"]["rule"]) == (1, "LEDGER-04") and reason(mesh)[0] == 0


def test_the_history_tells_what_was_said_and_who_recorded_it(project: Path, mesh: Mesh) -> None:
    recorded(mesh, "grant", "--purpose", "marketing", "--notice", "v3", "--language", "de", "--jurisdiction", "DE")
    recorded(mesh, "revoke", "--purpose", "marketing")
    assert mesh("consent", "history", *PERSON).code == 3
    told = mesh("consent", "history", *PERSON, *PRIVACY, "--json").json
    assert [(one["sequence"], one["decision"], one["actor"]) for one in told] == [
        (1, "granted", "privacy-engineer"),
        (2, "withdrawn", "privacy-engineer"),
    ]
    assert (told[0]["notice_version"], told[0]["language"], told[0]["jurisdiction"]) == ("v3", "de", "DE")
    assert "withdrawn" in mesh("consent", "history", *PERSON, *PRIVACY).out


@pytest.mark.parametrize(
    ("who", "more", "code", "rule"),
    [
        ((), (), 3, "AUTH-01"),
        (("--as", "sales-analyst"), (), 3, "AUTH-02"),
        (("--as", "data-steward"), (), 3, "LEDGER-02"),
        (("--as", "data-steward"), ("--domain", "shop"), 3, "LEDGER-02"),
        (("--as", "data-steward"), ("--domain", "customer"), 0, None),
        (("--as", "web-shop"), (), 0, None),
        (("--as", "web-shop"), ("--source", "crm"), 3, "LEDGER-02"),
        (PRIVACY, ("--source", "crm"), 0, None),
    ],
)
def test_who_may_record(
    project: Path, mesh: Mesh, who: tuple[str, ...], more: tuple[str, ...], code: int, rule: str | None
) -> None:
    said = mesh("consent", "revoke", *PERSON, "--purpose", "marketing", *more, *who, "--json")
    assert said.code == code and said.json.get("error", {}).get("rule") == rule
    assert reason(mesh)[1] == ("no_record" if code else "withdrawn")


@pytest.mark.parametrize(
    ("arguments", "code", "rule"),
    [
        (("check", *PERSON, "--purpose", "resale"), 2, "LEDGER-01"),
        (("check", "--subject", "tax_id:7", "--purpose", "marketing"), 2, "KEY-10"),
        (("check", "--subject", "customer_id:  ", "--purpose", "marketing"), 2, "LEDGER-03"),
        (("check", "--subject", "ana@example.com", "--purpose", "marketing"), 2, "LEDGER-03"),
        (("check", *PERSON, "--purpose", "marketing", "--at", "2026-01-01"), 2, "USE-01"),
        (("revoke", *PERSON, *PRIVACY), 2, "USE-01"),
        (("revoke", *PERSON, "--purpose", "marketing", "--event-id", "ana@example.com", *PRIVACY), 2, "LEDGER-03"),
        (("check", *PERSON, "--purpose", "marketing", "--basis", "contract"), 3, None),
    ],
)
def test_a_wrong_call_is_told_without_what_was_given(
    project: Path, mesh: Mesh, arguments: tuple[str, ...], code: int, rule: str | None
) -> None:
    said = mesh("consent", *arguments, "--json")
    assert (said.code, said.json.get("error", {}).get("rule")) == (code, rule)
    assert "ana@" not in said.out + said.err


CSV = """\
subject,decision,event_id,purpose,notice_version,captured_at,source_order
customer_id:C-7,granted,1,marketing,v1,2026-01-05T10:00:00Z,1
customer_id:C-8,withdrawn,2,marketing.email,,,
email:ben@example.com,denied,3,marketing,,,7
"""


def test_a_file_is_recorded_once_however_often_it_comes(project: Path, mesh: Mesh, tmp_path: Path) -> None:
    file = put(tmp_path / "preferences.csv", CSV)
    said = mesh("consent", "import", str(file), "--source", "crm", *PRIVACY, "--json")
    assert (said.code, said.json["lines"], said.json["outcomes"]) == (0, 3, {"applied": 5})
    assert reason(mesh) == (0, "consent")
    again = mesh("consent", "import", str(file), "--source", "crm", *PRIVACY, "--json").json
    assert (again["outcomes"], again["sequence"]) == ({"known": 5}, 5)


def test_one_wrong_line_keeps_the_whole_file_out_and_is_told_by_number(project: Path, mesh: Mesh, tmp_path: Path) -> None:
    lines = [
        {"subject": "customer_id:C-7", "decision": "withdrawn", "purpose": "marketing", "event_id": "1"},
        {"subject": "ana@example.com", "decision": "withdrawn", "purpose": "marketing", "event_id": "2"},
        {"subject": "customer_id:C-7", "decision": "withdrawn", "purpose": "ana@example.com", "event_id": "3"},
        {"subject": "customer_id:C-7", "decision": "ana@example.com", "event_id": "4"},
        {"subject": "customer_id:C-7", "decision": "withdrawn", "event_id": "5", "captured_at": "ana@example.com"},
        {"subject": "customer_id:C-7", "decision": "withdrawn", "event_id": "6", "ana@example.com": "x"},
        {"subject": "ana@example.com:1", "decision": "withdrawn", "event_id": "7"},
    ]
    file = put(tmp_path / "events.jsonl", "".join(json.dumps(line) + "\n" for line in lines) + "[ana@example.com\n")
    said = mesh("consent", "import", str(file), *PRIVACY, "--json")
    assert (said.code, said.json["ok"], said.json["wrong_lines"], said.json["outcomes"]) == (1, False, 7, {})
    assert [finding["where"] for finding in said.json["findings"]] == [f"line {number}" for number in range(2, 9)]
    assert "ana@" not in said.out and reason(mesh) == (3, "no_record")
    kept = mesh("consent", "import", str(file), "--keep-good", *PRIVACY, "--json")
    assert (kept.code, kept.json["outcomes"]) == (1, {"applied": 1}) and reason(mesh) == (3, "withdrawn")


def test_an_id_that_says_something_else_is_told_by_its_line(project: Path, mesh: Mesh, tmp_path: Path) -> None:
    file = put(tmp_path / "preferences.csv", CSV)
    mesh("consent", "import", str(file), *PRIVACY)
    file.write_text(CSV.replace("C-8,withdrawn", "C-8,denied").replace("C-7", "C-9").replace("7\n", "9\n"))
    said = mesh("consent", "import", str(file), *PRIVACY, "--json")
    assert (said.code, [one["where"] for one in said.json["findings"]]) == (1, ["line 2", "line 3", "line 4"])
    assert said.json["outcomes"] == {}


def test_a_source_imports_its_own_events_and_a_dry_run_records_nothing(project: Path, mesh: Mesh, tmp_path: Path) -> None:
    file = put(tmp_path / "preferences.csv", CSV)
    assert mesh("consent", "import", str(file), "--source", "crm", "--as", "web-shop").code == 3
    assert mesh("consent", "import", str(file), "--dry-run", "--as", "web-shop", "--json").json["outcomes"] == {}
    assert reason(mesh) == (3, "no_record")
    assert mesh("consent", "import", str(file), "--as", "web-shop").code == 0
    assert mesh("consent", "import", str(tmp_path / "gone.csv"), *PRIVACY).code == 4
    assert mesh("consent", "import", str(tmp_path / "gone.xlsx"), *PRIVACY).code == 2


def test_no_identifier_lies_in_the_home(project: Path, mesh: Mesh, tmp_path: Path) -> None:
    file = put(tmp_path / "preferences.csv", CSV)
    mesh("consent", "import", str(file), *PRIVACY)
    recorded(mesh, "revoke", "--purpose", "marketing")
    with sqlite3.connect(project / ".mesh/control.db") as con:
        dump = "\n".join(con.iterdump())
    for identifier in ("C-7", "c-7", "ben@example.com"):
        assert identifier not in dump
        assert all(identifier.encode() not in path.read_bytes() for path in (project / ".mesh").rglob("*") if path.is_file())


@pytest.mark.parametrize(
    ("damage", "rule", "where"),
    [
        ("UPDATE ledger_events SET decision = 'granted' WHERE sequence = 2", "LEDGER-08", "event 2"),
        ("UPDATE ledger_events SET subject = zeroblob(16) WHERE sequence = 1", "LEDGER-08", "event 1"),
        ("DELETE FROM ledger_events WHERE sequence = 2", "LEDGER-08", "event 2"),
        ("UPDATE ledger_state SET decision = 'granted' WHERE sequence = 2", "LEDGER-09", "the ledger's state"),
        ("DELETE FROM ledger_state WHERE sequence = 3", "LEDGER-09", "the ledger's state"),
    ],
)
def test_a_ledger_that_was_touched_is_found_out(project: Path, mesh: Mesh, damage: str, rule: str, where: str) -> None:
    assert mesh("consent", "verify", "--json").json["events"] == 0
    recorded(mesh, "grant", "--purpose", "marketing", "--notice", "v3", "--expires-at", "2031-01-01T00:00:00+02:00")
    recorded(mesh, "revoke", "--purpose", "marketing.email")
    recorded(mesh, "object", "--purpose", "analytics", "--order", "7")
    assert mesh("consent", "verify").code == 0
    with sqlite3.connect(project / ".mesh/control.db") as con:
        con.execute(damage)
    said = mesh("consent", "verify", "--json")
    assert (said.code, [(one["rule"], one["where"]) for one in said.json["findings"]]) == (1, [(rule, where)])
    mesh("consent", "rebuild", "--as", "platform-engineer")
    assert mesh("consent", "verify").code == (0 if rule == "LEDGER-09" else 1)


def test_a_suppression_is_for_the_role_privacy(project: Path, mesh: Mesh, tmp_path: Path) -> None:
    line = {"subject": "customer_id:C-7", "kind": "suppression", "decision": "imposed", "event_id": "1"}
    file = put(tmp_path / "events.jsonl", json.dumps(line))
    for who in (("--as", "web-shop"), ("--as", "data-steward", "--domain", "customer")):
        assert mesh("consent", "import", str(file), *who, "--json").json["error"]["rule"] == "LEDGER-02"
    assert mesh("consent", "import", str(file), *PRIVACY).code == 0 and reason(mesh, "service") == (3, "suppressed")


def test_the_mesh_s_key_is_listed_and_is_no_domain_s(project: Path, mesh: Mesh) -> None:
    recorded(mesh, "revoke", "--purpose", "marketing")
    for command in ("rotate", "revoke"):
        more = ("--yes",) if command == "revoke" else ()
        assert mesh("key", command, "_mesh", "--region", "mesh", *more, "--as", "platform-engineer").code == 2
    assert reason(mesh) == (3, "withdrawn")
    for file in (project / ".mesh/keys").glob("_mesh@*"):
        file.unlink()
    said = mesh("consent", "check", *PERSON, "--purpose", "service", "--json")
    assert (said.code, said.json["error"]["rule"]) == (5, "KEY-01")
