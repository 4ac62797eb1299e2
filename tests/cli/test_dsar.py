"""`mesh dsar`: from `open` to `certificate` on the command line, with its shapes and exit codes."""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.access.exports import Export, Exports
from mesh_platform.cli.dsar_desk import show_tasks
from mesh_platform.settings import Settings
from mesh_platform.state import open_state
from mesh_platform.subjects import State, Task
from mesh_platform.tasks import Tasks
from tests.cli.conftest import Mesh
from tests.subjects.town import CUSTOMERS, ORDER

PRIVACY = ("--as", "privacy-engineer")


@pytest.fixture
def town(published_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shutil.copytree(published_town, tmp_path / "project"))
    return tmp_path / "project"


def exported(project: Path) -> None:
    """A file left with rows of whoever was in the customers."""
    now = datetime.now(UTC)
    made = Export("x1", "analyst", "dana", "service", {}, "csv", 3, "0" * 64, None, now, now + timedelta(days=30))
    settings = Settings(project=project)
    with closing(open_state(settings)) as database:
        Exports(database, settings.home_path, Tasks(database)).put(made, None, lambda con: None)


def test_a_request_goes_from_open_over_a_file_that_left_to_its_certificate(town: Path, mesh: Mesh) -> None:
    exported(town)
    said = mesh("dsar", "open", "--kind", "erasure", "--subject", "email:nobody@ex.test", "--regime", "gdpr", *PRIVACY, "--json")
    assert said.code == 0 and [*said.json] == ["id"]
    id = said.json["id"]
    assert mesh("dsar", "certificate", id, *PRIVACY, "--json").json["certificate"]["certified"] is False

    said = mesh("dsar", "run", id, *PRIVACY, "--json")
    blocked = [one for one in said.json["products"] if one["state"] == "blocked"]
    assert said.code == 1 and [(one["product"], one["strategy"]) for one in blocked] == [("export x1", "external")]
    assert mesh("access", "exports", "--ended", "x1", *PRIVACY).code == 0

    said = mesh("dsar", "run", id, *PRIVACY)
    assert said.code == 0 and f"{id}: certified" in said.out and "nobody@ex.test" not in said.out
    assert "Nothing was found of the person by what was named" in said.out
    status = mesh("dsar", "status", id, *PRIVACY, "--json").json
    assert (status["id"], status["state"]) == (id, "certified")
    assert sorted(one["product"] for one in status["products"]) == sorted([*ORDER, "export x1", "the home"])
    assert {"product", "strategy", "state", "rows", "reason"} <= {*status["products"][0]}

    said = mesh("dsar", "certificate", id, *PRIVACY, "--json")
    assert said.code == 0 and said.json["certificate"]["certified"] and said.json["sha256"] in said.json["leaf"]
    assert said.json["proof"].startswith("c2sp.org/tlog-proof")
    [listed] = mesh("dsar", "list", *PRIVACY, "--json").json
    assert listed["state"] == "certified" and listed["due"] > listed["opened_at"][:10] and not listed["breached"]


def test_what_is_left_out_or_held_back_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    show_tasks(
        (
            Task("health/patients", "delete_by_key", State.EXEMPT, 3, "The law keeps its rows for 10 years."),
            Task("crm/accounts", "delete_by_key", State.CERTIFIED, 1, "1 of its rows are the person's."),
            Task("purpose service", "objection", State.UNTOUCHED, 0, "It rests on a contract."),
            Task("purpose marketing", "objection", State.CERTIFIED, 8),
        )
    )
    show_tasks((Task("web/visits", "delete_by_key", State.VERIFIED, 0, at_source=2),))
    told = capsys.readouterr().out
    assert "delete_by_key, 0 rows, 2 at its source" in told
    assert "The law keeps" in told and "rests on a contract" in told and "1 of its rows" not in told
    assert "objection, 8 identifiers" in told and "delete_by_key, 1 rows" in told


def test_what_stands_in_the_way_is_told_with_what_helps_and_exit_code_1(town: Path, mesh: Mesh) -> None:
    id = mesh("dsar", "open", "--kind", "erasure", "--subject", "customer_id:C-7", "--regime", "ccpa", *PRIVACY, "--json").json[
        "id"
    ]
    plan = mesh("dsar", "plan", id, *PRIVACY, "--json").json
    assert plan["identifiers"] == {"cookie_id": 1, "customer_id": 1, "email": 1, "email_sha256": 1} and not plan["weak_links"]
    assert {one["product"]: one["state"] for one in plan["products"]}[CUSTOMERS] == "open"
    assert mesh("dsar", "certificate", id, *PRIVACY).code == 1


def test_under_hipaa_a_record_is_seen_and_amended_on_its_clock_and_an_erasure_is_refused_at_once(town: Path, mesh: Mesh) -> None:
    asked = ("--subject", "email:a@ex.test", "--regime", "hipaa", *PRIVACY)
    said = mesh("dsar", "open", "--kind", "erasure", *asked)
    assert said.code == 2 and "DSAR-40" in said.err and "access, portability, rectification" in said.err
    assert mesh("dsar", "list", *PRIVACY, "--json").json == []
    id = mesh("dsar", "open", "--kind", "access", *asked, "--json").json["id"]
    clock = mesh("dsar", "status", id, *PRIVACY, "--json").json["clock"]
    assert date.fromisoformat(clock["due"]) - date.fromisoformat(clock["received"]) == timedelta(days=30)
    assert clock["source"] == "45 CFR 164.524(b)(2)" and clock["source_checked"] is False
    assert mesh("dsar", "extend", id, "--reason", "The records are in an archive.", "--told", "by letter", *PRIVACY).code == 0
    clock = mesh("dsar", "status", id, *PRIVACY, "--json").json["clock"]
    assert date.fromisoformat(clock["due"]) - date.fromisoformat(clock["received"]) == timedelta(days=60)
    assert mesh("dsar", "extend", id, "--reason", "Once more.", "--told", "by letter", *PRIVACY).code != 0


def test_what_is_told_to_follow_is_told_as_whoever_typed_it_can_type_it(town: Path, mesh: Mesh) -> None:
    asked = ("dsar", "open", "--kind", "erasure", "--subject", "customer_id:C-7", "--regime", "ccpa")
    said = mesh(*asked, *PRIVACY).out
    id = said.split()[1]
    assert f"Next: mesh dsar plan {id} --as privacy-engineer, then mesh dsar run {id} --as privacy-engineer." in said
    typed = said.partition("Next: mesh ")[2].partition(",")[0]
    assert mesh(*typed.split()).code == 0
    unknown = mesh(*asked, "--verify", *PRIVACY).out
    assert f"Next: mesh dsar verify-identity {unknown.split()[1]} --as privacy-engineer, then" in unknown


def test_who_may_not_and_what_is_not_there(town: Path, mesh: Mesh) -> None:
    assert mesh("dsar", "list").code == 3
    unsaid = mesh("dsar", "open", "--subject", "email:a@ex.test", "--regime", "gdpr", *PRIVACY)
    assert unsaid.code == 2 and "--kind" in unsaid.err + unsaid.out, "nobody is erased for want of a word"
    assert mesh("dsar", "status", "none", *PRIVACY).code == 4
    assert mesh("dsar", "open", "--kind", "erasure", "--subject", "nonsense", "--regime", "gdpr", *PRIVACY).code == 2
    assert mesh("dsar", "open", "--kind", "erasure", "--subject", "email:a@ex.test", "--regime", "none", *PRIVACY).code == 2
