"""From folders to the mesh: what is read, and that whatever cannot be read is told with file, line and fix and harms nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.errors import NotFound, Severity
from mesh_platform.product import (
    DbtTransform,
    Lifecycle,
    ProductKey,
    PythonTransform,
    Sensitivity,
    SqlTransform,
    load_mesh,
)
from tests.product.conftest import HEAD, WHOLE, Project, all_findings

KEY = ProductKey("crm", "accounts")


def test_the_folder_is_the_key_whatever_the_descriptor_calls_itself(project: Project) -> None:
    project.product("crm/accounts", WHOLE.replace("name: P", "name: Our Accounts").replace("domain: crm", "domain: Sales"))
    mesh = project.load()
    assert list(mesh.products) == [KEY]
    [finding] = mesh.products[KEY].findings
    assert (finding.rule, finding.severity, finding.where) == (
        "DESC-10",
        Severity.INFO,
        "domains/crm/accounts/product.yaml:3",
    )


def test_a_domain_that_is_displayed_like_its_folder_is_no_finding(project: Project) -> None:
    project.product("crm/accounts", WHOLE.replace("domain: crm", "domain: CRM"))
    assert project.told() == []


def test_a_folder_without_domains_is_told_and_loads(tmp_path: Path) -> None:
    [finding] = load_mesh(tmp_path).findings
    assert (finding.rule, finding.severity) == ("DESC-04", Severity.WARN)


def test_a_project_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        load_mesh(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("text", "rule", "line", "why"),
    [
        ("dataProduct:\n  name: [", "DESC-01", 3, "not valid YAML"),
        ("dataProduct:\n\tname: x", "DESC-01", 2, "not valid YAML"),
        (HEAD + "  retenton: {period: 1 year}\n", "DESC-02", 4, "retenton"),
        (HEAD + "  columns:\n    id: {type: string, sensitivty: public}\n", "DESC-02", 5, "columns.id.sensitivty"),
        (HEAD + "  columns:\n    id:\n      type: strng\n", "DESC-03", 6, "unknown type"),
        (HEAD + "  columns:\n    id: {}\n", "DESC-03", 5, "columns.id.type"),
        (HEAD + "  columns: [id]\n", "DESC-03", 4, "keys with values"),
        (HEAD + "  status: alive\n", "DESC-03", 4, "known words"),
        (HEAD + "  retention: {period: 3 yers}\n", "DESC-03", 4, "span of time"),
        (HEAD + "  retention:\n    from: {event: x, evnt: y}\n    period: 1 day\n", "DESC-02", 5, "evnt"),
        (HEAD + "  purposes: [service]\n", "DESC-03", 4, "legal basis"),
        (HEAD + "  inputs:\n    - {product: crm}\n", "DESC-03", 5, "domain/product"),
        (HEAD + "  primaryKey: [nope]\n  columns:\n    id: {type: string}\n", "DESC-03", 4, "not a declared column"),
        (HEAD + "  source: {path: a.csv, connection: env:X}\n", "DESC-03", 4, "either path"),
        (HEAD + "  status: active\n  status: draft\n", "DESC-05", 5, "first on line 4"),
        (HEAD + "  sunset: 2026-02-31\n", "DESC-01", 4, "does not exist"),
        (HEAD + "  1: x\n", "DESC-01", 4, "not text"),
        (HEAD + "  <<: {owner: a}\n", "DESC-01", 4, "Merge keys"),
        (HEAD + "---\na: b\n", "DESC-01", 4, "second document"),
        ("product:\n  name: x\n", "DESC-03", 1, "dataProduct"),
        (HEAD + "columns: {}\n", "DESC-02", 4, "beside"),
        ("", "DESC-03", 1, "dataProduct"),
        ("dataProduct:\n", "DESC-03", 1, "no keys"),
        ("dataProduct: {domain: x}\n", "DESC-03", 1, "'name' is missing"),
        ("\u0000", "DESC-01", 1, "not allow"),
        ("a: !!python/object/apply:os.system [id]\n", "DESC-01", 1, "tag"),
    ],
)
def test_a_broken_descriptor_is_told_with_file_and_line(project: Project, text: str, rule: str, line: int, why: str) -> None:
    project.product("crm/accounts", text)
    project.product("crm/sound")
    told = [finding for finding in project.told() if finding.product == "crm/accounts"]
    assert [(f.rule, f.where) for f in told] == [(rule, f"domains/crm/accounts/product.yaml:{line}")]
    assert why in told[0].why
    mesh = project.load()
    assert set(mesh.broken) == {KEY}
    assert mesh.products[ProductKey("crm", "sound")].findings == ()


def test_every_unknown_key_is_told_at_once_with_the_nearest_known_one(project: Project) -> None:
    project.product("crm/accounts", HEAD + "  ownr: a\n  retenton: {}\n  zzz: red\n")
    found = {finding.where.rpartition(":")[2]: finding.fix for finding in project.told()}
    assert found["4"] == "Did you mean `owner`?"
    assert found["5"] == "Did you mean `retention`?"
    assert "known here are name, domain" in found["6"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00n", b"dataProduct: \x93"])
def test_a_descriptor_that_is_not_utf8_is_told(project: Project, content: bytes) -> None:
    project.write("domains/crm/accounts/product.yaml", content)
    [finding] = project.told()
    assert (finding.rule, finding.fix) == ("DESC-01", "Save it as UTF-8.")


@pytest.mark.parametrize(
    "text",
    [
        "x" * 4_000_001,
        "[" * 300_000,
        "{a: " * 300_000,
        "a: " + "- " * 100_000,
        "".join("  " * i + "a:\n" for i in range(60)),
        "a: &a [1]\n" + "\n".join(f"b{i}: &b{i} [{', '.join([f'*b{i - 1}' if i else '*a'] * 9)}]" for i in range(9)),
        "a: &a [*a]\n",
        "dataProduct: [" + "x," * 500_000 + "]",
    ],
    ids=["huge", "brackets", "braces", "dashes", "indented", "alias bomb", "an alias of itself", "long list"],
)
def test_a_document_made_to_exhaust_the_reader_is_refused(project: Project, text: str) -> None:
    project.product("crm/accounts", text)
    project.product("crm/sound")
    [finding] = project.told()
    assert finding.rule == "DESC-01"
    assert list(project.load().products) == [ProductKey("crm", "sound")]


def test_ten_thousand_columns_are_refused_in_one_finding(project: Project) -> None:
    columns = "".join(f"    c{i}: {{type: string, sensitivity: internal}}\n" for i in range(10_000))
    project.product("crm/accounts", HEAD + "  columns:\n" + columns)
    [finding] = project.told()
    assert finding.rule == "DESC-03"
    assert "10000 columns" in finding.why


@pytest.mark.parametrize("name", ['"', "order date", " leading", "naïve", "🐘", "a.b", "../x", "select", "no", "it's", "Ünï"])
def test_a_column_may_have_any_name_that_sql_can_quote(project: Project, name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    project.product("crm/accounts", HEAD + f'  source: {{path: a.csv}}\n  columns:\n    "{quoted}": {{type: string}}\n')
    assert list(project.load().product(KEY).descriptor.columns) == [name]


@pytest.mark.parametrize("name", ["", "a\\nb", "\\e[31m", "_mine", "x" * 129])
def test_a_column_name_that_would_mislead_is_refused_and_shown_harmlessly(project: Project, name: str) -> None:
    project.product("crm/accounts", HEAD + f'  columns:\n    "{name}": {{type: string}}\n')
    [finding] = project.told()
    assert (finding.rule, finding.where) == ("DESC-03", "domains/crm/accounts/product.yaml:5")
    assert str(finding).isprintable()


def test_columns_that_differ_only_in_case_are_refused(project: Project) -> None:
    project.product("crm/accounts", HEAD + "  columns:\n    Id: {type: string}\n    id: {type: string}\n")
    [finding] = project.told()
    assert finding.where.endswith(":6")
    assert "only in case" in finding.why


@pytest.mark.parametrize("name", ["Accounts", "order items", "🐘", "a" * 64, "1st", "a'b", "a-b"])
def test_a_folder_name_that_cannot_be_a_key_is_told_and_harms_nobody(project: Project, name: str) -> None:
    project.product(f"crm/{name}")
    project.product(f"{name}/accounts")
    project.product("crm/sound")
    assert {finding.rule for finding in project.told()} == {"DESC-04"}
    assert list(project.load().products) == [ProductKey("crm", "sound")]


def test_folders_that_begin_with_a_dot_or_underscore_are_left_alone(project: Project) -> None:
    project.product("crm/_drafts", "broken: [")
    project.product(".git/hooks", "broken: [")
    assert project.told() == []


def test_a_folder_that_holds_no_descriptor_is_told(project: Project) -> None:
    project.write("domains/crm/accounts/transform.sql", "SELECT 1")
    [finding] = project.told()
    assert (finding.rule, finding.product) == ("DESC-04", "crm/accounts")


def test_a_descriptor_beside_the_domain_file_is_told_where_to_go(project: Project) -> None:
    project.product("crm")
    [finding] = [f for f in project.told() if f.rule == "DESC-04"]
    assert finding.fix == "Move it to domains/crm/<product>/product.yaml."


def test_the_three_kinds_of_transform_are_found_by_their_files(project: Project) -> None:
    inputs = HEAD + "  inputs: [{product: crm/raw}]\n"
    project.product("crm/raw")
    project.product("crm/by_sql", inputs)
    project.write("domains/crm/by_sql/transform.sql", "SELECT * FROM raw")
    project.product("crm/by_python", inputs)
    project.write("domains/crm/by_python/transform.py", "def transform(inputs): ...")
    project.product("crm/by_dbt", inputs + "  transform: dbt.by_dbt\n")
    project.write("dbt_project/models/crm/by_dbt.sql", "select 1")
    mesh = project.load()
    assert list(all_findings(mesh)) == []
    kinds = {key.name: type(product.transform) for key, product in mesh.products.items()}
    assert kinds == {"raw": type(None), "by_sql": SqlTransform, "by_python": PythonTransform, "by_dbt": DbtTransform}


@pytest.mark.parametrize(
    ("text", "files", "why"),
    [
        (HEAD, [], "where the rows come from"),
        (HEAD, ["transform.sql", "transform.py"], "a transform.sql and a transform.py"),
        (HEAD + "  transform: spark.x\n", [], "something else than a dbt model"),
        (HEAD + "  transform: dbt.x\n", [], "0 models"),
        (HEAD + "  transform: dbt.../../x\n", [], "0 models"),
        (HEAD + "  transform: dbt.x\n", ["transform.sql"], "a dbt model and a transform file"),
        (WHOLE, ["transform.py"], "Nothing reads this source"),
    ],
)
def test_a_transform_that_is_missing_or_doubled_is_told(project: Project, text: str, files: list[str], why: str) -> None:
    project.product("crm/accounts", text)
    for name in files:
        project.write(f"domains/crm/accounts/{name}", "")
    [finding] = project.told()
    assert finding.rule == "DESC-06"
    assert why in finding.why


def test_sql_that_is_not_utf8_is_told_and_not_guessed(project: Project) -> None:
    project.product("crm/accounts", HEAD + "  inputs: []\n")
    project.write("domains/crm/accounts/transform.sql", b"SELECT '\xff'")
    [finding] = project.told()
    assert (finding.rule, finding.where) == ("DESC-01", "domains/crm/accounts/transform.sql:1")


def test_the_hash_changes_with_each_file_that_makes_the_product(project: Project) -> None:
    project.product("crm/accounts", HEAD + "  inputs: []\n")
    sql = project.write("domains/crm/accounts/transform.sql", "SELECT 1")
    seen = {project.load().product(KEY).spec_hash}
    for path, text in [(sql, "SELECT 2"), (sql.with_name("contract.py"), "x"), (sql.with_name("product.yaml"), HEAD)]:
        path.write_text(text)
        seen.add(project.load().product(KEY).spec_hash)
    assert len(seen) == 4


def test_a_domain_without_a_file_or_an_owner_is_told(project: Project) -> None:
    project.product("sales/orders")
    project.product("shop/items")
    project.write("domains/shop/domain.yaml", "region: westeurope\n")
    assert {(f.rule, f.where) for f in project.told() if f.rule != "DESC-10"} == {
        ("DESC-13", "domains/sales/domain.yaml"),
        ("DESC-13", "domains/shop/domain.yaml:1"),
    }
    assert len(project.load().products) == 2


def test_a_broken_domain_file_is_told_and_its_products_load(project: Project) -> None:
    project.write("domains/crm/domain.yaml", "ownr: a\n")
    project.product("crm/accounts")
    assert {(f.rule, f.where) for f in project.told()} == {("DESC-02", "domains/crm/domain.yaml:1")}
    assert list(project.load().products) == [KEY]


def test_what_stands_in_the_way_of_one_product_is_its_own_its_domain_s_and_governance_s(project: Project) -> None:
    project.product("crm/accounts", WHOLE + "  inputs: [{product: crm/nowhere}]\n")
    project.product("shop/items", "broken: [")
    project.write("domains/crm/domain.yaml", "")
    project.write("governance/purposes.yaml", "purposes: [")
    wheres = [finding.where.partition(":")[0] for finding in project.load().findings_of(KEY)]
    assert wheres == ["governance/purposes.yaml", "domains/crm/domain.yaml", "domains/crm/accounts/product.yaml"]


def test_a_finding_points_at_the_line_of_its_key(project: Project) -> None:
    project.product("crm/accounts")
    product = project.load().product(KEY)
    assert product.at("columns", "id") == "domains/crm/accounts/product.yaml:6"
    assert product.at("columns", "nope") == "domains/crm/accounts/product.yaml:5"
    assert product.at("retention") == "domains/crm/accounts/product.yaml:1"


def test_a_version_is_kept_as_it_is_written(project: Project) -> None:
    project.product("crm/accounts", WHOLE + "  version: 1.10\n")
    assert project.load().product(KEY).descriptor.version == "1.10"


def test_words_that_older_yaml_takes_for_truth_values_stay_words(project: Project) -> None:
    project.product("crm/accounts", WHOLE + "    country: {type: string, nullable: yes, values: [NO, SE, on, 012, '7']}\n")
    column = project.load().product(KEY).descriptor.columns["country"]
    assert column.values == ("NO", "SE", "on", "012", "7")
    assert column.nullable is True


def test_a_product_that_declares_nothing_counts_as_restricted(project: Project) -> None:
    project.product("crm/accounts", HEAD + "  source: {path: a.csv}\n")
    descriptor = project.load().product(KEY).descriptor
    assert descriptor.sensitivity is Sensitivity.RESTRICTED
    assert descriptor.status is Lifecycle.ACTIVE


@pytest.mark.parametrize(
    ("residency", "domain", "location"),
    [
        ("{storageLocations: [northeurope, westeurope]}", "", "northeurope"),
        ("{}", "region: northeurope", "northeurope"),
        ("{}", "region: EU", "northeurope"),
        ("{}", "", "westeurope"),
        ("{region: EU}", "", "westeurope"),
        ("{region: US}", "", None),
        ("{region: US}", "allowedRegions: [US]", "eastus"),
    ],
)
def test_where_a_product_lies_follows_from_itself_its_domain_and_the_organisation(
    project: Project, residency: str, domain: str, location: str | None
) -> None:
    project.write("governance/regions.yaml", "regions:\n  EU: [westeurope, northeurope]\n  US: [eastus]\n")
    project.write(
        "governance/policies.yaml", "governancePolicies:\n  dataResidency: {allowedRegions: [westeurope, northeurope]}\n"
    )
    project.write("domains/crm/domain.yaml", f"owner: a@example.com\n{domain}\n")
    project.product("crm/accounts", WHOLE + f"  dataResidency: {residency}\n")
    assert project.load().product(KEY).location == location


def test_more_than_the_one_line_in_definitions_py_stands_in_the_way_of_its_domain_alone(project: Project) -> None:
    project.product("crm/accounts")
    project.product("shop/orders", WHOLE.replace("domain: crm", "domain: shop"))
    project.write("domains/shop/domain.yaml", "owner: shop@example.com\n")
    project.write("domains/crm/definitions.py", "from mesh_platform import domain_definitions\n\nprint()\n")
    [finding] = project.told()
    assert (finding.rule, finding.where, finding.blocks) == ("DESC-16", "domains/crm/definitions.py:3", True)
    mesh = project.load()
    assert finding in mesh.findings_of(KEY)
    assert list(mesh.findings_of(ProductKey("shop", "orders"))) == []


def test_a_definitions_py_that_cannot_be_read_or_leads_out_is_a_finding_and_a_missing_one_is_none(
    project: Project, tmp_path: Path
) -> None:
    assert project.told() == []
    path = project.write("domains/crm/definitions.py", b"\xff")
    assert [finding.rule for finding in project.told()] == ["DESC-01"]
    path.unlink()
    (tmp_path / "elsewhere.py").write_text("print()\n", encoding="utf-8")
    path.symlink_to(tmp_path / "elsewhere.py")
    assert [finding.rule for finding in project.told()] == ["DESC-04"]


def test_a_workspace_entry_that_would_run_a_domains_file_is_a_finding_of_the_mesh(project: Project) -> None:
    project.write("workspace.yaml", "load_from:\n  - python_file: domains/crm/definitions.py\n")
    assert [(finding.rule, finding.where) for finding in project.load().findings] == [("DESC-17", "workspace.yaml:2")]
