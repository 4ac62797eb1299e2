"""`@acting(role, …)`: in front of a command that needs somebody who is signed in, and who has the right role.

The command gets the `Actor` as `actor`. Without one it ends with exit code 3 and a finding, before it has looked at anything else. `@anybody` stands in front
of one that needs nobody.
"""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesh_platform.actor import TOKEN
from mesh_platform.cli.session import Session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.errors import Denied

F = TypeVar("F", bound=Callable[..., Any])


worn = click.option(
    "--as",
    "as_principal",
    metavar="NAME",
    help="Act as this principal of governance/roles.yaml; recorded with who you are. Development only.",
)


def acting(*roles: str) -> Callable[[F], F]:
    """Resolve who acts, and ask for one of `roles`; without any, whoever is signed in may go on."""

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def acted(*args: Any, as_principal: str | None, **options: Any) -> Any:
            session = click.get_current_context().ensure_object(Session)
            return command(*args, actor=actor_of(session, as_principal, *roles), **options)

        return worn(acted)  # type: ignore[return-value]

    return decorate


def anybody(command: F) -> F:
    """Answer whoever asks, and take `--as` as the commands beside it do: a name that nobody has is refused."""

    @functools.wraps(command)
    def asked(*args: Any, as_principal: str | None, **options: Any) -> Any:
        if as_principal is not None:
            actor_of(click.get_current_context().ensure_object(Session), as_principal)
        return command(*args, **options)

    return worn(asked)  # type: ignore[return-value]


def actor_of(session: Session, name: str | None, *roles: str) -> Actor:
    """Who acts: the principal of that name, worn by the operating system's user, or the one of the token at hand.

    Raises:
        Denied: where nobody is signed in, the token is not accepted, or the role is missing.
    """
    from mesh_platform.access.at_hand import actor_at_hand, refused_on_record
    from mesh_platform.access.roles import required
    from mesh_platform.clock import utc_now
    from mesh_platform.errors import Denied

    settings, actor = session.settings, None
    try:
        actor = actor_at_hand(settings, session.governance, utc_now(), name, None)
    except Denied as refusal:
        raise with_way_out(session, refusal, roles) from None
    try:
        return required(actor, *roles) if roles else actor
    except Denied as refusal:
        refused_on_record(settings, actor, refusal.finding.rule)
        raise with_way_out(session, refusal, roles) from None


@contextmanager
def kept_to(session: Session, actor: Actor) -> Iterator[None]:
    """Record a refusal that falls inside, as one of roles is: who was refused what their role does not reach is on record."""
    from mesh_platform.errors import Denied

    try:
        yield
    except Denied as refusal:
        from mesh_platform.access.at_hand import refused_on_record

        refused_on_record(session.settings, actor, refusal.finding.rule)
        raise


def with_way_out(session: Session, refusal: Denied, roles: tuple[str, ...] = ()) -> Denied:
    """The refusal, with what helps where it is one of signing in."""
    refusal.finding = replace(refusal.finding, fix=f"{refusal.finding.fix}{_way_out(session, refusal.finding.rule, roles)}")
    return refusal


def _way_out(session: Session, rule: str, roles: tuple[str, ...]) -> str:
    """Who may, as far as the organisation's file tells; and where a token that is not accepted came from."""
    from mesh_platform.settings import DEVELOPMENT

    if rule == "AUTH-04" and os.environ.get(TOKEN):
        return f" This one came from {TOKEN}, which goes first: put the new one there, or unset it."
    if rule not in ("AUTH-01", "AUTH-02") or not roles or session.settings.issuer != DEVELOPMENT:
        return ""
    who = [name for name, principal in session.governance.roles.principals.items() if {*principal.roles} & {*roles}]
    return f" The role {' or '.join(roles)} is with {', '.join(who) or 'nobody in governance/roles.yaml'}."


def as_typed() -> str:
    """What `--as` was given to this command, for a command that is told to follow it; empty where nothing was."""
    name = click.get_current_context().params.get("as_principal")
    return f" --as {shlex.quote(name)}" if name else ""


def sure(yes: bool, what: str) -> None:
    """Refuse what cannot be undone where `--yes` is missing."""
    if not yes:
        raise click.UsageError(f"Nothing was done. {what} Add --yes where that is meant.")
