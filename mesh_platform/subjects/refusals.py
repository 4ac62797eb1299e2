"""Who may not, and what has ended: the refusals that every step of a request may meet."""

from __future__ import annotations

from mesh_platform.actor import Actor, Role
from mesh_platform.audit import Act
from mesh_platform.errors import CheckFailed, Denied, UsageProblem
from mesh_platform.subjects.requests.clocks import may_ask
from mesh_platform.subjects.requests.kinds import Kind, Regime
from mesh_platform.subjects.requests.values import Request


def refuse_ended(request: Request) -> None:
    """Raises `CheckFailed` (DSAR-45) for a request that was withdrawn or refused."""
    if request.ended is not None:
        fix = "Open a new one where somebody asks again."
        raise CheckFailed.because("DSAR-45", f"request {request.id}", f"It was {request.ended.value}.", fix)


def act_of(kind: Kind) -> Act:
    """Under which act requests of that kind stand in the audit log."""
    return Act.ERASURE if kind is Kind.ERASURE else Act.REQUEST


def refuse_unknown_right(regime: Regime, kind: Kind) -> None:
    """Refuse what the law does not give: no clock would run for it, so nobody would have to answer.

    Raises:
        UsageProblem: DSAR-40.
    """
    if not may_ask(regime, kind):
        given = ", ".join(one.value for one in Kind if may_ask(regime, one))
        why = f"Nobody may ask for {kind.value} under {regime.value}: it gives {given}."
        raise UsageProblem.because("DSAR-40", "the request", why, "Open it under the law that gives that right, such as ccpa.")


def for_privacy(actor: Actor) -> None:
    """Raises `Denied` (DSAR-02) for whoever has not the role privacy."""
    if not actor.may(Role.PRIVACY):
        raise Denied.because("DSAR-02", "the principal", "It needs the role privacy.", "Ask the privacy team.")


def second_needed(request: Request, why: str) -> Denied:
    """The refusal (DSAR-36) of what a second principal has to approve."""
    fix = f"Have another principal with the role privacy say yes: `mesh dsar approve {request.id}`."
    return Denied.because("DSAR-36", f"request {request.id}", why, fix)
