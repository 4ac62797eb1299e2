"""`mesh hold`: what a hold covers is told when it is opened and when it is listed, and what it does not keep."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Mesh
from tests.subjects.town import ANA, CARDS, CUSTOMERS

PRIVACY = ("--as", "privacy-engineer")
MATTER = ("--matter", "M-1", "--owner", "legal@example.com", "--reason", "a claim")
A_DAY = 86_400


@pytest.fixture
def town(published_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shutil.copytree(published_town, tmp_path / "project"))
    monkeypatch.setenv("MESH_ENV", "test")
    return tmp_path / "project"


def test_a_new_hold_says_which_rows_it_covers_and_the_list_says_its_scope(town: Path, mesh: Mesh) -> None:
    said = mesh("hold", "open", *MATTER, "--domain", "people", "--subject", f"email:{ANA}", *PRIVACY)
    assert said.code == 0 and ": all of people; people of 4 identifiers." in said.out
    assert f"  {CUSTOMERS}: 1 row\n" in said.out and f"  {CARDS}: 1 row\n" in said.out and "visits" not in said.out
    listed = mesh("hold", "list", *PRIVACY).out
    assert "all of people; people of 4 identifiers" in listed
    assert ANA not in said.out + listed

    said = mesh("hold", "open", *MATTER, "--subject", "email:nobody@ex.test", *PRIVACY)
    assert said.code == 0 and "It covers no row that is published now" in said.out
    covers = mesh("hold", "open", *MATTER, "--product", CUSTOMERS, *PRIVACY, "--json").json["covers"]
    assert covers == [{"product": CUSTOMERS, "rows": 3}]


def test_a_backup_ends_on_its_day_while_a_hold_is_open_and_the_held_rows_stay_in_the_lake(
    town: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESH_BACKUP_DAYS", "2")
    made = mesh("backup", "create", *PRIVACY)
    assert made.code == 0 and f"It stands in {town / '.mesh/backups'}" in made.out and "lost with it" in made.out
    said = mesh("hold", "open", *MATTER, "--product", CUSTOMERS, *PRIVACY)
    assert "1 backup with copies of them: each ends on its day all the same" in said.out

    id = mesh("dsar", "open", "--kind", "erasure", "--subject", f"email:{ANA}", "--regime", "gdpr", *PRIVACY, "--json").json["id"]
    held = {one["product"]: one for one in mesh("dsar", "run", id, *PRIVACY, "--json").json["products"]}[CUSTOMERS]
    assert (held["state"], held["rows"]) == ("held", 1) and "1 rows of it are kept" in held["reason"]
    back = mesh("backup", "restore", "--product", CUSTOMERS, *PRIVACY, backup_id(mesh), "--json")
    assert (back.code, covered(mesh)) == (0, 3), "the backup still has the row that the hold keeps"

    monkeypatch.setenv("MESH_CLOCK", str(3 * A_DAY))
    assert mesh("backup", "expire", *PRIVACY).code == 0
    assert mesh("backup", "list", *PRIVACY, "--json").json == [] and covered(mesh) == 3


def backup_id(mesh: Mesh) -> str:
    [one] = mesh("backup", "list", *PRIVACY, "--json").json
    return str(one["id"])


def covered(mesh: Mesh) -> int:
    """Rows of the customers as they lie in the lake, hidden ones too."""
    [one] = mesh("hold", "open", *MATTER, "--product", CUSTOMERS, *PRIVACY, "--json").json["covers"]
    return int(one["rows"])
