"""`mesh audit key`: the public keys of the log, and new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting, kept_to
from mesh_platform.cli.audit_log import REGION, looking, working
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.group(invoke_without_command=True)
@click.option("--history", is_flag=True, help="From the first keys on, with what proves each that followed.")
@REGION
@options
@pass_session
@click.pass_context
def key(context: click.Context, session: Session, region: str | None, history: bool) -> None:
    """The log's public keys, a line each: for witnesses, and for whoever verifies an export.

    \b
    Examples:
      mesh audit key > keys-of-the-mesh
      mesh audit key rotate --as platform-engineer
    """
    from mesh_platform.cli.output import print_json

    if context.invoked_subcommand is not None:
        return
    with looking(session, region) as log:
        keys, succession = [each.text for each in log.signer.verifiers], log.signer.succession
    if session.json:
        print_json({"origin": log.origin, "keys": keys, "history": succession.text})
    else:
        click.echo(succession.text.rstrip("\n") if history else "\n".join(keys))


@key.command()
@REGION
@options
@acting("platform")
@pass_session
def rotate(session: Session, region: str | None, actor: Actor) -> None:
    """Give the log new keys, and destroy the private ones before them. Needs the role platform for every domain.

    A record names the new keys and both pairs sign the checkpoint over it, so that whoever knows any pair follows to the others: witnesses of
    ours and exports do so by themselves; a witness of another make is told the new key by hand.

    \b
    Examples:
      mesh audit key rotate --as platform-engineer
    """
    from mesh_platform.audit.readers import for_every_domain
    from mesh_platform.audit.rotating import rotate as rotated
    from mesh_platform.cli.output import print_json

    with kept_to(session, actor):
        for_every_domain(actor, "New keys of the audit log")
    with working(session, region) as log:
        done = rotated(log, actor)
        pairs = len(log.signer.succession.pairs)
    if session.json:
        keys = [each.text for each in done.keys]
        print_json({"origin": log.origin, "record": done.index, "from": done.checkpoint.size, "pairs": pairs, "keys": keys})
    session.say(
        f"New keys, the {pairs - 1}. after the first, named by record {done.index}; they sign from {done.checkpoint.size} records on."
    )
