"""The project's own door: governed reads in this process, over its own workers.

One thread decides for all callers, since a reader of the lake belongs to the thread that made it; rows come to whoever asked. The mesh is
followed as its folders change, and who asks is looked up for each statement: what is taken back counts at once.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mesh_platform.access.at_hand import actor_at_hand
from mesh_platform.access.decision import Caller
from mesh_platform.access.envelope import Measures, envelope
from mesh_platform.access.reading import Reading
from mesh_platform.access.store import AccessStore
from mesh_platform.access.worker import Limits, Size, Workers
from mesh_platform.actor import Actor
from mesh_platform.audit import AuditLog, open_audit
from mesh_platform.client.door import Coming, Envelope, Told, Value, Wished
from mesh_platform.clock import utc_now
from mesh_platform.errors import CheckFailed, Finding, NotFound, UsageProblem
from mesh_platform.keys import open_keys
from mesh_platform.lake import Lake
from mesh_platform.product import Mesh, ProductKey, load_mesh
from mesh_platform.product.live import LiveMesh
from mesh_platform.publish import confinement_of
from mesh_platform.registry import Registry
from mesh_platform.settings import Settings, usable_settings
from mesh_platform.state import Database, look_at_state, open_state

if TYPE_CHECKING:
    from mesh_platform.publish.searching import Search
    from mesh_platform.subjects.counter import Counter

T = TypeVar("T")
Token = str | Callable[[], str] | None
SECONDS = 60.0
_WORKERS = 2


@dataclass(frozen=True, slots=True)
class _Opened:
    """What the door stands on."""

    settings: Settings
    mesh: Callable[[], Mesh]
    database: Database
    audit: AuditLog
    lake: Lake
    workers: Workers
    registry: Registry
    search: Callable[[], Search]
    measures: Measures


class LocalDoor:
    """Governed reads over the project at `target`, or at or above the working directory.

    Args:
        target: the project's folder.
        name: the principal to wear; development only.
        token: whose token is shown; the one at hand where None.
        seconds: how long a statement may run.
        clock: the time.
    """

    def __init__(
        self,
        target: Path | None = None,
        name: str | None = None,
        token: Token = None,
        seconds: float = SECONDS,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if target is not None and not target.is_dir():
            why = "There is no such folder."
            raise NotFound.because("PROJECT-01", "connect()", why, "Name the folder with workspace.yaml, or an http(s) address.")
        settings = usable_settings(target)
        self.where, self._name, self._token, self._seconds, self._clock = settings.project.name, name, token, seconds, clock
        self._pid = os.getpid()
        self._thread = ThreadPoolExecutor(1, "mesh client")
        self._read: tuple[Mesh, Reading] | None = None
        stack = ExitStack()
        try:
            stack.callback(self._thread.shutdown, wait=False)
            self._opened = _open(settings, stack)
        except BaseException:
            stack.close()
            raise
        self._close = weakref.finalize(self, _close_here, self._pid, stack)

    def query(self, sql: str, purpose: str | None, parameters: Sequence[Value], limit: int) -> tuple[Coming, Envelope]:
        def asked() -> tuple[Coming, Envelope]:
            now, mesh = self._clock(), self._opened.mesh()
            caller, limits = Caller.person(self._actor(mesh, now)), Limits(self._seconds, limit)
            answer = self._reading(mesh).query(caller, purpose, sql, now, parameters, limits)
            try:
                return answer.rows, envelope(answer, purpose, limit, now, None, self._opened.measures)
            except BaseException:
                answer.rows.close()
                raise

        return self._there(asked)

    def products(self, sought: Mapping[str, Any]) -> list[Told]:
        from mesh_platform.access.catalogue import Sought, listed

        def looked() -> list[Told]:
            mesh, found = self._opened.mesh(), self._opened
            self._actor(mesh, self._clock())
            wanted = Sought(**sought, limit=len(mesh.products))
            products: list[Told] = listed(mesh, found.registry, lambda mesh, text: found.search()(mesh, text), wanted)["products"]
            return products

        return self._there(looked)

    def product(self, key: ProductKey, purpose: str | None) -> Told:
        from mesh_platform.access.catalogue import described

        def looked() -> Told:
            now, mesh, found = self._clock(), self._opened.mesh(), self._opened
            caller = Caller.person(self._actor(mesh, now))
            return described(mesh, found.registry, found.measures, self._reading(mesh), caller, key, purpose, now)

        return self._there(looked)

    def request_access(self, wish: Wished) -> Told:
        from mesh_platform.access.granting import Granting
        from mesh_platform.access.grants import Consumer, Kind
        from mesh_platform.access.requests import Wish
        from mesh_platform.tasks import Tasks
        from mesh_platform.tasks.channels import channel_names

        def asked() -> Told:
            now, mesh, found = self._clock(), self._opened.mesh(), self._opened
            actor, tasks = self._actor(mesh, now), Tasks(found.database, channel_names(found.settings))
            desk = Granting(mesh, found.database, found.audit, tasks, self._reading(mesh), self._clock)
            columns = wish.columns if wish.columns is not None else tuple(mesh.product(wish.product).descriptor.columns)
            until = wish.until or now + timedelta(days=mesh.governance.policies.access_control.grant_days)
            me = Consumer(Kind.PERSON, actor.name)
            asked = Wish(wish.product, me, wish.purpose, columns, until, wish.reason, wish.raw, wish.region)
            return desk.request(asked, actor).as_json(now)

        return self._there(asked)

    @property
    def people(self) -> LocalPeople:
        return LocalPeople(self)

    def at_the_counter(self, ask: Callable[[Counter], T]) -> T:
        """What `ask` gives at the desk of people's requests, for whoever asks now."""
        from mesh_platform.ledger import Ledger, mesh_tokens
        from mesh_platform.subjects.counter import Counter, asking_desk

        def asked() -> T:
            now, mesh, found = self._clock(), self._opened.mesh(), self._opened
            tokens = mesh_tokens(found.database, found.lake.keys, mesh.governance)
            ledger = Ledger(found.database, tokens, mesh.governance, audit=found.audit)
            desk = asking_desk(found.settings, found.database, found.lake, found.registry, ledger, found.audit)
            return ask(Counter(desk, self._actor(mesh, now), now))

        return self._there(asked)

    def close(self) -> None:
        if self._close.alive and self._pid == os.getpid():
            self._thread.submit(self._forget).result()
            self._close()

    def _actor(self, mesh: Mesh, now: datetime) -> Actor:
        token = self._token() if callable(self._token) else self._token
        return actor_at_hand(self._opened.settings, mesh.governance, now, self._name, token)

    def _reading(self, mesh: Mesh) -> Reading:
        if self._read is None or self._read[0] is not mesh:
            self._forget()
            found, grants = self._opened, AccessStore(self._opened.database).on
            self._read = mesh, Reading(mesh, found.lake, found.registry, found.workers, found.audit, grants)
        return self._read[1]

    def _forget(self) -> None:
        if self._read is not None:
            self._read[1].close()
            self._read = None

    def _there(self, do: Callable[[], T]) -> T:
        """What `do` gives, called in the thread that decides.

        Raises:
            UsageProblem: CLIENT-02, where the connection is closed; CLIENT-04, where it was made by another process.
        """
        if self._pid != os.getpid():
            why = "It was made before this process was forked, and its workers are not this process's."
            raise UsageProblem(Finding("CLIENT-04", "the connection", why, "Call connect() in the new process."))
        if not self._close.alive:
            raise UsageProblem(Finding("CLIENT-02", "the connection", "It was closed.", "Call connect() again."))
        found = self._thread.submit(do)
        try:
            return found.result()
        except BaseException:
            found.add_done_callback(_dropped)  # whoever is interrupted while it is decided leaves no statement running
            raise


class LocalPeople:
    """People's requests of the project, as the HTTP API shapes them."""

    def __init__(self, door: LocalDoor) -> None:
        self._ask = door.at_the_counter

    def open(self, asked: Told) -> Told:
        from mesh_platform.subjects.counter import wished

        regime, named, wish = wished(asked)
        return self._ask(lambda counter: counter.open(regime, named, wish))

    def listed(self) -> list[Told]:
        return self._ask(lambda counter: counter.listed())

    def one(self, id: str) -> Told:
        return self._ask(lambda counter: counter.one(id))

    def send_code(self, id: str) -> Told:
        return self._ask(lambda counter: counter.send_code(id))

    def show_code(self, id: str, code: str) -> Told:
        return self._ask(lambda counter: counter.show_code(id, code))

    def package(self, id: str) -> bytes:
        return self._ask(lambda counter: counter.package(id))


def _open(settings: Settings, stack: ExitStack) -> _Opened:
    """All that a governed read stands on; `stack` closes it."""
    with look_at_state(settings) as known:
        if known is None or not (settings.home_path / "catalogs").is_dir():
            why = "Nothing was ever published here."
            raise NotFound.because("ACCESS-01", "the home", why, "`mesh demo` or `mesh run` publishes products.")
    keys, confinement = open_keys(settings), confinement_of(settings)

    def load() -> Mesh:
        mesh = load_mesh(settings.project, confinement)
        if blocking := [finding for finding in mesh.governance_findings if finding.blocks]:
            raise CheckFailed(blocking[0])
        return mesh

    database = stack.enter_context(closing(open_state(settings)))
    audit = stack.enter_context(open_audit(settings, database, keys))
    lake = stack.enter_context(closing(Lake(settings.home_path, keys, settings.memory_limit, settings.threads)))
    size = Size(_WORKERS, settings.memory_limit, settings.threads)
    workers = stack.enter_context(Workers(settings.home_path, keys, confinement, size))
    workers.warm()
    live = LiveMesh(settings.project, load)
    registry = Registry(database)
    return _Opened(settings, live, database, audit, lake, workers, registry, _searching(stack), _measures(registry))


def _searching(stack: ExitStack) -> Callable[[], Search]:
    """The catalogue of words, made when words are first searched for."""

    @cache
    def search() -> Search:
        from mesh_platform.publish.searching import Search

        return stack.enter_context(closing(Search()))

    return search


def _measures(registry: Registry) -> Measures:
    @lru_cache(1_000)
    def found(key: ProductKey, publication: str) -> Mapping[str, float | None]:
        return {each.metric: each.value for each in registry.measures(key, limit=200) if each.publication_id == publication}

    return found


def _dropped(found: Future[Any]) -> None:
    if not found.cancelled() and found.exception() is None and isinstance(found.result(), tuple):
        found.result()[0].close()


def _close_here(pid: int, stack: ExitStack) -> None:
    """Close what the door stands on, in the process that opened it and in no fork of it."""
    if pid == os.getpid():
        stack.close()
