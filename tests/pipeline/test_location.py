"""A code location: every product visible, the fit ones executable, and nothing that takes its siblings along."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.code_pointer import CodePointer

from mesh_platform.pipeline import cards as kept
from mesh_platform.pipeline import domain as locations
from mesh_platform.pipeline.card import Card, ColumnCard
from mesh_platform.pipeline.labels import op_name, owner, tag_value
from mesh_platform.pipeline.location import definitions_of, domain_definitions, mesh_definitions
from mesh_platform.product import ProductKey, load_mesh, usable_name
from mesh_platform.product.workspace import DOMAIN_MODULE
from mesh_platform.publish import check_mesh, open_runtime, publish, register, shape_cache
from mesh_platform.settings import Settings
from tests.pipeline.small_mesh import LARGE_ORDERS, put, write_domain, write_product, write_workspace


def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def of_domain(project: Path, domain: str) -> dg.Definitions:
    return domain_definitions(str(project / "domains" / domain / "definitions.py"))


def executable(definitions: dg.Definitions) -> list[str]:
    graph = definitions.resolve_asset_graph()
    return sorted(key.to_user_string() for key in graph.executable_asset_keys)


def edit(project: Path, product: str, before: str, after: str) -> None:
    path = project / "domains" / product / "product.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    put(path, text.replace(before, after))


def test_a_location_holds_the_products_of_its_domain_alone(project: Path) -> None:
    assert executable(of_domain(project, "sales")) == ["sales/large_orders", "sales/orders"]
    assert executable(of_domain(project, "finance")) == ["finance/revenue"]


def test_the_asset_tells_owner_group_kinds_tags_and_freshness(project: Path) -> None:
    spec = specs(of_domain(project, "finance"))["finance/revenue"]
    assert spec.owners == ["finance-team@example.com"]
    assert spec.group_name == "finance"
    assert spec.kinds == {"sql", "ducklake"}
    assert spec.description == "revenue of the domain finance."
    assert {key: value for key, value in spec.tags.items() if key.startswith("mesh/")} == {
        "mesh/domain": "finance",
        "mesh/sensitivity": "internal",
        "mesh/region": "EU",
        "mesh/location": "westeurope",
        "mesh/gate": "open",
        "mesh/lifecycle": "active",
        "mesh/version": "1.0.0",
    }
    assert spec.skippable
    assert isinstance(spec.freshness_policy, dg.FreshnessPolicy)
    assert spec.freshness_policy.fail_window.to_timedelta().total_seconds() == 6 * 3600  # type: ignore[attr-defined]


def test_columns_carry_type_rules_and_labels(project: Path) -> None:
    edit(
        project,
        "sales/orders",
        "sensitivity: internal, description: Cents.",
        "sensitivity: confidential, category: user.financial, description: Cents.",
    )
    schema = specs(of_domain(project, "sales"))["sales/orders"].metadata["dagster/column_schema"]
    columns = {column.name: column for column in schema.columns}
    assert columns["order_id"].constraints.unique
    assert not columns["order_id"].constraints.nullable
    assert columns["amount"].type == "integer"
    assert columns["amount"].tags == {"mesh/sensitivity": "confidential", "mesh/category": "user.financial"}


def test_lineage_goes_down_to_columns_of_another_domain(project: Path) -> None:
    spec = specs(of_domain(project, "finance"))["finance/revenue"]
    lineage = spec.metadata["dagster/column_lineage"]
    assert [(d.asset_key.to_user_string(), d.column_name) for d in lineage.deps_by_column["revenue"]] == [
        ("sales/orders", "amount")
    ]
    assert [dep.asset_key.to_user_string() for dep in spec.deps] == ["sales/orders"]


def test_lineage_that_is_too_wide_for_dagster_is_counted_and_left_to_the_registry(settings: Settings) -> None:
    origins = tuple(("sales", "wide", f"c{number}") for number in range(100))
    columns = tuple(ColumnCard(f"d{number}", "integer", origins=origins) for number in range(100))
    spec = specs(definitions_of(settings, (Card("sales", "derived", columns=columns),), ["sales"]))["sales/derived"]
    assert "dagster/column_lineage" not in spec.metadata
    assert str(spec.metadata["mesh/column_lineage"]).startswith("10,000 edges")


def test_a_broken_product_is_visible_with_its_findings_and_its_siblings_load(project: Path) -> None:
    put(project / "domains/sales/large_orders/product.yaml", "dataProduct: {name: x, nmae: y}\n")
    found = of_domain(project, "sales")
    assert executable(found) == ["sales/orders"]
    spec = specs(found)["sales/large_orders"]
    assert "blocked" in spec.kinds
    assert spec.tags["mesh/gate"] == "blocked"
    assert spec.automation_condition is None
    findings = spec.metadata["mesh/findings"].value
    assert {(f["rule"], f["where"]) for f in findings} >= {("DESC-02", "domains/sales/large_orders/product.yaml:1")}
    assert spec.description is not None
    assert "DESC-02" in spec.description


def test_what_reads_from_a_broken_product_loads_too(project: Path) -> None:
    put(project / "domains/sales/orders/product.yaml", "nothing\n")
    assert sorted(specs(of_domain(project, "sales"))) == ["sales/large_orders", "sales/orders"]
    revenue = specs(of_domain(project, "finance"))["finance/revenue"]
    assert "sales/orders cannot be read" in str(revenue.metadata["mesh/findings"].value)


def test_a_missing_input_blocks_the_product_that_names_it(project: Path) -> None:
    edit(project, "finance/revenue", "product: sales/orders", "product: sales/nowhere")
    spec = specs(of_domain(project, "finance"))["finance/revenue"]
    assert "blocked" in spec.kinds
    assert "DESC-09" in str(spec.description)


def test_a_cycle_across_domains_does_not_take_the_graph_down(project: Path) -> None:
    body = LARGE_ORDERS.replace("sales/orders", "finance/b")
    write_product(project, "sales/a", body, sql="select order_id, amount from b")
    write_product(project, "finance/b", body.replace("finance/b", "sales/a"), sql="select order_id, amount from a")
    from mesh_platform.settings import load_settings

    found = mesh_definitions(load_settings(project))
    assert executable(found) == ["finance/revenue", "sales/large_orders", "sales/orders"]
    assert {name for name, spec in specs(found).items() if "blocked" in spec.kinds} == {"sales/a", "finance/b"}


def test_a_domain_without_any_product_loads(project: Path) -> None:
    write_domain(project, "empty")
    assert executable(of_domain(project, "empty")) == []


def test_a_location_whose_products_are_all_blocked_loads(project: Path) -> None:
    put(project / "domains/finance/revenue/product.yaml", "{")
    found = of_domain(project, "finance")
    found.get_repository_def()
    assert executable(found) == []


@pytest.mark.parametrize(
    ("status", "runs", "automated"), [("draft", True, False), ("deprecated", True, True), ("retired", False, False)]
)
def test_the_lifecycle_says_what_runs_and_what_runs_by_itself(project: Path, status: str, runs: bool, automated: bool) -> None:
    edit(
        project,
        "sales/orders",
        "version: 1.0.0",
        f"version: 1.0.0\n  status: {status}\n  sunset: 2100-01-01\n  successor: sales/large_orders",
    )
    found = of_domain(project, "sales")
    spec = specs(found)["sales/orders"]
    assert ("sales/orders" in executable(found)) is runs
    assert (spec.automation_condition is not None) is automated
    assert spec.tags["mesh/lifecycle"] == status


def test_no_two_products_of_the_whole_mesh_share_a_key_or_an_op(settings: Settings) -> None:
    """`Definitions` does not notice a key that stands twice (dagster#33717)."""
    for domain, name in (("a", "b__c"), ("a__b", "c"), ("a_", "b")):
        write_domain(settings.project, domain)
        write_product(settings.project, f"{domain}/{name}", LARGE_ORDERS, sql="select order_id, amount from orders")
    found = mesh_definitions(settings)
    keys = Counter(
        key for asset in found.assets or () for key in ([asset.key] if isinstance(asset, dg.AssetSpec) else asset.keys)
    )  # type: ignore[union-attr]
    assert {key for key, count in keys.items() if count > 1} == set()
    ops = Counter(asset.op.name for asset in found.assets or () if isinstance(asset, dg.AssetsDefinition))
    assert {op for op, count in ops.items() if count > 1} == set()
    found.resolve_implicit_global_asset_job_def()


def test_whole_mesh_is_the_union_of_the_locations(project: Path, settings: Settings) -> None:
    parts = [key for domain in ("sales", "finance") for key in specs(of_domain(project, domain))]
    assert set(specs(mesh_definitions(settings))) == set(parts)


def test_names_of_ops_are_unique_and_plain_where_they_can_be() -> None:
    assert op_name("sales", "orders") == "sales__orders"
    assert op_name("a", "b__c") != op_name("a__b", "c")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("team@example.com", "team@example.com"),
        ("Data Platform", "team:Data_Platform"),
        ("team:data", "team:data"),
        ("", "team:unowned"),
        ("@@@", "team:unowned"),
        ("Ärzte & Co", "team:rzte_Co"),
    ],
)
def test_an_owner_is_an_address_or_a_team(text: str, said: str) -> None:
    assert owner(text) == said
    dg.AssetSpec("x", owners=[owner(text)])


@pytest.mark.parametrize("text", ["1.0.0", "ünïcode", "a" * 200, " spaces ", "emoji 🎉", "--", "x/y:z"])
def test_any_text_becomes_a_tag_that_dagster_accepts(text: str) -> None:
    dg.AssetSpec("x", tags={"mesh/version": tag_value(text)})


def test_odd_descriptors_still_make_assets(settings: Settings) -> None:
    card = Card("sales", "odd", kind="sql", version="v1 β/2", owner="Nobody at all", region="EU West", freshness_seconds=0.1)
    found = definitions_of(settings, (card,), ["sales"])
    found.get_repository_def()
    assert executable(found) == ["sales/odd"]


def test_the_package_offers_what_domain_teams_import_and_costs_nothing() -> None:
    code = (
        "import sys, mesh_platform\n"
        "assert {'column', 'connect', 'data_product', 'domain_definitions'} < set(mesh_platform.__all__)\n"
        "assert 'dagster' not in sys.modules and 'pydantic' not in sys.modules\n"
        "from mesh_platform import column, data_product\n"
        "assert 'dagster' not in sys.modules\n"
        "from mesh_platform import domain_definitions\n"
        "assert callable(domain_definitions)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_loading_a_known_location_imports_none_of_the_engines(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_PACKAGE", project / "domains")  # someone may be editing the package while this runs
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from mesh_platform import domain_definitions\n"
        "from mesh_platform.pipeline import cards\n"
        f"cards._PACKAGE = Path({str(project / 'domains')!r})\n"
        f"domain_definitions({str(project / 'domains/sales/definitions.py')!r})\n"
        "heavy = {'duckdb', 'ibis', 'pandera', 'polars', 'pandas', 'pyarrow', 'sqlglot', 'dagster_dbt', 'dbt', 'mesh_platform.product'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    of_domain(project, "sales")
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_the_whole_mesh_is_a_module_that_dagster_can_load(project: Path) -> None:
    code = "from mesh_platform.pipeline.whole_mesh import defs; print(len(list(defs.resolve_all_asset_specs())))"
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=project, env=with_package()
    )
    assert done.stdout.strip() == "3"


def with_package() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def validated(project: Path, cwd: Path, **variables: str) -> str:
    """What `dagster definitions validate` says of the project's workspace."""
    done = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", str(project / "workspace.yaml")],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**with_package(), **variables},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr + done.stdout


@pytest.mark.nightly
def test_dagster_validates_the_workspace_with_one_descriptor_broken(project: Path) -> None:
    write_workspace(project)
    put(project / "domains/sales/large_orders/product.yaml", "dataProduct: [\n")
    assert "All code locations passed validation" in validated(project, project)


@pytest.mark.nightly
def test_the_workspace_loads_from_another_working_directory_and_runs_no_file_of_a_domain(project: Path, tmp_path: Path) -> None:
    write_workspace(project)
    mark = with_an_asset_of_its_own(project, "sales")
    assert "All code locations passed validation" in validated(project, tmp_path, MESH_PROJECT=str(project))
    assert not mark.exists()


def with_an_asset_of_its_own(project: Path, domain: str) -> Path:
    """More than the one line in a domain's definitions.py: a plain asset, and code that leaves the file that is returned."""
    mark = project / "was-run"
    put(
        project / f"domains/{domain}/definitions.py",
        "import dagster as dg\nfrom pathlib import Path\n\n"
        f"Path({str(mark)!r}).touch()\n\n\n@dg.asset\ndef own() -> None: ...\n\n\ndefs = dg.Definitions([own])\n",
    )
    return mark


def from_workspace(project: Path, domain: str, monkeypatch: pytest.MonkeyPatch) -> dg.Definitions:
    """The location that the entry of this domain in workspace.yaml asks for, as Dagster's code server loads it."""
    monkeypatch.setenv("MESH_PROJECT", str(project))
    found = CodePointer.from_module(DOMAIN_MODULE, domain, None).load_target()
    assert isinstance(found, dg.Definitions)
    return found


def test_code_in_definitions_py_is_not_run_and_its_domain_is_blocked_alone(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = with_an_asset_of_its_own(project, "sales")
    sales = from_workspace(project, "sales", monkeypatch)
    assert not mark.exists()
    assert sorted(specs(sales)) == ["sales/large_orders", "sales/orders"]
    assert executable(sales) == []
    findings = specs(sales)["sales/orders"].metadata["mesh/findings"].value
    assert ("DESC-16", "domains/sales/definitions.py:1") in {(f["rule"], f["where"]) for f in findings}
    assert executable(from_workspace(project, "finance", monkeypatch)) == ["finance/revenue"]


def test_code_in_definitions_py_closes_the_gate_at_check_and_at_publication(project: Path, settings: Settings) -> None:
    mark = with_an_asset_of_its_own(project, "sales")
    mesh = load_mesh(project)
    only = frozenset({ProductKey("sales", "orders")})
    for report in (check_mesh(mesh, shape_cache(settings), date(2026, 1, 1), some) for some in (None, only)):
        assert {f.rule for f in report.findings if f.blocks} == {"DESC-16"}
    with open_runtime(settings) as runtime:
        register(mesh, runtime.registry)
        for name in ("orders", "large_orders"):
            outcome = publish(mesh, ProductKey("sales", name), runtime)
            assert (outcome.status, outcome.findings[0].rule) == ("blocked", "DESC-16")
    assert not mark.exists()


@pytest.mark.parametrize(
    "name", ["nowhere", "..", "a/b", "_sales", "settings", "annotations", "load_settings", "domain_definitions"]
)
def test_only_the_name_of_a_domain_is_a_code_location(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("MESH_PROJECT", str(project))
    assert not hasattr(locations, name)


def test_no_name_of_the_module_hides_a_domain() -> None:
    assert [name for name in vars(locations) if usable_name(name)] == []


def test_a_location_is_made_once_although_dagster_asks_twice(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert from_workspace(project, "sales", monkeypatch) is from_workspace(project, "sales", monkeypatch)
