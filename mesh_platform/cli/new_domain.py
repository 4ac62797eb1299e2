"""`mesh new domain`: self-serve provisioning, so that the security baseline is never a request."""

from __future__ import annotations

import sys

import click

from mesh_platform.cli.session import Session, options, pass_session


@click.command()
@click.argument("name")
@click.option("--owner", help="The team that answers for it: an e-mail address, or @org/team.")
@click.option("--region", help="Where its data lies: a place or region of governance/regions.yaml [default: the first allowed].")
@click.option("--description", default="", help="What the domain is about, in a sentence.")
@click.option(
    "--approver", "approvers", multiple=True, help="Who approves access; may be repeated [default: the organisation's]."
)
@options
@pass_session
def domain(
    session: Session, name: str, owner: str | None, region: str | None, description: str, approvers: tuple[str, ...]
) -> None:
    """Make a domain: folder, code location, ownership, storage root, key, tags, and a CI job that runs `mesh check`.

    Either all of it is there afterwards, or nothing.

    \b
    Examples:
      mesh new domain jaffle --owner jaffle-team@example.com
      mesh new domain clinics --owner clinics@example.com --region northeurope --description "Our clinics."
    """
    from mesh_platform.cli.naming import domain_name
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.cli.provision import plan, provision

    name = domain_name(name)
    if owner is None and sys.stdin.isatty() and not session.json:
        owner = click.prompt("Owner (the team's e-mail address)")
    made = provision(session, plan(session, name, owner or "", region, description, approvers))
    if session.json:
        print_json(made)
        return
    click.echo(f"{click.style('made', fg='green', bold=True)}  the domain {click.style(name, bold=True)}")
    for what, where in made["made"].items():
        session.say(f"  {what + ':':<16}{clean(where)}")
    session.say(f"\nNext: mesh new product {name}/NAME --from FILE")
