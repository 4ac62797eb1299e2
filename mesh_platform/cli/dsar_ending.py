"""`mesh dsar withdraw` and `refuse`: the end of a request that is not carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.dsar_desk import OPENERS, ROLE, opened_desk
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.subjects import Request

GROUNDS = ("unfounded", "excessive", "unidentified", "duplicate")


@click.command()
@click.argument("id")
@click.option("--reason", default="", help="Why, in words that name nobody.")
@options
@acting(*OPENERS)
@pass_session
def withdraw(session: Session, /, id: str, reason: str, actor: Actor) -> None:
    """Take a request back for the person. The clock stops, and what is kept of their identifiers goes.

    What was erased by then stays erased. A suppression that this request alone caused is lifted where nothing was erased yet, else it stays: the answer says which.

    \b
    Examples:
      mesh dsar withdraw 3f9c… --reason "They called and changed their mind." --as privacy-engineer
    """
    with opened_desk(session) as desk:
        request = desk.withdraw(id, reason, actor)
    _tell(session, request)


@click.command()
@click.argument("id")
@click.option("--ground", type=click.Choice(GROUNDS), required=True, help="Which of the grounds of Art. 12 GDPR it is.")
@click.option("--reason", required=True, help="Why it is so, in words that name nobody; it goes to the person.")
@click.option("--told", help="How the person was told, where no letter is to go out.")
@options
@acting(ROLE)
@pass_session
def refuse(session: Session, /, id: str, ground: str, reason: str, told: str | None, actor: Actor) -> None:
    """Refuse a request: it is manifestly unfounded or excessive, a duplicate, or nobody can tell who asks. The person is told why, in a letter.

    An erasure for which something was erased already is carried out, not refused.

    \b
    Examples:
      mesh dsar refuse 3f9c… --ground duplicate --reason "It is the request of last week again." --as privacy-engineer
    """
    from mesh_platform.subjects.closing import Ground

    with opened_desk(session) as desk:
        request = desk.refuse(id, Ground[ground.upper()], reason, actor, told)
    _tell(session, request)


def _tell(session: Session, request: Request) -> None:
    from mesh_platform.cli.output import print_json

    if session.json:
        print_json(request.as_json())
        return
    assert request.ending is not None
    click.echo(f"{request.id}: {request.state.value}. {request.ending['in_words']}")
