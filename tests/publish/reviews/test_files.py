"""Approvals and rejections in files of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.publish import Runtime, Status
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.reviews.conftest import DANA, FURTHER, Run, file_of, found, refused, say, write_review


class TestFiles:
    @pytest.mark.nightly
    def test_an_approval_in_a_file_counts(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        write_review(changed, {"approver": "privacy-engineer"})
        assert run(ORDERS).status is Status.PUBLISHED
        task = tasks_of(runtime).listed(resolved=True)[0]
        assert (task.decision, task.resolved_by) == ("approve", "privacy-engineer")

    @pytest.mark.nightly
    @pytest.mark.parametrize("approver", ["bakery-owner", "clerk", "nobody-known"])
    def test_an_approval_in_a_file_by_somebody_who_may_not_does_not(
        self, run: Run, changed: Path, runtime: Runtime, approver: str
    ) -> None:
        write_review(changed, {"approver": approver})
        refused(run(ORDERS))
        mesh, product = found(changed)
        assert len(Reviews(runtime.database, tasks_of(runtime)).of(mesh, product, None).discounted) == 1

    @pytest.mark.nightly
    def test_an_approval_that_is_dated_ahead_does_not_count(self, run: Run, changed: Path) -> None:
        write_review(changed, {"approver": "privacy-engineer", "at": "2099-01-01T00:00:00Z"})
        refused(run(ORDERS))

    def test_a_rejection_in_a_file_wins_over_an_approval_in_the_database(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        write_review(changed, {"approver": "data-steward", "decision": "reject"})
        assert "rejected" in refused(run(ORDERS)).why

    @pytest.mark.nightly
    @pytest.mark.parametrize(
        "text",
        [
            "reviews: [",
            "reviews: yes please",
            "approver: privacy-engineer\ndecision: approve\nreason: x\nat: 2026-11-22T10:00:00Z\n",
            "reviews: [{approver: privacy-engineer, decision: perhaps, reason: x, at: 2026-11-22T10:00:00Z}]",
            "reviews: [{approver: privacy-engineer, decision: approve, reason: x, at: 2026-11-22}]",
        ],
    )
    def test_a_file_that_cannot_be_read_blocks_as_it_may_be_a_rejection(
        self, run: Run, changed: Path, runtime: Runtime, text: str
    ) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        write_review(changed).write_text(text)
        assert "cannot be read" in refused(run(ORDERS)).why

    @pytest.mark.nightly
    @pytest.mark.parametrize("target", ["domains/bakery/orders/approval.yaml", "nowhere.yaml"])
    def test_a_link_to_a_file_of_the_domain_is_no_review(self, run: Run, changed: Path, target: str) -> None:
        text = write_review(changed, {"approver": "privacy-engineer"}).read_text()
        file_of(changed).unlink()
        if target.startswith("domains"):
            (changed / target).write_text(text)
        file_of(changed).symlink_to(changed / target)
        assert "cannot be read" in refused(run(ORDERS)).why

    def test_a_review_of_other_files_does_not_count(self, run: Run, changed: Path) -> None:
        write_review(changed, {"approver": "privacy-engineer"})
        write_product(changed, "bakery/orders", order_descriptor(columns=FURTHER))
        refused(run(ORDERS))
