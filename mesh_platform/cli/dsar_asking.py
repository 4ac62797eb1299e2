"""`mesh dsar plan`, `status`, `certificate` and `list`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.dsar_desk import ROLE, opened_desk, show_request, show_tasks
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command()
@click.argument("id")
@options
@acting(ROLE)
@pass_session
def plan(session: Session, /, id: str, actor: Actor) -> None:
    """By what the person is known, and what each product would have to do for an erasure, as legal holds stand. Nothing is changed by asking.

    \b
    Examples:
      mesh dsar plan 3f9c… --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        closure, tasks = desk.plan(id)
        kind = desk.store.get(id).kind
    namespaces = Counter(one.namespace for one in closure.identifiers)
    if session.json:
        weak = [one.as_json() for one in closure.weak]
        print_json(
            {
                "id": id,
                "identifiers": dict(sorted(namespaces.items())),
                "weak_links": weak,
                "products": [t.as_json() for t in tasks],
            }
        )
        return
    known = ", ".join(f"{count} {name}" for name, count in sorted(namespaces.items()))
    click.echo(f"{id}: known by {known}; {len(closure.weak)} weak links")
    show_tasks(tasks)
    if kind.value != "erasure":
        click.echo(
            f"What each product would have to do is told of erasures; of {kind.value} `mesh dsar run {id}` tells what it did."
        )


@click.command()
@click.argument("id")
@options
@acting(ROLE)
@pass_session
def status(session: Session, /, id: str, actor: Actor) -> None:
    """How far a request is, product by product, and when it is due: its state is the least of theirs.

    \b
    Examples:
      mesh dsar status 3f9c… --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        request, said = desk.store.get(id), desk.status(id)
    if session.json:
        print_json(said)
        return
    late = click.style(", overdue", fg="red") if said["breached"] else ""
    click.echo(f"{request.id}: {request.state.value}, identity {request.identity.value}, due {said['due']}{late}")
    show_request(request)


@click.command()
@click.argument("id")
@options
@acting(ROLE)
@pass_session
def certificate(session: Session, /, id: str, actor: Actor) -> int:
    """The certificate, with its hash and the proof that the audit log holds it. Exit code 1 where the request is not certified.

    \b
    Examples:
      mesh dsar certificate 3f9c… --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.subjects import digest, proven, statement

    with opened_desk(session) as desk:
        request = desk.store.get(id)
        proof = proven(request, desk.audit) if request.certificate is not None else None
    document = dict(request.certificate) if request.certificate is not None else statement(request)
    if session.json:
        said: dict[str, object] = {"certificate": document, "sha256": digest(document)}
        named = ("record", "sequence", "leaf", "proof")
        said |= {name: getattr(proof, name) if proof is not None else None for name in named}
        print_json(said)
    else:
        click.echo(f"{request.id}: {request.state.value}" + ("" if proof else ", not certified"))
        show_tasks(request.tasks)
        if document["not_reached"]:
            click.echo("Not reached: " + "; ".join(document["not_reached"]) + ".")
        if proof is not None:
            click.echo(f"SHA-256 {digest(document)}, record {proof.sequence} of the audit log.")
    return 0 if proof is not None else 1


@click.command(name="list")
@options
@acting(ROLE)
@pass_session
def list_(session: Session, /, actor: Actor) -> None:
    """The requests that there are, the newest first, with the day on which each is due.

    \b
    Examples:
      mesh dsar list --as privacy-engineer --json
    """
    from mesh_platform.cli.output import print_json

    with opened_desk(session) as desk:
        requests = [(one, desk.clock(one)) for one in desk.store.listed()]
    if session.json:
        keys = ("id", "kind", "regime", "state", "opened_at", "certified_at")
        print_json(
            [{**{key: one.as_json()[key] for key in keys}, "due": at["due"], "breached": at["breached"]} for one, at in requests]
        )
        return
    for one, at in requests:
        opened = f"{one.id}  {one.kind.value}  {one.regime.value}  {one.state.value}  opened {one.opened_at:%Y-%m-%d}"
        due = f"  due {at['due']}" if one.answered_at is None else ""
        click.echo(opened + due + (click.style("  overdue", fg="red") if at["breached"] else ""))
