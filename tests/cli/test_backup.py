"""`mesh backup`: made, listed, verified, brought back; a lost home begun anew; shapes and exit codes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mesh_platform.audit import Act, Phase, What
from mesh_platform.publish import open_runtime
from mesh_platform.settings import Settings
from tests.cli.conftest import Mesh
from tests.subjects.town import ORDER

PRIVACY = ("--as", "privacy-engineer")


@pytest.fixture
def town(published_town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(shutil.copytree(published_town, tmp_path / "project"))
    monkeypatch.setenv("MESH_AUDIT_ANCHOR", str(tmp_path / "anchor"))
    return tmp_path / "project"


def test_a_backup_is_made_whole_or_not_at_all(town: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", "backup.copied=errno:ENOSPC@1")
    said = mesh("backup", "create", "--to", str(kept), *PRIVACY, "--json")
    assert (said.code, said.json["error"]["rule"]) == (5, "BACKUP-08")
    assert mesh("backup", "list", *PRIVACY, "--json").json == [] and not [*kept.glob("*")]

    made = mesh("backup", "create", "--to", str(kept), *PRIVACY, "--json").json
    assert made["products"] == sorted(ORDER) and made["left_out"] == [] and made["bytes"] > 0
    [listed] = mesh("backup", "list", *PRIVACY, "--json").json
    assert (listed["id"], listed["reachable"], listed["folder"]) == (made["id"], True, str(kept))
    assert mesh("backup", "verify", *PRIVACY, "--json").json["ok"]

    assert mesh("backup", "restore", *PRIVACY).code == 2


@pytest.mark.nightly
def test_products_and_a_lost_home_come_back(town: Path, mesh: Mesh, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    made = mesh("backup", "create", "--to", str(kept), *PRIVACY, "--json").json
    assert mesh("backup", "restore", "none", *PRIVACY).code == 4
    said = mesh("backup", "restore", made["id"], "--product", ORDER[0], "--no-replay", *PRIVACY, "--json")
    assert [(one["product"], one["state"]) for one in said.json["products"]] == [(ORDER[0], "quarantined")]
    assert [one["status"] for one in mesh("doctor", "--json").json["checks"] if one["check"] == "backups"] == ["fail"]
    said = mesh("backup", "replay", *PRIVACY, "--json")
    assert (said.code, [one["state"] for one in said.json["products"]]) == (0, ["released"])

    shutil.move(town / ".mesh/keys", tmp_path / "keys")
    shutil.rmtree(town / ".mesh")
    shutil.copytree(tmp_path / "keys", town / ".mesh/keys")
    said = mesh("backup", "restore", "--from", str(kept), *PRIVACY, "--json")
    assert said.code == 1 and said.json["records_lost"] > 0, "the audit log's anchor has seen more"
    assert {one["state"] for one in said.json["products"]} == {"quarantined"}
    refused = mesh("backup", "replay", *PRIVACY, "--json")
    assert (refused.code, refused.json["error"]["rule"]) == (1, "BACKUP-11")
    said = mesh("backup", "replay", "--accept-gap", *PRIVACY, "--json")
    assert (said.code, {one["state"] for one in said.json["products"]}) == (0, {"released"}), said.json


def test_who_may_not(town: Path, mesh: Mesh) -> None:
    assert mesh("backup", "list").code == 3


def test_a_regions_log_that_was_lost_comes_back_alone(
    town: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept, region = tmp_path / "kept", tmp_path / "eu"
    monkeypatch.setenv("MESH_AUDIT_REGIONS", f'{{"EU": "{region}/control.db"}}')
    region.mkdir(mode=0o700)
    with open_runtime(Settings(project=town)) as runtime:
        runtime.audit.record(Act.KEY, Phase.DONE, None, What(domain="people", region="westeurope", what="rotation asked"))
    made = mesh("backup", "create", "--to", str(kept), *PRIVACY, "--json").json
    restore = ("backup", "restore", made["id"], "--region-logs", *PRIVACY, "--json")
    assert mesh(*restore).json == {"id": made["id"], "regions": {}, "records_lost": {}}, "it stands"
    shutil.rmtree(region)
    region.mkdir(mode=0o700)
    assert mesh("audit", "verify", "--json").code == 1
    said = mesh(*restore)
    assert (said.code, said.json["regions"]) == (0, {"EU": 2})
    assert mesh("audit", "verify", "--json").code == 0
    told = mesh("audit", "tail", "--region", "EU", *PRIVACY, "--json").json
    assert [one["about"] for one in told] == ["begun", "people, westeurope, rotation asked"]
