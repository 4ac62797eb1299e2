"""Probes at a publication and afterwards: what is seen of the real files, what blocks, and what nobody has looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select, update

from mesh_platform.audit.probe import proves_itself, takes_records
from mesh_platform.lake import Place, catalog
from mesh_platform.lake import writer as writing
from mesh_platform.policy import Control
from mesh_platform.product import load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime, publish
from mesh_platform.publish.probes import probe_published
from mesh_platform.publish.review import Before
from mesh_platform.settings import Settings
from mesh_platform.state.tables import audit_leaves
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS, TOWNS

Run = Callable[..., Outcome]
PLACE = Place("westeurope", "bakery", "orders")
SEEN = {Control.ENCRYPTION, Control.REGION, Control.MASKING, Control.LEGAL_BASIS}


def probes(project: Path, runtime: Runtime, key: Any = ORDERS) -> dict[str, bool | None]:
    mesh = load_mesh(project)
    return dict(probe_published(mesh, mesh.products[key], runtime.lake, runtime.settings, runtime.database).holds)


def judged(runtime: Runtime, key: Any = ORDERS) -> set[str]:
    """Rules of CORE-04 that the last decision lists as not evaluated."""
    found = runtime.registry.latest_decisions("publish")[key].not_evaluated
    return {entry["rule"] for entry in found if entry["rule"].startswith("CORE-04")}


def regions(project: Path, **beside: Any) -> None:
    tree = {"EU": ["westeurope", "northeurope"], "US": ["eastus"]}
    (project / "governance/regions.yaml").write_text(yaml.safe_dump({"regions": tree, **beside}))


def test_a_first_publication_is_probed_before_it_is_served_and_after(project: Path, runtime: Runtime, run: Run) -> None:
    assert probes(project, runtime) == dict.fromkeys(Control), "nothing is there to look at"
    assert run(ORDERS).status is Status.PUBLISHED
    assert judged(runtime) == {"CORE-04 (replica_regions)", "CORE-04 (retention_enforced)"}, "no job has run yet"
    assert probes(project, runtime) == {control: True if control in SEEN else None for control in Control}


def test_nothing_is_published_over_an_audit_log_in_which_a_record_was_changed(project: Path, runtime: Runtime, run: Run) -> None:
    assert run(ORDERS).status is Status.PUBLISHED
    assert proves_itself(runtime.audit)
    runtime.audit.checkpoint()
    with runtime.database.write() as con:
        body = con.execute(select(audit_leaves.c.body).where(audit_leaves.c.seq == 0)).scalar_one()
        con.execute(update(audit_leaves).where(audit_leaves.c.seq == 0).values(body=body.replace(b"done", b"fail")))
    assert not proves_itself(runtime.audit)
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    assert {"CORE-04", "GDPR-5-2"} <= {finding.rule for finding in outcome.findings if finding.blocks}
    internal = run(TOWNS)
    assert internal.status is Status.BLOCKED
    assert {finding.rule for finding in internal.findings if finding.blocks} == {"GDPR-5-2"}


def test_a_log_that_takes_no_record_is_no_log(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    assert takes_records(runtime.audit)
    with runtime.database.write() as con:
        con.exec_driver_sql("CREATE TRIGGER full_disk BEFORE INSERT ON audit_leaves BEGIN SELECT RAISE(ABORT, 'no'); END")
    assert not takes_records(runtime.audit)


def test_restricted_rows_that_would_lie_in_the_clear_are_not_published(
    project: Path, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_encryption(con: Any, alias: str, place: Any, file: Path, data: Path, key: bytes, read_only: bool) -> Any:
        con.execute(
            f"ATTACH 'ducklake:{file}' AS {alias} (DATA_PATH '{data}/', OVERRIDE_DATA_PATH true, DATA_INLINING_ROW_LIMIT 0,"
            f" META_ENCRYPTION_KEY '{catalog.engine_key(key)}')"
        )
        return catalog.Catalog(con, alias, place)

    monkeypatch.setattr(writing, "attach", without_encryption)
    outcome = run(ORDERS)
    assert outcome.status is Status.BLOCKED
    [finding] = [finding for finding in outcome.findings if finding.blocks]
    assert finding.rule == "CORE-04" and "encryption at rest" in finding.why
    assert not runtime.lake.published(PLACE) and list((project / ".mesh/data").rglob("*.parquet")) == []


@pytest.mark.nightly
def test_files_that_a_link_leads_out_of_their_place_block_until_the_place_is_mapped(project: Path, tmp_path: Path) -> None:
    mounted = tmp_path / "mounted"
    for kind in ("data", "catalogs"):
        (mounted / kind).mkdir(parents=True, mode=0o700)
        (project / ".mesh" / kind).mkdir(parents=True, mode=0o700)
        (project / ".mesh" / kind / "westeurope").symlink_to(mounted / kind)
    with open_runtime(Settings(project=project)) as runtime:
        outcome = publish(load_mesh(project), ORDERS, runtime)
        assert outcome.status is Status.BLOCKED
        assert [f.rule for f in outcome.findings if f.blocks] == ["CORE-04"]
    with open_runtime(Settings(project=project, storage_roots={"westeurope": mounted})) as runtime:
        assert publish(load_mesh(project), ORDERS, runtime).status is Status.PUBLISHED
        assert probes(project, runtime)[Control.REGION] is True
        (tmp_path / "elsewhere").mkdir()
        shutil.move(mounted / "data/bakery", tmp_path / "elsewhere/bakery")
        (mounted / "data/bakery").symlink_to(tmp_path / "elsewhere/bakery")
        assert probes(project, runtime)[Control.REGION] is False


def test_a_mapped_place_is_held_to_its_root_and_to_no_other(project: Path, tmp_path: Path) -> None:
    with open_runtime(Settings(project=project, storage_roots={"westeurope": tmp_path / "mounted"})) as runtime:
        outcome = publish(load_mesh(project), ORDERS, runtime)
    assert outcome.status is Status.BLOCKED and "its files in the place" in str(outcome.findings)


@pytest.mark.nightly
def test_files_left_in_a_place_that_is_not_allowed_any_more_are_seen(
    project: Path, runtime: Runtime, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(ORDERS).status is Status.PUBLISHED
    monkeypatch.setattr("mesh_platform.publish.review.before", lambda *_: Before())  # as if the move had been approved
    north = {"region": "EU", "storageLocations": ["northeurope"]}
    write_product(project, "bakery/orders", order_descriptor(dataResidency=north))
    domain = project / "domains/bakery/domain.yaml"
    allowed = domain.read_text(encoding="utf-8")
    domain.write_text(allowed + "allowedRegions: [northeurope]\n", encoding="utf-8")
    blocked = run(ORDERS)
    assert blocked.status is Status.BLOCKED and "its files in the place" in str(blocked.findings)
    runtime.lake.retire(PLACE)
    assert run(ORDERS).status is Status.PUBLISHED
    assert probes(project, runtime)[Control.REGION] is True


@pytest.mark.parametrize(
    ("copies", "seen"), [([], True), (["northeurope"], True), (["eastus"], False), (["northeurope", "eastus"], False)]
)
def test_copies_of_the_storage_are_held_against_where_its_data_may_lie(
    project: Path, runtime: Runtime, run: Run, copies: list[str], seen: bool
) -> None:
    regions(project, replicatesTo={"westeurope": copies})
    outcome = run(ORDERS)
    assert outcome.status is (Status.PUBLISHED if seen else Status.BLOCKED)
    assert probes(project, runtime)[Control.REPLICAS] is seen
    if not seen:
        assert {f.rule for f in outcome.findings if f.blocks} == {"CORE-06"}
        assert any("copied to 'eastus'" in f.why for f in outcome.findings)


def test_a_copy_elsewhere_blocks_what_is_not_restricted_too(project: Path, runtime: Runtime, run: Run) -> None:
    run(ORDERS)
    regions(project, replicatesTo={"westeurope": ["eastus"]})
    outcome = run(TOWNS)
    assert outcome.status is Status.BLOCKED and {f.rule for f in outcome.findings if f.blocks} == {"CORE-06"}


def test_a_copy_to_what_is_no_place_is_a_finding_on_its_line(project: Path) -> None:
    (project / "governance/regions.yaml").write_text("regions:\n  EU: [westeurope]\nreplicatesTo:\n  westeurope: [EU]\n")
    [finding] = [one for one in load_mesh(project).governance_findings if one.rule == "DESC-11" and "EU" in one.why]
    assert finding.where == "governance/regions.yaml:4"
    (project / "governance/regions.yaml").write_text("regions:\n  EU: [westeurope]\nreplicates: {}\n")
    assert "DESC-03" in {one.rule for one in load_mesh(project).governance_findings}


def test_a_key_service_that_is_down_fails_a_publication_and_decides_nothing(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "s.any")
    with open_runtime(Settings(project=project, keys="vault", keys_url="http://127.0.0.1:9")) as runtime:
        outcome = publish(load_mesh(project), ORDERS, runtime)
        assert outcome.status is Status.FAILED and [finding.rule for finding in outcome.findings] == ["KEY-05"]
        assert runtime.registry.latest_decisions("publish") == {}
    assert not [file for file in (project / ".mesh/keys").glob("*") if "audit" not in file.name]  # the log has keys of its own
