"""`@acting(role, …)`: in front of a command that needs somebody who is signed in, and who has the right role.

The command gets the `Actor` as `actor`. Without one it ends with exit code 3 and a finding, before it has looked at anything else.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

F = TypeVar("F", bound=Callable[..., Any])
TOKEN = "MESH_TOKEN"  # noqa: S105 - the name of the variable


def acting(*roles: str) -> Callable[[F], F]:
    """Resolve who acts, and ask for one of `roles`; without any, whoever is signed in may go on."""

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def acted(*args: Any, as_principal: str | None, **options: Any) -> Any:
            session = click.get_current_context().ensure_object(Session)
            return command(*args, actor=actor_of(session, as_principal, *roles), **options)

        help_text = "Act as this principal of governance/roles.yaml; recorded with who you are. Development only."
        return click.option("--as", "as_principal", metavar="NAME", help=help_text)(acted)  # type: ignore[return-value]

    return decorate


def actor_of(session: Session, name: str | None, *roles: str) -> Actor:
    """Who acts: the principal of that name, worn by the operating system's user, or the one of the token at hand.

    Raises:
        Denied: where nobody is signed in, the token is not accepted, or the role is missing.
    """
    from mesh_platform.access import authenticate, impersonate, required
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import Denied

    settings, actor = session.settings, None
    try:
        actor = (
            impersonate(name, session.governance, settings) if name else authenticate(token_at_hand(session), settings, utc_now())
        )
        return required(actor, *roles) if roles else actor
    except Denied as refusal:
        _on_record(session, actor, refusal.finding.rule)
        refusal.finding = replace(refusal.finding, fix=f"{refusal.finding.fix}{_way_out(session, refusal.finding.rule, roles)}")
        raise


def _on_record(session: Session, actor: Actor | None, rule: str) -> None:
    """Record that somebody was refused: the principal where one was proven, else the operating system's user. A home is not made for it.

    Where that cannot be recorded, the refusal is told all the same: nothing is released either way.
    """
    from mesh_platform.access import real_user
    from mesh_platform.actor import Actor
    from mesh_platform.audit import Act, Phase, open_audit
    from mesh_platform.errors import MeshError
    from mesh_platform.state import look_at_state

    with suppress(MeshError), look_at_state(session.settings) as database:
        if database is not None:
            with open_audit(session.settings, database) as log:
                log.record(Act.SIGN_IN, Phase.DENIED, actor or Actor(real_user()), None, "deny", rule)


def _way_out(session: Session, rule: str, roles: tuple[str, ...]) -> str:
    """Who may, as far as the organisation's file tells; and where a token that is not accepted came from."""
    from mesh_platform.settings import DEVELOPMENT

    if rule == "AUTH-04" and os.environ.get(TOKEN):
        return f" This one came from {TOKEN}, which goes first: put the new one there, or unset it."
    if rule not in ("AUTH-01", "AUTH-02") or not roles or session.settings.issuer != DEVELOPMENT:
        return ""
    who = [name for name, principal in session.governance.roles.principals.items() if {*principal.roles} & {*roles}]
    return f" The role {' or '.join(roles)} is with {', '.join(who) or 'nobody in governance/roles.yaml'}."


def token_at_hand(session: Session) -> str | None:
    """The token of the environment, else the one that `mesh token issue` left; with another issuer, the environment's alone."""
    from mesh_platform.access.authentication import token_file
    from mesh_platform.settings import DEVELOPMENT

    if found := os.environ.get(TOKEN):
        return found
    if session.settings.issuer != DEVELOPMENT:
        return None
    try:
        return token_file(session.settings).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return None


def sure(yes: bool, what: str) -> None:
    """Refuse what cannot be undone where `--yes` is missing."""
    if not yes:
        raise click.UsageError(f"Nothing was done. {what} Add --yes where that is meant.")
