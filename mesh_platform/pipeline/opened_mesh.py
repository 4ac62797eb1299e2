"""The platform as one run holds it: opened at the first product, shared by all, closed at the end; and who wants to hear how it goes."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mesh_platform.actor import MESH, Actor, Role
from mesh_platform.clock import utc_now
from mesh_platform.errors import Finding, MeshError
from mesh_platform.settings import Settings, load_settings

if TYPE_CHECKING:
    from mesh_platform.product import Mesh
    from mesh_platform.propagation import Applied
    from mesh_platform.publish import Outcome, Runtime


class Listener(Protocol):
    """Hears of each product as its step begins and ends."""

    def started(self, product: str) -> None: ...

    def ended(self, product: str, outcome: Outcome | Finding) -> None: ...


class OpenedMesh:
    """The mesh, the runtime and the listener of one run. Nothing is opened before it is needed, so that an error falls inside a step."""

    def __init__(self, root: Path, listener: Listener | None = None) -> None:
        self.root = root
        self._listener = listener
        self._opened: Runtime | None = None

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.root)

    @cached_property
    def mesh(self) -> Mesh:
        from mesh_platform.product import load_mesh
        from mesh_platform.publish import confinement_of

        return load_mesh(self.root, confinement_of(self.settings))

    @property
    def runtime(self) -> Runtime:
        """Lake, registry and settings; the registry knows the products as their folders stand."""
        if self._opened is None:
            from mesh_platform.publish import open_runtime, register, tell_of_ends

            self._opened = open_runtime(self.settings)
            changed = register(self.mesh, self._opened.registry)
            if changed.gone or changed.changed:
                tell_of_ends(self.mesh, self._opened, utc_now())
        return self._opened

    def publish(self, domain: str, name: str) -> Outcome:
        """One publication, from governed inputs to receipt."""
        from mesh_platform.product import ProductKey
        from mesh_platform.publish import publish

        return publish(self.mesh, ProductKey(domain, name), self.runtime, utc_now())

    def kept_back(self, domain: str, name: str, findings: tuple[Finding, ...]) -> None:
        """Put on record that the product's files alone keep it back, so that nothing of it was started."""
        from mesh_platform.product import ProductKey
        from mesh_platform.publish.duties import see_to_kept_back
        from mesh_platform.publish.on_record import kept_back

        key, now = ProductKey(domain, name), utc_now()
        kept_back(self.mesh, key, self.runtime, findings, now)
        see_to_kept_back(self.mesh, key, findings, self.runtime, now)

    def served(self, domain: str, name: str) -> bool:
        """Whether a version of that product is served."""
        from mesh_platform.product import ProductKey
        from mesh_platform.publish import place_of
        from mesh_platform.publish.lifecycle import ended

        product = self.mesh.products.get(ProductKey(domain, name))
        if product is None or product.location is None or ended(product, utc_now().date()):
            return False
        return self.runtime.lake.published(place_of(product))

    def carry_consent(self, domain: str, by: str) -> Applied:
        """Bring every product of the domain to where the ledger stands; `by` is the location that does it."""
        from mesh_platform.publish.carrying import propagation_of

        return propagation_of(self.mesh, self.runtime, by).apply(domain)

    def tell_consent_lag(self) -> list[tuple[str, int, int]]:
        """Open and close the tasks of domains that are late; those past their target, with what they have absorbed of what there is."""
        from mesh_platform.propagation.lag import BREACHED, measured, tell
        from mesh_platform.publish.carrying import targets_of
        from mesh_platform.publish.review import tasks_of

        now = utc_now()
        lags = measured(self.runtime.database, targets_of(self.mesh, self.runtime), now)
        tell(lags, tasks_of(self.runtime), now)
        return [(lag.domain, lag.watermark, lag.newest) for lag in lags if lag.state == BREACHED]

    def tell_recipients(self) -> tuple[int, int, int]:
        """Put and post what recipients outside and holders of exported files are to be told; events posted, acknowledged, and those who are red."""
        from mesh_platform.publish.outside import tell_outside

        return tell_outside(self.mesh.governance, self.runtime)

    def measure_canaries(self) -> tuple[int, int]:
        """Plant each canary, take it one step further, and keep the tasks of those that are late; how many there are, and how many are."""
        from mesh_platform.publish.canarying import step
        from mesh_platform.publish.review import tasks_of

        found = step(self.mesh, self.runtime, tasks_of(self.runtime), utc_now())
        return len(found.measured), sum(one.late for one in found.measured) + sum(one.late for one in found.erased)

    def go_on_with_requests(self) -> dict[str, int]:
        """Tell which clocks run out, delete packages whose time is over, and try each request that has begun and is not certified once more, begin with those that start by themselves; how
        many were told, deleted, are certified now and wait.
        """
        from mesh_platform.publish.desks import desk_of

        desk, actor = desk_of(self.mesh, self.runtime), Actor(MESH, (Role.PRIVACY,))
        swept = desk.sweep()
        found = {"certified": 0, "waiting": 0, "told": len(swept.told), "deleted": swept.deleted}
        for request in desk.store.listed():
            waits = request.sequence is not None and request.certified_at is None and request.ended is None
            if not (waits or request.due_to_start):
                continue
            try:
                done = desk.run(request.id, actor).certified_at is not None
            except MeshError:  # busy, or run by somebody else: the next hour tries again
                done = False
            found["certified" if done else "waiting"] += 1
        return found

    def look_after_erasures(self) -> tuple[list[tuple[str, int]], int]:
        """Look for people of certified erasures, and erase them again where they stand. The products in which somebody is left, or that cannot be looked into,
        with how many rows; and how many requests were certified anew.
        """
        from mesh_platform.publish.desks import desk_of
        from mesh_platform.subjects import Afterwards
        from mesh_platform.subjects.again import erased_again

        desk, now = desk_of(self.mesh, self.runtime), utc_now()
        found = Afterwards(desk.lake, desk.ledger, desk.store, desk.audit, desk.tasks).look(now)
        done = erased_again(desk, desk.run, found, Actor(MESH, (Role.PRIVACY,)), now)
        left = [one for one in found if one.problem or not {*one.requests} <= done]
        return [(one.product, one.rows) for one in left], len(done)

    def started(self, product: str) -> None:
        if self._listener is not None:
            self._listener.started(product)

    def ended(self, product: str, outcome: Outcome | Finding) -> None:
        if self._listener is not None:
            self._listener.ended(product, outcome)

    def close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()
