"""Waivers and attestations in the evidence: each rests on records of its own, and of a part of the mesh only what concerns that part is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import update

from mesh_platform.actor import Actor
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding
from mesh_platform.interop.evidence.collecting import attestations_of
from mesh_platform.interop.evidence.frameworks import Framework
from mesh_platform.interop.evidence.model import WaiverEntry
from mesh_platform.interop.evidence.page import page
from mesh_platform.interop.evidence.scope import Scope
from mesh_platform.policy import PACKS
from mesh_platform.product import Mesh, load_mesh
from mesh_platform.product.register import Record
from mesh_platform.publish import Runtime
from mesh_platform.publish.review import tasks_of
from mesh_platform.registry.waiver_values import Asked
from mesh_platform.registry.waivers import Waivers
from mesh_platform.state.tables import waivers
from tests.interop.asking import asked
from tests.subjects.town import TOWNS, VISITORS

OWNER = Actor("town-owner", ("owner",), ("office",))


def wanted(runtime: Runtime, about: str, recorded: bool) -> Asked:
    finding = Finding("CORE-03", "here", "It is kept for ever.", "Say how long.", VISITORS, waivable=True, about=about)
    return Waivers(runtime.database, tasks_of(runtime), log=runtime.audit if recorded else None).ask(
        load_mesh(runtime.settings.project), finding, "Being mended.", "Nobody reads it.", 30, OWNER
    )


def told(runtime: Runtime, **scope: object) -> dict[str, WaiverEntry]:
    return {one.about: one for one in asked(runtime, **scope).evidence.waivers}


def test_a_waiver_without_a_record_of_its_own_is_unproven_and_borrows_none(runtime: Runtime) -> None:
    wanted(runtime, "a", recorded=True)
    wanted(runtime, "b", recorded=False)
    done = asked(runtime).evidence
    found = {one.about: one for one in done.waivers}
    assert found["a"].proven and len(found["a"].records) == 1
    assert (found["b"].proven, found["b"].records) == (False, ())
    assert page(done).count("UNPROVEN: the log does not say so") == 1


def test_a_waiver_that_was_approved_in_the_database_alone_is_unproven(runtime: Runtime) -> None:
    one = wanted(runtime, "a", recorded=True)
    with runtime.database.write() as con:
        con.execute(
            update(waivers).where(waivers.c.id == one.id).values(state="approved", decided_by="nobody", decided_at=utc_now())
        )
    found = told(runtime)["a"]
    assert (found.state, found.proven) == ("approved", False)


def test_a_waiver_from_before_the_span_keeps_its_proof(runtime: Runtime) -> None:
    wanted(runtime, "a", recorded=True)
    assert told(runtime, since=utc_now() - timedelta(microseconds=1))["a"].proven


def _attested(mesh: Mesh) -> Mesh:
    today = utc_now().date()
    names = {"all": (), "office": ("office",), "towns": (TOWNS,), "web": ("web",), "both": ("web", TOWNS)}
    records = {
        name: Record(kind="attestation", about=("SOV-2", *places), by=f"dpo-{name}", on=today, expires=today, title=name)
        for name, places in names.items()
    }
    return replace(mesh, governance=mesh.governance.model_copy(update={"records": records}))


def test_attestations_about_other_domains_are_not_told_to_the_examiner_of_one(runtime: Runtime) -> None:
    mesh, now = _attested(load_mesh(runtime.settings.project)), utc_now()

    def shown(**part: str) -> set[str]:
        found = attestations_of(mesh, PACKS["SOVEREIGNTY"], Scope(Framework.SOVEREIGNTY, now, **part))  # type: ignore[arg-type]
        return {one.record for one in found}

    assert shown() == {"all", "office", "towns", "web", "both"}
    assert shown(domain="office") == {"all", "office", "towns", "both"}
    assert shown(domain="office", product=TOWNS) == {"all", "office", "towns", "both"}
    assert shown(domain="office", product=VISITORS) == {"all", "office"}
    assert shown(domain="web") == {"all", "web", "both"}
