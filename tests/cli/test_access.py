"""`mesh access`: ask, approve, read, end, as people have it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from mesh_platform.publish import Status, open_runtime, publish
from mesh_platform.settings import Settings
from tests.access.shop import PROFILES, write_project
from tests.cli.conftest import Mesh

QUERY = ("query", "select email from customer.profiles", "--purpose", "analytics", "--as", "analyst")
ASK = ("access", "request", "customer/profiles", "--purpose", "analytics", "--as", "analyst", "--reason", "to see who comes back")


@pytest.fixture(scope="module")
def governed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("granted") / "project"
    mesh = write_project(root)
    roles = root / "governance" / "roles.yaml"
    known = yaml.safe_load(roles.read_text())
    known["principals"]["examiner"] = {"roles": ["examiner"], "region": "EU"}
    known["principals"]["steward"] = {"roles": ["steward"], "domains": ["customer"], "region": "EU"}
    known["principals"]["dpo"] = {"roles": ["steward", "privacy"], "domains": ["customer"], "region": "EU"}
    roles.write_text(yaml.safe_dump(known))
    with open_runtime(Settings(project=root)) as runtime:
        assert publish(mesh, PROFILES, runtime).status is Status.PUBLISHED
    yield root


@pytest.fixture(autouse=True)
def here(governed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(governed)


def test_the_line_that_a_refusal_names_leads_to_the_rows(mesh: Mesh) -> None:
    refused = mesh(*QUERY)
    assert refused.code == 3
    assert "mesh access request customer/profiles --purpose analytics --columns email --reason" in refused.out + refused.err
    asked = mesh(*ASK, "--columns", "email", "--days", "30", "--json")
    assert (asked.code, asked.json["state"], asked.json["consumer"]) == (0, "open", {"kind": "person", "name": "analyst"})
    assert mesh(*QUERY).code == 3
    assert mesh("access", "approve", asked.json["id"], "--as", "analyst").code == 3
    given = mesh("access", "approve", asked.json["id"], "--as", "steward", "--json")
    assert (given.code, given.json["columns"], given.json["state"]) == (0, ["email"], "standing")
    assert mesh("access", "approve", asked.json["id"], "--as", "steward").code == 1
    rows = mesh(*QUERY, "--json")
    assert (rows.code, sorted(row[0] for row in rows.json["rows"])) == (0, ["…@firm.test", "…@mail.test", "…@mail.test"])
    explained = mesh("access", "explain", "customer/profiles", "--purpose", "analytics", "--as", "analyst")
    assert given.json["id"] in explained.out
    shown = mesh("access", "list", "--json")
    assert [one["id"] for one in shown.json["grants"]] == [given.json["id"]]
    assert given.json["id"] in mesh("access", "show", given.json["id"]).out
    assert "to see who comes back" in mesh("access", "show", asked.json["id"]).out
    renewed = mesh("access", "renew", given.json["id"], "--reason", "it goes on", "--as", "analyst", "--json")
    assert renewed.json["renews"] == given.json["id"]
    assert mesh("access", "reject", renewed.json["id"], "--reason", "not now", "--as", "steward").code == 0
    assert mesh("access", "revoke", given.json["id"], "--reason", "the pilot is over", "--as", "steward").code == 0
    assert mesh(*QUERY).code == 3
    assert "Nothing waits" in mesh("access", "list").out


@pytest.mark.parametrize(
    ("options", "code", "rule"),
    [
        (("--columns", "surname"), 2, "ACCESS-22"),
        (("--columns", "birth_date"), 3, "CORE-08"),
        (("--columns", "email", "--for", "domain:customer"), 3, "ACCESS-23"),
        (("--columns", "email", "--for", "sales"), 2, "KIND:NAME"),
        (("--columns", "email", "--until", "tomorrow"), 2, "2027-01-31"),
        (("--columns", "email", "--until", "2999-01-01"), 2, "ACCESS-22"),
        (("--columns", "email", "--until", "2027-01-31", "--days", "3"), 2, "not both"),
    ],
)
def test_what_cannot_be_asked_for_has_its_exit_code(mesh: Mesh, options: tuple[str, ...], code: int, rule: str) -> None:
    said = mesh(*ASK, *options)
    assert said.code == code
    assert rule in said.out + said.err


def test_an_id_that_nobody_gave(mesh: Mesh) -> None:
    for command in (("show", "rq-0"), ("show", "gr-0"), ("approve", "rq-0", "--as", "steward")):
        said = mesh("access", *command)
        assert (said.code, "ACCESS-26" in said.out + said.err) == (4, True)


def test_break_glass_opens_all_at_once_and_leaves_a_task_for_others(mesh: Mesh) -> None:
    glass = ("access", "break-glass", "customer/profiles", "--purpose", "service", "--reason", "an outage", "--minutes", "5")
    assert mesh(*glass, "--as", "analyst").code == 3
    given = mesh(*glass, "--as", "engineer", "--json")
    assert (given.code, given.json["kind"], given.json["consumer"]["name"]) == (0, "break glass", "engineer")
    rows = mesh("query", "select email from customer.profiles order by 1", "--purpose", "service", "--as", "engineer", "--json")
    assert rows.json["rows"][0] == ["ana@mail.test"]
    tasks = mesh("task", "list", "--kind", "audit_flag", "--json")
    assert {task["role"] for task in tasks.json} == {"privacy", "owner"}
    assert mesh("access", "revoke", given.json["id"], "--reason", "it is over", "--as", "engineer").code == 0


def test_rows_leave_as_a_file_that_is_listed_until_it_is_gone(mesh: Mesh, tmp_path: Path) -> None:
    file = tmp_path / "segments.csv"
    sql = "select segment, count(*) as people from customer.profiles group by all order by 1"
    made = mesh("access", "export", sql, "--purpose", "service", "--output", str(file), "--as", "analyst", "--json")
    assert (made.code, made.json["rows"], made.json["by"]) == (0, 2, "analyst")
    assert file.read_text().splitlines() == ["segment,people", "gold,2", "silver,1"]
    again = mesh("access", "export", sql, "--purpose", "service", "--output", str(file), "--as", "analyst")
    assert (again.code, "ACCESS-50" in again.out + again.err) == (2, True)
    assert [one["id"] for one in mesh("access", "exports", "--json").json] == [made.json["id"]]
    assert mesh("access", "exports", "--ended", made.json["id"], "--as", "steward").code == 3
    [last] = mesh("audit", "tail", "-n", "1", "--act", "export", "--json", "--as", "examiner").json
    assert (last["phase"], last["reason"], last["who"]) == ("denied", "ACCESS-27", "steward")
    assert mesh("access", "exports", "--ended", made.json["id"], "--as", "analyst").code == 0
    assert "No file of rows is out" in mesh("access", "exports").out


def test_what_a_rule_masks_is_told_with_the_rule_although_somebody_approved_it_as_it_is(mesh: Mesh) -> None:
    asked = mesh(*ASK, "--columns", "card,email", "--raw", "card,email", "--days", "30", "--json")
    given = mesh("access", "approve", asked.json["id"], "--as", "dpo", "--json")
    assert given.code == 0, given.out + given.err
    explained = mesh("access", "explain", "customer/profiles", "--purpose", "analytics", "--as", "analyst", "--json").json[
        "columns"
    ]
    assert (explained["card"]["treatment"], explained["card"]["rule"]) == ("mask", "PCI-3.4.1")
    assert explained["email"]["treatment"] == "raw"
    rows = mesh("query", "select card from customer.profiles", "--purpose", "analytics", "--as", "analyst", "--json").json["rows"]
    assert sorted(row[0] for row in rows) == ["340000…0009", "411111…1111", "550000…5559"]
    assert mesh("access", "revoke", given.json["id"], "--reason", "it is over", "--as", "steward").code == 0
