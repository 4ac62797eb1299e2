"""Where governance asks for two approvals, two people have given them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.errors import Denied
from mesh_platform.publish import Runtime, Status
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict
from tests.publish.conftest import ORDERS
from tests.publish.reviews.conftest import (
    DANA,
    STEWARD,
    Run,
    found,
    on_each_engine,
    open_tasks,
    refused,
    say,
    write_review,
)


class TestTwoApprovals:
    @pytest.fixture(autouse=True)
    def two(self, project: Path) -> None:
        path = project / "governance/policies.yaml"
        policies = yaml.safe_load(path.read_text())
        policies["governancePolicies"]["reviews"] = {"approvals": 2}
        path.write_text(yaml.safe_dump(policies))

    def test_a_review_that_waits_again_has_a_task_again(self, run: Run, changed: Path, runtime: Runtime) -> None:
        """Approved by as many as were asked for, and then more are."""
        path = changed / "governance/policies.yaml"
        two = path.read_text()
        path.write_text(two.replace("approvals: 2", "approvals: 1"))
        refused(run(ORDERS))
        (task,) = open_tasks(runtime)
        say(changed, runtime, Verdict.APPROVE, DANA)
        assert open_tasks(runtime) == ()
        path.write_text(two)
        for _ in range(2):
            assert "1 of 2 approvals" in refused(run(ORDERS)).why
            assert [again.id for again in open_tasks(runtime)] == [task.id]

    @pytest.mark.nightly
    def test_two_people_are_needed_where_the_organisation_says_so(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        assert "1 of 2 approvals" in refused(run(ORDERS)).why
        say(changed, runtime, Verdict.APPROVE, STEWARD)
        assert run(ORDERS).status is Status.PUBLISHED

    @pytest.mark.nightly
    @on_each_engine
    def test_one_person_in_two_personas_approving_twice_is_refused(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        other = Actor("data-steward", ("steward",), ("bakery",), impersonated_by="dana")
        with pytest.raises(Denied, match="REVIEW-02"):
            say(changed, runtime, Verdict.APPROVE, other)
        refused(run(ORDERS))
        flags = tasks_of(runtime).listed(kind="audit_flag")
        assert [(flag.rule, flag.created_by, flag.role) for flag in flags] == [("REVIEW-02", "data-steward", "privacy")]

    @pytest.mark.nightly
    def test_the_same_approval_once_more_is_no_offence(self, run: Run, changed: Path, runtime: Runtime) -> None:
        for _ in range(2):
            assert say(changed, runtime, Verdict.APPROVE, DANA).approved_by == ("privacy-engineer",)
        assert len(Reviews(runtime.database, tasks_of(runtime)).of(*found(changed), None).said) == 1
        assert tasks_of(runtime).listed(kind="audit_flag") == ()

    @pytest.mark.nightly
    def test_who_approved_it_before_it_was_left_again_may_approve_it_anew(self, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        (mesh, product), left = found(changed), datetime.now(UTC)
        again = Reviews(runtime.database, tasks_of(runtime)).record(mesh, product, Verdict.APPROVE, "once more", DANA, left)
        assert (len(again.said), again.approved_by) == (2, ("privacy-engineer",))

    def test_one_principal_in_the_database_and_in_a_file_counts_once(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        write_review(changed, {"approver": "Privacy-Engineer"}, {"approver": "privacy-engineer"})
        refused(run(ORDERS))

    @pytest.mark.nightly
    def test_a_row_and_a_file_of_two_people_are_two(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        write_review(changed, {"approver": "data-steward"})
        assert run(ORDERS).status is Status.PUBLISHED
