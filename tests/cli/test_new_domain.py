"""`mesh new domain`: everything a domain needs, or nothing."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mesh_platform.cli import undo
from mesh_platform.cli.templates import filled
from mesh_platform.cli.workspace_file import location_names
from mesh_platform.lake import Lake
from tests.cli.conftest import Mesh
from tests.cli.project import CODEOWNERS, REPOSITORY, WORKSPACE, everything, put

NEW = ("new", "domain", "clinics", "--owner", "clinics@example.com")


def test_a_domain_gets_its_folder_with_owner_region_approvers_and_tags(mesh: Mesh, project: Path) -> None:
    assert mesh(*NEW, "--region", "northeurope", "--description", "Our: four #1 clinics").code == 0
    said = yaml.safe_load((project / "domains/clinics/domain.yaml").read_text(encoding="utf-8"))
    assert (said["owner"], said["region"], said["description"]) == ("clinics@example.com", "northeurope", "Our: four #1 clinics")
    assert said["approvers"] == ["data-steward@example.com"]
    assert set(said["tags"]) == {"Domain", "DataOwner", "Classification", "Region"}
    assert "domain_definitions(__file__)" in (project / "domains/clinics/definitions.py").read_text(encoding="utf-8")


def test_the_workspace_gets_an_entry_and_keeps_its_comments(mesh: Mesh, project: Path) -> None:
    mesh(*NEW)
    text = (project / "workspace.yaml").read_text(encoding="utf-8")
    assert location_names(text)["clinics"] == "mesh_platform.pipeline.domain:clinics"
    entry = WORKSPACE[WORKSPACE.rindex("  - python_module:") : WORKSPACE.index("\n# and this one")]
    assert text.replace(entry.replace("shop", "clinics"), "") == WORKSPACE


def test_the_owner_is_asked_about_changes_in_the_folder(mesh: Mesh, project: Path) -> None:
    mesh(*NEW)
    text = (project / "CODEOWNERS").read_text(encoding="utf-8")
    assert text.startswith(CODEOWNERS)
    assert text.splitlines()[-1].split() == ["/domains/clinics/", "clinics@example.com"]


def test_storage_and_key_are_closed_to_others(mesh: Mesh, project: Path) -> None:
    mesh(*NEW, "--region", "northeurope")
    for folder in ("catalogs/northeurope/clinics", "data/northeurope/clinics", "keys"):
        assert stat.S_IMODE((project / ".mesh" / folder).stat().st_mode) == 0o700
    assert [path.name for path in (project / ".mesh/keys").glob("*.kek")] == ["clinics@northeurope.kek"]


def test_the_ci_job_runs_the_check_of_this_domain(mesh: Mesh, project: Path) -> None:
    mesh(*NEW)
    job = project / ".ci/domains/clinics"
    assert job.stat().st_mode & 0o111
    assert "mesh check --strict clinics" in job.read_text(encoding="utf-8")
    assert subprocess.run(["sh", "-n", str(job)], check=False).returncode == 0


def test_the_new_domain_passes_the_check_and_stands_in_the_catalog(mesh: Mesh, project: Path) -> None:
    mesh(*NEW)
    assert mesh("check", "--strict").code == 0
    shown = mesh("show", "clinics", "--json").json
    assert (shown["domain"], shown["owner"], shown["region"]) == ("clinics", "clinics@example.com", "westeurope")
    assert shown["storage"] == [{"location": "westeurope", "key": "development key"}]


@pytest.mark.parametrize("name", sorted(path.parent.name for path in (REPOSITORY / "domains").glob("*/domain.yaml")))
def test_the_example_domains_have_what_a_new_one_gets(name: str) -> None:
    for file, template in ((f"domains/{name}/definitions.py", "definitions.py.tmpl"), (f".ci/domains/{name}", "ci_job.sh.tmpl")):
        assert (REPOSITORY / file).read_text(encoding="utf-8") == filled(REPOSITORY, template, name=name)
    said = yaml.safe_load((REPOSITORY / f"domains/{name}/domain.yaml").read_text(encoding="utf-8"))
    assert said["tags"].items() >= {"Domain": name, "DataOwner": said["owner"], "Region": said["region"]}.items()
    assert f"/domains/{name}/" in (REPOSITORY / "CODEOWNERS").read_text(encoding="utf-8")


def test_json_says_what_was_made(mesh: Mesh, project: Path) -> None:
    made = mesh(*NEW, "--json").json
    assert made["domain"] == "clinics"
    assert {"folder", "code location", "ownership", "storage root", "key", "tags", "access", "CI job"} <= set(made["made"])


def test_an_existing_domain_is_refused_and_nothing_changes(mesh: Mesh, project: Path) -> None:
    mesh(*NEW)
    before = everything(project)
    said = mesh("new", "domain", "clinics", "--owner", "other@example.com")
    assert said.code == 2
    assert "exists already" in said.err
    assert everything(project) == before


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("Clinics", "clinics"),
        ("../clinics", "clinics"),
        ("my clinics", "my_clinics"),
        ("Klinik für Münster", "klinik_fur_munster"),
        ("2nd", "nd"),
        ("c" * 70, "c" * 63),
        ("platform", "platform_data"),
        ("😀", None),
        ("", None),
        ("a'b\"c", "a_b_c"),
    ],
)
def test_a_name_that_cannot_be_one_is_met_with_the_reason_and_a_better_one(
    mesh: Mesh, project: Path, name: str, near: str | None
) -> None:
    before = everything(project)
    said = mesh("new", "domain", name, "--owner", "x@example.com")
    assert said.code == 2
    assert "NAME-01" in said.err
    assert near is None or f"Call it {near!r}" in said.err
    assert everything(project) == before


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (("--owner", "nobody"), "NEW-02"),
        (("--owner", "a@b.c\nregion: eastus"), "NEW-02"),
        ((), "NEW-02"),
        (("--owner", "x@example.com", "--region", "eastus"), "NEW-03"),
        (("--owner", "x@example.com", "--region", "Narnia"), "NEW-03"),
    ],
)
def test_a_value_that_cannot_be_used_writes_nothing(mesh: Mesh, project: Path, options: tuple[str, ...], rule: str) -> None:
    before = everything(project)
    said = mesh("new", "domain", "clinics", *options)
    assert (said.code, rule in said.err) == (2, True)
    assert everything(project) == before
    assert not (project / ".mesh").exists()


def test_a_region_stands_for_its_first_allowed_place(mesh: Mesh, project: Path) -> None:
    mesh(*NEW, "--region", "EU")
    said = yaml.safe_load((project / "domains/clinics/domain.yaml").read_text(encoding="utf-8"))
    assert said["region"] in ("northeurope", "westeurope")


class Stop(BaseException):
    """What ends a step in the middle."""


@pytest.mark.parametrize("fails_at", range(1, 5))
def test_a_failure_half_way_takes_everything_back(
    mesh: Mesh, project: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    before = everything(project)
    steps = {"left": fails_at}

    def counted(step: object) -> object:
        def run(*arguments: object, **more: object) -> object:
            steps["left"] -= 1
            if not steps["left"]:
                raise OSError(28, "No space left on device")
            return step(*arguments, **more)  # type: ignore[operator]

        return run

    monkeypatch.setattr(Lake, "provision_domain", counted(Lake.provision_domain))
    monkeypatch.setattr(undo, "_replace", counted(undo._replace))
    monkeypatch.setattr(undo.Undo, "folder", counted(undo.Undo.folder))
    assert mesh(*NEW).code == 70
    assert everything(project) == before
    assert not list((project / ".mesh").glob("keys/*.kek"))
    assert not list((project / ".mesh").glob("data/*/*"))
    monkeypatch.undo()
    monkeypatch.chdir(project)
    assert mesh(*NEW).code == 0


@pytest.mark.nightly
def test_a_killed_run_leaves_no_domain_and_the_next_one_finishes_it(mesh: Mesh, project: Path) -> None:
    code = (
        "import os, sys\n"
        "from mesh_platform.cli import main, undo\n"
        "undo.Undo.folder = lambda *a: os._exit(9)\n"
        f"main({list(NEW)!r})\n"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=project, check=False).returncode == 9
    assert not (project / "domains/clinics").exists()
    assert mesh("doctor", "--json").code == 1
    assert mesh(*NEW).code == 0
    text = (project / "workspace.yaml").read_text(encoding="utf-8")
    assert text.count("location_name: clinics") == 1
    assert (project / "CODEOWNERS").read_text(encoding="utf-8").count("/domains/clinics/") == 1
    assert mesh("doctor").code == 0


@pytest.mark.nightly
def test_two_at_once_both_get_their_entries(project: Path) -> None:
    code = "import sys; from mesh_platform.cli import main; sys.exit(main(sys.argv[1:]))"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", code, "new", "domain", name, "--owner", "x@example.com"],
            cwd=project,
            stdout=subprocess.DEVNULL,
        )
        for name in ("first", "second")
    ]
    assert [child.wait() for child in started] == [0, 0]
    assert {"first", "second", "shop", "platform"} == set(
        location_names((project / "workspace.yaml").read_text(encoding="utf-8"))
    )


def test_without_a_template_nothing_is_made_and_the_missing_file_is_named(mesh: Mesh, project: Path) -> None:
    (project / "governance/templates/domain.yaml.tmpl").unlink()
    before = everything(project)
    said = mesh(*NEW)
    assert said.code == 4
    assert "governance/templates/domain.yaml.tmpl" in said.err
    assert everything(project) == before


def test_a_workspace_that_cannot_be_added_to_safely_is_left_alone_with_the_entry_to_add(mesh: Mesh, project: Path) -> None:
    put(project / "workspace.yaml", "load_from: {python_file: x.py}\n")
    before = everything(project)
    said = mesh(*NEW)
    assert said.code == 2
    assert "location_name: clinics" in said.err
    assert everything(project) == before
