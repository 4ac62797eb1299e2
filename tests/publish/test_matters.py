"""Held rows are read by the counsel of their matter, exactly as far as the hold goes and on record; nobody else sees one, on any port."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mesh_platform.access.reading import Reading
from mesh_platform.access.worker import Workers
from mesh_platform.actor import Actor
from mesh_platform.audit import Act
from mesh_platform.audit.leaf import decoded
from mesh_platform.clock import utc_now
from mesh_platform.errors import Denied, MeshError, NotFound, UsageProblem
from mesh_platform.product import ProductKey, load_mesh
from mesh_platform.product.own_packs import OwnPack
from mesh_platform.publish.desks import desk_of
from mesh_platform.publish.matters import Matters
from mesh_platform.retention import Scope, keeper_of
from mesh_platform.state.tables import audit_intake, audit_leaves
from mesh_platform.subjects import Regime, State
from tests.propagation.shop import BY, CUSTOMERS, LETTERS, TOWNS, Shop, email, shop_at

COUNSEL = Actor("legal-counsel", ("counsel",), (), "EU")


class Claim:
    """The shop, in which Ana is under a hold for a claim and has asked to be erased."""

    def __init__(self, shop: Shop, matters: Matters) -> None:
        self.shop, self.matters = shop, matters

    def read(self, by: Actor = COUNSEL, matter: str = "M-1", key: str = CUSTOMERS, **more: Any) -> list[dict[str, Any]]:
        return list(self.matters.read(matter, ProductKey.parse(key), by, utc_now(), **more).rows.table().to_pylist())


@pytest.fixture(scope="module")
def claim(published_shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Claim]:
    root = shutil.copytree(published_shop, tmp_path_factory.mktemp("claim") / "project")
    with shop_at(root) as shop:
        token = shop.ledger.tokens.token("email", email("ana"))
        keeper = keeper_of(shop.runtime)
        scope = Scope(products=(CUSTOMERS,), subjects=(("email", token),))
        keeper.holds.open("M-1", "legal@example.com", "a claim", scope, BY, shop.runtime.audit, utc_now())
        mesh = load_mesh(root)
        desk = desk_of(mesh, shop.runtime)
        request = desk.open(Regime.GDPR, [("email", email("ana"))], BY)
        desk.run(request.id, BY)
        assert any(task.state is State.HELD for task in desk.store.get(request.id).tasks)
        runtime = shop.runtime
        with (
            Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
            Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit) as reading,
        ):
            yield Claim(shop, Matters(mesh, runtime, reading, workers))


def test_counsel_reads_exactly_what_the_hold_keeps_and_consumers_none_of_it(claim: Claim) -> None:
    assert claim.read() == [{"email": email("ana"), "town": "Lisbon"}]
    assert claim.read(columns=["town"]) == [{"town": "Lisbon"}] and claim.read(limit=0) == []
    assert "ana" not in claim.shop.sees(CUSTOMERS, "service") and "ana" in claim.shop.held(CUSTOMERS)
    assert "ana" not in claim.shop.held(LETTERS), "what the hold does not cover is gone"


@pytest.mark.parametrize(
    ("by", "rule"),
    [
        (BY, "HOLD-07"),
        (Actor("privacy-engineer", ("privacy", "counsel"), (), "EU"), "HOLD-07"),
        (Actor("somebody", ("counsel",), (), "EU", impersonated_by="privacy-engineer"), "HOLD-07"),
        (Actor("analyst", ("consumer",), ("office",), "EU"), "HOLD-07"),
        (Actor("platform-engineer", ("platform",), (), "EU"), "HOLD-07"),
        (Actor("abroad", ("counsel",), (), "US"), "CORE-07"),
        (Actor("nowhere", ("counsel",)), "CORE-07"),
    ],
    ids=["who opened it", "with both roles", "worn by who opened it", "a consumer", "the platform", "abroad", "nowhere"],
)
def test_nobody_else_reads_it_and_the_refusal_is_on_record(claim: Claim, by: Actor, rule: str) -> None:
    before = _refused(claim, rule)
    with pytest.raises(Denied) as refused:
        claim.read(by)
    assert refused.value.finding.rule == rule and email("ana") not in str(refused.value)
    until = time.monotonic() + 10  # refusals are recorded with others
    while _refused(claim, rule) == before and time.monotonic() < until:
        time.sleep(0.05)
    assert _refused(claim, rule) == before + 1


@pytest.mark.parametrize(
    ("asked", "problem", "rule"),
    [
        ({"matter": "M-2"}, NotFound, "HOLD-03"),
        ({"key": LETTERS}, NotFound, "HOLD-08"),
        ({"key": TOWNS}, NotFound, "HOLD-08"),
        ({"columns": ["_mesh_subject_email"]}, UsageProblem, "HOLD-08"),
    ],
)
def test_nothing_is_read_beside_the_hold(claim: Claim, asked: dict[str, Any], problem: type[MeshError], rule: str) -> None:
    with pytest.raises(problem) as refused:
        claim.read(**asked)
    assert refused.value.finding.rule == rule


def test_a_read_is_on_record_with_its_hold_and_its_purpose_before_a_row_leaves(claim: Claim) -> None:
    claim.read()
    log = _log(claim)
    [hold] = [one for one in keeper_of(claim.shop.runtime).holds.listed() if one.matter == "M-1"]
    assert [entry for entry in log if entry["act"] == Act.HOLD.value][-1]["obj"]["ref"] == hold.id
    read = [entry for entry in log if entry["act"] == Act.READ.value and entry["phase"] == "intent"][-1]
    assert read["actor"]["purpose"] == "legal_claims" and read["obj"]["under"] == [f"hold {hold.id}"]
    assert email("ana") not in str(log)


HOUSE = {
    "id": "HOUSE-1",
    "title": "Addresses are shown to nobody",
    "source": "s",
    "remedy": "r",
    "verdict": "mask",
    "demand": {"noCategories": ["user.contact.email"]},
    "vectors": [{"says": "a", "passes": True}, {"says": "b", "passes": False}],
}


@pytest.mark.parametrize("raw", [False, True])
def test_what_a_rule_masks_is_masked_for_counsel_too_unless_the_organisation_says_that_claims_need_it(
    claim: Claim, raw: bool
) -> None:
    mesh = claim.matters.mesh
    access = mesh.governance.policies.access_control.model_copy(update={"raw_for_claims": raw})
    policies = mesh.governance.policies.model_copy(update={"access_control": access})
    own = (OwnPack.model_validate({"pack": "HOUSE", "rules": [HOUSE]}),)
    governed = replace(mesh, governance=mesh.governance.model_copy(update={"own_packs": own, "policies": policies}))
    [row] = Claim(claim.shop, replace(claim.matters, mesh=governed)).read()
    assert row["town"] == "Lisbon" and (row["email"] == email("ana")) is raw


def test_a_closed_hold_gives_nothing_any_more(published_shop: Path, tmp_path: Path) -> None:
    with shop_at(shutil.copytree(published_shop, tmp_path / "project")) as shop:
        keeper = keeper_of(shop.runtime)
        keeper.holds.open("M-3", "legal", "a claim", Scope(domains=("shop",)), BY, shop.runtime.audit, utc_now())
        mesh, runtime = load_mesh(shop.root), shop.runtime
        with (
            Workers(runtime.settings.home_path, runtime.lake.keys, runtime.confinement) as workers,
            Reading(mesh, runtime.lake, runtime.registry, workers, runtime.audit) as reading,
        ):
            open_ = Claim(shop, Matters(mesh, runtime, reading, workers))
            assert len(open_.read(matter="M-3")) == 4
            keeper.holds.close("M-3", "settled", BY, runtime.audit, utc_now())
            with pytest.raises(NotFound) as refused:
                open_.read(matter="M-3")
            assert refused.value.finding.rule == "HOLD-03"


def _refused(claim: Claim, rule: str) -> int:
    return sum((said.get("dec"), said.get("reason")) == ("deny", rule) for said in _log(claim) if said["act"] == Act.READ.value)


def _log(claim: Claim) -> list[dict[str, Any]]:
    """The audit log, oldest first."""
    with claim.shop.runtime.database.read() as con:
        bodies = [body for table in (audit_leaves, audit_intake) for body in con.execute(select(table.c.body)).scalars()]
    return sorted((decoded(bytes(body)) for body in bodies), key=lambda said: said["ts"])
