"""Tasks of rules: opened once for rule and product with the law's date, closed when the finding goes, opened anew when it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.product import load_mesh
from mesh_platform.publish import Runtime, Status, open_runtime, publish
from mesh_platform.publish.assessment import assess
from mesh_platform.publish.duties import see_to_all, see_to_kept_back
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict
from mesh_platform.settings import Settings
from mesh_platform.tasks import GONE, Task, TaskKind, finding_key
from tests.access.shop import PROFILES, descriptor, write_project
from tests.publish.bakery import write_product

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
KEY = finding_key(str(PROFILES), "PCI-12.5.2")
SCOPE = {"kind": "scope", "about": [str(PROFILES)], "by": "ciso@example.com", "on": "2026-09-15", "expires": "2027-06-30"}
OWNER = Actor("owner", ("owner",), ("customer",), "EU")


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    write_project(root)
    return root


@pytest.fixture
def runtime(shop: Path) -> Iterator[Runtime]:
    with open_runtime(Settings(project=shop)) as opened:
        yield opened


def open_tasks(runtime: Runtime) -> dict[str, Task]:
    return {task.rule: task for task in tasks_of(runtime).listed(kind=TaskKind.FINDING)}


def confirm(shop: Path, record: dict[str, Any] | None) -> None:
    """Put the product into the scope of cards, or take it out."""
    write_product(shop, str(PROFILES), descriptor(privacy={"records": ["it"]}))
    (shop / "governance/register.yaml").write_text(yaml.safe_dump({"register": {"it": record} if record else {}}))


def test_a_publication_opens_a_task_for_each_rule_once_with_its_date(shop: Path, runtime: Runtime) -> None:
    for _ in range(2):
        outcome = publish(load_mesh(shop), PROFILES, runtime, NOW)
        assert outcome.status is Status.PUBLISHED, [one for one in outcome.findings if one.blocks]
    found = open_tasks(runtime)
    assert {"PCI-12.5.2", "PCI-7.2"} <= found.keys()
    assert found["PCI-12.5.2"].due == NOW + timedelta(days=30)
    assert (found["PCI-12.5.2"].role, found["PCI-12.5.2"].product) == ("owner", str(PROFILES))


def test_it_closes_by_itself_when_the_finding_goes_and_opens_when_it_comes_back(shop: Path, runtime: Runtime) -> None:
    see_to_all(load_mesh(shop), runtime, NOW)
    assert "PCI-12.5.2" in open_tasks(runtime)
    confirm(shop, SCOPE)
    see_to_all(load_mesh(shop), runtime, NOW)
    closed = tasks_of(runtime).find(KEY)
    assert closed is not None and (closed.decision, closed.resolved_by) == (GONE, "mesh")
    see_to_all(load_mesh(shop), runtime, NOW + timedelta(days=365))  # the record has ended by then
    again = open_tasks(runtime)["PCI-12.5.2"]
    assert again.due == NOW + timedelta(days=395)


def test_what_a_person_resolved_is_not_opened_again_while_the_same_finding_stands(shop: Path, runtime: Runtime) -> None:
    see_to_all(load_mesh(shop), runtime, NOW)
    tasks_of(runtime).resolve(open_tasks(runtime)["PCI-12.5.2"].id, "planned", "with the audit of January", OWNER)
    see_to_all(load_mesh(shop), runtime, NOW)
    assert "PCI-12.5.2" not in open_tasks(runtime)


def test_a_rule_that_was_not_judged_closes_nothing(shop: Path, runtime: Runtime) -> None:
    publish(load_mesh(shop), PROFILES, runtime, NOW)
    opened = set(open_tasks(runtime))
    see_to_all(load_mesh(shop), runtime, NOW)
    assert set(open_tasks(runtime)) == opened


def test_a_log_that_is_kept_too_short_blocks_what_a_law_asks_it_for(shop: Path) -> None:
    with open_runtime(Settings(project=shop, audit_years=1)) as runtime:
        (shop / "governance/packs.yaml").write_text(yaml.safe_dump({"packs": {"bind": {"CCPA": {"domains": ["*"]}}}}))
        outcome = publish(load_mesh(shop), PROFILES, runtime, NOW)
        assert "CCPA-7101" in {finding.rule for finding in outcome.findings if finding.blocks}
    with open_runtime(Settings(project=shop, audit_years=2)) as runtime:
        outcome = publish(load_mesh(shop), PROFILES, runtime, NOW)
        assert "CCPA-7101" not in {finding.rule for finding in outcome.findings}


def product(shop: Path, **change: object) -> None:
    write_product(shop, str(PROFILES), descriptor(privacy={"records": ["it"]}, **change))


def without_an_end(shop: Path) -> None:
    whole = descriptor(privacy={"records": ["it"]})
    whole.pop("retention")
    write_product(shop, str(PROFILES), whole)


def test_what_keeps_a_product_back_is_its_owners_task_until_it_is_mended(shop: Path, runtime: Runtime) -> None:
    without_an_end(shop)
    assert publish(load_mesh(shop), PROFILES, runtime, NOW).status is Status.BLOCKED
    task = open_tasks(runtime)["CORE-03"]
    assert (task.role, task.due) == ("owner", NOW + timedelta(days=runtime.settings.review_days))
    tasks_of(runtime).resolve(task.id, "done", "as I say", OWNER)
    assert publish(load_mesh(shop), PROFILES, runtime, NOW).status is Status.BLOCKED
    assert "CORE-03" in open_tasks(runtime), "to say that it is done opens no gate, and closes no task"
    product(shop)
    assert publish(load_mesh(shop), PROFILES, runtime, NOW).status is Status.PUBLISHED
    closed = tasks_of(runtime).find(finding_key(str(PROFILES), "CORE-03"))
    assert closed is not None and (closed.decision, closed.resolved_by, closed.resolved_role) == (GONE, "mesh", "mesh")


def test_the_daily_look_asks_nobody_about_what_was_never_to_be_published(shop: Path, runtime: Runtime) -> None:
    without_an_end(shop)
    see_to_all(load_mesh(shop), runtime, NOW)
    assert "CORE-03" not in open_tasks(runtime)
    publish(load_mesh(shop), PROFILES, runtime, NOW)
    see_to_all(load_mesh(shop), runtime, NOW)
    assert "CORE-03" in open_tasks(runtime), "it closes nothing that still stands either"


def test_what_files_alone_keep_back_is_a_task_too(shop: Path, runtime: Runtime) -> None:
    without_an_end(shop)
    mesh = load_mesh(shop)
    findings = assess(mesh, mesh.products[PROFILES], runtime.shapes, NOW.date()).findings
    for _ in range(2):
        see_to_kept_back(mesh, PROFILES, findings, runtime, NOW)
    assert "CORE-03" in open_tasks(runtime)


def test_a_finding_that_a_reviewed_change_took_away_was_closed_by_the_reviewer(shop: Path, runtime: Runtime) -> None:
    product(shop)
    assert publish(load_mesh(shop), PROFILES, runtime, NOW).status is Status.PUBLISHED
    without_an_end(shop)
    publish(load_mesh(shop), PROFILES, runtime, NOW)
    assert "CORE-03" in open_tasks(runtime)
    product(shop, retention={"period": "9 years", "from": "ingested", "action": "delete"})
    mesh = load_mesh(shop)
    assert publish(mesh, PROFILES, runtime, NOW).status is Status.BLOCKED
    engineer = Actor("privacy-engineer", ("privacy",))
    reviews = Reviews(runtime.database, tasks_of(runtime))
    reviews.record(mesh, mesh.products[PROFILES], Verdict.APPROVE, "it is needed for so long", engineer, NOW)
    assert publish(mesh, PROFILES, runtime, NOW).status is Status.PUBLISHED
    closed = tasks_of(runtime).find(finding_key(str(PROFILES), "CORE-03"))
    assert closed is not None and (closed.resolved_by, closed.resolved_role) == ("privacy-engineer", "privacy")


def test_a_change_that_only_protects_more_is_on_record_as_the_platforms_once_for_the_same_keys(
    shop: Path, runtime: Runtime
) -> None:
    for period in ("2 years", "1 year", "6 months"):
        product(shop, retention={"period": period, "from": "ingested", "action": "delete"})
        assert publish(load_mesh(shop), PROFILES, runtime, NOW).status is Status.PUBLISHED
    found = tasks_of(runtime).listed(resolved=True, kind=TaskKind.REVIEW)
    assert [(one.resolved_by, one.decision, one.open) for one in found] == [("mesh", "not needed", False)]
