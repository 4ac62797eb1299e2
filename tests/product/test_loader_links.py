"""Links and pipes in a project: what leads out of it is not followed, nothing of it is told, and nothing hangs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mesh_platform.product import (
    ProductKey,
)
from tests.product.conftest import HEAD, WHOLE, Project

KEY = ProductKey("crm", "accounts")


@pytest.mark.parametrize("linked", ["accounts", "accounts/product.yaml", "accounts/transform.sql", "accounts/contract.py"])
def test_a_link_that_leads_out_of_the_project_is_not_followed(project: Project, tmp_path: Path, linked: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "product.yaml").write_text(WHOLE)
    link = project.root / "domains/crm" / linked
    if linked != "accounts":
        project.product("crm/accounts")
        link.unlink(missing_ok=True)
    link.symlink_to(outside if linked == "accounts" else outside / "product.yaml")
    [finding] = project.told()
    assert (finding.rule, finding.product) == ("DESC-04", "crm/accounts")
    assert set(project.load().broken) == {KEY}


def test_a_link_to_a_hidden_file_is_not_followed_and_nothing_of_it_told(project: Project) -> None:
    project.product("crm/accounts")
    project.write(".env", "TOKEN=hushhush")
    (project.root / "domains/crm/accounts/transform.sql").symlink_to(project.root / ".env")
    [finding] = project.told()
    assert (finding.rule, "hush" in str(finding)) == ("DESC-04", False)


def test_a_link_inside_of_the_project_is_followed(project: Project) -> None:
    project.write("shared/product.yaml", WHOLE)
    (project.root / "domains/crm/accounts").mkdir()
    (project.root / "domains/crm/accounts/product.yaml").symlink_to(project.root / "shared/product.yaml")
    assert list(project.load().products) == [KEY]


def test_a_domain_or_governance_file_that_leads_out_of_the_project_is_not_followed(project: Project, tmp_path: Path) -> None:
    (tmp_path / "purposes.yaml").write_text("purposes: {anything: {}}")
    (project.root / "governance").mkdir()
    (project.root / "governance/purposes.yaml").symlink_to(tmp_path / "purposes.yaml")
    (tmp_path / "sales").mkdir()
    (project.root / "domains/sales").symlink_to(tmp_path / "sales")
    assert {finding.where for finding in project.told()} == {"governance/purposes.yaml", "domains/sales"}
    assert project.load().governance.purposes == {}


def test_a_pipe_in_place_of_a_descriptor_does_not_hang(project: Project) -> None:
    (project.root / "domains/crm/accounts").mkdir()
    os.mkfifo(project.root / "domains/crm/accounts/product.yaml")
    [finding] = project.told()
    assert finding.rule == "DESC-04"


def test_a_pipe_in_place_of_a_dbt_model_does_not_hang(project: Project) -> None:
    project.product("crm/accounts", HEAD + "  inputs: [{product: crm/raw}]\n  transform: dbt.model\n")
    (project.root / "dbt_project/models").mkdir(parents=True)
    os.mkfifo(project.root / "dbt_project/models/model.sql")
    assert list(project.load().broken) == [KEY]


@pytest.mark.parametrize("target", ["/dev/zero", "outside.txt"])
def test_a_dbt_model_that_leads_out_of_the_project_is_not_read(project: Project, tmp_path: Path, target: str) -> None:
    (tmp_path / "outside.txt").write_text("SELECT secretword FROM")
    project.product("crm/accounts", HEAD + "  inputs: [{product: crm/raw}]\n  transform: dbt.model\n")
    (project.root / "dbt_project/models").mkdir(parents=True)
    (project.root / "dbt_project/models/model.sql").symlink_to(tmp_path / target)
    findings = [finding for finding in project.told() if finding.product == str(KEY)]
    assert "DESC-04" in {finding.rule for finding in findings}
    assert "secretword" not in str(findings)
