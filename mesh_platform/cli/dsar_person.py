"""`mesh dsar verify-identity` and `package`: who asks, and what they get."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.dsar_desk import OPENERS, ROLE, opened_desk
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command(name="verify-identity")
@click.argument("id")
@click.option("--code", help="What came back; without it a code is sent.")
@click.option("--attest", help="In place of a code: how it is known who asks. For the role privacy.")
@options
@acting(*OPENERS)
@pass_session
def verify_identity(session: Session, /, id: str, code: str | None, attest: str | None, actor: Actor) -> None:
    """Find out who asks. Without --code a one-time code goes to an address of the person's, and is shown nowhere here; with it, it is judged.

    After five wrong ones none is accepted any more. Exit code 1: the code is wrong or holds no more; 3: no code is accepted.

    \b
    Examples:
      mesh dsar verify-identity 3f9c… --as privacy-engineer
      mesh dsar verify-identity 3f9c… --code 12345678 --as privacy-engineer
      mesh dsar verify-identity 3f9c… --attest "identity card seen at the desk" --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json

    if code is not None and attest is not None:
        raise click.UsageError("Give --code or --attest.")
    with opened_desk(session) as desk:
        sent = None
        if attest is not None:
            desk.attest(id, attest, actor)
        elif code is not None:
            desk.check_code(id, code, actor)
        else:
            sent = desk.send_code(id, actor)
        identity = desk.store.get(id).identity.value
    if session.json:
        print_json({"id": id, "identity": identity, "sent": sent})
    elif sent is not None:
        click.echo(f"A code went out by {sent}.")
    else:
        click.echo(f"{id}: identity {identity}.")


@click.command()
@click.argument("id")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    help="A folder, or a file that ends in .zip; readable for you alone, and deleted when its time is over.",
)
@options
@acting(ROLE)
@pass_session
def package(session: Session, /, id: str, output: Path, actor: Actor) -> None:
    """Hand over what is held about the person: JSON, CSV and one page to read. It is made first where `run` did not.

    Nobody else is in it, which a check of its own sees to before it leaves. Exit code 1: something stands in the way.

    \b
    Examples:
      mesh dsar package 3f9c… -o ana.zip --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        kept, _ = desk.package(id, actor, output)
    if session.json:
        print_json({**kept.as_json(), "path": str(output)})
    else:
        click.echo(f"{kept.rows} rows, to be handed over and gone by {kept.expires_at:%Y-%m-%d %H:%M} UTC.")
