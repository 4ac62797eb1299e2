"""All that one process of the port holds open: the mesh, the lake, the control database, the audit log, the ledger, the workers and reading threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TypeVar

from mesh_platform.access.levels import Levels
from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Size, Workers
from mesh_platform.api.admission import Admission
from mesh_platform.api.handing import Handing
from mesh_platform.api.limits import Broken
from mesh_platform.api.ready import Ready
from mesh_platform.api.shared import Shared
from mesh_platform.api.signing_in import SignIn
from mesh_platform.audit import open_audit
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Finding, Unavailable
from mesh_platform.keys import open_keys
from mesh_platform.lake import Lake
from mesh_platform.ledger import Ledger, mesh_tokens
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.product.live import LiveMesh
from mesh_platform.publish import confinement_of
from mesh_platform.publish.searching import Search
from mesh_platform.registry import Registry
from mesh_platform.settings import Settings
from mesh_platform.state import open_state

T = TypeVar("T")
_OTHERS = 8  # threads for what is no read: tokens, consents, tasks
_WAITING = 16  # reads per worker that may wait


class Service:
    """Opened from the settings. Close it, or use it in a `with`.

    Args:
        settings: of the project.
        region: the region that this instance answers for; the setting `api_region` where None.
        clock: the time.
        interface: the port whose service levels are measured.
    """

    def __init__(
        self,
        settings: Settings,
        region: str | None = None,
        clock: Callable[[], datetime] = utc_now,
        interface: str = "API",
    ) -> None:
        self.settings, self.clock = settings, clock
        self.region = region or settings.api_region
        self._asked, self._most, self._heavy = 0, settings.api_workers * _WAITING, 0
        with ExitStack() as opened:
            self.keys = open_keys(settings)
            self.database = opened.enter_context(closing(open_state(settings)))
            self.audit = opened.enter_context(open_audit(settings, self.database, self.keys))
            self.lake = Lake(settings.home_path, self.keys, settings.memory_limit, settings.threads)
            opened.callback(self.lake.close)
            self.mesh: Callable[[], Mesh] = LiveMesh(settings.project, self._load)
            size = Size(settings.api_workers, settings.memory_limit, settings.threads)
            confinement = confinement_of(settings)
            self.workers = opened.enter_context(Workers(settings.home_path, self.keys, confinement, size))
            self.registry, self.search = Registry(self.database), Search()
            opened.callback(self.search.close)
            self.levels = opened.enter_context(Levels(self.registry, interface, lambda: self.mesh().products, (Broken,), clock))
            self.grants = AccessStore(self.database)
            self._ledger_lock = threading.Lock()
            self._ledger: Ledger | None = None
            self.shared = Shared(settings.home_path, lambda text: self._hashed(text))
            self.sign_in = SignIn(settings, self.audit, self.shared)
            opened.callback(self.sign_in.close)
            self.admission = Admission(self.shared, self.region, settings.api_endpoints)
            self.ready = Ready(self)
            self.handing = Handing(settings.home_path / "tmp")
            self._kept = threading.local()
            self._readers = ThreadPoolExecutor(settings.api_workers * 2, "reading")
            opened.callback(self._readers.shutdown)
            self._one = ThreadPoolExecutor(1, "heavy")
            opened.callback(self._one.shutdown)
            self._others = ThreadPoolExecutor(_OTHERS, "aside")
            opened.callback(self._others.shutdown)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """End what is under way, and write the last checkpoint of the audit log."""
        self._opened.close()

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    async def reading(self, do: Callable[[Reading], T]) -> T:
        """What `do` gives, called in a reading thread with that thread's reader of the mesh as it stands."""
        if self._asked >= self._most:
            raise _busy("More reads wait than can be begun soon.")
        self._asked += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: do(self._reading()))
        finally:
            self._asked -= 1

    async def aside(self, do: Callable[[], T]) -> T:
        """What `do` gives, called in a thread where it may wait."""
        return await asyncio.get_running_loop().run_in_executor(self._others, do)

    async def heavy(self, do: Callable[[], T]) -> T:
        """What `do` gives, which is all work and no waiting: one at a time, so that reads go first."""
        if self._heavy >= _WAITING:
            raise _busy("More of this waits than can be begun soon.")
        self._heavy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._one, do)
        finally:
            self._heavy -= 1

    def _reading(self) -> Reading:
        mesh = self.mesh()
        held: tuple[Mesh, Reading] | None = getattr(self._kept, "reading", None)
        if held is None or held[0] is not mesh:
            if held is not None:
                held[1].close()
            held = (mesh, Reading(mesh, self.lake, self.registry, self.workers, self.audit, self.grants.on))
            self._kept.reading = held
        return held[1]

    @cached_property
    def measures(self) -> Callable[[ProductKey, str], Mapping[str, float | None]]:
        """The quality measures of a publication; they never change."""

        @lru_cache(1_000)
        def found(key: ProductKey, publication: str) -> Mapping[str, float | None]:
            return {
                each.metric: each.value for each in self.registry.measures(key, limit=200) if each.publication_id == publication
            }

        return found

    @property
    def ledger(self) -> Ledger:
        """What people said of their data, under the governance as it stands: purposes, signals, normal forms of identifiers."""
        governance = self.mesh().governance
        with self._ledger_lock:
            if self._ledger is None or self._ledger.governance is not governance:
                tokens = mesh_tokens(self.database, self.keys, governance)
                self._ledger = Ledger(self.database, tokens, governance, audit=self.audit)
            return self._ledger

    @cached_property
    def _hashed(self) -> Callable[[str], bytes]:
        """Hashes what is counted, under the mesh's key."""
        return mesh_tokens(self.database, self.keys, self.mesh().governance).value_maker("calls of the API")

    def _load(self) -> Mesh:
        mesh = load_mesh(self.settings.project, confinement_of(self.settings))
        if blocking := [finding for finding in mesh.governance_findings if finding.blocks]:
            raise CheckFailed(blocking[0])
        return mesh


def _busy(why: str) -> Unavailable:
    return Unavailable(Finding("HTTP-15", "the server", why, "Try again in a moment."))
