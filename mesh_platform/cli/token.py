"""`mesh token`: sign in with the development issuer, and see who is signed in."""

from __future__ import annotations

import os

import click

from mesh_platform.actor import TOKEN, Actor
from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session


@click.group()
@options
def token() -> None:
    """Sign in for commands that need somebody who answers for them.

    A token is read from MESH_TOKEN, else from where `mesh token issue` left it. With an identity provider (the setting
    `issuer`), MESH_TOKEN holds its token and the development issuer is off.

    \b
    Examples:
      mesh token issue privacy-engineer
      mesh token show
      mesh token forget
    """


@token.command()
@click.argument("name", metavar="PRINCIPAL")
@click.option("--hours", type=click.IntRange(1, 24), default=8, show_default=True, help="How long it is good.")
@click.option("--print", "printed", is_flag=True, help="Print it instead of keeping it in the home.")
@options
@pass_session
def issue(session: Session, name: str, hours: int, printed: bool) -> None:
    """Sign in as a principal of governance/roles.yaml. The operating system's user stands in the token as the real one.

    \b
    Examples:
      mesh token issue privacy-engineer
      MESH_TOKEN=$(mesh token issue data-steward --print) mesh review list
    """
    from datetime import timedelta

    from mesh_platform.access.authentication import development_issuer, impersonate, token_file
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.clock import utc_now

    now = utc_now()
    actor = impersonate(name, session.governance, session.settings)
    made = development_issuer(session.settings).issue(actor, now, timedelta(hours=hours))
    ends = (now + timedelta(hours=hours)).isoformat(timespec="seconds")
    if printed:
        if session.json:
            print_json({"token": made, "actor": actor.as_json(), "expires_at": ends})
        else:
            click.echo(made)
        return
    _keep(token_file(session.settings), made)
    if session.json:
        print_json({"actor": actor.as_json(), "expires_at": ends})
    session.say(f"Signed in as {clean(actor.name)} until {ends}; recorded as {clean(actor.person)}.")
    if os.environ.get(TOKEN):
        session.say(f"{TOKEN} is set and goes first: unset it, or this counts for nothing.")


@token.command()
@acting()
@options
@pass_session
def show(session: Session, actor: Actor) -> None:
    """Who is signed in: name, roles, domains, region, and who is behind it.

    \b
    Examples:
      mesh token show
      mesh token show --json
    """
    from mesh_platform.cli.output import clean, print_json

    if session.json:
        print_json(actor.as_json())
        return
    behind = f", worn by {actor.impersonated_by}" if actor.impersonated_by else ""
    click.echo(clean(f"{actor.name}{behind}"))
    click.echo(clean(f"  roles    {', '.join(actor.roles) or 'none'}"))
    click.echo(clean(f"  domains  {', '.join(actor.domains) or 'none named'}"))
    click.echo(clean(f"  region   {actor.region or 'none named'}"))


@token.command()
@options
@pass_session
def forget(session: Session) -> None:
    """Remove the token that `mesh token issue` left.

    \b
    Examples:
      mesh token forget
    """
    from mesh_platform.access.authentication import token_file
    from mesh_platform.cli.output import print_json

    path = token_file(session.settings)
    was, still = path.exists(), bool(os.environ.get(TOKEN))
    path.unlink(missing_ok=True)
    if session.json:
        print_json({"forgotten": was, "still_signed_in": still})
    if still:
        session.say(
            f"{'The token is forgotten' if was else 'There was none'}; the one in {TOKEN} still counts: unset it to sign out."
        )
    else:
        session.say("Signed out." if was else "Nobody was signed in.")


def _keep(path: os.PathLike[str], text: str) -> None:
    """For this user alone, whole or not at all."""
    from pathlib import Path

    from mesh_platform.aside import written
    from mesh_platform.errors import Unavailable

    place = Path(path)
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with written(place) as out:
            out.write(text.encode("ascii"))
    except OSError as error:
        why = f"The token cannot be written ({type(error).__name__})."
        raise Unavailable.because("AUTH-06", "keys/ in the home", why, "Mend its rights, or use --print.") from None
