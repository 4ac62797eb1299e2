"""`mesh task`: what needs a person, and the notices of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mesh_platform.actor import MESH
from mesh_platform.clock import utc_now
from mesh_platform.settings import load_settings
from mesh_platform.state import open_state
from mesh_platform.tasks import GONE, NewTask, TaskKind, Tasks, finding_task
from mesh_platform.tasks.channels import channel_names
from tests.cli.conftest import Mesh
from tests.tasks.receivers import webhook

KEYS = {"id", "kind", "product", "reason", "role", "assignee", "due", "overdue", "state", "decision", "evidence", "command"}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MESH_TOKEN", raising=False)


def open_one(root: Path, key: str = "e-1", role: str = "owner", days: float = 3) -> int:
    settings = load_settings(root)
    database = open_state(settings)
    try:
        task = NewTask(
            key, TaskKind.EXTERNAL, "sales/orders", "A recipient outside has to confirm.", role, utc_now() + timedelta(days=days)
        )
        return Tasks(database, channel_names(settings)).open_task(task).id
    finally:
        database.close()


def test_a_mesh_without_tasks_says_so_and_makes_no_home(mesh: Mesh, project: Path) -> None:
    assert mesh("task", "list", "--json").json == []
    assert mesh("task", "list").out == "No task is open.\n"
    assert mesh("task", "show", "1").code == 4
    assert not (project / ".mesh").exists()


def test_looking_takes_as_and_refuses_a_name_that_nobody_has(mesh: Mesh, project: Path) -> None:
    number = str(open_one(project))
    for words in (("list",), ("show", number)):
        assert mesh("task", *words, "--as", "sales-owner").code == 0
        assert mesh("task", *words, "--as", "nobody", "--json").json["error"]["rule"] == "AUTH-05"


def test_open_tasks_are_listed_with_everything(mesh: Mesh, project: Path) -> None:
    open_one(project)
    open_one(project, "e-2", days=-1)
    late, soon = mesh("task", "list", "--json").json
    assert set(late) >= KEYS
    assert (late["overdue"], soon["overdue"]) == (True, False)
    assert [task["id"] for task in mesh("task", "list", "--overdue", "--json").json] == [late["id"]]
    assert mesh("task", "list", "--role", "privacy", "--json").json == []
    assert len(mesh("task", "list", "--product", "sales", "--json").json) == 2
    assert "overdue" in mesh("task", "list").out


def test_a_task_is_assigned_and_resolved_by_somebody_who_may(mesh: Mesh, project: Path) -> None:
    number = str(open_one(project))
    assert mesh("task", "assign", number, "sales-owner", "--as", "sales-owner", "--json").json["assignee"] == "sales-owner"
    said = mesh("task", "resolve", number, "--decision", "confirmed", "--evidence", "letter 7", "--as", "sales-owner", "--json")
    assert (said.code, said.json["state"], said.json["evidence"]) == (0, "resolved", "letter 7")
    assert mesh("task", "list", "--json").json == []
    assert len(mesh("task", "list", "--all", "--json").json) == 1
    again = mesh("task", "resolve", number, "--decision", "x", "--evidence", "y", "--as", "sales-owner", "--json")
    assert (again.code, again.json["error"]["rule"]) == (1, "TASK-02")


@pytest.mark.parametrize(("principal", "rule"), [("customer-owner", "TASK-03"), ("sales-analyst", "TASK-03"), (None, "AUTH-01")])
def test_nobody_else_resolves_it(mesh: Mesh, project: Path, principal: str | None, rule: str) -> None:
    number = str(open_one(project))
    who = ("--as", principal) if principal else ()
    said = mesh("task", "resolve", number, "--decision", "x", "--evidence", "y", *who, "--json")
    assert (said.code, said.json["error"]["rule"]) == (3, rule)


def test_a_task_is_not_assigned_to_a_name_that_nobody_has(mesh: Mesh, project: Path) -> None:
    number = str(open_one(project))
    said = mesh("task", "assign", number, "sales-onwer", "--as", "sales-owner", "--json")
    assert said.json["error"]["rule"] == "AUTH-05"


def test_a_task_is_not_assigned_to_whoever_may_not_do_it(mesh: Mesh, project: Path) -> None:
    number = str(open_one(project))
    said = mesh("task", "assign", number, "examiner", "--as", "sales-owner", "--json")
    assert (said.code, said.json["error"]["rule"], "examiner lacks" in said.json["error"]["why"]) == (3, "TASK-03", True)


def test_a_question_that_no_task_answers_is_not_mistaken_for_no_task(mesh: Mesh, project: Path) -> None:
    open_one(project)
    assert "No task matches; 1 is open." in mesh("task", "list", "--product", "elsewhere").out
    for wrong in (("--role", "reviewer"), ("--kind", "reviews")):
        said = mesh("task", "list", *wrong)
        assert said.code == 2, said
    assert "sunset" in said.err
    assert all(kind in mesh("task", "list", "--help").out for kind in TaskKind)


def test_the_share_says_who_closed_what_and_what_is_unknown_lowers_it(mesh: Mesh, project: Path) -> None:
    database = open_state(load_settings(project))
    try:
        tasks = Tasks(database)
        for number, role in enumerate((MESH, "privacy", None)):
            task = finding_task(f"sales/p{number}", "CORE-03", "why", utc_now())
            tasks.settled(task, GONE, "It is mended.", "somebody", role)
    finally:
        database.close()
    told = mesh("task", "share", "--json").json
    assert told["all"]["closed_by"] == {"platform": 1, "domain": 0, "privacy": 1, "unknown": 1}
    assert (told["all"]["closed"], told["all"]["without_privacy_engineer"], told["goal"], told["demo"]) == (3, 1, 0.7, False)
    assert told["domains"]["sales"]["closed"] == 3
    said = mesh("task", "share", "--days", "1").out
    assert "33% of 3 were closed without a privacy engineer" in said
    assert "of 1 it is unknown" in said
    assert "example mesh" not in said


def test_the_share_of_an_example_mesh_says_that_it_is_one(mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "there is no share" in mesh("task", "share").out
    monkeypatch.setattr("mesh_platform.cli.task_share.is_demo", lambda session: True)
    assert "Of the example mesh" in mesh("task", "share").out
    assert mesh("task", "share", "--json").json["demo"] is True


def test_notices_go_out_and_say_where_they_did_not_arrive(mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "No channel is set" in mesh("task", "notify").out
    monkeypatch.setenv("MESH_NOTICE_SECRET", "a secret of the mesh")
    with webhook() as receiver:
        monkeypatch.setenv("MESH_NOTICE_WEBHOOK", receiver.address)
        open_one(project)
        assert mesh("task", "notify", "--json").json["sent"] == 1
        open_one(project, "e-2")
        receiver.refuse = 1
        said = mesh("task", "notify", "--json")
    assert (said.code, said.json["failed"], said.json["waiting"]) == (5, 1, 1)
    assert receiver.documents[0]["product"] == "sales/orders"
