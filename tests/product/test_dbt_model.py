"""A dbt model is judged as the SQL that dbt makes of it; what cannot be read as such is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.product import ProductKey
from mesh_platform.product.dbt_model import read_model
from mesh_platform.product.lineage import Lineage, lineage_of
from mesh_platform.product.sql import ShapeCache
from tests.product.conftest import HEAD, Project

MODEL = HEAD + "  transform: dbt.x\n  columns:\n    id: {type: string, sensitivity: internal}\n  inputs: [{product: crm/raw}]\n"
SOURCE = "{{ source('crm', 'raw') }}"


def judged(project: Project, model: str) -> Lineage:
    project.product("crm/raw")
    project.product("crm/accounts", MODEL)
    project.write("dbt_project/models/x.sql", model)
    mesh = project.load()
    return lineage_of(mesh, mesh.product(ProductKey("crm", "accounts")), ShapeCache(None))


def test_a_plain_model_is_traced_like_any_sql(project: Project) -> None:
    text = f"{{# what it is for #}}\n{{{{ config(materialized='table') }}}}\nselect id from {SOURCE}"
    lineage = judged(project, text)
    assert lineage.findings == ()
    assert lineage.columns == {"id": frozenset({(ProductKey("crm", "raw"), "id")})}


@pytest.mark.parametrize(
    "jinja",
    [
        "{{ config(pre_hook=\"copy (select 1) to '/tmp/x'\") }}",
        "{{ config(materialized='table', post_hook='drop table x') }}",
        "{{ config(materialized='external') }}",
        "{{ env_var('HOME') }}",
        "{% if true %}",
        "{% set t = 'x' %}",
        "{{ run_query('select 1') }}",
        "{{- config(materialized='table') -}}",
        "{#- joins what stands around it -#}",
        "{{ source('crm{#', 'raw') }} -- #}','raw') }}",
        "{{ '{{' }}",
        "{{ unclosed",
        "{# unclosed",
    ],
)
def test_any_other_jinja_is_told_and_every_column_derives_from_everything(project: Project, jinja: str) -> None:
    lineage = judged(project, f"{jinja}\nselect id from {SOURCE}")
    assert {(f.rule, f.where, f.blocks) for f in lineage.findings} == {("DBT-02", "dbt_project/models/x.sql:1", False)}
    assert not lineage.exact and lineage.columns == {"id": frozenset({(ProductKey("crm", "raw"), "id")})}


def test_a_ref_to_another_model_and_a_source_that_is_no_input_name_their_lines(project: Project) -> None:
    found = judged(project, "select id\nfrom {{ ref('y') }}\njoin {{ source('crm', 'other') }} using (id)").findings
    assert [(f.rule, f.where.rpartition(":")[2]) for f in found] == [("DBT-01", "2"), ("SQL-04", "3")]


def test_a_name_made_of_two_folders_stands_for_no_other_product(project: Project) -> None:
    found = judged(project, "select id from {{ source('cr', 'm_raw') }}").findings
    assert [f.rule for f in found] == ["SQL-04"]


def test_lines_are_those_of_the_file_and_not_of_the_sql_that_is_left() -> None:
    model = read_model("{# a\nb\nc #}select 1\n{{ config(materialized='table') }}\nfrom y")
    assert model.sql == "select 1\n\nfrom y"
    assert [model.line(line) for line in (1, 2, 3)] == [1, 4, 5]


@pytest.mark.parametrize(
    "text", ["select id from read_csv('/etc/passwd')", "select read_{# #}text('/etc/passwd') as id", "copy x to 'y'"]
)
def test_the_guard_judges_a_model_as_it_judges_sql(project: Project, text: str) -> None:
    assert {f.rule for f in judged(project, text).findings} & {"SQL-04", "SQL-01", "SQL-05"}


def test_every_model_of_the_example_mesh_is_read() -> None:
    models = Path(__file__).parents[2] / "dbt_project/models"
    assert [path.name for path in sorted(models.rglob("*.sql")) if read_model(path.read_text(encoding="utf-8")).problems] == []
