"""`mesh doctor` looks at everything, changes nothing, and answers whatever it meets."""

from __future__ import annotations

import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.cli import checkup
from mesh_platform.cli.checkup_backups import overdue
from mesh_platform.state import migrate, opening
from tests.cli.conftest import Mesh
from tests.cli.project import everything, publish_all, put


def checks(mesh: Mesh) -> dict[str, str]:
    """The worst status of each check."""
    order = ["ok", "not evaluated", "warn", "fail"]
    found: dict[str, str] = {}
    for check in mesh("doctor", "--json").json["checks"]:
        found[check["check"]] = max(found.get(check["check"], "ok"), check["status"], key=order.index)
    return found


def test_a_new_project_is_in_order_and_stays_untouched(mesh: Mesh, project: Path) -> None:
    before = everything(project)
    said = mesh("doctor")
    assert said.code == 0, said.out
    assert "All in order." in said.out
    assert everything(project) == before
    assert not (project / ".mesh").exists()


def test_backups_that_are_to_be_made_by_themselves_and_are_not_are_told(
    mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert checks(mesh)["backups"] == "ok", "nobody set an hour"
    monkeypatch.setenv("MESH_BACKUP_HOUR", "2")
    said = mesh("doctor")
    assert said.code == 0 and "each day at 2:07 UTC, and there is none" in said.out and "make_backup" in said.out


@pytest.mark.parametrize(("hours", "late"), [(1, False), (25, False), (27, True)])
def test_a_backup_is_late_after_a_day_and_two_hours(hours: int, late: bool) -> None:
    now = datetime(2027, 1, 2, 12, tzinfo=UTC)
    assert bool(overdue(now - timedelta(hours=hours), 2, now)) is late
    assert overdue(now - timedelta(hours=hours), None, now) == ""


@pytest.mark.nightly
def test_a_control_that_nothing_looks_for_is_not_ticked(mesh: Mesh, shop: Path) -> None:
    publish_all(shop, "shop/customers")
    said = mesh("doctor")
    assert "· controls:" in said.out and "not evaluated." in said.out and "All in order" not in said.out
    assert checks(mesh)["controls"] == "not evaluated"


def test_the_keyring_is_called_what_it_is(mesh: Mesh, shop: Path) -> None:
    publish_all(shop, "shop/customers")
    said = mesh("doctor")
    assert said.code == 0, said.out
    assert "development key" in said.out
    assert "1 of 1 products with exactly the files" in said.out


@pytest.mark.nightly
def test_a_home_open_to_others_fails_with_the_fix(mesh: Mesh, shop: Path) -> None:
    publish_all(shop, "shop/customers")
    (shop / ".mesh").chmod(0o755)
    (shop / ".mesh/control.db").chmod(0o644)
    for _ in range(2):
        said = mesh("doctor")
        assert said.code == 1
        assert "chmod 700" in said.out
    assert [stat.S_IMODE((shop / name).stat().st_mode) for name in (".mesh", ".mesh/control.db")] == [0o755, 0o644]


@pytest.mark.nightly
def test_an_existing_home_has_the_same_files_with_the_same_rights_afterwards(mesh: Mesh, shop: Path) -> None:
    publish_all(shop, "shop/customers")
    before = rights(shop / ".mesh")
    for command in ("doctor", "products", "check"):
        assert mesh(command).code == 0
    mesh("show", "shop/customers")
    mesh("diff", "shop/customers")
    assert rights(shop / ".mesh") == before


def rights(home: Path) -> dict[str, int]:
    """Every path of the home with its rights, but for what is empty again: places for throw-away files, and caches."""
    passing = ("tmp", "cache")
    return {
        path.relative_to(home).as_posix(): stat.S_IMODE(path.stat().st_mode)
        for path in home.rglob("*")
        if path.relative_to(home).parts[0] not in passing
    }


@pytest.mark.nightly
def test_tables_of_an_older_version_are_told_and_left_alone(mesh: Mesh, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish_all(shop, "shop/customers")
    monkeypatch.setattr(migrate, "REVISIONS", (*migrate.REVISIONS, "9999"))
    monkeypatch.setattr(opening, "HEAD", "9999")
    for _ in range(2):
        assert checks(mesh)["control database"] == "fail"
        said = mesh("products")
        assert (said.code, "STATE-15" in said.err) == (5, True)


@pytest.mark.nightly
def test_a_lost_data_file_and_a_left_over_are_found(mesh: Mesh, shop: Path) -> None:
    publish_all(shop, "shop/customers")
    data = shop / ".mesh/data/westeurope/shop/customers"
    (data / "left.parquet").write_bytes(b"x")
    assert checks(mesh)["lake"] == "warn"
    next(path for path in data.rglob("*.parquet") if path.name != "left.parquet").unlink()
    assert checks(mesh)["lake"] == "fail"


@pytest.mark.nightly
def test_a_location_without_its_folder_and_a_domain_without_location_are_found(mesh: Mesh, project: Path) -> None:
    put(project / "domains/lonely/domain.yaml", "owner: x@example.com\n")
    assert checks(mesh)["code locations"] == "warn"
    put(
        project / "domains/lonely/definitions.py",
        "from mesh_platform import domain_definitions\n\ndefs = domain_definitions(__file__)\n",
    )
    assert checks(mesh)["code locations"] == "warn"
    shutil.rmtree(project / "domains/shop")
    assert checks(mesh)["code locations"] == "fail"


@pytest.mark.nightly
def test_a_domain_without_its_one_line_is_a_warning_since_dagster_loads_it_without(mesh: Mesh, project: Path) -> None:
    (project / "domains/shop/definitions.py").unlink()
    assert checks(mesh)["code locations"] == "warn"
    assert "no definitions.py of shop" in mesh("doctor").out


def test_telemetry_that_somebody_turned_on_is_found(mesh: Mesh, project: Path) -> None:
    (project / ".mesh").mkdir(mode=0o700)
    put(project / ".mesh/dagster/dagster.yaml", "telemetry: {enabled: true}\n")
    assert checks(mesh)["dagster.yaml"] == "fail"


def test_a_control_database_that_cannot_be_read_is_one_failed_check(mesh: Mesh, project: Path) -> None:
    (project / ".mesh").mkdir(mode=0o700)
    (project / ".mesh/control.db").write_bytes(b"this is no database" * 100)
    found = checks(mesh)
    assert found["control database"] == "fail"
    assert found["disk"] == "ok"


def test_a_check_that_breaks_is_a_failed_check_told_without_its_text(
    mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks() -> None:
        raise RuntimeError("ana@example.com")

    monkeypatch.setattr(checkup, "_MACHINE", (("python", breaks), *checkup._MACHINE[1:]))
    said = mesh("doctor")
    assert said.code == 1
    assert "RuntimeError" in said.out
    assert "ana@example.com" not in said.out


def test_outside_of_a_project_the_machine_is_looked_at_all_the_same(
    mesh: Mesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = mesh("doctor", "--json")
    assert said.code == 1
    assert {c["check"]: c["status"] for c in said.json["checks"]}["duckdb extensions"] == "ok"
