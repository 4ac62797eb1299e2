"""From a request to a grant: what may be asked, who says yes, what is written down, and what is read from then on."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mesh_platform.access.grants import Consumer, Kind
from mesh_platform.access.requests import State
from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied, MeshError, NotFound, UsageProblem
from mesh_platform.product import ProductKey, Sensitivity
from tests.access.granting.conftest import ANALYST, OUTSIDER, OWNER, PRIVACY, STEWARD, Desk

pytestmark = pytest.mark.sqlite_by_day


class TestWhatMayBeAsked:
    def test_a_request_waits_for_an_approver_and_opens_nothing(self, desk: Desk) -> None:
        before = desk.granted()
        asked = desk.ask("email")
        assert (asked.state, asked.due) == (State.OPEN, desk.now + timedelta(days=7))
        [task] = desk.tasks.listed(kind="approval")
        assert (task.product, task.role, task.due, task.command) == (
            "customer/profiles",
            "steward",
            asked.due,
            f"mesh access show {asked.id}",
        )
        assert desk.granted() == before

    def test_the_same_asked_again_is_the_same_request(self, desk: Desk) -> None:
        assert desk.ask("email").id == desk.ask("email").id
        assert desk.ask("email", "region").id != desk.ask("email").id

    @pytest.mark.parametrize(
        ("changes", "rule"),
        [
            ({"columns": ("surname",)}, "ACCESS-22"),
            ({"columns": ()}, "ACCESS-22"),
            ({"raw": ("card",)}, "ACCESS-22"),
            ({"region": "Atlantis"}, "ACCESS-22"),
            ({"days": 0}, "ACCESS-22"),
            ({"days": 400}, "ACCESS-22"),
            ({"reason": " "}, "ACCESS-21"),
            ({"reason": "for ana@mail.test"}, "ACCESS-21"),
            ({"reason": "x" * 501}, "ACCESS-21"),
        ],
    )
    def test_what_cannot_be_granted_as_it_stands(self, desk: Desk, changes: dict[str, Any], rule: str) -> None:
        asked = {"columns": ("email",)} | {key: value for key, value in changes.items() if key != "days"}
        if "days" in changes:
            asked["until"] = desk.now + timedelta(days=changes["days"])
        with pytest.raises(UsageProblem, match=rule) as refused:
            desk.ask(**asked)
        assert "ana@" not in str(refused.value)
        assert not desk.store.requests()

    @pytest.mark.parametrize(
        ("column", "changes", "rule"),
        [
            ("birth_date", {}, "CORE-08"),
            ("email", {"purpose": "marketing"}, "CORE-08"),
            ("email", {"purpose": "curiosity"}, "CORE-14"),
            ("email", {"region": "US"}, "CORE-07"),
            ("region", {"purpose": "service"}, "CORE-09"),
        ],
    )
    def test_what_no_grant_would_open_is_told_at_once(self, desk: Desk, column: str, changes: dict[str, Any], rule: str) -> None:
        with pytest.raises(Denied, match=rule):
            desk.ask(column, **changes)

    def test_who_would_get_nothing_else_is_told_the_rule_of_the_column(self, desk: Desk) -> None:
        with pytest.raises(Denied, match=r"CORE-08.*birth_date"):
            desk.ask("birth_date", by=OUTSIDER)

    @pytest.mark.parametrize(
        ("consumer", "by"),
        [
            (Consumer(Kind.PERSON, "outsider"), ANALYST),
            (Consumer(Kind.DOMAIN, "customer"), ANALYST),
            (Consumer(Kind.ROLE, "owner"), ANALYST),
            (Consumer(Kind.PRODUCT, "customer/profiles"), ANALYST),
            (Consumer(Kind.PERSON, "engineer"), Actor("engineer", ("platform",), (), "EU")),
        ],
    )
    def test_nobody_asks_for_somebody_else_or_for_what_they_would_not_read(
        self, desk: Desk, consumer: Consumer, by: Actor
    ) -> None:
        with pytest.raises(Denied, match="ACCESS-23"):
            desk.ask("email", by=by, consumer=consumer)

    def test_a_product_that_is_not_there(self, desk: Desk) -> None:
        with pytest.raises(NotFound, match="NAME-02"):
            desk.ask("email", product=ProductKey("customer", "nothing"))


class TestWhoSaysYes:
    @pytest.mark.parametrize(
        "by",
        [
            ANALYST,
            OWNER,
            Actor("steward-of-sales", ("steward",), ("sales",), "EU"),
            Actor("engineer", ("platform",), (), "EU"),
            replace(STEWARD, impersonated_by="analyst"),
            replace(ANALYST, roles=("consumer", "steward"), domains=("sales", "customer")),
        ],
    )
    def test_no_requester_no_owner_and_nobody_without_the_role(self, desk: Desk, by: Actor) -> None:
        asked = desk.ask("email")
        for decide in (lambda: desk.granting.approve(asked.id, by), lambda: desk.granting.reject(asked.id, by, "no")):
            with pytest.raises(Denied, match="ACCESS-24"):
                decide()
        assert desk.store.request(asked.id).state is State.OPEN
        assert not desk.store.grants()

    def test_nobody_of_the_consumer_alone(self, desk: Desk) -> None:
        asked = desk.ask("email", consumer=Consumer(Kind.DOMAIN, "sales"))
        lead = Actor("sales-lead", ("privacy",), ("sales",), "EU")
        with pytest.raises(Denied, match="ACCESS-24"):
            desk.granting.approve(asked.id, lead)

    def test_restricted_values_as_they_are_take_the_role_privacy(self, desk: Desk) -> None:
        asked = desk.ask("email", raw=("email",))
        assert desk.tasks.listed(kind="approval")[0].role == "privacy"
        with pytest.raises(Denied, match="takes the role privacy"):
            desk.granting.approve(asked.id, STEWARD)
        desk.granting.approve(asked.id, PRIVACY)
        assert desk.granted()["email"] == "raw"

    def test_an_approver_whom_the_domain_does_not_name(self, desk: Desk) -> None:
        asked = desk.ask("email")
        domain = desk.mesh.domains["customer"]
        file = domain.file.model_copy(update={"approvers": ("somebody.else@example.com",)})
        desk.granting._mesh = replace(desk.mesh, domains={**desk.mesh.domains, "customer": replace(domain, file=file)})
        with pytest.raises(Denied, match="do not name"):
            desk.granting.approve(asked.id, STEWARD)

    def test_the_task_is_settled_by_the_decision_and_not_by_hand(self, desk: Desk) -> None:
        asked = desk.ask("email")
        [task] = desk.tasks.listed(kind="approval")
        with pytest.raises(UsageProblem, match="TASK-04"):
            desk.tasks.resolve(task.id, "approve", "by hand", STEWARD)
        given = desk.granting.approve(asked.id, STEWARD, "needed")
        done = desk.tasks.get(task.id)
        assert (done.decision, done.evidence, done.resolved_by) == ("approve", f"Grant {given.id}.", STEWARD.name)


class TestWhatIsReadUnderIt:
    def test_before_it_is_refused_and_after_exactly_the_approved_columns_are_read(self, desk: Desk) -> None:
        with pytest.raises(Denied, match=r"mesh access request customer/profiles --purpose analytics --columns email"):
            desk.rows("select email from customer.profiles")
        desk.granting.approve(desk.ask("email").id, STEWARD)
        assert desk.granted() == {"customer_id": "raw", "segment": "raw", "email": "mask"}
        assert ("…@mail.test",) in desk.rows("select email from customer.profiles")
        with pytest.raises(Denied, match="CORE-09"):
            desk.rows("select card from customer.profiles")

    def test_it_is_for_its_purpose_alone(self, desk: Desk) -> None:
        desk.granting.approve(desk.ask("email", by=OUTSIDER).id, STEWARD)
        assert desk.granted(OUTSIDER) == {"email": "mask"}
        assert desk.decision(OUTSIDER, "service").refusal is not None

    def test_less_may_be_approved_than_was_asked_for_and_not_more(self, desk: Desk) -> None:
        asked = desk.ask("email", "region", by=OUTSIDER)
        with pytest.raises(UsageProblem, match="ACCESS-22"):
            desk.granting.approve(asked.id, STEWARD, columns=("card",))
        with pytest.raises(UsageProblem, match="ACCESS-22"):
            desk.granting.approve(asked.id, STEWARD, until=desk.now + timedelta(days=31))
        given = desk.granting.approve(asked.id, STEWARD, columns=("region",), until=desk.now + timedelta(days=2))
        assert given.grant.fields == frozenset({"region"})
        assert desk.granted(OUTSIDER) == {"region": "raw"}
        assert desk.store.request(asked.id).state is State.APPROVED

    def test_it_ends_at_its_moment(self, desk: Desk) -> None:
        desk.granting.approve(desk.ask("region", by=OUTSIDER, until=desk.now + timedelta(hours=1)).id, STEWARD)
        assert desk.granted(OUTSIDER)
        desk.now += timedelta(hours=1)
        refusal = desk.decision(OUTSIDER).refusal
        assert refusal is not None
        assert "ended" in refusal.why

    def test_it_is_read_from_its_region_alone(self, desk: Desk) -> None:
        desk.granting.approve(desk.ask("region", by=OUTSIDER, region="northeurope").id, STEWARD)
        assert desk.granted(replace(OUTSIDER, region="northeurope"))
        refusal = desk.decision(replace(OUTSIDER, region="westeurope")).refusal
        assert refusal is not None
        assert "northeurope" in refusal.why

    def test_a_grant_of_a_domain_is_for_everybody_of_it(self, desk: Desk) -> None:
        desk.granting.approve(desk.ask("email", consumer=Consumer(Kind.DOMAIN, "sales")).id, STEWARD)
        other = replace(ANALYST, name="another-analyst")
        assert "email" in desk.granted(other)
        assert desk.decision(OUTSIDER).refusal is not None

    def test_a_column_that_became_more_sensitive_has_to_be_approved_anew(self, desk: Desk) -> None:
        desk.granting.approve(desk.ask("region", by=OUTSIDER).id, STEWARD)
        product = desk.mesh.products[next(iter(desk.mesh.products))]
        region = product.descriptor.columns["region"].model_copy(update={"sensitivity": Sensitivity.CONFIDENTIAL})
        columns = {**product.descriptor.columns, "region": region}
        raised = replace(product, descriptor=product.descriptor.model_copy(update={"columns": columns}))
        desk.reading._mesh = replace(desk.mesh, products={**desk.mesh.products, product.key: raised})
        column = desk.decision(OUTSIDER).columns["region"]
        assert (column.treatment.value, column.rule) == ("deny", "ACCESS-20")
        with pytest.raises(Denied) as refused:
            desk.rows("select count(*) from customer.profiles", OUTSIDER)
        assert (refused.value.finding.rule, "region (ACCESS-20)" in refused.value.finding.why) == ("CORE-09", True)


class TestItsEnd:
    def test_a_revoked_grant_opens_nothing_at_the_next_read_and_its_request_says_so(self, desk: Desk) -> None:
        asked = desk.ask("region", by=OUTSIDER)
        given = desk.granting.approve(asked.id, STEWARD)
        before = desk.store.sequence()
        assert desk.rows("select count(region) from customer.profiles", OUTSIDER) == [(3,)]
        desk.granting.revoke(given.id, STEWARD, "the pilot is over")
        with pytest.raises(Denied, match="CORE-13"):
            desk.rows("select count(region) from customer.profiles", OUTSIDER)
        assert desk.store.request(asked.id).state is State.REVOKED
        assert desk.store.sequence() > before
        with pytest.raises(CheckFailed, match="ACCESS-28"):
            desk.granting.revoke(given.id, STEWARD, "again")

    @pytest.mark.parametrize(("by", "may"), [(OUTSIDER, True), (PRIVACY, True), (OWNER, True), (ANALYST, False)])
    def test_approvers_privacy_owner_and_holder_may_end_it(self, desk: Desk, by: Actor, may: bool) -> None:
        given = desk.granting.approve(desk.ask("region", by=OUTSIDER).id, STEWARD)
        if may:
            assert desk.granting.revoke(given.id, by, "not needed").state(desk.now) == "revoked"
        else:
            with pytest.raises(Denied, match="ACCESS-27"):
                desk.granting.revoke(given.id, by, "not needed")

    def test_a_renewal_keeps_the_columns_and_is_decided_anew(self, desk: Desk) -> None:
        given = desk.granting.approve(desk.ask("region", by=OUTSIDER).id, STEWARD)
        asked = desk.granting.renew(given.id, desk.now + timedelta(days=90), "it goes on", OUTSIDER)
        assert (asked.wish.renews, asked.wish.columns, asked.state) == (given.id, ("region",), State.OPEN)
        desk.granting.approve(asked.id, STEWARD)
        desk.now += timedelta(days=60)
        assert desk.granted(OUTSIDER) == {"region": "raw"}
        assert desk.store.given(given.id).state(desk.now) == "ended"
        with pytest.raises(Denied, match="ACCESS-23"):
            desk.granting.renew(given.id, desk.now + timedelta(days=90), "mine now", ANALYST)

    def test_a_request_is_taken_back_by_whoever_asked(self, desk: Desk) -> None:
        asked = desk.ask("email")
        with pytest.raises(Denied, match="ACCESS-27"):
            desk.granting.withdraw(asked.id, OUTSIDER)
        assert desk.granting.withdraw(asked.id, ANALYST).state is State.WITHDRAWN
        with pytest.raises(CheckFailed, match="ACCESS-25"):
            desk.granting.approve(asked.id, STEWARD)

    def test_a_request_that_nobody_decided_expires_with_its_end(self, desk: Desk) -> None:
        asked = desk.ask("email", until=desk.now + timedelta(days=1))
        desk.now += timedelta(days=1)
        assert desk.store.request(asked.id).at(desk.now) is State.EXPIRED
        with pytest.raises(CheckFailed, match="expired"):
            desk.granting.approve(asked.id, STEWARD)

    def test_a_rejection_says_why_and_is_final(self, desk: Desk) -> None:
        asked = desk.ask("email")
        assert desk.granting.reject(asked.id, STEWARD, "the segment serves").note == "the segment serves"
        with pytest.raises(CheckFailed, match="ACCESS-25"):
            desk.granting.approve(asked.id, STEWARD)

    @pytest.mark.parametrize("call", ["request", "given"])
    def test_an_id_that_nobody_gave(self, desk: Desk, call: str) -> None:
        with pytest.raises(NotFound, match="ACCESS-26"):
            getattr(desk.store, call)("rq-0")


class TestAtOnce:
    def test_of_two_approvals_at_once_one_stands(self, desk: Desk) -> None:
        asked = desk.ask("region", by=OUTSIDER)
        desk.audit.token(STEWARD.name)
        said: list[str] = []
        product = desk.mesh.product(asked.wish.product)
        served = desk.reading.served(asked.wish.product)

        def approve() -> None:
            try:
                said.append(desk.granting._grant(asked, product, served, STEWARD, "", asked.wish, "approved").id)
            except MeshError as error:
                said.append(error.finding.rule)

        threads = [threading.Thread(target=approve) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(said)[:3] == ["ACCESS-25"] * 3
        [given] = desk.store.grants()
        assert desk.store.request(asked.id).grant == given.id

    def test_whoever_reads_while_it_is_revoked_reads_whole_or_not_at_all(self, desk: Desk) -> None:
        given = desk.granting.approve(desk.ask("region", by=OUTSIDER).id, STEWARD)
        revoked = threading.Event()

        def revoke() -> None:
            desk.granting.revoke(given.id, STEWARD, "it ends")
            revoked.set()

        thread = threading.Thread(target=revoke)
        answers = []
        thread.start()
        for _ in range(200):
            known = revoked.is_set()
            granted = desk.decision(OUTSIDER).allowed
            answers.append(granted)
            assert not (known and granted), "a read after the end is open"
            if not granted:
                break
        thread.join()
        assert not desk.decision(OUTSIDER).allowed
