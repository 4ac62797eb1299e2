"""A privacy-relevant change is published once somebody else has approved these very files; and every way round that."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, Finding, Unavailable, UsageProblem
from mesh_platform.lake import Version
from mesh_platform.product import Mesh, Product, ProductKey, load_mesh
from mesh_platform.publish import Outcome, Runtime, Status, open_runtime
from mesh_platform.publish.review import before, changes_since, tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict, Weighed
from mesh_platform.settings import Settings
from mesh_platform.tasks import SUPERSEDED, Task
from tests.postgres import PostgresServer
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, write_product
from tests.publish.conftest import ORDERS

Run = Callable[[ProductKey], Outcome]
Rows = Callable[..., list[tuple[object, ...]]]

DANA = Actor("privacy-engineer", ("privacy",), region="EU", impersonated_by="dana")
STEWARD = Actor("data-steward", ("steward",), ("bakery",), impersonated_by="stefan")
LOWERED = {**ORDER_COLUMNS, "email": {**ORDER_COLUMNS["email"], "sensitivity": "confidential"}}
FURTHER = {
    **ORDER_COLUMNS,
    "email": {**ORDER_COLUMNS["email"], "sensitivity": "confidential"},
    "town": {**ORDER_COLUMNS["town"], "sensitivity": "public"},
}


on_each_engine = pytest.mark.parametrize(
    "runtime", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture
def runtime(request: pytest.FixtureRequest, project: Path) -> Iterator[Runtime]:
    """On SQLite, or on the engine that a test asks for."""
    settings = Settings(project=project)
    if getattr(request, "param", "sqlite") == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        settings = Settings(project=project, database_url=server.new_database())
    with open_runtime(settings) as opened:
        yield opened


@pytest.fixture(autouse=True)
def roles(project: Path) -> None:
    """Who may act in the bakery."""
    principals = {
        "privacy-engineer": {"roles": ["privacy"]},
        "data-steward": {"roles": ["steward"], "domains": ["bakery", "office"]},
        "bakery-owner": {"roles": ["owner", "steward"], "domains": ["bakery"]},
        "clerk": {"roles": ["consumer"], "domains": ["bakery"]},
    }
    (project / "governance/roles.yaml").write_text(yaml.safe_dump({"roles": {"privacy": "…"}, "principals": principals}))


@pytest.fixture
def changed(run: Run, project: Path) -> Path:
    """The project, with orders published and their descriptor changed since: the address is said to be less sensitive."""
    assert run(ORDERS).status is Status.PUBLISHED
    write_product(project, "bakery/orders", order_descriptor(columns=LOWERED))
    return project


def found(project: Path) -> tuple[Mesh, Product]:
    mesh = load_mesh(project)
    return mesh, mesh.products[ORDERS]


def say(project: Path, runtime: Runtime, verdict: Verdict, by: Actor) -> Weighed:
    mesh, product = found(project)
    return Reviews(runtime.database, tasks_of(runtime)).record(mesh, product, verdict, "as discussed", by, None)


def file_of(project: Path) -> Path:
    return project / f"governance/reviews/bakery/orders/{found(project)[1].spec_hash}.yaml"


def write_review(project: Path, *entries: dict[str, str]) -> Path:
    path = file_of(project)
    path.parent.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path.write_text(
        yaml.safe_dump({"reviews": [{"decision": "approve", "reason": "as discussed", "at": now, **e} for e in entries]})
    )
    return path


def refused(outcome: Outcome) -> Finding:
    """The finding of the one rule that closed the gate."""
    assert outcome.status is Status.BLOCKED
    blocking = [finding for finding in outcome.findings if finding.blocks]
    assert [finding.rule for finding in blocking] == ["CORE-16"], blocking
    return blocking[0]


def open_tasks(runtime: Runtime) -> tuple[Task, ...]:
    return tasks_of(runtime).listed()


class TestTheTask:
    def test_a_change_that_was_taken_back_leaves_no_task(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        assert [task.kind for task in open_tasks(runtime)] == ["review"]
        write_product(changed, "bakery/orders", order_descriptor())
        assert run(ORDERS).status is Status.PUBLISHED
        assert open_tasks(runtime) == ()
        write_product(changed, "bakery/orders", order_descriptor(columns=LOWERED))
        refused(run(ORDERS))
        assert [task.kind for task in open_tasks(runtime)] == ["review"], "it waits again"


class TestTheGate:
    def test_the_first_publication_needs_no_review(self, run: Run) -> None:
        assert run(ORDERS).status is Status.PUBLISHED

    def test_a_change_that_touches_nobody_needs_none(self, run: Run, project: Path, runtime: Runtime) -> None:
        run(ORDERS)
        write_product(project, "bakery/orders", order_descriptor(description="Told better."))
        assert run(ORDERS).status is Status.PUBLISHED
        assert open_tasks(runtime) == ()

    def test_a_privacy_relevant_change_waits_and_the_old_version_serves(
        self, run: Run, rows: Rows, changed: Path, runtime: Runtime
    ) -> None:
        before = rows(ORDERS)
        finding = refused(run(ORDERS))
        assert "columns.email.sensitivity" in finding.why
        assert "mesh review show bakery/orders" in finding.fix
        assert rows(ORDERS) == before
        assert runtime.registry.latest_decisions("publish")[ORDERS].open is False

    @on_each_engine
    def test_an_approved_one_is_published(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        say(changed, runtime, Verdict.APPROVE, DANA)
        assert run(ORDERS).status is Status.PUBLISHED
        assert run(ORDERS).status is Status.PUBLISHED

    def test_a_descriptor_swapped_after_its_approval_is_blocked(
        self, run: Run, rows: Rows, changed: Path, runtime: Runtime
    ) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        write_product(changed, "bakery/orders", order_descriptor(columns=FURTHER))
        before = rows(ORDERS)
        refused(run(ORDERS))
        assert rows(ORDERS) == before

    def test_a_transform_swapped_after_the_approval_is_blocked_too(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        (changed / "domains/bakery/orders/transform.sql").write_text("SELECT * FROM source")
        refused(run(ORDERS))

    def test_a_descriptor_swapped_while_it_is_published_is_blocked(
        self, run: Run, changed: Path, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The review is looked at again under the product's lock: what the first look saw does not count."""
        from mesh_platform.policy import Review
        from mesh_platform.publish import flow

        monkeypatch.setattr(flow, "first_look", lambda _mesh, product, _runtime: Review(spec_hash=product.spec_hash))
        refused(run(ORDERS))
        assert len(open_tasks(runtime)) == 1

    @pytest.mark.nightly
    @on_each_engine
    def test_a_rejection_holds_whoever_approves(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.REJECT, STEWARD)
        say(changed, runtime, Verdict.APPROVE, DANA)
        assert "rejected" in refused(run(ORDERS)).why

    @pytest.mark.nightly
    def test_back_to_what_is_served_needs_none(self, run: Run, changed: Path, runtime: Runtime) -> None:
        refused(run(ORDERS))
        write_product(changed, "bakery/orders", order_descriptor())
        assert run(ORDERS).status is Status.PUBLISHED

    def test_a_served_descriptor_that_cannot_be_read_needs_a_review(self, run: Run, project: Path) -> None:
        product = found(project)[1]
        version = Version(1, datetime.now(UTC), "", "", {"descriptor": {"nothing": 1}, "spec_hash": "x"})
        for versions in ([version], [Version(1, datetime.now(UTC), "", "", {})]):
            assert [change.kind for change in changes_since(versions, product)] == ["privacy-relevant"]


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


class TestWaysRound:
    """The served version is found wherever it lies, and under whatever name."""

    @pytest.mark.nightly
    def test_another_place_is_no_new_beginning(self, run: Run, changed: Path, runtime: Runtime) -> None:
        moved = order_descriptor(columns=LOWERED, dataResidency={"region": "EU", "storageLocations": ["northeurope"]})
        write_product(changed, "bakery/orders", moved)
        assert "columns.email.sensitivity" in refused(run(ORDERS)).why
        say(changed, runtime, Verdict.APPROVE, DANA)
        assert run(ORDERS).status is Status.PUBLISHED

    @pytest.mark.nightly
    def test_a_place_that_was_left_is_a_move_like_any_other(self, run: Run, project: Path, runtime: Runtime) -> None:
        write_product(project, "bakery/orders", order_descriptor(columns=LOWERED))
        run(ORDERS)
        there = {"region": "EU", "storageLocations": ["northeurope"]}
        write_product(project, "bakery/orders", order_descriptor(dataResidency=there))
        say(project, runtime, Verdict.APPROVE, DANA)
        assert run(ORDERS).status is Status.PUBLISHED
        write_product(project, "bakery/orders", order_descriptor(columns=LOWERED))
        assert "columns.email.sensitivity" in refused(run(ORDERS)).why

    @pytest.mark.nightly
    def test_an_approval_does_not_outlive_what_came_after_it(self, run: Run, changed: Path, runtime: Runtime) -> None:
        say(changed, runtime, Verdict.APPROVE, DANA)
        write_review(changed, {"approver": "data-steward"})
        run(ORDERS)
        write_product(changed, "bakery/orders", order_descriptor())
        run(ORDERS)
        write_product(changed, "bakery/orders", order_descriptor(columns=LOWERED))
        refused(run(ORDERS))
        mesh, product = found(changed)
        [first, second] = (
            Reviews(runtime.database, tasks_of(runtime)).of(mesh, product, before(product, runtime.lake).since).discounted
        )
        assert "before the files that are served now" in first and "before the files that are served now" in second

    @pytest.mark.nightly
    def test_an_approval_holds_for_one_place(self, run: Run, changed: Path, runtime: Runtime) -> None:
        """The place may be told by the domain's file, which is none of the product's."""
        plain = order_descriptor(columns=LOWERED, dataResidency={"region": "EU"})
        write_product(changed, "bakery/orders", plain)
        say(changed, runtime, Verdict.APPROVE, DANA)
        domain = changed / "domains/bakery/domain.yaml"
        domain.write_text(domain.read_text().replace("westeurope", "northeurope"))
        refused(run(ORDERS))

    def test_a_move_alone_needs_a_review_too(self, run: Run, project: Path) -> None:
        run(ORDERS)
        domain = project / "domains/bakery/domain.yaml"
        write_product(
            project, "bakery/orders", order_descriptor(dataResidency={"region": "EU", "storageLocations": ["northeurope"]})
        )
        assert domain.is_file()
        assert "dataResidency" in refused(run(ORDERS)).why

    def test_an_older_version_made_of_a_served_product_is_compared_with_it(self, run: Run, project: Path) -> None:
        run(ORDERS)
        older = order_descriptor(columns=LOWERED, status="deprecated", sunset="2099-01-01", successor="bakery/orders")
        write_product(project, "bakery/orders@1", older)
        outcome = run(ORDERS.at(1))
        assert outcome.status is Status.BLOCKED
        assert "columns.email.sensitivity" in next(finding.why for finding in outcome.findings if finding.rule == "CORE-16")

    def test_a_column_that_comes_back_under_another_name_is_not_lowered_unseen(self, run: Run, project: Path) -> None:
        run(ORDERS)
        columns = {
            name: {**column, "sensitivity": "confidential"} if name == "town" else column
            for name, column in ORDER_COLUMNS.items()
        }
        write_product(project, "bakery/orders", order_descriptor(columns=columns, dataContracts=None))
        assert run(ORDERS).status is Status.PUBLISHED
        renamed = {"place" if name == "town" else name: column for name, column in ORDER_COLUMNS.items()}
        sql = 'SELECT order_id, email, town AS place, amount, "at" FROM source'
        write_product(project, "bakery/orders", order_descriptor(columns=renamed, dataContracts=None), transform_sql=sql)
        assert "columns.place" in refused(run(ORDERS)).why


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


class TestTasks:
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


def commit(project: Path, name: str, address: str) -> None:
    """Commit all of the project as that author."""
    identity = ["-c", f"user.name={name}", "-c", f"user.email={address}", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run(["git", "-C", str(project), *identity, *arguments], check=True, capture_output=True)
