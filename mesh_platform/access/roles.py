"""Whether an actor may do what it asks for, by role and domain."""

from __future__ import annotations

from mesh_platform.actor import Actor
from mesh_platform.errors import Denied


def required(actor: Actor, *roles: str, domain: str | None = None) -> Actor:
    """`actor`, where it has one of `roles` (for `domain`).

    Raises:
        Denied: AUTH-02, where it has none of them, and AUTH-03, where it has none of them for that domain.
    """
    if any(actor.may(role, domain) for role in roles):
        return actor
    wanted = " or ".join(roles)
    if not any(actor.may(role) for role in roles):
        has = ", ".join(actor.roles) or "none"
        why = f"{actor.name} lacks the role {wanted} (has: {has})."
        raise Denied.because("AUTH-02", "the principal", why, "Ask somebody who has it.")
    why = f"{actor.name} has the role {wanted}, but not for the domain {domain}."
    raise Denied.because("AUTH-03", "the principal", why, "Ask somebody who has it for that domain.")
