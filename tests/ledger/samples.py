"""Purposes, people and events to test with; and the fold in its slowest and plainest form."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count
from typing import Any

from mesh_platform.actor import Actor
from mesh_platform.keys.tokens import SubjectTokens
from mesh_platform.ledger import Decision, Event, Kind
from mesh_platform.ledger.purposes import Asked
from mesh_platform.product import Governance

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY = Actor("privacy-engineer", ("privacy",), impersonated_by="ana")
GOVERNANCE = Governance.model_validate(
    {
        "purposes": {
            "marketing": {"bases": ["consent"]},
            "marketing.email": {"parent": "marketing", "bases": ["consent"], "aliases": ["Newsletter"]},
            "marketing.partners": {"parent": "marketing", "bases": ["consent"], "optOutSignals": ["gpc"]},
            "analytics": {"bases": ["legitimate_interests", "consent"]},
            "orders": {"bases": ["contract"]},
            "legal_claims": {"bases": ["legitimate_interests"], "duringRestriction": True},
        },
        "namespaces": {
            "customer_id": {"normal": ["trim", "upper"]},
            "email": {"normal": ["trim", "lower"]},
            "email_sha256": {"normal": ["trim", "lower"], "derivedFrom": "email", "transform": "sha256"},
        },
    }
)
TOKENS = SubjectTokens(bytes(range(32)), GOVERNANCE.namespaces)
ANA = TOKENS.token("customer_id", "C-1")
BEN = TOKENS.token("customer_id", "C-2")
_ids = count(1)


def event(kind: str, decision: str, purpose: str = "", subject: bytes = ANA, **more: Any) -> Event:
    """An event with an id of its own; a grant has its evidence."""
    if decision == "granted":
        more = {"notice_version": "v1", "captured_at": NOW, **more}
    named = {"source": "web", "event_id": f"e{next(_ids)}", **more}
    return Event(subject, "customer_id", Kind(kind), Decision(decision), purpose=purpose, **named)


def grant(purpose: str, **more: Any) -> Event:
    return event("consent", "granted", purpose, **more)


def withdraw(purpose: str, **more: Any) -> Event:
    return event("consent", "withdrawn", purpose, **more)


def object_to(purpose: str, **more: Any) -> Event:
    return event("objection", "objected", purpose, **more)


def newest_word(events: Iterable[tuple[int, Event]], kind: Kind, asked: Asked) -> tuple[int, Event] | None:
    """The event that stands for a purpose, told as a story and not by slots: each arriving event becomes the newest word unless its own source
    has said something later already, in its own order, about this purpose or one above it."""
    word: tuple[int, Event] | None = None
    held: dict[str, tuple[int, bool]] = {}
    for sequence, said in events:
        if said.kind is not kind or said.purpose not in asked.chain or not said.evidenced:
            continue
        if said.source_order is not None:
            order = said.source_order, said.decision not in (Decision.GRANTED, Decision.LIFTED)
            if order < held.get(said.source, order):
                continue
            held[said.source] = order
        word = sequence, said
    return word
