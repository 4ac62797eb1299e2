"""Who may approve, and who may not: owners, authors, and the person behind a name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, Unavailable, UsageProblem
from mesh_platform.publish import Runtime, Status
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.reviews.conftest import DANA, FURTHER, STEWARD, Run, commit, found, refused, say, write_review


class TestWhoMayReview:
    @pytest.mark.nightly
    @pytest.mark.parametrize(
        ("by", "why"),
        [
            (Actor("clerk", ("consumer",), ("bakery",)), "has not the role"),
            (Actor("office-steward", ("steward",), ("office",)), "has not the role"),
            (Actor("steward-of-nothing", ("steward",)), "has not the role"),
            (Actor("bakery-owner", ("owner", "steward"), ("bakery",)), "owns the product"),
            (Actor("Bakery-Team@example.com", ("privacy",)), "owns the product"),
            (Actor("privacy-engineer", ("privacy",), impersonated_by="bakery-team@example.com"), "owns the product"),
        ],
        ids=lambda value: value.name if isinstance(value, Actor) else "",
    )
    def test_whoever_owns_it_or_has_not_the_role_may_not(
        self, changed: Path, runtime: Runtime, run: Run, by: Actor, why: str
    ) -> None:
        with pytest.raises(Denied, match=why):
            say(changed, runtime, Verdict.APPROVE, by)
        refused(run(ORDERS))
        assert [(flag.rule, flag.created_by) for flag in tasks_of(runtime).listed(kind="audit_flag")] == [("REVIEW-01", by.name)]

    def test_the_author_of_the_change_may_not(self, changed: Path, runtime: Runtime, run: Run) -> None:
        commit(changed, "Dana", "Dana@example.com")
        with pytest.raises(Denied, match="wrote the change"):
            say(changed, runtime, Verdict.APPROVE, Actor("dana@example.com", ("privacy",)))
        write_review(changed, {"approver": "dana"})
        refused(run(ORDERS))
        assert say(changed, runtime, Verdict.APPROVE, STEWARD).approved_by == ("data-steward",)

    @pytest.mark.nightly
    def test_an_author_stays_one_when_somebody_else_commits_after_her(self, changed: Path, runtime: Runtime) -> None:
        served = runtime.registry.latest(ORDERS)
        assert served is not None
        commit(changed, "Dana", "dana@example.com")
        (changed / "domains/bakery/orders/README.md").write_text("Orders.")
        commit(changed, "Eve", "eve@example.com")
        mesh, product = found(changed)
        with pytest.raises(Denied, match="wrote the change"):
            Reviews(runtime.database, tasks_of(runtime)).record(
                mesh, product, Verdict.APPROVE, "fine", Actor("dana@example.com", ("privacy",)), served.published_at
            )

    def test_what_no_commit_holds_is_not_approved_in_a_repository(self, changed: Path, runtime: Runtime, run: Run) -> None:
        """Else whoever wrote it could approve first and commit afterwards."""
        commit(changed, "Eve", "eve@example.com")
        write_product(changed, "bakery/orders", order_descriptor(columns=FURTHER))
        with pytest.raises(CheckFailed, match="REVIEW-07"):
            say(changed, runtime, Verdict.APPROVE, DANA)
        write_review(changed, {"approver": "data-steward"})
        mesh, product = found(changed)
        assert "No commit holds" in Reviews(runtime.database, tasks_of(runtime)).of(mesh, product, None).discounted[0]
        refused(run(ORDERS))
        assert say(changed, runtime, Verdict.REJECT, STEWARD).rejected_by == ("data-steward",)

    @pytest.mark.nightly
    @pytest.mark.parametrize("flag", ["--assume-unchanged", "--skip-worktree"])
    def test_an_index_that_looks_away_hides_nothing(self, changed: Path, runtime: Runtime, flag: str) -> None:
        commit(changed, "Eve", "eve@example.com")
        write_product(changed, "bakery/orders", order_descriptor(columns=FURTHER))
        subprocess.run(["git", "-C", changed, "update-index", flag, "domains/bakery/orders/product.yaml"], check=True)
        with pytest.raises(CheckFailed, match="REVIEW-07"):
            say(changed, runtime, Verdict.APPROVE, DANA)

    @pytest.mark.nightly
    def test_what_was_put_back_after_it_was_read_is_not_committed(self, changed: Path, runtime: Runtime) -> None:
        commit(changed, "Eve", "eve@example.com")
        file = changed / "domains/bakery/orders/product.yaml"
        held = file.read_text()
        write_product(changed, "bakery/orders", order_descriptor(columns=FURTHER))
        mesh, product = found(changed)
        file.write_text(held)
        with pytest.raises(CheckFailed, match="REVIEW-07"):
            Reviews(runtime.database, tasks_of(runtime)).record(mesh, product, Verdict.APPROVE, "fine", DANA, None)

    def test_a_file_that_git_ignores_is_one_that_no_commit_holds(self, changed: Path, runtime: Runtime) -> None:
        (changed / ".gitignore").write_text("transform.sql\n")
        (changed / "domains/bakery/orders/transform.sql").write_text("SELECT * FROM source")
        commit(changed, "Eve", "eve@example.com")
        with pytest.raises(CheckFailed, match="REVIEW-07"):
            say(changed, runtime, Verdict.APPROVE, DANA)

    @pytest.mark.nightly
    def test_what_is_left_beside_the_product_s_files_does_not_matter(self, changed: Path, runtime: Runtime) -> None:
        commit(changed, "Eve", "eve@example.com")
        (changed / "domains/bakery/orders/notes.txt").write_text("…")
        assert say(changed, runtime, Verdict.APPROVE, DANA).approved_by == ("privacy-engineer",)

    def test_an_approval_does_not_count_once_its_principal_turns_out_to_be_the_author(
        self, changed: Path, runtime: Runtime, run: Run
    ) -> None:
        """Approved in a copy without a repository, committed afterwards."""
        by = Actor("privacy-engineer", ("privacy",), impersonated_by="dana@example.com")
        assert say(changed, runtime, Verdict.APPROVE, by).approved_by == ("privacy-engineer",)
        commit(changed, "Dana", "dana@example.com")
        refused(run(ORDERS))

    @pytest.mark.nightly
    @pytest.mark.parametrize("broken", ["", "ref: nowhere"])
    def test_where_git_fails_nobody_knows_the_author_and_nothing_is_approved(
        self, changed: Path, runtime: Runtime, run: Run, broken: str
    ) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        commit(changed, "Eve", "eve@example.com")
        (changed / ".git/HEAD").write_text(broken)
        with pytest.raises(Unavailable, match="REVIEW-08"):
            say(changed, runtime, Verdict.APPROVE, STEWARD)
        outcome = run(ORDERS)
        assert (outcome.status, outcome.findings[-1].rule) == (Status.FAILED, "REVIEW-08")

    def test_a_repository_without_git_at_hand_is_a_failure_too(
        self, changed: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        commit(changed, "Eve", "eve@example.com")
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(Unavailable, match="REVIEW-08"):
            say(changed, runtime, Verdict.APPROVE, DANA)

    @pytest.mark.nightly
    @pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
    def test_a_review_says_why(self, changed: Path, runtime: Runtime, reason: str) -> None:
        mesh, product = found(changed)
        with pytest.raises(UsageProblem, match="REVIEW-03"):
            Reviews(runtime.database, tasks_of(runtime)).record(mesh, product, Verdict.APPROVE, reason, DANA, None)

    def test_a_flag_is_not_resolved_by_the_person_whom_it_is_about(self, changed: Path, runtime: Runtime) -> None:
        owner = Actor("bakery-owner", ("owner", "privacy"), ("bakery",), impersonated_by="dana")
        with pytest.raises(Denied, match="REVIEW-01"):
            say(changed, runtime, Verdict.APPROVE, owner)
        (flag,) = tasks_of(runtime).listed(kind="audit_flag")
        assert (flag.created_by, flag.created_person) == ("bakery-owner", "dana")
        other = Actor("Bakery-Owner", ("privacy",), impersonated_by="stefan")
        for by in (owner, DANA, other, Actor("dana", ("privacy",))):
            with pytest.raises(Denied, match="TASK-05"):
                tasks_of(runtime).resolve(flag.id, "harmless", "trust me", by)
        assert tasks_of(runtime).resolve(flag.id, "harmless", "asked dana", Actor("eve", ("privacy",))).resolved_by == "eve"
