"""`mesh breach`: reported by anybody, counted from the products' own rows and from the audit log, and carried to its end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import Mesh
from tests.subjects.town import ANA, CARDS, CUSTOMERS, VISITS

PRIVACY = ("--as", "privacy-engineer")
LOST = ("--what", "a laptop with an export was lost")
AN_HOUR = 3_600


@pytest.fixture
def town(published_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = shutil.copytree(published_town, tmp_path / "project")
    people = {
        "privacy-engineer": {"roles": ["privacy"], "region": "EU"},
        "people-owner": {"roles": ["owner"], "domains": ["people"], "region": "EU"},
        "office-analyst": {"roles": ["consumer"], "domains": ["office"], "region": "EU"},
    }
    (root / "governance/roles.yaml").write_text(yaml.safe_dump({"principals": people}))
    monkeypatch.chdir(root)
    monkeypatch.setenv("MESH_ENV", "test")
    return root


def test_a_breach_goes_from_its_report_to_its_end(town: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    said = mesh("breach", "open", *LOST, "--product", CUSTOMERS, "--column", f"{VISITS}.cookie", *PRIVACY, "--json")
    assert said.code == 0, said.err
    id, people = said.json["id"], {one["product"]: one["people"] for one in said.json["affected"]}
    assert people == {CUSTOMERS: 3, VISITS: 3} and said.json["people"] == 6, "no identifier tells that they are the same people"
    assert [one["columns"] for one in said.json["affected"]] == [[], ["cookie"]]
    [duty] = said.json["duties"]
    assert (duty["rule"], duty["to"], duty["state"]) == ("GDPR-33", "authority", "open")
    [task] = [one for one in mesh("task", "list", *PRIVACY, "--json").json if one["kind"] == "breach"]
    assert task["due"] == duty["due_at"] and task["command"].endswith("GDPR-33 authority")

    assert mesh("breach", "close", id, "--note", "done", *PRIVACY).code == 1
    high = mesh("breach", "assess", id, "--risk", "high", "--reason", "not encrypted", "--measures", "wiped", *PRIVACY, "--json")
    assert {(one["rule"], one["to"]) for one in high.json["duties"]} == {("GDPR-33", "authority"), ("GDPR-34", "people")}
    monkeypatch.setenv("MESH_CLOCK", str(73 * AN_HOUR))
    told = mesh("breach", "sweep", *PRIVACY, "--json").json
    assert {(one["duty"], one["event"]) for one in told} == {("GDPR-33:authority", "overdue"), ("GDPR-34:people", "overdue")}
    assert mesh("breach", "sweep", *PRIVACY, "--json").json == []
    late = mesh("breach", "notify", id, "GDPR-33", *PRIVACY)
    assert late.code == 1 and "BREACH-07" in late.err
    assert (
        mesh("breach", "notify", id, "gdpr-33", "--reason", "the log was restored first", "--reference", "2027-1", *PRIVACY).code
        == 0
    )
    spared = mesh("breach", "notify", id, "GDPR-34", "--not-required", "--reason", "Art. 34(3)(a): unreadable", *PRIVACY)
    assert spared.code == 0 and "not required" in spared.out
    assert mesh("breach", "close", id, "--note", "all were told", *PRIVACY).code == 0
    assert mesh("breach", "list", *PRIVACY, "--json").json == []
    [closed] = mesh("breach", "list", "--all", *PRIVACY, "--json").json
    assert (closed["state"], closed["closing"]) == ("closed", "all were told")
    history = mesh("breach", "show", id, *PRIVACY, "--json").json["history"]
    assert [one["event"] for one in history] == ["opened", "assessed", "overdue", "overdue", "notified", "not required", "closed"]
    assert {one["kind"] for one in mesh("task", "list", *PRIVACY, "--json").json}.isdisjoint({"breach", "deadline"})
    assert mesh("audit", "verify", "--as", "privacy-engineer").code == 0


def test_products_of_one_identifier_are_about_the_same_people(town: Path, mesh: Mesh) -> None:
    said = mesh("breach", "open", *LOST, "--product", CUSTOMERS, "--product", CARDS, *PRIVACY, "--json").json
    assert [one["people"] for one in said["affected"]] == [3, 3] and said["people"] == 3


def test_whoever_reports_is_told_the_clocks_and_no_counts(town: Path, mesh: Mesh) -> None:
    analyst = ("--as", "office-analyst")
    said = mesh("breach", "open", *LOST, "--product", CUSTOMERS, *analyst)
    assert said.code == 0 and "GDPR-33" in said.out and "people" not in said.out.replace("people/", "")
    [mine] = mesh("breach", "list", *analyst, "--json").json
    assert mine["affected"] == [] and mine["people"] is None
    assert mesh("breach", "open", *LOST, "--reader", "privacy-engineer", "--from", "2026-01-01", *analyst).code == 3
    assert mesh("breach", "assess", mine["id"], "--risk", "high", "--reason", "a", "--measures", "b", *analyst).code == 3
    [owned] = mesh("breach", "list", "--as", "people-owner", "--json").json
    assert [one["people"] for one in owned["affected"]] == [3] and owned["people"] is None


def test_nobody_knows_yet_what_it_is_about_so_every_law_counts(town: Path, mesh: Mesh) -> None:
    said = mesh("breach", "open", *LOST, *PRIVACY, "--json").json
    assert said["affected"][0]["product"] == "" and said["affected"][0]["laws"] == ["GDPR-33", "GDPR-34"]
    assert said["people"] is None and "No product is named" in said["unsure"][-1]
    seen = mesh(
        "breach",
        "assess",
        said["id"],
        "--risk",
        "risk",
        "--reason",
        "a",
        "--measures",
        "b",
        "--product",
        CARDS,
        *PRIVACY,
        "--json",
    ).json
    assert [one["product"] for one in seen["affected"]] == [CARDS] and seen["people"] == 3
    said_so = mesh(
        "breach", "assess", said["id"], "--risk", "risk", "--reason", "a", "--measures", "b", "--people", "2", *PRIVACY
    )
    assert said_so.code == 0
    again = mesh("breach", "assess", said["id"], "--risk", "high", "--reason", "a", "--measures", "b", *PRIVACY, "--json").json
    assert again["people"] == 2, "what somebody said holds until it is said anew"


def test_what_a_reader_read_comes_from_the_audit_log(town: Path, mesh: Mesh) -> None:
    query = ("query", f"SELECT customer_id, town FROM {CUSTOMERS.replace('/', '.')}", "--purpose", "service")
    assert mesh(*query, "--as", "office-analyst").code == 0
    reader = ("--reader", "office-analyst", "--from", "2026-01-01")
    said = mesh("breach", "open", "--what", "a token was stolen", *reader, *PRIVACY, "--json").json
    [one] = said["affected"]
    assert (one["product"], one["columns"], one["reads"], one["rows"], one["readers"]) == (
        CUSTOMERS,
        ["customer_id", "town"],
        1,
        3,
        1,
    )
    assert one["people"] == 3 and len(said["records"]) == 1
    for nothing in (("--reader", "somebody", "--from", "2026-01-01"), (*reader, "--to", "2026-01-02")):
        refused = mesh("breach", "open", *LOST, *nothing, *PRIVACY)
        assert refused.code == 2 and "The log has no read under that name in the span" in refused.err


def test_a_breach_is_called_by_as_much_of_its_id_as_names_it_alone(mesh: Mesh) -> None:
    id_ = mesh("breach", "open", *LOST, *PRIVACY, "--json").json["id"]
    assert mesh("breach", "show", id_[:12], *PRIVACY, "--json").json["id"] == id_
    assessed = ("--risk", "unlikely", "--reason", "the disk is encrypted", "--measures", "wiped from afar")
    assert mesh("breach", "assess", id_[:6], *assessed, *PRIVACY).code == 0
    assert mesh("breach", "show", id_[:5], *PRIVACY).code == 4 and mesh("breach", "show", "%" * 6, *PRIVACY).code == 4


@pytest.mark.parametrize(
    ("options", "code", "rule"),
    [
        (("--what", f"mail of {ANA}"), 2, "BREACH-02"),
        (("--what", "Dear Mr. Thomas Miller lost his laptop"), 2, "BREACH-02"),
        ((*LOST, "--product", "people/nothing"), 4, "BREACH-04"),
        ((*LOST, "--column", f"{CUSTOMERS}.nothing"), 4, "BREACH-04"),
        ((*LOST, "--aware", "2999-01-01"), 2, "BREACH-02"),
        ((*LOST, "--aware", "0001-01-01T00:00+14:00"), 2, "end of all calendars"),
        ((*LOST, "--to", "9999-12-31"), 2, "end of all calendars"),
        ((*LOST, "--reader", "office-analyst"), 2, "--from"),
    ],
)
def test_what_cannot_be_meant_is_refused(town: Path, mesh: Mesh, options: tuple[str, ...], code: int, rule: str) -> None:
    said = mesh("breach", "open", *options, *PRIVACY)
    assert said.code == code and rule in said.err and "ana@" not in said.err
    assert mesh("breach", "list", *PRIVACY, "--json").json == []


def test_a_breach_ends_although_a_column_of_it_and_a_product_went(town: Path, mesh: Mesh) -> None:
    said = mesh(
        "breach", "open", *LOST, "--column", f"{VISITS}.cookie", "--column", f"{CARDS}.customer_id", *PRIVACY, "--json"
    ).json
    [descriptor] = (town / "domains" / VISITS).glob("*.yaml")
    descriptor.write_text(descriptor.read_text().replace("cookie", "biscuit"))
    shutil.rmtree(town / "domains" / CARDS)
    assess = ("breach", "assess", said["id"], "--risk", "unlikely", "--reason", "a", "--measures", "b")
    kept = mesh(*assess, *PRIVACY, "--json")
    assert kept.code == 0, kept.err
    assert [one["columns"] for one in kept.json["affected"]] == [["customer_id"], ["cookie"]]
    assert mesh(*assess, "--column", f"{VISITS}.crumb", *PRIVACY).code == 4
    quoted = mesh(*assess, "--column", f"{CARDS}.{ANA}", *PRIVACY)
    assert quoted.code == 2 and "BREACH-02" in quoted.err and "ana@" not in quoted.err
