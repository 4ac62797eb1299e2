"""How products end, and how two versions of one are served side by side."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, NotFound, UsageProblem
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime, place_of, publish, register, retire, tell_of_ends
from mesh_platform.publish.lifecycle import TOLERANCE
from mesh_platform.registry import ClockFloor, Removed, Retirements, evidence_of, holdings
from mesh_platform.settings import Settings
from mesh_platform.tasks import Tasks
from tests.lake.child import spawn
from tests.publish.bakery import ORDER_COLUMNS, TOWNS_SQL, order_descriptor, town_descriptor, write_product
from tests.publish.conftest import ORDERS, TOWNS
from tests.publish.test_flow import rules

Run = Callable[[ProductKey], Outcome]
Rows = Callable[..., list[tuple[object, ...]]]
OWNER = Actor("bakery-owner", ("owner",), ("bakery",))
OLDER = ORDERS.at(1)
SOON = (utc_now().date() + timedelta(days=90)).isoformat()
LATER = (utc_now().date() + timedelta(days=180)).isoformat()
YESTERDAY = (utc_now().date() - timedelta(days=1)).isoformat()
WITHOUT_TOWN = {name: column for name, column in ORDER_COLUMNS.items() if name != "town"}
NEW_CONTRACT = [{"consumer": "office", "purpose": "service", "fields": ["amount"], "excludedFields": ["email"]}]
TOWNLESS = 'SELECT order_id, email, amount, "at" FROM source\n'


def breaking(version: str) -> dict[str, object]:
    """bakery/orders without the column that office/towns reads."""
    return order_descriptor(version=version, columns=WITHOUT_TOWN, dataContracts=NEW_CONTRACT)


def kept_beside(project: Path, sunset: str = SOON) -> None:
    """bakery/orders@1 as it was, with a day of its end."""
    older = order_descriptor(status="deprecated", sunset=sunset, successor="bakery/orders")
    write_product(project, "bakery/orders@1", older)


def pinned(project: Path) -> None:
    """office/towns stays with the first major version."""
    inputs = [{"product": "bakery/orders@1", "purpose": "service", "fields": ["town", "amount"]}]
    write_product(project, "office/towns", town_descriptor(inputs=inputs), transform_sql=TOWNS_SQL)


def forget(project: Path, key: ProductKey) -> None:
    shutil.rmtree(project / "domains" / str(key))


def registered(project: Path, runtime: Runtime) -> Mesh:
    mesh = load_mesh(project)
    register(mesh, runtime.registry)
    return mesh


# Two versions


def test_a_breaking_change_without_a_new_major_version_is_blocked(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    before = rows(ORDERS)
    write_product(project, "bakery/orders", breaking("1.1.0"), transform_sql=TOWNLESS)
    outcome = run(ORDERS)
    assert "LIFE-05" in rules(outcome)
    assert "columns.town" in next(f.why for f in outcome.findings if f.rule == "LIFE-05")
    assert rows(ORDERS) == before


def test_a_breaking_change_that_raises_a_label_needs_no_new_version(run: Run, project: Path) -> None:
    run(ORDERS)
    town = {**ORDER_COLUMNS["town"], "sensitivity": "confidential"}
    contract = [{"consumer": "office", "purpose": "service", "fields": ["amount"]}]
    write_product(project, "bakery/orders", order_descriptor(columns={**ORDER_COLUMNS, "town": town}, dataContracts=contract))
    assert "LIFE-05" not in rules(run(ORDERS))


@pytest.mark.nightly
def test_two_major_versions_are_served_side_by_side(run: Run, rows: Rows, project: Path) -> None:
    run(ORDERS)
    pinned(project)
    assert run(TOWNS).status is Status.PUBLISHED  # version 1 is still the present one
    write_product(project, "bakery/orders", breaking("2.0.0"), transform_sql=TOWNLESS)
    assert "LIFE-05" in rules(run(ORDERS))  # nothing stands beside it
    kept_beside(project)
    assert "LIFE-05" in rules(run(ORDERS))  # not served yet
    assert run(OLDER).status is Status.PUBLISHED
    reviewed = run(ORDERS)
    assert reviewed.status is Status.PUBLISHED, reviewed.findings
    assert run(TOWNS).status is Status.PUBLISHED
    assert rows(TOWNS) == [("Lisbon", 30), ("Porto", 5)]
    assert len(rows(OLDER)[0]) == 5


def test_after_its_sunset_an_older_version_is_served_no_more(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    pinned(project)
    write_product(project, "bakery/orders", breaking("2.0.0"), transform_sql=TOWNLESS)
    kept_beside(project)
    run(OLDER)
    kept_beside(project, sunset=YESTERDAY)
    assert "LIFE-03" in rules(run(OLDER))
    assert "LIFE-04" in rules(run(TOWNS))
    assert "LIFE-05" in rules(run(ORDERS))
    mesh = load_mesh(project)
    assert runtime.lake.published(place_of(mesh.products[OLDER]))
    with pytest.raises(Denied, match="RETIRE-01"):
        retire(mesh, OLDER, runtime, OWNER, "over", utc_now())


def test_a_clock_set_back_to_dodge_a_sunset_publishes_nothing(project: Path, runtime: Runtime) -> None:
    now = utc_now()
    ends = order_descriptor(status="deprecated", sunset=now.date().isoformat(), successor="office/towns")
    write_product(project, "bakery/orders", ends)
    mesh = load_mesh(project)
    assert publish(mesh, ORDERS, runtime, now).status is Status.PUBLISHED
    after = now + timedelta(days=1)
    assert rules(publish(mesh, ORDERS, runtime, after)) == {"LIFE-03"}
    back = publish(mesh, ORDERS, runtime, now)
    assert back.status is Status.BLOCKED
    assert "CLOCK-01" in rules(back)
    decided = runtime.registry.latest_decisions("publish")[ORDERS]
    assert not decided.open and "CLOCK-01" in {finding.rule for finding in decided.findings}


@pytest.mark.nightly
def test_a_clock_that_lies_a_little_behind_is_taken_for_the_later_moment(project: Path, runtime: Runtime) -> None:
    now = datetime.combine(date(2026, 12, 2), datetime.min.time(), utc_now().tzinfo)
    ClockFloor(runtime.database).raised(now)
    ends = order_descriptor(status="deprecated", sunset="2026-12-01", successor="office/towns")
    write_product(project, "bakery/orders", ends)
    late = publish(load_mesh(project), ORDERS, runtime, now - TOLERANCE / 2)
    assert rules(late) == {"LIFE-03"}


def test_the_floor_of_the_clock_only_rises(runtime: Runtime) -> None:
    floor, now = ClockFloor(runtime.database), utc_now()
    assert floor.seen() is None
    assert floor.raised(now) == now
    assert floor.raised(now - timedelta(days=3)) == now
    later = now + timedelta(hours=1)
    assert (floor.raised(later), floor.seen()) == (later, later)


# Orphans


def test_a_vanished_folder_makes_a_product_orphaned(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    run(TOWNS)
    registered(project, runtime)
    forget(project, ORDERS)
    mesh = registered(project, runtime)
    held = {str(one.product): one.state for one in holdings(runtime.registry, runtime.lake.places())}
    assert held == {"bakery/orders": "orphaned", "office/towns": "registered"}
    assert {"DESC-09", "LIFE-07"} <= rules(run(TOWNS))
    assert tell_of_ends(mesh, runtime, utc_now()) == 1
    [task] = Tasks(runtime.database).listed(kind="orphan")
    assert (task.product, task.role) == ("bakery/orders", "owner")
    tell_of_ends(mesh, runtime, utc_now())
    assert len(Tasks(runtime.database).listed(kind="orphan")) == 1


def test_a_folder_that_is_back_answers_its_task(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    registered(project, runtime)
    forget(project, ORDERS)
    tell_of_ends(registered(project, runtime), runtime, utc_now())
    write_product(project, "bakery/orders", order_descriptor())
    assert tell_of_ends(registered(project, runtime), runtime, utc_now()) == 0
    assert Tasks(runtime.database).listed(kind="orphan") == ()
    assert run(TOWNS).status is Status.PUBLISHED


@pytest.mark.nightly
def test_a_folder_that_goes_a_second_time_is_told_again(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    registered(project, runtime)
    for _ in range(2):
        forget(project, ORDERS)
        assert tell_of_ends(registered(project, runtime), runtime, utc_now()) == 1
        assert [task.product for task in Tasks(runtime.database).listed(kind="orphan")] == ["bakery/orders"]
        write_product(project, "bakery/orders", order_descriptor())
        assert tell_of_ends(registered(project, runtime), runtime, utc_now()) == 0


@pytest.mark.nightly
def test_what_a_person_has_decided_does_not_count_as_open(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    registered(project, runtime)
    forget(project, ORDERS)
    mesh = registered(project, runtime)
    tell_of_ends(mesh, runtime, utc_now())
    [task] = Tasks(runtime.database).listed(kind="orphan")
    Tasks(runtime.database).resolve(task.id, "kept", "until the audit is over", OWNER)
    assert tell_of_ends(mesh, runtime, utc_now()) == 0


@pytest.mark.nightly
def test_data_that_stayed_where_a_product_lay_before_is_held_too(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    write_product(project, "bakery/orders", order_descriptor(dataResidency={"region": "EU", "storageLocations": ["northeurope"]}))
    registered(project, runtime)
    states = {(one.location, one.state) for one in holdings(runtime.registry, runtime.lake.places())}
    assert states == {("westeurope", "moved")}


def test_those_who_read_a_product_that_ends_are_told(run: Run, project: Path, runtime: Runtime) -> None:
    ends = order_descriptor(status="deprecated", sunset=SOON, successor="office/towns")
    write_product(project, "bakery/orders", ends)
    tell_of_ends(registered(project, runtime), runtime, utc_now())
    tell_of_ends(registered(project, runtime), runtime, utc_now())
    [task] = Tasks(runtime.database).listed(kind="sunset")
    assert (task.product, task.rule) == ("office/towns", "LIFE-04")
    assert "bakery/orders ends on" in task.reason


@pytest.mark.nightly
def test_who_reads_something_else_or_has_another_day_is_told_so(run: Run, project: Path, runtime: Runtime) -> None:
    def told() -> list[str]:
        tell_of_ends(registered(project, runtime), runtime, utc_now())
        return [task.reason for task in Tasks(runtime.database).listed(kind="sunset")]

    def ending(sunset: str) -> None:
        write_product(project, "bakery/orders", order_descriptor(status="deprecated", sunset=sunset, successor="office/towns"))

    ending(SOON)
    assert [SOON in reason for reason in told()] == [True]
    ending(LATER)
    assert [LATER in reason for reason in told()] == [True], "the day was moved: one task, of the new day"
    (project / "domains/office/towns/product.yaml").write_text("dataProduct: [", encoding="utf-8")
    assert len(told()) == 1, "a descriptor that cannot be read just now answers nothing"
    forget(project, TOWNS)
    assert told() == []


# Retirement


def test_a_retired_orphan_leaves_nothing_but_a_receipt(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    registered(project, runtime)
    place = place_of(load_mesh(project).products[ORDERS])
    forget(project, ORDERS)
    forget(project, TOWNS)
    mesh = registered(project, runtime)
    tell_of_ends(mesh, runtime, utc_now())
    receipt = retire(mesh, ORDERS, runtime, OWNER, "the shop closed", utc_now())
    assert (receipt.product, receipt.actor, receipt.reason) == (ORDERS, "bakery-owner", "the shop closed")
    assert (receipt.versions, receipt.rows) == (("1.0.0",), 3)
    assert receipt.files >= 3 and receipt.bytes > 0  # rows, catalog, key
    assert receipt.evidence == evidence_of(receipt)
    assert not any(path.is_file() for path in runtime.lake.home.glob("data/**/*"))
    assert not any(path.name.startswith("orders") for path in runtime.lake.home.glob("catalogs/*/*/*"))
    assert not runtime.lake.published(place)
    assert runtime.registry.latest(ORDERS) is None
    assert Tasks(runtime.database).listed(kind="orphan") == ()
    assert Retirements(runtime.database).listed() == (receipt,)
    with pytest.raises(NotFound, match="RETIRE-03"):
        retire(mesh, ORDERS, runtime, OWNER, "again", utc_now())


def test_a_living_product_is_not_retired(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    with pytest.raises(Denied, match="RETIRE-01"):
        retire(load_mesh(project), ORDERS, runtime, OWNER, "over", utc_now())
    with pytest.raises(UsageProblem, match="RETIRE-04"):
        retire(load_mesh(project), ORDERS, runtime, OWNER, " ", utc_now())


def test_a_product_that_others_read_is_not_retired(run: Run, rows: Rows, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    write_product(project, "bakery/orders", order_descriptor(status="retired"))
    with pytest.raises(Denied, match="read by office/towns"):
        retire(load_mesh(project), ORDERS, runtime, OWNER, "over", utc_now())
    (project / "domains/office/towns/product.yaml").write_text("dataProduct: [")
    run(TOWNS)
    assert rows(ORDERS)


@pytest.mark.nightly
def test_a_reader_whose_files_cannot_be_read_still_stands_in_the_way(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    run(TOWNS)
    write_product(project, "bakery/orders", order_descriptor(status="retired"))
    (project / "domains/office/towns/product.yaml").write_text("dataProduct: [")
    with pytest.raises(Denied, match="read by office/towns"):
        retire(load_mesh(project), ORDERS, runtime, OWNER, "over", utc_now())


@pytest.mark.nightly
def test_what_a_reader_pins_is_not_retired(run: Run, project: Path, runtime: Runtime) -> None:
    """The present product stands for its major version while that has no folder of its own."""
    run(ORDERS)
    inputs = [{**entry, "product": "bakery/orders@1"} for entry in town_descriptor()["inputs"]]
    write_product(project, "office/towns", town_descriptor(inputs=inputs))
    shutil.rmtree(project / "domains/bakery/orders")
    with pytest.raises(Denied, match="read by office/towns"):
        retire(load_mesh(project), ORDERS, runtime, OWNER, "over", utc_now())


def test_a_product_with_status_retired_is_purged_and_may_begin_anew(run: Run, project: Path, runtime: Runtime) -> None:
    run(ORDERS)
    forget(project, TOWNS)
    write_product(project, "bakery/orders", order_descriptor(status="retired"))
    retire(load_mesh(project), ORDERS, runtime, OWNER, "over", utc_now())
    write_product(project, "bakery/orders", order_descriptor())
    assert run(ORDERS).status is Status.PUBLISHED


def test_a_receipt_that_was_handed_out_stays_as_it_is_when_two_retire_at_once(runtime: Runtime) -> None:
    receipts, now = Retirements(runtime.database), utc_now()
    begun = receipts.begin(ORDERS, "ana", "ana", "over", now)
    assert receipts.begin(ORDERS, "ben", "ben", "over", now) == begun
    receipts.record(begun.id, "westeurope", Removed(3, 4, 500, ("1.0.0",)))
    receipts.record(begun.id, "westeurope", Removed(0, 0, 0))  # the other one, after the place was emptied
    receipt = receipts.finish(begun.id, now)
    assert (receipt.rows, receipt.files) == (3, 4)
    receipts.record(begun.id, "northeurope", Removed(0, 0, 0))
    assert receipts.finish(begun.id, now + timedelta(seconds=1)) == receipt
    assert receipts.listed() == (receipt,) and receipt.evidence == evidence_of(receipt)


def prepare_retirement(run: Run, project: Path, runtime: Runtime) -> Mesh:
    """Orders published, then its folder taken away: an orphan that nobody reads."""
    write_product(project, "bakery/orders", order_descriptor())
    write_product(project, "office/towns", town_descriptor(), transform_sql=TOWNS_SQL)
    assert run(ORDERS).status is Status.PUBLISHED
    forget(project, ORDERS)
    forget(project, TOWNS)
    return registered(project, runtime)


def finish_retirement(mesh: Mesh, runtime: Runtime, point: str) -> None:
    """The next call finishes what the first began, and its receipt tells what there was."""
    receipt = retire(mesh, ORDERS, runtime, OWNER, "second", utc_now())
    assert (receipt.reason, receipt.rows, receipt.finished_at is not None) == ("first", 3, True), point
    assert receipt.files >= 3, point
    assert [place for place in runtime.lake.places() if place.key == "bakery/orders"] == [], point


STEPS = ("retire.begun", "retire.recorded", "retire.marked", "retire.closed", "retire.emptied", "retire.purged")


@pytest.mark.nightly
def test_an_interrupted_retirement_is_finished_by_the_next_call(
    run: Run, project: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for point in STEPS:
        mesh = prepare_retirement(run, project, runtime)
        with monkeypatch.context() as failing:
            failing.setenv("MESH_ENV", "test")
            failing.setenv("MESH_FP", f"{point}=errno:EIO")
            failing.setattr("mesh_platform.failpoints._hits", {})
            with pytest.raises(OSError):
                retire(mesh, ORDERS, runtime, OWNER, "first", utc_now())
        finish_retirement(mesh, runtime, point)


def retire_and_die(project: Path, point: str) -> None:
    """Retire orders in a process that ends at `point`."""
    os.environ.update({"MESH_ENV": "test", "MESH_FP": f"{point}=kill"})
    with open_runtime(Settings(project=project)) as runtime:
        retire(load_mesh(project), ORDERS, runtime, OWNER, "first", utc_now())


@pytest.mark.nightly
@pytest.mark.kill
def test_a_retirement_that_is_killed_at_any_step_is_finished_by_the_next_call(run: Run, project: Path, runtime: Runtime) -> None:
    for point in STEPS if os.environ.get("MESH_NIGHTLY") else ("retire.marked", "retire.emptied"):
        mesh = prepare_retirement(run, project, runtime)
        killed = spawn(retire_and_die, project, point)
        killed.join()
        assert killed.exitcode == -signal.SIGKILL, point
        finish_retirement(mesh, runtime, point)
