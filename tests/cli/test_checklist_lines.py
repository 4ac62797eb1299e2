"""Each line of the checklist turns when the very thing that it stands on breaks: files, rules, the lake, the log, tasks, registers, what provisioning made.

A line that is added and has no case here fails: nobody has seen it turn.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mesh_platform.access.decision import Decision, decide
from mesh_platform.clock import utc_now
from mesh_platform.policy.checklist.items import ITEMS
from mesh_platform.settings import load_settings
from mesh_platform.state import open_state
from mesh_platform.tasks import NewTask, TaskKind, Tasks
from tests.cli.conftest import Mesh
from tests.cli.project import put
from tests.cli.whole import CUSTOMERS, ORDERS, changed, column, day, make_whole, recipients, record, register, waived

Break = Callable[[Path, pytest.MonkeyPatch], object]
LINES = [id for items in ITEMS.values() for id, _, _ in items]


def of_orders(**keys: Any) -> Break:
    return lambda root, _: changed(root / ORDERS, **keys)


def of_register(**entries: Any) -> Break:
    return lambda root, _: register(root, **entries)


def of_agency(**keys: Any) -> Break:
    return lambda root, _: recipients(root, **keys)


def swapped(file: str, old: str, new: str) -> Break:
    def edit(root: Path, _: pytest.MonkeyPatch) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text, file
        (root / file).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def removed(path: str) -> Break:
    def remove(root: Path, _: pytest.MonkeyPatch) -> None:
        shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()

    return remove


def late(kind: TaskKind) -> Break:
    """A task of that kind, due yesterday."""

    def open_one(root: Path, _: pytest.MonkeyPatch) -> None:
        yesterday = utc_now() - timedelta(days=1)
        with closing(open_state(load_settings(root))) as database:
            Tasks(database).open_task(NewTask("late", kind, "shop/orders", "It waits.", "privacy", yesterday))

    return open_one


def contract(**keys: Any) -> Break:
    """The orders with one contract: the office's, with these keys."""
    return of_orders(dataContracts=[{"consumer": "office", "purpose": "service.orders", "fields": ["status", "total"], **keys}])


def plain_files(root: Path, _: pytest.MonkeyPatch) -> None:
    """The file of customers in the clear, where the sealed one was."""
    import duckdb

    [file] = (root / ".mesh/data/westeurope/shop/customers").rglob("*.parquet")
    file.unlink()
    duckdb.sql("SELECT 1 AS customer_id").write_parquet(str(file))


def elsewhere(root: Path, _: pytest.MonkeyPatch) -> None:
    """The file of customers behind a link, outside of the place that they declare."""
    [file] = (root / ".mesh/data/westeurope/shop/customers").rglob("*.parquet")
    file.symlink_to(file.rename(root / "elsewhere.parquet"))


def from_anywhere(_: Path, patch: pytest.MonkeyPatch) -> None:
    """Decisions that look at no region: whoever asks is said to be within."""

    def blind(caller: Any, product: Any, *others: Any, **named: Any) -> Decision:
        import dataclasses

        return decide(dataclasses.replace(caller, region="westeurope"), product, *others, **named)

    patch.setattr("mesh_platform.enforcement.reads.decide", blind)


def never_late(_: Path, patch: pytest.MonkeyPatch) -> None:
    """A register to which no notification is ever too late."""
    patch.setattr("mesh_platform.subjects.breaches.duties.Duty.late", lambda duty, at: False)


def new_product(root: Path, _: pytest.MonkeyPatch) -> None:
    folder = root / "domains/shop/again"
    shutil.copytree(root / "domains/shop/orders", folder)
    changed(folder / "product.yaml", name="Again")


CASES: dict[str, list[tuple[Break, str]]] = {
    "data.1": [
        (of_orders(description=None), "CORE-01"),
        (lambda root, _: column(root / ORDERS, "status", sensitivity=None), "CORE-02"),
        (lambda root, _: column(root / CUSTOMERS, "email", sensitivity="internal"), "CORE-05"),
        (of_orders(tags={"note": "published otherwise"}), "not published as they stand"),
        (lambda root, _: put(root / ORDERS, "dataProduct: ["), "cannot be read"),
    ],
    "data.2": [(of_orders(source={"path": "landing/shop/orders.csv"}), "CORE-20")],
    "data.3": [
        (contract(fields=["status", "colour"]), "CORE-09"),
        (contract(purpose="marketing"), "CORE-08"),
        (lambda root, _: column(root / ORDERS, "status", category="user.contact.email", sensitivity="restricted"), "GDPR-5-1C"),
    ],
    "data.4": [(of_orders(retention=None), "CORE-03")],
    "data.5": [(of_orders(erasure=None), "CORE-10"), (of_orders(erasure={"strategy": "hash"}), "cannot be read")],
    "data.6": [(of_orders(tags={"note": "published otherwise"}), "not published as they stand")],
    "data.7": [
        (of_orders(dataResidency={"region": "US", "storageLocations": ["eastus"]}), "CORE-06"),
        (elsewhere, "does not see its files in the place"),
    ],
    "data.8": [(plain_files, "does not see encryption"), (removed(".mesh/keys/shop@westeurope.kek"), "does not see encryption")],
    "data.9": [(of_orders(privacy={"subjects": ["customer"], "decisions": "sole"}), "GDPR-35")],
    "data.10": [(removed(".mesh/backups"), "none yet")],
    "access.1": [(of_orders(interfaces=[{"type": "SQL"}]), "CORE-15")],
    "access.2": [(from_anywhere, "SOV-6")],
    "access.3": [(contract(fields=["status", "total", "order_id"]), "not published as they stand")],
    "access.4": [(of_register(endpoints=None), "SOV-2"), (of_register(endpoints=record("attestation", "SOV-2", ends=-1)), "SOV-2")],
    "access.5": [(swapped("governance/policies.yaml", "requireApproval: true", "requireApproval: true\n    grantDays: 800"), "800 days")],
    "access.6": [(late(kind), kind.value) for kind in (TaskKind.APPROVAL, TaskKind.REVIEW, TaskKind.AUDIT_FLAG, TaskKind.WAIVER)],
    "access.7": [(lambda root, _: waived(root, 10), f"counts until {day(10)}")],
    "audit.1": [
        (swapped("mesh.toml", '"anchors"', '".mesh/anchors"'), "inside of the home"),
        (removed("anchors"), "nothing of it is anchored"),
    ],
    "audit.2": [(elsewhere, "a probe does not see its files in the place")],
    "audit.3": [(of_register(logs=None), "SOV-8")],
    "audit.4": [(late(TaskKind.BREACH), "breach"), (never_late, "GDPR-33")],
    "audit.5": [(late(kind), kind.value) for kind in (TaskKind.DEADLINE, TaskKind.PROPAGATION, TaskKind.RESURRECTION)],
    "vendors.1": [(contract(consumer="nobody-knows"), "SOV-9")],
    "vendors.2": [(of_agency(records=[]), "GDPR-28"), (of_agency(country="US"), "GDPR-44")],
    "vendors.3": [(of_agency(expires=day(-1)), "agency: ")],
    "vendors.4": [(of_agency(expires=day(12)), f"ends on {day(12)}")],
    "vendors.5": [(of_agency(hosts=[]), "mail.example.com")],
    "vendors.6": [(late(TaskKind.EXTERNAL), "external_recipient")],
    "step.1": [(removed(".mesh/control.db"), "has not registered the domain"), (new_product, "shop/again: the catalog has not")],
    "step.2": [(swapped("domains/shop/domain.yaml", "owner: shop-team@example.com", ""), "Nobody owns it")],
    "step.3": [(removed("governance/templates"), "holds none")],
    "step.4": [
        (swapped("governance/policies.yaml", old, old.replace("true", "false")), key)
        for old, key in (
            ("enforced: true", "dataResidency.enforced"),
            ("autoClassify: true", "dataClassification.autoClassify"),
            ("requireOwner: true", "dataCatalog"),
            ("requireApproval: true", "accessControl.requireApproval"),
        )
    ],
    "step.5": [(contract(consumer="agency"), "office/report reads shop/orders without a contract")],
    "step.6": [
        (removed(".ci/domains/shop"), "no CI job"),
        (removed("CODEOWNERS"), "no owners"),
        (swapped("workspace.yaml", "attribute: shop", "attribute: office"), "no code location"),
        (removed(".mesh/keys/shop@westeurope.kek"), "no key"),
        (removed(".mesh/data/westeurope/shop"), "no storage"),
    ],
    "step.7": [(of_orders(qualityMetrics=None), "promises no quality"), (removed(".mesh/control.db"), "nothing of it was measured")],
    "step.8": [(of_orders(interfaces=None), "no interface")],
    "step.9": [(of_register(trained=None), "Nobody attests it")],
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(made_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop of which no line is open, made once; copied by each test."""
    return make_whole(shutil.copytree(made_shop, tmp_path_factory.mktemp("whole") / "project"))


@pytest.fixture
def standing(project: Path, whole: Path) -> Path:
    """That shop, for this test alone."""
    return shutil.copytree(whole, project, dirs_exist_ok=True)


def lines(mesh: Mesh) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in mesh("checklist", "shop", "--json").json["domains"]["shop"]["lines"]}


def test_of_a_shop_in_order_every_line_is_done_or_attested_and_the_answer_is_yes(standing: Path, mesh: Mesh) -> None:
    found = lines(mesh)
    assert {id: (line["state"], line["reasons"]) for id, line in found.items() if line["state"] not in ("done", "attested")} == {}
    assert [*found] == LINES
    assert mesh("checklist", "shop").code == 0


@pytest.fixture
def turned(whole: Path, tmp_path: Path, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """`turned(id, breaks, why)`: the shop, broken so, opens that line, and says so and what closes it."""

    def see(id: str, breaks: Break, why: str) -> None:
        root = shutil.copytree(whole, tmp_path / "project")
        monkeypatch.chdir(root)
        breaks(root, monkeypatch)
        line = lines(mesh)[id]
        assert line["state"] == "open", line
        assert any(why in reason["why"] and reason["command"] for reason in line["reasons"]), line["reasons"]

    return see


@pytest.mark.parametrize("id", LINES)
def test_every_line_turns_when_what_it_stands_on_breaks(id: str, turned: Callable[..., None]) -> None:
    turned(id, *CASES[id][0])


@pytest.mark.nightly
@pytest.mark.parametrize(("id", "case"), [(id, i) for id, cases in CASES.items() for i in range(1, len(cases))])
def test_and_so_it_does_in_every_other_way(id: str, case: int, turned: Callable[..., None]) -> None:
    turned(id, *CASES[id][case])


def test_no_case_is_left_of_a_line_that_went() -> None:
    assert [*CASES] == LINES
