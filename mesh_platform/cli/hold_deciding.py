"""`mesh hold open`, `close` and `list`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.retention_desk import day_of
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor
    from mesh_platform.publish import Runtime

ROLE = "privacy"
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command(name="open")
@click.option("--matter", required=True, help="The matter, by its number; no name of a person.")
@click.option("--owner", required=True, help="Who answers for the hold.")
@click.option("--reason", required=True, help="Why it is needed.")
@click.option(
    "--product", "products", multiple=True, metavar="DOMAIN/PRODUCT", help="Rows of this product. May be given several times."
)
@click.option("--domain", "domains", multiple=True, metavar="DOMAIN", help="Rows of all products of this domain.")
@click.option(
    "--subject", "subjects", multiple=True, metavar="NAMESPACE:ID", help="Rows of this person, by whatever leads to them."
)
@click.option(
    "--category", "categories", multiple=True, metavar="CATEGORY", help="Rows of products that hold this data category."
)
@click.option("--from", "since", type=_DAY, metavar="DATE", help="Rows from this day on, by what their retention counts from.")
@click.option("--until", type=_DAY, metavar="DATE", help="Rows up to this day.")
@options
@acting(ROLE)
@pass_session
def open_(
    session: Session,
    /,
    matter: str,
    owner: str,
    reason: str,
    products: tuple[str, ...],
    domains: tuple[str, ...],
    subjects: tuple[str, ...],
    categories: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    actor: Actor,
) -> None:
    """Keep what a matter needs from deletion: what satisfies every kind of option that is given, and of each kind one of those named.

    A person is followed to their other identifiers now, over the rows that are published; identifiers stand in the hold as keyed tokens. It says
    how many rows of which products that is, and when backups of them end: a hold keeps what is published, and no backup beyond its day.

    \b
    Examples:
      mesh hold open --matter M-1 --owner legal@example.com --reason "claim" --product payments/invoices --as privacy-engineer
      mesh hold open --matter M-2 --owner legal@example.com --reason "claim" --subject email:ana@example.com --domain payments \\
        --from 2025-01-01 --until 2025-12-31 --as privacy-engineer --json
    """
    from mesh_platform.cli.hold_covering import ending, say_covers
    from mesh_platform.cli.output import clean, print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.ledger import subject_of
    from mesh_platform.publish import open_runtime
    from mesh_platform.retention import Scope, keeper_of

    named = [subject_of(subject) for subject in subjects]
    with open_runtime(session.settings) as runtime:
        _known(session, runtime, products, domains, categories)
        tokens = _tokens(session, runtime, named, f"{matter}\n{owner}\n{reason}") if named else ()
        scope = Scope(products, domains, tokens, categories, day_of(since), day_of(until))
        keeper = keeper_of(runtime)
        hold = keeper.holds.open(matter, owner, reason, scope, actor, runtime.audit, utc_now())
        keeper.settle(hold)
        covers = keeper.covers(hold)
    backups = ending(session, [one.product for one in covers])
    if session.json:
        print_json({**hold.as_json(), "covers": [one.as_json() for one in covers], "backups": backups})
        return
    click.echo(f"Opened {hold.id}: {clean(scope.told)}.")
    say_covers(session, covers, backups)


@click.command()
@click.argument("hold", metavar="MATTER|ID")
@click.option("--reason", required=True, help="Why it ends.")
@options
@acting(ROLE)
@pass_session
def close(session: Session, /, hold: str, reason: str, actor: Actor) -> int:
    """End the holds of a matter, or one by its id, and carry out the erasures that waited for it; what is past its period goes with the daily job.

    Exit code 1: it is closed, and one of those erasures is not at its certificate yet.

    \b
    Examples:
      mesh hold close M-1 --reason settled --as privacy-engineer
    """
    from mesh_platform.cli.output import print_json
    from mesh_platform.clock import utc_now
    from mesh_platform.publish import open_runtime
    from mesh_platform.retention import keeper_of

    with open_runtime(session.settings) as runtime:
        closed = keeper_of(runtime).holds.close(hold, reason, actor, runtime.audit, utc_now())
    waiting = _gone_on(session, actor)
    if session.json:
        print_json({"closed": [one.as_json() for one in closed], "requests": waiting})
    else:
        click.echo(f"Closed: {', '.join(one.id for one in closed)}.")
        for request in waiting:
            click.echo(f"The request {request['id']} waited for it: {request['state']}.")
    return 0 if all(request["state"] == "certified" for request in waiting) else 1


@click.command(name="list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are open.")
@options
@acting(ROLE)
@pass_session
def list_(session: Session, /, only_open: bool, actor: Actor) -> None:
    """The holds that there are, the newest first, with what they cover. Of people they tell how many identifiers, and never which.

    \b
    Examples:
      mesh hold list --open --as privacy-engineer --json
    """
    from mesh_platform.cli.output import clean, print_json, say_table
    from mesh_platform.publish import open_runtime
    from mesh_platform.retention import keeper_of

    with open_runtime(session.settings) as runtime:
        found = keeper_of(runtime).holds.listed(only_open)
    if session.json:
        print_json([one.as_json() for one in found])
        return
    rows = [
        (
            one.id,
            clean(one.matter),
            clean(one.owner),
            "open" if one.open else "closed",
            f"{one.opened_at:%Y-%m-%d}",
            clean(one.scope.told),
        )
        for one in found
    ]
    say_table(("id", "matter", "owner", "state", "since", "covers"), rows, {"open": "yellow"})


def _gone_on(session: Session, actor: Actor) -> list[dict[str, str]]:
    """Run the requests that a hold kept back, as far as they go now; what stands in the way of one keeps no other waiting."""
    from mesh_platform.cli.dsar_desk import opened_desk
    from mesh_platform.errors import MeshError
    from mesh_platform.subjects import State

    with opened_desk(session) as desk:
        listed = [one for one in desk.store.listed() if one.ended is None]
        held = [one.id for one in listed if any(task.state is State.HELD for task in one.tasks)]
        found = []
        for id in held:
            try:
                found.append({"id": id, "state": desk.run(id, actor).state.value, "why": ""})
            except MeshError as error:  # it is taken up again by its job, or by `mesh dsar run`
                found.append({"id": id, "state": desk.store.get(id).state.value, "why": error.finding.rule})
    return found


def _known(
    session: Session, runtime: Runtime, products: Iterable[str], domains: Iterable[str], categories: Iterable[str]
) -> None:
    """Refuse a scope that names what there is not: a hold that covers nothing by a slip keeps nothing."""
    from mesh_platform.errors import NotFound
    from mesh_platform.product.categories import CATEGORIES

    places, mesh = runtime.lake.places(), session.mesh
    there = {
        "product": {*(place.key for place in places), *map(str, (*mesh.products, *mesh.broken))},
        "domain": {*(place.domain for place in places), *mesh.domains},
        "category": {part for known in CATEGORIES for part in _and_above(known)},
    }
    for kind, names in (("product", products), ("domain", domains), ("category", categories)):
        if missing := sorted({*names} - there[kind]):
            why, fix = f"There is no {kind} {missing[0]}.", "Name one that there is; nothing was held."
            raise NotFound.because("HOLD-05", f"--{kind}", why, fix)


def _and_above(category: str) -> Iterable[str]:
    parts = category.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def _tokens(session: Session, runtime: Runtime, named: Iterable[tuple[str, str]], said: str) -> tuple[tuple[str, bytes], ...]:
    """The tokens of the person of these identifiers, with those that published rows link to them; none of which may stand in what is `said` of the hold."""
    from mesh_platform.errors import UsageProblem
    from mesh_platform.ledger import mesh_tokens
    from mesh_platform.subjects import Identifier
    from mesh_platform.subjects.people.held import held_products
    from mesh_platform.subjects.people.identity import close as closed
    from mesh_platform.subjects.people.identity import in_all_forms
    from mesh_platform.subjects.verifier.forms import wanted

    namespaces = session.governance.namespaces
    tokens = mesh_tokens(runtime.database, runtime.lake.keys, session.governance)
    given = [Identifier(namespace, tokens.token(namespace, text), (text,)) for namespace, text in named]
    every = [form for one in given for form in in_all_forms(tokens, namespaces, one)]
    with runtime.lake.reader() as reader:
        closure = closed(every, held_products(runtime.lake, reader), reader, tokens, namespaces)
    if any(form.stands_in(said) for form in wanted((*every, *closure.identifiers), tokens, namespaces).forms):
        why = "Its matter, owner or reason names the person by an identifier, and stands in certificates and tasks."
        raise UsageProblem.because("HOLD-02", "the hold", why, "Name the matter by its number.")
    # what was named is held, though it be shared with others
    return tuple(dict.fromkeys((one.namespace, one.token) for one in (*every, *closure.identifiers)))
