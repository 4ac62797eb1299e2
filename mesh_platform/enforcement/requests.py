"""Cases of people's requests: who is answered, what an answer holds, and when it counts as done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mesh_platform.policy import Vector
from mesh_platform.policy.examples import facts_of
from mesh_platform.policy.examples_parts import OUTSIDE, recipient, record
from mesh_platform.product import DataProduct
from mesh_platform.subjects.outcomes import verified as after_look
from mesh_platform.subjects.packages.about import lacking, missing, taken_along
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


def _told(governance: dict[str, Any] | None = None, **product: Any) -> bool:
    """Whether nothing of an answer under GDPR is unsaid."""
    facts = facts_of(Vector("one product", True, {"product": product, "governance": governance or {}}))
    return not missing(facts.descriptor, facts.governance, facts.today, Regime.GDPR)


def package_complete() -> bool:
    return _told()


def package_incomplete() -> bool:
    return _told(purposes=None, retention=None, dataContracts=None, columns={"email": {"purposes": None}})


def categories_unsaid() -> bool:
    return _told(columns={"nick": {"type": "string", "sensitivity": "confidential", "identifiability": "direct"}})


def source_unsaid() -> bool:
    return _told(source={"purpose": None, "basis": None, "notice": None})


def country_unsaid() -> bool:
    return _told(recipient(role="controller"), **OUTSIDE)


def transfer_unprotected() -> bool:
    return _told(recipient(role="controller", country="US"), **OUTSIDE)


def transfer_protected() -> bool:
    return _told({**recipient(role="controller", country="US", records=["it"]), **record("scc", "mailer")}, **OUTSIDE)


def transfer_ended() -> bool:
    ended = record("scc", "mailer", expires="2026-11-30")
    return _told({**recipient(role="controller", country="US", records=["it"]), **ended}, **OUTSIDE)


def transfer_adequate() -> bool:
    return _told(recipient(role="controller", country="CH"), **OUTSIDE)


def logic_unsaid() -> bool:
    return _told(privacy={"decisions": "sole"})


def logic_said() -> bool:
    return _told(privacy={"decisions": "sole", "decisionLogic": "Two unpaid invoices: no further order on account."})


def _answer(rights: int = 2, **about: Any) -> bool:
    """Whether a written answer may be sent: one product, of which `about` is told beside what everybody is told."""
    said = {name: ["said"] for name in ("purposes", "categories", "retention", "source", "automated_decisions", "stored_in")}
    rows = about.pop("rows", [{"email": "ana@example.com"}])
    told = {"product": "customer/profiles", "about": {**said, "recipients": [], "transfers": [], **about}, "rows": rows}
    told["about"] = {name: value for name, value in told["about"].items() if value is not None}
    return not lacking({"products": [told], "rights": ["said"] * rights})


def answer_whole() -> bool:
    return _answer()


def answer_without_rights() -> bool:
    return _answer(rights=1)


def answer_without_a_copy() -> bool:
    return _answer(rows=[])


def answer_without_categories() -> bool:
    return _answer(categories=[])


def answer_silent_on_recipients() -> bool:
    return _answer(recipients=None)


def answer_silent_on_transfers() -> bool:
    return _answer(transfers=None)


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
