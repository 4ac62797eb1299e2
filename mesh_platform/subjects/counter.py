"""The counter at which principals bring people's requests and ask after them: what each is shown, alike over HTTP and in Python.

The role privacy sees all of every request; a system with the role source its own, without the products. A person with a token is served elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mesh_platform.access.exports import Exports
from mesh_platform.access.roles import required
from mesh_platform.actor import Actor, Role
from mesh_platform.audit import AuditLog
from mesh_platform.errors import Denied, Finding, UsageProblem
from mesh_platform.lake import Lake
from mesh_platform.ledger import Ledger, subject_of
from mesh_platform.registry import Registry
from mesh_platform.settings import Settings
from mesh_platform.state import Database
from mesh_platform.subjects.closing import Ground
from mesh_platform.subjects.desk import Desk, Wish
from mesh_platform.subjects.requests.kinds import Kind, Regime
from mesh_platform.subjects.requests.store import Requests
from mesh_platform.subjects.requests.values import Request
from mesh_platform.tasks import Tasks
from mesh_platform.tasks.channels import channel_names
from mesh_platform.tasks.letters import letters_of

OPENERS = (Role.PRIVACY, Role.SOURCE)
LISTED = ("id", "kind", "regime", "state", "identity", "opened_at", "answered_at")
SHOWN = ("id", "kind", "regime", "state", "identity", "due", "breached", "answered_at")
"""What is told of a request to whoever has not the role privacy."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One principal at the desk, at one moment.

    Every method may raise `Denied` AUTH-02 without a role for it, and what the desk's own do.
    """

    desk: Desk
    actor: Actor
    now: datetime

    def open(self, regime: Regime, subjects: Sequence[tuple[str, str]], wish: Wish) -> dict[str, Any]:
        """Open a request; its id, and what is known of who asks."""
        found = self.desk.open(regime, subjects, required(self.actor, *OPENERS), self.now, wish)
        return {"id": found.id, "identity": found.identity.value}

    def listed(self) -> list[dict[str, Any]]:
        """Those that there are, the newest first; a system sees its own."""
        actor = required(self.actor, *OPENERS)
        mine = [one for one in self.desk.store.listed() if actor.may(Role.PRIVACY) or one.by == actor.name]
        return [{key: one.as_json()[key] for key in LISTED} for one in mine]

    def one(self, id: str) -> dict[str, Any]:
        """How far one is, and when it is due.

        Raises:
            Denied: DSAR-02, for a system that did not open it.
        """
        whole = required(self.actor, *OPENERS).may(Role.PRIVACY)
        if not whole and self.desk.store.get(id).by != self.actor.name:
            raise Denied.because("DSAR-02", f"request {id}", "Somebody else opened it.", "Ask the privacy team.")
        said = self.desk.status(id, self.now)
        return dict(said) if whole else shown(said)

    def send_code(self, id: str) -> dict[str, Any]:
        """Send the person a one-time code; to which kind of address."""
        return {"sent": self.desk.send_code(id, required(self.actor, *OPENERS), self.now)}

    def show_code(self, id: str, code: str) -> dict[str, Any]:
        """Judge the code that came back; the person's token, which is told once."""
        token = self.desk.check_code(id, code, required(self.actor, *OPENERS), self.now)
        return {"identity": "verified", "token": token}

    def withdraw(self, id: str, reason: str) -> dict[str, Any]:
        """Take a request back for the person; what is left of it."""
        return ended(self.desk.withdraw(id, reason, required(self.actor, *OPENERS), self.now))

    def refuse(self, id: str, ground: Ground, reason: str, told: str | None) -> dict[str, Any]:
        """Refuse a request, for the role privacy; what is left of it."""
        return ended(self.desk.refuse(id, ground, reason, required(self.actor, Role.PRIVACY), told, self.now))

    def package(self, id: str) -> bytes:
        """What is held about the person, for the role privacy; made where it is not yet."""
        return self.desk.package(id, required(self.actor, Role.PRIVACY), None, self.now)[1]


def asking_desk(settings: Settings, database: Database, lake: Lake, registry: Registry, ledger: Ledger, audit: AuditLog) -> Desk:
    """A desk where nothing is published anew: erasures are opened there, and run where the mesh runs."""
    tasks = Tasks(database, channel_names(settings))
    return Desk(
        lake=lake,
        ledger=ledger,
        registry=registry,
        audit=audit,
        store=Requests(database, lake.keys),
        tasks=tasks,
        exports=Exports(database, settings.home_path, tasks),
        root=settings.project,
        publishable=frozenset(),
        republish=_elsewhere,
        letters=letters_of(settings),
    )


def _elsewhere(product: str) -> Finding:
    return Finding("DSAR-40", product, "Nothing is published here.", "Run the request with `mesh dsar run`.", product)


def wished(asked: Mapping[str, Any]) -> tuple[Regime, list[tuple[str, str]], Wish]:
    """What is asked for, parsed as the HTTP API parses it.

    Raises:
        UsageProblem: DSAR-40, where kind or regime is none; LEDGER-03, where an identifier has not its form.
    """
    try:
        kind, regime = Kind(asked["kind"]), Regime(asked["regime"])
    except ValueError:
        why = f"Kinds are {', '.join(Kind)}, and regimes {', '.join(Regime)}."
        raise UsageProblem.because("DSAR-40", "the request", why, "Name one of each.") from None
    named = [subject_of(each) for each in asked["subjects"]]
    wish = Wish(kind, tuple(asked["purposes"]), asked["lift"], asked["column"], asked["value"], attested=asked["attested"])
    return regime, named, wish


def ended(request: Request) -> dict[str, Any]:
    """What everybody who may end a request is told of its end."""
    left = request.ending or {}
    return {"id": request.id, "state": request.state.value, **{key: left[key] for key in ("suppression", "in_words")}}


def shown(said: Mapping[str, Any]) -> dict[str, Any]:
    """Of a status what everybody who may ask after it is told."""
    return {key: said[key] for key in SHOWN}
