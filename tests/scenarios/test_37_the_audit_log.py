"""Scenario 37: whoever has the database and changes the log is found out: `mesh audit verify` names the first bad record."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from mesh_platform.audit import Act, Phase, What
from tests.cli.conftest import Mesh
from tests.subjects.town import BY, town_at

ATTACKS = {
    "one byte": ("UPDATE audit_leaves SET body = replace(body, 'gate', 'gatf') WHERE seq = 5", 5),
    "a record gone": ("DELETE FROM audit_leaves WHERE seq = 5", 5),
    "two in another order": (
        "UPDATE audit_leaves SET body = CASE seq WHEN 5 THEN (SELECT body FROM audit_leaves WHERE seq = 6)"
        " ELSE (SELECT body FROM audit_leaves WHERE seq = 5) END WHERE seq IN (5, 6)",
        5,
    ),
    "the end": ("DELETE FROM audit_leaves WHERE seq >= (SELECT max(seq) - 2 FROM audit_leaves)", None),
}


@pytest.fixture
def logged(published_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    project = shutil.copytree(published_town, tmp_path / "project")
    monkeypatch.setenv("MESH_AUDIT_ANCHOR", str(tmp_path / "anchor"))
    with town_at(project) as (runtime, _):
        for _ in range(3):
            runtime.audit.record(Act.BACKUP, Phase.DONE, BY, What(what="create"))
    monkeypatch.chdir(project)
    return project


@pytest.mark.by_day("one byte")
@pytest.mark.parametrize("attack", ATTACKS)
def test_a_changed_log_is_told_with_its_first_bad_record(attack: str, logged: Path, mesh: Mesh) -> None:
    assert mesh("audit", "verify", "--json").code == 0
    statement, first = ATTACKS[attack]
    with sqlite3.connect(logged / ".mesh/control.db") as con:
        last = con.execute("SELECT max(seq) FROM audit_leaves").fetchone()[0]
        assert con.execute(statement).rowcount
    said = mesh("audit", "verify", "--json")
    assert (said.code, said.json["ok"]) == (1, False)
    assert said.json["first_bad"] == (first if first is not None else last - 2)


def test_an_end_that_is_cut_off_with_all_that_told_of_it_is_known_by_the_anchor(logged: Path, mesh: Mesh, tmp_path: Path) -> None:
    shutil.copytree(logged / ".mesh", tmp_path / "older")
    with town_at(logged) as (runtime, _):
        runtime.audit.record(Act.BACKUP, Phase.DONE, BY, What(what="create"))
    assert mesh("audit", "verify", "--json").code == 0
    shutil.rmtree(logged / ".mesh")
    shutil.copytree(tmp_path / "older", logged / ".mesh")
    said = mesh("audit", "verify", "--json")
    assert (said.code, said.json["ok"]) == (1, False)
