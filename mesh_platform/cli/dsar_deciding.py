"""`mesh dsar open`, `approve`, `run`, `extend` and `sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, as_typed
from mesh_platform.cli.dsar_desk import OPENERS, ROLE, opened_desk, show_request
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor

KINDS = ("erasure", "access", "portability", "rectification", "restriction", "objection")


@click.command(name="open")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What is asked for.")
@click.option(
    "--subject",
    "subjects",
    multiple=True,
    metavar="NAMESPACE:ID",
    help="By what the person is known, such as email:ana@example.com. May be given several times.",
)
@click.option(
    "--file",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Many people at once: a line NAMESPACE:ID for each. Each product is then cleaned once for all of them.",
)
@click.option("--regime", type=click.Choice(["gdpr", "ccpa", "lgpd", "dpdp", "hipaa"]), required=True, help="Under whose law.")
@click.option("--purpose", "purposes", multiple=True, help="To which an objection is; to every one where none is named.")
@click.option("--lift", is_flag=True, help="End a restriction.")
@click.option(
    "--column", metavar="DOMAIN/PRODUCT.COLUMN", help="What a rectification puts right, in the product that sources it."
)
@click.option("--value", help="The value that is to stand there.")
@click.option("--verify", is_flag=True, help="Do not attest who it is: a one-time code has to come back first.")
@options
@acting(*OPENERS)
@pass_session
def open_(
    session: Session,
    /,
    kind: str,
    subjects: tuple[str, ...],
    file: Path | None,
    regime: str,
    purposes: tuple[str, ...],
    lift: bool,
    column: str | None,
    value: str | None,
    verify: bool,
    actor: Actor,
) -> None:
    """Open a request for a person, or with --file for many. Nothing is done yet.

    The role privacy attests with it that the person is who they say, and that stands in the audit log under your name; with --verify, or opened by a
    system with the role source, nobody attests and `mesh dsar verify-identity` comes first.

    \b
    Examples:
      mesh dsar open --kind erasure --subject email:ana@example.com --regime gdpr --as privacy-engineer
      mesh dsar open --kind access --subject customer_id:C-7 --subject cookie_id:ck-9 --regime ccpa --as privacy-engineer --json
      mesh dsar open --kind objection --purpose marketing --subject email:ana@example.com --regime gdpr --as privacy-engineer
      mesh dsar open --kind rectification --column crm/accounts.town --value Porto --subject email:ana@example.com --regime gdpr \\
        --as privacy-engineer
      mesh dsar open --kind erasure --file people.csv --regime gdpr --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.ledger import subject_of
    from mesh_platform.subjects import Kind, Regime, Wish

    if bool(subjects) is (file is not None):
        raise click.UsageError("Name the person with --subject, or many people with --file.")
    named = [subject_of(subject) for subject in subjects or _lines(file)]
    people = len(named) if file is not None else 1
    wish = Wish(Kind(kind), purposes, lift, column, value, people, not verify)
    with opened_desk(session) as desk:
        request = desk.open(Regime(regime), named, actor, wish=wish)
    if session.json:
        print_json({"id": request.id})
        return
    click.echo(f"Opened {request.id} ({kind}, {regime}).")
    first = "plan" if request.identified else "verify-identity"
    runs = as_typed() if actor.may(ROLE) else ""  # a system that opens requests runs none
    session.say(f"Next: mesh dsar {first} {request.id}{as_typed()}, then mesh dsar run {request.id}{runs}.")


def _lines(file: Path | None) -> list[str]:
    """The people of a file; a heading `subject` and empty lines are left out."""
    assert file is not None
    try:
        lines = [line.strip().strip('"') for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError):
        raise click.UsageError("The file cannot be read as UTF-8 text.") from None
    return [line for line in lines if line and line != "subject"]


@click.command()
@click.argument("id")
@options
@acting(ROLE)
@pass_session
def run(session: Session, /, id: str, actor: Actor) -> int:
    """Do what is asked for, as far as it goes: an erasure suppresses, erases, verifies and certifies; for access the package is made and checked.

    Called again, it goes on where it stood.

    Exit code 0: certified, or the package is ready. 1: something stands in the way; it is told, with what helps.

    \b
    Examples:
      mesh dsar run 3f9c… --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.subjects import HANDED_OVER, State

    with opened_desk(session) as desk:
        request = desk.run(id, actor)
    if session.json:
        print_json(request.as_json())
    else:
        click.echo(f"{request.id}: {request.state.value}")
        if not session.quiet:
            show_request(request)
    ready = request.kind in HANDED_OVER and request.state is State.VERIFIED
    return 0 if ready or request.state is State.CERTIFIED else 1


@click.command()
@click.argument("id")
@options
@acting(ROLE)
@pass_session
def approve(session: Session, /, id: str, actor: Actor) -> None:
    """Say yes as a second principal to a request for more people than one may decide for alone.

    \b
    Examples:
      mesh dsar approve 3f9c… --as privacy-lead
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        request = desk.approve(id, actor)
    if session.json:
        print_json({"id": request.id, "approved": True})
    else:
        click.echo(f"Approved {request.id}.")


@click.command()
@click.argument("id")
@click.option("--reason", required=True, help="Why it takes longer; it goes to the person.")
@click.option("--told", help="How the person was told, where no letter is to go out.")
@options
@acting(ROLE)
@pass_session
def extend(session: Session, /, id: str, reason: str, told: str | None, actor: Actor) -> None:
    """Take longer for a request, once and in time, as its regime allows; the person is told in a letter.

    \b
    Examples:
      mesh dsar extend 3f9c… --reason "The archive has to be read by hand." --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        desk.extend(id, reason, actor, told)
        said = desk.status(id)
    if session.json:
        print_json(said)
    else:
        click.echo(f"{id}: due {said['due']}.")


@click.command()
@options
@acting(ROLE)
@pass_session
def sweep(session: Session, /, actor: Actor) -> None:
    """Tell once what is due soon or overdue, with a task each, and delete packages whose time is over. A schedule does the same.

    \b
    Examples:
      mesh dsar sweep --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        done = desk.sweep()
    if session.json:
        print_json(done.as_json())
        return
    for one in done.told:
        click.echo(f"{one.request}: {one.event.value}, {one.due}")
    click.echo(f"{done.deleted} packages deleted.")
