"""Who works at this machine: a principal that is worn by name, or the one of the token at hand; and whoever was refused stands in the audit log."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime

from mesh_platform.access.authentication import authenticate, impersonate, token_file
from mesh_platform.access.development import real_user
from mesh_platform.actor import TOKEN, Actor
from mesh_platform.errors import Denied, MeshError
from mesh_platform.product import Governance
from mesh_platform.settings import DEVELOPMENT, Settings


def token_at_hand(settings: Settings) -> str | None:
    """The token of the environment, else the one that `mesh token issue` left; with another issuer, the environment's alone."""
    if found := os.environ.get(TOKEN):
        return found
    if settings.issuer != DEVELOPMENT:
        return None
    try:
        return token_file(settings).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def actor_at_hand(settings: Settings, governance: Governance, now: datetime, name: str | None, token: str | None) -> Actor:
    """The principal `name` worn by the operating system's user, else that of `token`, else that of the token at hand.

    Raises:
        Denied: where nobody is signed in, or the token is not accepted; recorded.
    """
    try:
        if name is not None:
            return impersonate(name, governance, settings)
        return authenticate(token or token_at_hand(settings), settings, now)
    except Denied as refusal:
        refused_on_record(settings, None, refusal.finding.rule)
        raise


def refused_on_record(settings: Settings, actor: Actor | None, rule: str) -> None:
    """Record that somebody was refused: the principal where one was proven, else the operating system's user. A home is not made for it.

    Where that cannot be recorded, the refusal is told all the same: nothing is released either way.
    """
    from mesh_platform.audit import Act, Phase, open_audit
    from mesh_platform.state import look_at_state

    with suppress(MeshError), look_at_state(settings) as database:
        if database is not None:
            with open_audit(settings, database) as log:
                log.record(Act.SIGN_IN, Phase.DENIED, actor or Actor(real_user()), None, "deny", rule)
