"""What Dagster sees of one attempt: checks, a materialization, or a failed step."""

from __future__ import annotations

import dagster as dg
import pytest

from mesh_platform.pipeline.location import mesh_definitions
from mesh_platform.pipeline.opened_mesh import OpenedMesh
from mesh_platform.pipeline.report import CHECKS
from mesh_platform.product import ProductKey
from mesh_platform.publish import CHECKS as CHECKS_OF_A_PUBLICATION
from mesh_platform.publish import Outcome, Status
from mesh_platform.settings import Settings
from tests.pipeline.steps import Publications, blocked, execute, failed, materialized, unchanged

ORDERS, REVENUE, LARGE = "sales/orders", "finance/revenue", "sales/large_orders"


@pytest.fixture
def publications(monkeypatch: pytest.MonkeyPatch) -> Publications:
    found = Publications()
    monkeypatch.setattr(OpenedMesh, "publish", lambda self, domain, name: found(self, domain, name))
    return found


def checks(result: dg.ExecuteInProcessResult, product: str) -> dict[str, dg.AssetCheckEvaluation]:
    found = result.get_asset_check_evaluations()
    return {e.check_name: e for e in found if e.asset_key.to_user_string() == product}


def test_the_registered_checks_are_those_of_a_publication() -> None:
    assert tuple(CHECKS) == CHECKS_OF_A_PUBLICATION
    assert "pii" not in CHECKS  # there is no engine behind it yet


def test_a_publication_is_a_materialization_with_counts_and_five_passed_checks(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    result = execute(mesh_definitions(settings), instance)
    assert result.success
    assert publications.asked == sorted(publications.asked, key=lambda product: product != ORDERS)
    assert sorted(materialized(result)) == [REVENUE, LARGE, ORDERS]
    assert {name: e.passed for name, e in checks(result, REVENUE).items()} == dict.fromkeys(CHECKS, True)
    event = instance.get_latest_materialization_event(dg.AssetKey(["finance", "revenue"]))
    assert event is not None and event.asset_materialization is not None
    told = {key: value.value for key, value in event.asset_materialization.metadata.items()}
    assert told["dagster/row_count"] == 3
    assert told["mesh/publication"] == "p-1"
    assert told["mesh/snapshot"] == 7
    assert told["mesh/version"] == "1.0.0"
    assert told["mesh/binding"] == "audit"
    assert told["mesh/closed_consumers"] == "finance"
    assert told["mesh/measure/completeness"] == 100.0
    assert told["mesh/measure/accuracy"] == "not measured"
    lineage = told["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineage)
    assert [(d.asset_key.to_user_string(), d.column_name) for d in lineage.deps_by_column["revenue"]] == [(ORDERS, "amount")]


def test_a_blocked_publication_is_no_materialization_and_what_derives_from_it_does_not_start(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    publications.planned[ORDERS] = blocked(ORDERS)
    result = execute(mesh_definitions(settings), instance)
    assert not result.success
    assert materialized(result) == []
    assert publications.asked == [ORDERS]
    assert instance.get_latest_materialization_event(dg.AssetKey(["sales", "orders"])) is None
    found = checks(result, ORDERS)
    assert {name: e.passed for name, e in found.items()} == dict.fromkeys(CHECKS, False)  # the others were never decided
    assert [name for name, e in found.items() if e.severity is dg.AssetCheckSeverity.ERROR] == ["contract"]
    assert found["contract"].description == "CONTRACT-03 domains/sales/orders/product.yaml:9: Two rows break it. Fix: Mend them."
    assert found["contract"].metadata["blocking"].value == 1


def test_where_nothing_was_new_the_checks_say_so_and_nothing_is_materialized(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    publications.planned[ORDERS] = unchanged(ORDERS)
    result = execute(mesh_definitions(settings), instance, [ORDERS])
    assert result.success
    assert materialized(result) == []
    assert {e.passed for e in checks(result, ORDERS).values()} == {True}
    assert {(e.description or "").partition(":")[0] for e in checks(result, ORDERS).values()} == {"Not evaluated again"}


def test_an_attempt_at_a_retired_product_passes_no_check(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    publications.planned[ORDERS] = Outcome(ProductKey.parse(ORDERS), Status.BLOCKED)
    result = execute(mesh_definitions(settings), instance, [ORDERS])
    assert materialized(result) == []
    assert {e.passed for e in checks(result, ORDERS).values()} == {False}


def test_a_sibling_that_does_not_derive_from_it_is_published_in_the_same_run(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    publications.planned[LARGE] = blocked(LARGE, "QUALITY-01")
    result = execute(mesh_definitions(settings), instance)
    assert sorted(materialized(result)) == [REVENUE, ORDERS]


def test_a_finding_that_belongs_to_no_check_closes_the_policy_check(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    publications.planned[ORDERS] = lambda: blocked(ORDERS, "UNHEARD-OF")
    result = execute(mesh_definitions(settings), instance, [ORDERS])
    assert not result.success
    assert any(e.severity is dg.AssetCheckSeverity.ERROR and not e.passed for e in checks(result, ORDERS).values())


def test_an_attempt_that_could_not_be_carried_out_fails_the_step_and_says_nothing_of_the_rows(
    settings: Settings, instance: dg.DagsterInstance, publications: Publications
) -> None:
    publications.planned[ORDERS] = failed(ORDERS)
    result = execute(mesh_definitions(settings), instance, [ORDERS])
    assert not result.success
    assert checks(result, ORDERS) == {}
    [failure] = [e for e in result.all_events if e.is_step_failure]
    assert failure.step_failure_data.user_failure_data is not None
    assert failure.step_failure_data.user_failure_data.description == (
        "RUN-06 domains/sales/orders/product.yaml:1: The disk is full. Fix: Make room."
    )
