"""Cases of people's requests: who is answered, what an answer holds, and when it counts as done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mesh_platform.policy import Vector
from mesh_platform.policy.examples import facts_of
from mesh_platform.product import DataProduct
from mesh_platform.subjects.outcomes import verified as after_look
from mesh_platform.subjects.packages.about import missing, taken_along
from mesh_platform.subjects.packages.redact import harmful, never
from mesh_platform.subjects.requests.kinds import Kind, Regime
from mesh_platform.subjects.requests.values import Request, State, Task
from mesh_platform.subjects.verifier.verifier import Looked, Residue

_NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _identified(**said: Any) -> bool:
    return Request("r-1", Kind.ACCESS, Regime.GDPR, "desk", "person", _NOW, attested=False, **said).identified


def shown() -> bool:
    return _identified(asked_at=_NOW, shown_at=_NOW)


def not_shown() -> bool:
    return _identified()


def locked() -> bool:
    return _identified(asked_at=_NOW, wrong=5)


def _descriptor(**change: Any) -> DataProduct:
    return facts_of(Vector("one product", True, {"product": change})).descriptor


def package_complete() -> bool:
    return not missing(_descriptor())


def package_incomplete() -> bool:
    return not missing(_descriptor(purposes=None, retention=None, dataContracts=None, columns={"email": {"purposes": None}}))


def taken_along_when_provided() -> bool:
    return "email" in taken_along(_descriptor())


def inferred() -> bool:
    return bool(taken_along(_descriptor(source=None)))


def _looked(*residues: Residue) -> bool:
    """Whether a product of a request counts as done after the independent look."""
    task = Task("customer/profiles", "delete_by_key", State.ERASED, rows=1)
    return after_look(task, Looked(residues, 1, 1)).state is State.VERIFIED


def verified() -> bool:
    return _looked()


def residue() -> bool:
    return _looked(Residue("customer/profiles", "email", "plain", 1))


def certified_by_least() -> bool:
    """Whether a request counts as done although one product is blocked."""
    tasks = (Task("a/b", "delete_by_key", State.VERIFIED), Task("a/c", None, State.BLOCKED))
    return (
        Request("r-1", Kind.ERASURE, Regime.GDPR, "desk", "person", _NOW, verified_at=_NOW, tasks=tasks).state is State.VERIFIED
    )


def name_is_written() -> bool:
    return not never("user.name")


def card_is_written() -> bool:
    return not never("user.financial.card.pan")


def social_security_number_is_written() -> bool:
    return not list(harmful("as she said, 078-05-1120"))


def plain_text_is_written() -> bool:
    return not list(harmful("as she said on Monday"))
