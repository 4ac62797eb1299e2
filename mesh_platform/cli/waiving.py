"""Waivers for the command line: which finding is meant, the record of what is decided, and what stands in files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from mesh_platform.audit import Act, Phase, What, open_audit
from mesh_platform.cli.naming import product_key
from mesh_platform.errors import Denied, Finding, MeshError, NotFound, UsageProblem
from mesh_platform.policy.waiving import FILE, problem
from mesh_platform.product import ProductKey
from mesh_platform.publish import check_mesh
from mesh_platform.registry import Registry
from mesh_platform.registry.waiver_values import Asked
from mesh_platform.registry.waivers import Waivers
from mesh_platform.state import look_at_state, open_state
from mesh_platform.tasks import Tasks
from mesh_platform.tasks.channels import channel_names

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.cli.session import Session


@contextmanager
def deciding(session: Session, actor: Actor, product: str) -> Iterator[Waivers]:
    """The waivers, once it is on record that somebody is about to decide; a refusal is put on record, too."""
    with closing(open_state(session.settings)) as database, open_audit(session.settings, database) as log:
        waivers = Waivers(database, Tasks(database, channel_names(session.settings)), log=log)
        intent = log.record(Act.WAIVER, Phase.INTENT, actor, What(product=product))
        try:
            yield waivers
        except MeshError as refusal:
            phase = Phase.DENIED if isinstance(refusal, Denied) else Phase.FAILED
            log.record(Act.WAIVER, phase, actor, What(product=product), "deny", refusal.finding.rule, parent=intent.eid)
            raise


def asked_for(session: Session, name: str, rule: str, about: str | None) -> Finding:
    """The finding that is to be waived: of the files as they stand, or of the last publication of these files that was blocked.

    Raises:
        NotFound: WAIVER-08, where nothing of that rule blocks the product.
        UsageProblem: WAIVER-09, where several findings do and none is named.
    """
    key = product_key(name)
    session.mesh.product(key)
    rule = rule.upper()
    found = {(f.about, f.patch): f for f in _findings(session, key) if f.rule == rule and (f.blocks or f.waived)}
    fitting = [f for f in found.values() if about is None or f.about == about or f.about.startswith(f"{about}.")]
    if not fitting:
        at = f" at {about}" if about else ""
        why = f"No finding of {rule}{at} blocks it as its files stand now."
        raise NotFound.because("WAIVER-08", str(key), why, f"`mesh check {key}` and `mesh show {key}` tell what does.", str(key))
    if len(fitting) > 1:
        places = ", ".join(sorted(f.about or "the product" for f in fitting))
        raise UsageProblem.because(
            "WAIVER-09", "--at", f"{rule} has several findings: {places}.", "Name one with --at.", str(key)
        )
    return fitting[0]


def _findings(session: Session, key: ProductKey) -> Iterator[Finding]:
    yield from check_mesh(
        session.mesh, session.shapes, session.today, frozenset({key}), session.contracts, session.known
    ).findings
    with look_at_state(session.settings) as database:
        last = Registry(database).latest_decisions("publish").get(key) if database else None
    if last is not None and last.spec_hash == session.mesh.products[key].spec_hash:
        yield from last.findings


def waivers_here(session: Session, product: str | None = None) -> tuple[Asked, ...]:
    """Those of the control database, the newest first; none where nothing was ever written."""
    with look_at_state(session.settings) as database:
        return Waivers(database, Tasks(database)).listed(product) if database else ()


def waiver_here(session: Session, id: int) -> Asked:
    """One of them; raises `NotFound` (WAIVER-05)."""
    found = next((one for one in waivers_here(session) if one.id == id), None)
    if found is None:
        raise NotFound.because("WAIVER-05", f"waiver {id}", "There is none of that number.", "`mesh waiver list` has them.")
    return found


def filed(session: Session, product: str | None) -> list[dict[str, Any]]:
    """The waivers in the organisation's file, each with whether it counts."""
    return [
        {
            "where": FILE,
            **one.model_dump(mode="json", by_alias=True),
            "state": problem(session.mesh, one, session.today) or f"It counts until {one.expires}.",
        }
        for one in session.mesh.governance.waivers
        if product is None or product in (one.product, one.product.partition("/")[0])
    ]


def entry_of(one: Asked) -> str:
    """The entry of an approved waiver as the file has it."""
    import yaml

    from mesh_platform.registry.waivers import value_of

    return yaml.safe_dump([value_of(one).model_dump(mode="json", by_alias=True)], sort_keys=False, width=120, allow_unicode=True)
