"""What a rule approves in place of a person; and grants as other connections and pipelines meet them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mesh_platform.access.decision import Caller
from mesh_platform.access.grants import Consumer, Kind
from mesh_platform.access.requests import State, automatic
from mesh_platform.access.store import AccessStore
from mesh_platform.actor import Actor
from mesh_platform.errors import CheckFailed, Denied
from mesh_platform.product import Governance, Mesh, ProductKey, Sensitivity
from mesh_platform.state import Database
from tests.access.granting.conftest import OUTSIDER, PRIVACY, STEWARD, Desk
from tests.access.shop import COLUMNS, PROFILES, REACH, profiles

PORT = {"type": "SQL", "authentication": "OAuth2"}
WAIVED = {**PORT, "type": "API", "requireApproval": False}


def governed(mesh: Mesh, access: Mapping[str, Any]) -> Mesh:
    """The mesh under another word of the organisation."""
    policies = Governance.model_validate({"policies": {"accessControl": access}}, by_alias=True, by_name=False).policies
    return replace(mesh, governance=mesh.governance.model_copy(update={"policies": policies}))


def at(desk: Desk, mesh: Mesh) -> Desk:
    desk.mesh = mesh
    desk.granting = desk.over(mesh)
    return desk


def lowered(mesh: Mesh) -> Mesh:
    """The files once somebody has lowered labels in them, and waived approval: nothing of it is reviewed or published."""
    changed = {"email": "internal", "latitude": "internal"}
    columns = {name: {**column, "sensitivity": changed.get(name, column["sensitivity"])} for name, column in COLUMNS.items()}
    columns["latitude"].pop("category")
    descriptor = profiles(columns=columns, interfaces=[WAIVED]).descriptor
    return replace(mesh, products={**mesh.products, PROFILES: replace(mesh.products[PROFILES], descriptor=descriptor)})


class TestARuleApproves:
    def test_public_and_internal_columns_where_the_organisation_says_so(self, desk: Desk) -> None:
        at(desk, governed(desk.mesh, {"requireApproval": False}))
        asked = desk.ask("region", "segment", by=OUTSIDER)
        assert (asked.state, asked.decided_by) == (State.APPROVED, "accessControl.requireApproval")
        [given] = desk.store.grants()
        assert (given.kind, given.by, given.request) == ("automatic", "accessControl.requireApproval", asked.id)
        assert desk.granted(OUTSIDER) == {"region": "raw", "segment": "raw"}
        assert not desk.tasks.listed(kind="approval")

    def test_nothing_confidential_whatever_anybody_says(self, desk: Desk) -> None:
        at(desk, governed(desk.mesh, {"requireApproval": False}))
        assert desk.ask("region", "email", by=OUTSIDER).state is State.OPEN
        assert not desk.store.grants()

    def test_where_an_interface_of_the_product_says_so(self, desk: Desk) -> None:
        wish = desk.ask("region", by=OUTSIDER).wish
        closed, opened = profiles(interfaces=[PORT]), profiles(interfaces=[PORT, WAIVED])
        assert automatic(desk.mesh, closed, closed, wish) is None
        assert automatic(desk.mesh, opened, opened, wish) == "interfaces.requireApproval"
        assert automatic(desk.mesh, opened, opened, replace(wish, columns=("region", "postcode"))) is None

    def test_the_word_of_an_interface_counts_once_it_is_served_and_as_long_as_the_files_keep_it(self, desk: Desk) -> None:
        wish = desk.ask("region", by=OUTSIDER).wish
        closed, opened = profiles(interfaces=[PORT]), profiles(interfaces=[PORT, WAIVED])
        other = profiles(interfaces=[{**PORT, "requireApproval": False}])
        for files, served in ((opened, closed), (closed, opened), (other, opened)):
            assert automatic(desk.mesh, files, served, wish) is None


class TestLabelsThatNobodyReviewed:
    @pytest.mark.parametrize("access", [{}, {"requireApproval": False}])
    def test_no_rule_and_no_steward_hands_out_raw_what_is_served_as_restricted(self, desk: Desk, access: dict[str, Any]) -> None:
        at(desk, lowered(governed(desk.mesh, access)))
        asked = desk.ask("email", by=OUTSIDER, raw=("email",))
        assert (asked.state, desk.store.grants()) == (State.OPEN, ())
        assert [task.role for task in desk.tasks.listed(kind="approval")] == ["privacy"]
        with pytest.raises(Denied, match="takes the role privacy"):
            desk.granting.approve(asked.id, STEWARD)
        given = desk.granting.approve(asked.id, PRIVACY)
        assert given.grant.levels == {"email": Sensitivity.RESTRICTED}

    def test_what_tells_people_apart_as_it_is_served_is_counted(self, desk: Desk) -> None:
        at(desk, lowered(desk.mesh))
        asked = desk.ask("postcode", "latitude", by=OUTSIDER)
        with pytest.raises(CheckFailed, match=r"CORE-18.*'latitude', 'postcode'"):
            desk.granting.approve(asked.id, STEWARD)


class TestElsewhere:
    def test_another_process_reads_by_the_end_of_a_grant_at_once(self, desk: Desk, database_url: str) -> None:
        given = desk.granting.approve(desk.ask("region", by=OUTSIDER).id, STEWARD)
        other = Database(database_url)
        try:
            store = AccessStore(other)
            seen = store.sequence()
            assert [grant.id for grant in store.on(PROFILES)] == [given.id]
            desk.granting.revoke(given.id, STEWARD, "the pilot is over")
            assert store.on(PROFILES) == ()
            assert store.sequence() > seen
        finally:
            other.close()

    @pytest.mark.parametrize(
        ("consumer", "reads"),
        [
            (Consumer(Kind.DOMAIN, "sales"), {"sales/reach", "sales/other"}),
            (Consumer(Kind.PERSON, "analyst"), set[str]()),
        ],
    )
    def test_a_pipeline_reads_under_the_grant_of_its_domain_and_under_nobody_s_own(
        self, desk: Desk, consumer: Consumer, reads: set[str]
    ) -> None:
        desk.granting.approve(
            desk.ask("email", by=Actor("analyst", ("consumer",), ("sales",), "EU"), consumer=consumer).id, STEWARD
        )
        [grant] = desk.store.on(PROFILES)
        for key in (REACH, ProductKey("sales", "other"), ProductKey("billing", "invoices")):
            assert Caller.publication(key, "westeurope").reads_under(grant) is (str(key) in reads)
