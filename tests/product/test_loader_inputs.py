"""What products read of each other: inputs, references, cycles, and the order in which they come."""

from __future__ import annotations

import pytest

from mesh_platform.errors import Severity
from mesh_platform.product import (
    ProductKey,
)
from tests.product.conftest import WHOLE, Project

KEY = ProductKey("crm", "accounts")


def test_a_missing_input_is_told(project: Project) -> None:
    project.product("crm/accounts", WHOLE + "  inputs: [{product: crm/nowhere}]\n")
    [finding] = project.told()
    assert (finding.rule, finding.product) == ("DESC-09", "crm/accounts")
    assert finding.where == "domains/crm/accounts/product.yaml:7"
    assert "crm/nowhere does not exist" in finding.why


def test_an_input_that_cannot_be_read_warns_its_reader_and_does_not_block_it(project: Project) -> None:
    project.product("crm/raw", "broken: [")
    project.product("crm/accounts", WHOLE + "  inputs: [{product: crm/raw}]\n")
    [finding] = project.load().product(KEY).findings
    assert (finding.rule, finding.severity) == ("DESC-09", Severity.WARN)


def test_fields_and_references_that_the_other_product_does_not_declare_are_told(project: Project) -> None:
    project.product("crm/raw")
    more = "    raw_id: {type: string, references: crm/raw.nope}\n    x: {type: string, references: crm/nowhere.id}\n"
    project.product("crm/accounts", WHOLE + more + "  inputs: [{product: crm/raw, fields: [id, nope]}]\n")
    assert sorted(finding.why for finding in project.told()) == [
        "Column 'raw_id' references crm/raw.nope, which that product does not declare.",
        "Column 'x' references crm/nowhere, which does not exist.",
        "It asks crm/raw for 'nope', which that product does not declare.",
    ]


def test_what_leads_nowhere_is_told_on_the_line_where_it_stands(project: Project) -> None:
    project.product("crm/raw")
    more = "    raw_id:\n      type: string\n      references: crm/raw.nope\n"
    project.product(
        "crm/accounts", WHOLE + more + "  inputs:\n    - product: crm/raw\n      fields: [id, nope]\n    - product: crm/no\n"
    )
    assert sorted(finding.where.rpartition(":")[2] for finding in project.told()) == ["12", "13", "9"]


def test_a_source_beside_a_dbt_model_is_refused(project: Project) -> None:
    project.product("crm/accounts", WHOLE + "  transform: dbt.x\n")
    project.write("dbt_project/models/x.sql", "select 1 as id")
    [finding] = project.told()
    assert (finding.rule, finding.where) == ("DESC-06", "domains/crm/accounts/product.yaml:4")


@pytest.mark.parametrize("key", ["references: crm/raw", "references: raw.id", "derivedFrom: [raw.id]", "derivedFrom: [crm/raw]"])
def test_a_column_of_another_product_is_written_as_domain_product_column(project: Project, key: str) -> None:
    project.product("crm/accounts", WHOLE + f"    raw_id: {{type: string, {key}}}\n")
    [finding] = project.told()
    assert (finding.rule, finding.where) == ("DESC-03", "domains/crm/accounts/product.yaml:7")
    assert "domain/product" in finding.why


def test_two_inputs_of_one_name_are_told(project: Project) -> None:
    project.product("crm/raw")
    project.product("crm/accounts", WHOLE + "  inputs: [{product: crm/raw}, {product: crm/raw}]\n")
    [finding] = project.told()
    assert finding.fix == "Tell them apart with `as:`."


def test_every_product_of_a_cycle_is_told_and_no_other(project: Project) -> None:
    for name, source in {"a": "b", "b": "c", "c": "a", "d": "a", "e": "e"}.items():
        project.product(f"crm/{name}", WHOLE + f"  inputs: [{{product: crm/{source}}}]\n")
    told = {finding.product: finding.why for finding in project.told() if finding.rule == "DESC-08"}
    assert set(told) == {"crm/a", "crm/b", "crm/c", "crm/e"}
    assert told["crm/e"] == "It depends on itself: crm/e → crm/e."
    assert {finding.where.rpartition(":")[2] for finding in project.told() if finding.rule == "DESC-08"} == {"7"}


def test_inputs_come_before_what_reads_them(project: Project) -> None:
    for name, source in {"a": "b", "b": "c"}.items():
        project.product(f"crm/{name}", WHOLE + f"  inputs: [{{product: crm/{source}}}]\n")
    project.product("crm/c")
    assert [key.name for key in project.load().order()] == ["c", "b", "a"]
