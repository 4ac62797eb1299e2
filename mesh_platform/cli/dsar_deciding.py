"""`mesh dsar open` and `run`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.dsar_desk import ROLE, opened_desk, show_tasks
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command(name="open")
@click.option("--kind", type=click.Choice(["erasure"]), default="erasure", show_default=True, help="What is asked for.")
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    required=True,
    metavar="NAMESPACE:ID",
    help="By what the person is known, such as email:ana@example.com. May be given several times.",
)
@click.option("--regime", type=click.Choice(["gdpr", "ccpa", "lgpd", "dpdp"]), required=True, help="Under whose law.")
@options
@acting(ROLE)
@pass_session
def open_(session: Session, /, kind: str, subjects: tuple[str, ...], regime: str, actor: Actor) -> None:
    """Open a request for a person. Nothing is erased yet.

    You attest with it that the person is who they say; that stands in the audit log under your name.

    \b
    Examples:
      mesh dsar open --kind erasure --subject email:ana@example.com --regime gdpr --as privacy-engineer
      mesh dsar open --subject customer_id:C-7 --subject cookie_id:ck-9 --regime ccpa --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.ledger import subject_of
    from mesh_platform.subjects import Regime

    named = [subject_of(subject) for subject in subjects]
    with opened_desk(session) as desk:
        request = desk.open(Regime(regime), named, actor)
    if session.json:
        print_json({"id": request.id})
    else:
        click.echo(f"Opened {request.id} ({kind}, {regime}).")
        session.say(f"Next: mesh dsar plan {request.id}, then mesh dsar run {request.id}.")


@click.command()
@click.argument("id")
@options
@acting(ROLE)
@pass_session
def run(session: Session, /, id: str, actor: Actor) -> int:
    """Suppress, erase, verify and certify, as far as it goes. Called again, it goes on where it stood.

    Exit code 0: certified. 1: something stands in the way; it is told, with what helps.

    \b
    Examples:
      mesh dsar run 3f9c… --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.subjects import State

    with opened_desk(session) as desk:
        request = desk.run(id, actor)
    if session.json:
        print_json(request.as_json())
    else:
        click.echo(f"{request.id}: {request.state.value}")
        if not session.quiet:
            show_tasks(request.tasks)
    return 0 if request.state is State.CERTIFIED else 1
