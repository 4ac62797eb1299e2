"""Cases of the decision that stands before every read: who, from where, for what, and what of each column they get."""

from __future__ import annotations

from datetime import date
from functools import cache

from mesh_platform.access.decision import Caller, Decision, Treatment, decide
from mesh_platform.access.grants import Consumer, Grant, Kind
from mesh_platform.actor import Actor
from mesh_platform.policy import Facts, Vector
from mesh_platform.policy.examples import TODAY, facts_of

_LISTED = frozenset({"segment", "region", "email"})


@cache
def _fit() -> Facts:
    return facts_of(Vector("fit", True, {"product": {"columns": {"email": {"purposes": None}}}}))


def _read(
    purpose: str | None = "service",
    region: str | None = "EU",
    granted: bool = True,
    expires: date | None = None,
    fields: frozenset[str] = _LISTED,
    raw: frozenset[str] = frozenset(),
) -> Decision:
    facts = _fit()
    caller = Caller.person(Actor("ana", ("consumer",), ("sales",), region))
    grant = Grant("g-1", Consumer(Kind.DOMAIN, "sales"), "service", fields, raw=raw, expires=expires)
    return decide(caller, facts.product, purpose, [grant] if granted else [], facts.governance, TODAY)


def _raw(name: str, decision: Decision) -> bool:
    column = decision.columns.get(name)
    return decision.allowed and column is not None and column.treatment is Treatment.RAW


def _masked(name: str, decision: Decision) -> bool:
    column = decision.columns.get(name)
    return column is not None and column.treatment is Treatment.MASK


def granted() -> bool:
    return _read().allowed


def not_granted() -> bool:
    return _read(granted=False).allowed


def grant_ended() -> bool:
    return _read(expires=date(2026, 11, 30)).allowed


def no_purpose() -> bool:
    return _read(purpose=None).allowed


def unknown_purpose() -> bool:
    return _read(purpose="curiosity").allowed


def from_within() -> bool:
    return _read(region="northeurope").allowed


def from_elsewhere() -> bool:
    return _read(region="eastus").allowed


def from_nowhere() -> bool:
    return _read(region=None).allowed


def granted_internal() -> bool:
    return _raw("segment", _read())


def granted_restricted() -> bool:
    return _raw("email", _read())


def granted_raw() -> bool:
    return _raw("email", _read(raw=frozenset({"email"})))


def not_listed() -> bool:
    return _raw("customer_id", _read())


def restricted_is_masked() -> bool:
    return _masked("email", _read())


def other_purpose() -> bool:
    """A read for a purpose that the grant does not cover."""
    return _read(purpose="marketing").allowed
