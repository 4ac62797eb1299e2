"""What a publication does, seen from outside: outcome, served rows, registry."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from mesh_platform import failpoints
from mesh_platform.errors import Severity, Unavailable
from mesh_platform.lake.engine import EnginePool
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime, publish, register
from mesh_platform.registry import Registry
from mesh_platform.settings import Settings
from tests.publish.bakery import ORDER_COLUMNS, TOWNS_SQL, order_descriptor, town_descriptor, write_product
from tests.publish.conftest import ORDERS, TOWNS

Run = Callable[[ProductKey], Outcome]
Rows = Callable[..., list[tuple[object, ...]]]


def rules(outcome: Outcome) -> set[str]:
    return {finding.rule for finding in outcome.findings if finding.blocks}


def test_a_file_becomes_a_published_product(run: Run, rows: Rows) -> None:
    outcome = run(ORDERS)
    assert (outcome.status, outcome.rows) == (Status.PUBLISHED, 3)
    assert rows(ORDERS)[0] == (1, "ana@mail.test", "Lisbon", 10, date(2026, 1, 1))


def test_a_derived_product_reads_only_what_its_contract_names(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    assert run(TOWNS).status is Status.PUBLISHED
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]
    write_product(project, "office/towns", town_descriptor(), transform_sql="SELECT email AS town, 1 AS total FROM orders")
    assert run(TOWNS).status is Status.BLOCKED
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]


def test_a_product_without_its_input_waits_for_it(run: Run) -> None:
    outcome = run(TOWNS)
    assert outcome.status is Status.BLOCKED
    assert rules(outcome) == {"RUN-04"}


def test_rows_that_break_the_contract_never_become_visible(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    before = rows(ORDERS)
    (project / "landing/orders.csv").write_text(
        "order_id,email,town,amount,at\n1,ana@mail.test,Lisbon,-1,2026-01-01\n1,,Porto,2,2026-01-01\n"
    )
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    assert not outcome.checks["contract"].passed
    assert {"CONTRACT-05", "CONTRACT-06", "CONTRACT-07"} <= rules(outcome)  # not null, unique, value
    assert rows(ORDERS) == before


def test_an_undeclared_column_blocks(run: Run, project: Path) -> None:
    (project / "landing/orders.csv").write_text("order_id,email,town,amount,at,phone\n1,a@mail.test,Lisbon,1,2026-01-01,+351 1\n")
    assert run(ORDERS).status is Status.BLOCKED


def test_a_blocked_descriptor_never_touches_the_lake(run: Run, project: Path, runtime: Runtime) -> None:
    descriptor = order_descriptor()
    del descriptor["retention"]
    write_product(project, "bakery/orders", descriptor)
    assert "CORE-03" in rules(run(ORDERS))
    assert runtime.lake.places() == []


def test_the_registry_knows_what_was_published_and_why_not(run: Run, project: Path, runtime: Runtime) -> None:
    first = run(ORDERS)
    published = runtime.registry.latest(ORDERS)
    assert published is not None
    assert (published.id, published.rows, published.snapshot_id) == (first.publication_id, 3, first.snapshot_id)
    (project / "landing/orders.csv").unlink()
    run(ORDERS)
    decision = runtime.registry.latest_decisions().get(ORDERS)
    latest = runtime.registry.latest(ORDERS)
    assert latest is not None and latest.id == first.publication_id
    assert decision is not None


def test_lineage_goes_down_to_columns_across_domains(run: Run, runtime: Runtime) -> None:
    run(ORDERS), run(TOWNS)
    reached = {(r.product, r.column) for r in runtime.registry.upstream(TOWNS, "total")}
    assert (ORDERS, "amount") in reached
    assert (ORDERS, "email") not in reached


@pytest.mark.nightly
def test_measures_are_kept_as_history(run: Run, runtime: Runtime) -> None:
    run(ORDERS), run(ORDERS)
    measured = {m.metric: m.value for m in runtime.registry.measures(ORDERS)}
    assert measured["completeness"] == 100.0
    assert measured["timeliness"] is None  # no freshness column is declared, so it is not measured
    assert len(runtime.registry.measures(ORDERS, "accuracy")) == 2


def test_appending_adds_each_file_once_and_checks_only_new_rows(run: Run, runtime: Runtime, rows: Rows, project: Path) -> None:
    source = {"path": "landing/orders*.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    write_product(project, "bakery/orders", order_descriptor(load="append", source=source))
    run(ORDERS)
    header = "order_id,email,town,amount,at\n"
    (project / "landing/orders-2.csv").write_text(f"{header}4,ida@mail.test,Faro,7,2026-01-04\n")
    assert run(ORDERS).rows == 1
    again = run(ORDERS)
    assert (again.status, again.rows) == (Status.UNCHANGED, 0)
    assert "RUN-07" in {finding.rule for finding in again.findings}
    assert {(check.evaluated, check.passed) for check in again.checks.values()} == {(False, False)}
    write_product(project, "bakery/orders", order_descriptor(load="append", source=source, version="1.1.0"))
    assert run(ORDERS).version == "1.0.0"  # of the rows that are served, not of the folder
    assert [row[0] for row in rows(ORDERS)] == [1, 2, 3, 4]
    (project / "landing/orders-3.csv").write_text(f"{header}4,again@mail.test,Faro,7,2026-01-04\n")
    assert "CONTRACT-06" in rules(run(ORDERS))  # the key stands there already
    assert len(rows(ORDERS)) == 4
    assert not runtime.registry.latest_decisions("publish")[ORDERS].open
    (project / "landing/orders-3.csv").unlink()
    run(ORDERS)
    assert runtime.registry.latest_decisions("publish")[ORDERS].open  # nothing is blocked any more


def test_a_contract_that_grew_stricter_holds_for_the_rows_appended_before_too(run: Run, rows: Rows, project: Path) -> None:
    source = {"path": "landing/orders*.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    write_product(project, "bakery/orders", order_descriptor(load="append", source=source))
    run(ORDERS)
    stricter = {**ORDER_COLUMNS, "amount": {**ORDER_COLUMNS["amount"], "max": 8}}
    write_product(project, "bakery/orders", order_descriptor(load="append", source=source, columns=stricter))
    (project / "landing/orders-2.csv").write_text("order_id,email,town,amount,at\n4,ida@mail.test,Faro,7,2026-01-04\n")
    assert "CONTRACT-07" in rules(run(ORDERS))
    assert len(rows(ORDERS)) == 3


def test_a_file_whose_name_looks_like_a_pattern_is_read_and_no_other(run: Run, rows: Rows, project: Path) -> None:
    source = {"path": "landing/orders*.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    write_product(project, "bakery/orders", order_descriptor(load="append", source=source))
    header = "order_id,email,town,amount,at\n"
    (project / "landing/orders.csv").write_text(f"{header}1,ana@mail.test,Faro,7,2026-01-04\n")
    run(ORDERS)
    (project / "landing/orders[1].csv").write_text(f"{header}2,ben@mail.test,Faro,7,2026-01-04\n")
    assert run(ORDERS).rows == 1
    (project / "landing/orders1.csv").write_text(f"{header}3,eva@mail.test,Faro,7,2026-01-04\n")
    assert run(ORDERS).rows == 1
    assert [row[0] for row in rows(ORDERS)] == [1, 2, 3]


@pytest.mark.parametrize("path", ["landing/gone*.csv", "../outside*.csv", "landing/link*.csv"])
def test_a_source_without_a_file_of_the_project_is_told_and_not_taken_for_nothing_new(run: Run, project: Path, path: str) -> None:
    source = {"path": "landing/orders*.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    write_product(project, "bakery/orders", order_descriptor(load="append", source=source))
    run(ORDERS)
    (project.parent / "outside.csv").write_text("order_id\n")
    (project / "landing/link.csv").symlink_to(project.parent / "outside.csv")
    write_product(project, "bakery/orders", order_descriptor(load="append", source={**source, "path": path}))
    outcome = run(ORDERS)
    assert outcome.status in (Status.BLOCKED, Status.FAILED)
    assert rules(outcome) <= {"RUN-01", "DESC-03", "DESC-05"}


def test_what_was_appended_is_replaced_once_its_files_say_so(run: Run, rows: Rows, project: Path) -> None:
    shutil.rmtree(project / "domains" / "office" / "towns")  # where nobody reads it, nothing is broken by that
    source = {"path": "landing/orders*.csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    wider = {**ORDER_COLUMNS, "amount": {"type": "double", "sensitivity": "internal"}}

    def written(**changes: object) -> None:
        write_product(project, "bakery/orders", order_descriptor(dataContracts=None, source=source, **changes))

    written(load="append")
    run(ORDERS)
    written(columns=wider)
    replaced = run(ORDERS)
    assert (replaced.status, replaced.rows) == (Status.PUBLISHED, 3), replaced.findings
    (project / "landing/orders-2.csv").write_text("order_id,email,town,amount,at\n4,ida@mail.test,Faro,7,2026-01-04\n")
    assert run(ORDERS).rows == 4
    written(columns=wider, load="append")
    assert run(ORDERS).status is Status.UNCHANGED  # what was replaced meanwhile is not added once more
    assert len(rows(ORDERS)) == 4


def test_appending_is_for_files(run: Run, project: Path) -> None:
    run(ORDERS)
    write_product(project, "office/towns", town_descriptor(load="append"))
    assert "DESC-14" in rules(run(TOWNS))


def test_groups_smaller_than_promised_are_never_published(run: Run, project: Path) -> None:
    run(ORDERS)
    columns = {
        "town": {"type": "string", "unique": True, "sensitivity": "internal"},
        "people": {"type": "integer", "sensitivity": "internal"},
    }
    descriptor = town_descriptor(
        columns=columns, aggregate={"minGroup": 5, "count": "people"}, erasure={"strategy": "aggregate_exempt"}
    )
    write_product(project, "office/towns", descriptor, transform_sql="SELECT town, count(*) AS people FROM orders GROUP BY town")
    assert "CONTRACT-08" in rules(run(TOWNS))


def test_a_transform_in_python_gets_arrow_and_gives_arrow(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    (project / "domains/office/towns/transform.sql").unlink()
    code = "def transform(inputs):\n    table = inputs['orders']\n    return table.group_by('town').aggregate([('amount', 'sum')]).rename_columns(['town', 'total'])\n"
    write_product(project, "office/towns", town_descriptor(), transform_py=code)
    assert run(TOWNS).status is Status.PUBLISHED
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]


def test_a_python_transform_may_return_a_polars_lazy_frame(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    (project / "domains/office/towns/transform.sql").unlink()
    code = "import polars as pl\ndef transform(inputs):\n    return pl.from_arrow(inputs['orders']).lazy().group_by('town').agg(total=pl.col('amount').sum())\n"
    write_product(project, "office/towns", town_descriptor(), transform_py=code)
    assert run(TOWNS).status is Status.PUBLISHED
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]


@pytest.mark.nightly
def test_a_decorated_function_makes_the_same_product(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    folder = project / "domains/office/towns"
    (folder / "product.yaml").unlink(), (folder / "transform.sql").unlink()
    (folder / "product.py").write_text(
        "import pandera.pandas as pa\n"
        "from mesh_platform import column, data_product\n\n"
        "class Towns(pa.DataFrameModel):\n"
        "    town: str = column(sensitivity='internal', unique=True)\n"
        "    total: int = column(sensitivity='internal', ge=0, derivedFrom=['bakery/orders.amount'])\n\n"
        "@data_product(model=Towns, owner='office-team@example.com', version='1.0.0',\n"
        "    dataResidency={'region': 'EU', 'storageLocations': ['westeurope']}, purposes={'service': 'contract'},\n"
        "    sla={'availability': 99.0, 'latency': '< 1 second', 'freshness': '< 1 day'}, qualityMetrics={'completeness': 90, 'accuracy': 90},\n"
        "    erasure={'strategy': 'rebuild'}, inputs=[{'product': 'bakery/orders', 'purpose': 'service', 'fields': ['town', 'amount']}])\n"
        "def towns(inputs):\n"
        '    """Totals by town."""\n'
        "    return inputs['orders'].group_by('town').aggregate([('amount', 'sum')]).rename_columns(['town', 'total'])\n"
    )
    outcome = run(TOWNS)
    assert outcome.status is Status.PUBLISHED, [str(f) for f in outcome.findings]
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]


@pytest.mark.nightly
def test_a_reference_to_another_product_is_looked_up(run: Run, project: Path) -> None:
    run(ORDERS)
    columns = {"town": {"type": "string", "unique": True, "sensitivity": "internal", "references": "bakery/orders.town"},
               "total": {"type": "integer", "sensitivity": "internal"}}  # fmt: skip
    write_product(project, "office/towns", town_descriptor(columns=columns), transform_sql=TOWNS_SQL)
    assert run(TOWNS).status is Status.PUBLISHED
    write_product(
        project,
        "office/towns",
        town_descriptor(columns=columns),
        transform_sql="SELECT town || '!' AS town, 1::BIGINT AS total FROM orders GROUP BY 1",
    )
    assert "CONTRACT-10" in rules(run(TOWNS))


def test_a_column_may_be_called_anything_that_can_be_quoted(run: Run, rows: Rows, project: Path) -> None:
    names = ['the "order"', "prix été", "🥐", "../../etc", "select"]
    columns = {name: {"type": "integer", "sensitivity": "internal"} for name in names}
    header = ",".join('"' + name.replace('"', '""') + '"' for name in names)
    (project / "landing/orders.csv").write_text(f"{header}\n1,2,3,4,5\n", encoding="utf-8")
    write_product(project, "bakery/orders", order_descriptor(columns=columns, dataContracts=[], erasure=None))
    outcome = run(ORDERS)
    assert outcome.status is Status.PUBLISHED, [str(f) for f in outcome.findings]
    assert rows(ORDERS) == [(1, 2, 3, 4, 5)]


@pytest.mark.nightly
def test_the_lake_splits_a_product_by_its_subject_key(run: Run, project: Path, runtime: Runtime) -> None:
    count = 150_000
    lines = "\n".join(f"{i},p{i % 5000}@mail.test,Lisbon,1,2026-01-01" for i in range(count))
    (project / "landing/orders.csv").write_text(f"order_id,email,town,amount,at\n{lines}\n")
    columns = {**ORDER_COLUMNS, "order_id": {"type": "integer", "unique": True, "sensitivity": "internal"}}
    write_product(project, "bakery/orders", order_descriptor(columns=columns))
    assert run(ORDERS).rows == count
    files = list((runtime.settings.home_path / "data").rglob("*.parquet"))
    assert len(files) > 1


def test_a_product_whose_input_broke_goes_on_with_its_last_version(run: Run, rows: Rows, project: Path, runtime: Runtime) -> None:
    register(load_mesh(project), runtime.registry)
    run(ORDERS)
    (project / "domains/bakery/orders/product.yaml").write_text("dataProduct: [broken")
    outcome = run(TOWNS)
    assert outcome.status is Status.PUBLISHED, [str(f) for f in outcome.findings]
    assert "DESC-09" in {finding.rule for finding in outcome.findings}
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]
    columns = {"town": {"type": "string", "sensitivity": "internal"}, "total": {"type": "integer", "sensitivity": "public"}}
    write_product(project, "office/towns", town_descriptor(columns=columns))
    assert "CORE-11" in rules(run(TOWNS))


def test_a_retired_product_is_not_published_and_passes_nothing(run: Run, project: Path) -> None:
    write_product(project, "bakery/orders", order_descriptor(status="retired"))
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    assert {(check.evaluated, check.passed) for check in outcome.checks.values()} == {(False, False)}


def test_a_check_that_the_rows_passed_is_told_beside_the_one_they_did_not(run: Run, project: Path) -> None:
    assert {check.passed for check in run(ORDERS).checks.values()} == {True}
    (project / "landing/orders.csv").write_text("order_id,email,town,amount,at\n1,ana@mail.test,Lisbon,-1,2026-01-01\n")
    passed = {name for name, check in run(ORDERS).checks.items() if check.passed}
    assert "contract" not in passed
    assert {"retention", "residency", "policy"} <= passed


def test_a_consumer_whose_floor_is_broken_is_told_with_outcome_and_decision(run: Run, project: Path, runtime: Runtime) -> None:
    agreed = {"consumer": "office", "purpose": "service", "fields": ["town"], "quality": {"timeliness": 99}}
    write_product(project, "bakery/orders", order_descriptor(dataContracts=[agreed]))
    outcome = run(ORDERS)
    assert outcome.closed_consumers == ("office",), [str(f) for f in outcome.findings]
    decision = runtime.registry.latest_decisions().get(ORDERS)
    assert decision is not None and decision.closed_consumers == ("office",)


def _down(*_: object, **__: object) -> None:
    raise Unavailable.because("STATE-02", "control database", "It cannot be reached.", "Start it.")


def test_a_version_that_could_not_be_recorded_is_published_all_the_same(
    run: Run, rows: Rows, project: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as without:
        without.setattr(Registry, "record_published", _down)
        outcome = run(ORDERS)
    [warning] = [finding for finding in outcome.findings if finding.rule == "RUN-11"]
    assert (outcome.status, warning.severity, len(rows(ORDERS))) == (Status.PUBLISHED, Severity.WARN, 3)
    assert runtime.registry.latest(ORDERS) is None
    run(ORDERS)
    assert outcome.publication_id in {found.id for found in runtime.registry.publications(ORDERS)}


@pytest.mark.parametrize(("point", "status"), [("lake.synced", Status.FAILED), ("lake.renamed", Status.PUBLISHED)])
def test_from_the_rename_on_an_error_does_not_say_that_the_old_version_stays(
    run: Run, rows: Rows, monkeypatch: pytest.MonkeyPatch, point: str, status: Status
) -> None:
    failpoints._hits.clear()
    monkeypatch.setenv("MESH_ENV", "test")
    monkeypatch.setenv("MESH_FP", f"{point}=errno:EIO")
    outcome = run(ORDERS)
    assert outcome.status is status
    assert (rules(outcome), bool(rows(ORDERS))) == ((set(), True) if status is Status.PUBLISHED else ({"RUN-06"}, False))


@pytest.mark.parametrize("blocked", [True, False])
def test_a_control_database_that_is_down_fails_the_attempt_and_decides_nothing(
    run: Run, rows: Rows, project: Path, monkeypatch: pytest.MonkeyPatch, blocked: bool
) -> None:
    if blocked:
        write_product(project, "bakery/orders", order_descriptor(retention=None))
    monkeypatch.setattr(Registry, "record_decision", _down)
    outcome = run(ORDERS)
    assert (outcome.status, rules(outcome), rows(ORDERS)) == (Status.FAILED, {"STATE-02"}, [])


def test_every_engine_that_a_publication_took_is_given_back(
    run: Run, project: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    out: list[int] = []
    take, back = EnginePool.take, EnginePool.give_back
    monkeypatch.setattr(EnginePool, "take", lambda pool: (out.append(1), take(pool))[1])
    monkeypatch.setattr(EnginePool, "give_back", lambda pool, one: (out.append(-1), back(pool, one))[1])
    run(ORDERS)
    (project / "domains/office/towns/transform.sql").unlink()
    code = "def transform(inputs):\n    return inputs['orders'].group_by('town').aggregate([('amount', 'sum')]).rename_columns(['town', 'total'])\n"
    write_product(project, "office/towns", town_descriptor(), transform_py=code)
    assert run(TOWNS).status is Status.PUBLISHED
    assert sum(out) == 0
    runtime.close()
    assert [path for path in (project / ".mesh/tmp").iterdir() if path.is_dir()] == []


def test_the_setting_says_how_long_anything_waits_for_a_products_lock(project: Path) -> None:
    with open_runtime(Settings(project=project, lock_wait_seconds=7)) as runtime:
        assert runtime.lake.lock_wait == 7


def test_a_statement_that_never_ends_is_ended(project: Path) -> None:
    columns = {"n": {"type": "bigint", "sensitivity": "internal"}}
    write_product(
        project,
        "office/towns",
        town_descriptor(columns=columns, inputs=None, erasure=None),
        transform_sql="SELECT count(*) AS n FROM range(100_000_000_000) t(i) WHERE i % 7 = 3",
    )
    with open_runtime(Settings(project=project, transform_seconds=2)) as runtime:
        outcome = publish(load_mesh(project), TOWNS, runtime)
    assert "RUN-08" in rules(outcome), outcome


@pytest.mark.parametrize("pattern", ["?env", "[.]env", "landing/../.env", "landing/link.csv"])
def test_no_source_reaches_a_hidden_file(run: Run, project: Path, pattern: str) -> None:
    (project / ".env").write_text("order_id,email,town,amount,at\n1,a@mail.test,x,1,2026-01-01\n")
    (project / "landing/link.csv").symlink_to(project / ".env")
    source = {"path": pattern, "format": "csv", "purpose": "service", "basis": "contract", "notice": "2026-01"}
    write_product(project, "bakery/orders", order_descriptor(source=source))
    outcome = run(ORDERS)
    assert outcome.status in (Status.BLOCKED, Status.FAILED) and "env" not in str(outcome.findings).replace(pattern, "")
