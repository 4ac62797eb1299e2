"""An entry of `workspace.yaml` that would run a domain's Python is found; all others are left alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mesh_platform.errors import CheckFailed
from mesh_platform.product.workspace import domain_code, domain_entry, entry_text, refuse_domain_code


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "domains/sales").mkdir(parents=True)
    (tmp_path / "domains/sales/definitions.py").touch()
    (tmp_path / "linked.py").symlink_to("domains/sales/definitions.py")
    (tmp_path / "domains/sales/out.py").symlink_to("/dev/null")
    return tmp_path


def write(root: Path, entry: str) -> None:
    (root / "workspace.yaml").write_text(
        f"load_from:\n  - python_module: mesh_platform.pipeline.platform\n  - {entry}\n", encoding="utf-8"
    )


@pytest.mark.parametrize(
    "entry",
    [
        "python_file: domains/sales/definitions.py",
        "python_file: {relative_path: domains/sales/definitions.py, location_name: sales}",
        "python_file: {relative_path: ./elsewhere/../domains/sales/nowhere.py}",
        "python_file: {relative_path: linked.py}",
        "python_file: {relative_path: domains/sales/out.py}",
        "python_file: {relative_path: own.py, working_directory: domains/sales}",
        "python_file: {relative_path: own.py, executable_path: domains/sales/python}",
        "python_package: {package_name: definitions, working_directory: domains/sales}",
        "python_package: domains.sales",
        "python_module: domains.sales.definitions",
        "python_module: {module_name: domains.sales.definitions, attribute: defs}",
        "python_module: {module_name: linked, attribute: defs}",
        "python_module: {module_name: mesh_platform.pipeline.domain, attribute: sales, working_directory: domains/sales}",
        "autoload_defs_module: {module_name: domains.sales}",
    ],
)
def test_an_entry_that_would_run_a_domains_python_is_a_finding_with_the_entry_to_write(root: Path, entry: str) -> None:
    write(root, entry)
    [finding] = domain_code(root)
    assert (finding.rule, finding.where, finding.blocks) == ("DESC-17", "workspace.yaml:3", True)
    assert entry_text("sales") in finding.fix
    assert str(root) not in str(finding)
    with pytest.raises(CheckFailed):
        refuse_domain_code(root)


def test_absolute_paths_and_folders_above_the_project_lead_there_too(root: Path) -> None:
    for entry in (
        f"python_file: {root}/domains/sales/definitions.py",
        f"python_module: {{module_name: {root.name}.domains.sales.definitions, working_directory: ..}}",
    ):
        write(root, entry)
        assert [finding.rule for finding in domain_code(root)] == ["DESC-17"]


@pytest.mark.parametrize("entry", ["python_file: {relative_path: {env: FILE}}", "python_module: 7"])
def test_an_entry_that_does_not_say_which_code_it_runs_is_a_finding(root: Path, entry: str) -> None:
    write(root, entry)
    [finding] = domain_code(root)
    assert (finding.rule, "cannot be told" in finding.why) == ("DESC-17", True)


@pytest.mark.parametrize(
    "entry",
    [
        entry_text("sales"),
        "python_module: {module_name: mesh_platform.pipeline.platform, location_name: platform}",
        "python_module: {module_name: other_team.definitions, working_directory: ../other}",
        "python_file: {relative_path: extra/definitions.py, location_name: extra, executable_path: ~/venv/bin/python}",
        "python_file: domains_of_others/definitions.py",
        "grpc_server: {host: localhost, port: 4000, location_name: other}",
        "unknown: 1",
    ],
)
def test_what_lies_outside_of_the_domains_is_left_alone(root: Path, entry: str) -> None:
    write(root, entry)
    assert domain_code(root) == []
    refuse_domain_code(root)


@pytest.mark.parametrize("text", ["", "load_from:\n", "load_from: []\n", "other: 1\n", "- a\n", 'load_from: ["\\0"]\n'])
def test_a_workspace_without_entries_is_no_finding(root: Path, text: str) -> None:
    (root / "workspace.yaml").write_text(text, encoding="utf-8")
    assert domain_code(root) == []


def test_one_entry_without_a_list_is_judged_too(root: Path) -> None:
    (root / "workspace.yaml").write_text("load_from:\n  python_file: domains/sales/definitions.py\n", encoding="utf-8")
    assert [finding.rule for finding in domain_code(root)] == ["DESC-17"]


def test_a_workspace_that_cannot_be_read_is_a_finding(root: Path) -> None:
    (root / "workspace.yaml").write_text("load_from: [\n", encoding="utf-8")
    assert [finding.rule for finding in domain_code(root)] == ["DESC-01"]


def test_the_entry_in_a_fix_is_the_one_that_is_written() -> None:
    assert yaml.safe_load(entry_text("sales")) == domain_entry("sales")
