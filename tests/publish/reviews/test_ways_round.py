"""Every way round a review that was thought of: another place, another name, an older version."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesh_platform.publish import Runtime, Status
from mesh_platform.publish.review import before, tasks_of
from mesh_platform.registry.reviews import Reviews, Verdict
from tests.publish.bakery import ORDER_COLUMNS, order_descriptor, write_product
from tests.publish.conftest import ORDERS
from tests.publish.reviews.conftest import DANA, LOWERED, Run, found, refused, say, write_review


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
