"""A privacy-relevant change is published once somebody else has approved these very files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from mesh_platform.lake import Version
from mesh_platform.publish import Runtime, Status
from mesh_platform.publish.review import changes_since
from mesh_platform.registry.reviews import Verdict
from tests.publish.bakery import order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.reviews.conftest import (
    DANA,
    FURTHER,
    STEWARD,
    Rows,
    Run,
    found,
    on_each_engine,
    open_tasks,
    refused,
    say,
)


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
