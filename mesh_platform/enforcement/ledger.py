"""Cases of the ledger's law: what people said, and whether a purpose is open to their rows at the next read."""

from __future__ import annotations

from datetime import UTC, datetime

from mesh_platform.ledger.events import Decision, Event, Kind
from mesh_platform.ledger.fold import fold, micros
from mesh_platform.ledger.law import Row, decide
from mesh_platform.ledger.purposes import Purposes
from mesh_platform.product import Governance

_NOW = datetime(2026, 12, 1, tzinfo=UTC)
_REGISTRY = {
    "purposes": {
        "service": {"bases": ["contract"]},
        "analytics": {"bases": ["legitimate_interests", "consent"]},
        "marketing": {"bases": ["consent"]},
        "marketing.third_party": {"parent": "marketing", "bases": ["legitimate_interests", "consent"], "optOutSignals": ["gpc"]},
        "ads": {"bases": ["legitimate_interests"]},
        "legal_claims": {"bases": ["legal_obligation"], "duringRestriction": True},
    }
}
_PURPOSES = Purposes(Governance.model_validate(_REGISTRY, by_alias=True, by_name=False))


def _open(purpose: str, *said: Event) -> bool:
    """Whether the purpose is open after what was said, event by event, folded as the ledger folds it."""
    state = fold(enumerate(said, start=1))
    rows = [
        Row(
            slot.kind,
            slot.purpose,
            slot.source,
            held.sequence,
            held.decision,
            held.source_order,
            held.effective_us,
            held.expires_us,
        )
        for slot, held in state.items()
    ]
    now = micros(_NOW)
    assert now is not None
    return decide(rows, _PURPOSES.asked(purpose), now).allowed


def _said(kind: Kind, decision: Decision, purpose: str = "", proof: bool = True) -> Event:
    notice, captured = ("2026-01", datetime(2026, 2, 1, tzinfo=UTC)) if proof else (None, None)
    return Event(
        b"s", "email", kind, decision, "shop", f"e-{decision}-{purpose}", purpose, notice_version=notice, captured_at=captured
    )


def _granted(purpose: str, proof: bool = True) -> Event:
    return _said(Kind.CONSENT, Decision.GRANTED, purpose, proof)


def consent_stands() -> bool:
    return _open("marketing", _granted("marketing"))


def consent_withdrawn() -> bool:
    return _open("marketing", _granted("marketing"), _said(Kind.CONSENT, Decision.WITHDRAWN, "marketing"))


def nothing_said() -> bool:
    return _open("marketing")


def consent_with_evidence() -> bool:
    return _open("marketing", _granted("marketing"))


def consent_without_evidence() -> bool:
    return _open("marketing", _granted("marketing", proof=False))


def restricted() -> bool:
    return _open("analytics", _said(Kind.RESTRICTION, Decision.IMPOSED))


def restricted_claim() -> bool:
    return _open("legal_claims", _said(Kind.RESTRICTION, Decision.IMPOSED))


def marketing() -> bool:
    return _open("ads")


def marketing_objected() -> bool:
    return _open("ads", _said(Kind.OBJECTION, Decision.OBJECTED, "ads"))


def sharing() -> bool:
    return _open("marketing.third_party")


def sharing_opted_out() -> bool:
    return _open("marketing.third_party", _said(Kind.OBJECTION, Decision.OBJECTED, "marketing.third_party"))


def signal_opts_out() -> bool:
    return _open("marketing.third_party", _said(Kind.OBJECTION, Decision.OBJECTED, "signal:gpc"))


def signal_spares_others() -> bool:
    return _open("service", _said(Kind.OBJECTION, Decision.OBJECTED, "signal:gpc"))


def suppressed() -> bool:
    return _open("service", _said(Kind.SUPPRESSION, Decision.IMPOSED))


def service() -> bool:
    return _open("service")
