"""A change that waits is a task of the privacy team, one only, as long as it waits."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.publish import Runtime, Status
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Verdict
from mesh_platform.tasks import SUPERSEDED
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.reviews.conftest import DANA, FURTHER, LOWERED, Run, on_each_engine, open_tasks, refused, say


class TestTasks:
    def test_a_change_that_was_taken_back_leaves_no_task(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        assert [task.kind for task in open_tasks(runtime)] == ["review"]
        write_product(changed, "bakery/orders", order_descriptor())
        assert run(ORDERS).status is Status.PUBLISHED
        assert open_tasks(runtime) == ()
        write_product(changed, "bakery/orders", order_descriptor(columns=LOWERED))
        refused(run(ORDERS))
        assert [task.kind for task in open_tasks(runtime)] == ["review"], "it waits again"

    @on_each_engine
    def test_a_change_that_waits_is_a_task_of_the_privacy_team_and_one_only(
        self, run: Run, changed: Path, runtime: Runtime
    ) -> None:
        for _ in range(2):
            refused(run(ORDERS))
        (task,) = open_tasks(runtime)
        assert (task.kind, task.product, task.role, task.rule) == ("review", "bakery/orders", "privacy", "CORE-16")
        assert (task.due - task.created_at).days in (6, 7)
        assert task.command == "mesh review show bakery/orders"

    @on_each_engine
    def test_the_decision_resolves_it(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        say(changed, runtime, Verdict.APPROVE, DANA)
        assert open_tasks(runtime) == ()
        (task,) = tasks_of(runtime).listed(resolved=True)
        assert (task.decision, task.resolved_by, task.resolved_person) == ("approve", "privacy-engineer", "dana")

    @pytest.mark.nightly
    def test_a_rejection_resolves_it_and_asks_nobody_again(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        say(changed, runtime, Verdict.REJECT, DANA)
        refused(run(ORDERS))
        assert open_tasks(runtime) == ()

    @pytest.mark.nightly
    def test_another_state_of_the_files_is_another_task_in_its_place(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        write_product(changed, "bakery/orders", order_descriptor(columns=FURTHER))
        refused(run(ORDERS))
        (second,) = open_tasks(runtime)
        first = next(task for task in tasks_of(runtime).listed(resolved=True) if task.id != second.id)
        assert first.decision == SUPERSEDED
        write_product(changed, "bakery/orders", order_descriptor(columns=LOWERED))
        refused(run(ORDERS))
        assert [task.id for task in open_tasks(runtime)] == [first.id]
