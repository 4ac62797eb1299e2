"""`mesh access request`, `renew` and `withdraw`: what somebody asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.access.grants import Consumer
    from mesh_platform.actor import Actor

UNTIL = click.option("--until", metavar="DAY", help="The last day on which it shall hold, such as 2027-01-31.")
DAYS = click.option("--days", type=click.IntRange(1), help="For how many days [default: as many as governance allows].")


@click.command()
@click.argument("product")
@click.option("--purpose", required=True, metavar="PURPOSE", help="What the rows are for.")
@click.option("--columns", metavar="A,B", help="Which columns [default: all that are declared now].")
@click.option("--raw", metavar="A,B", help="Those of them that are needed unmasked.")
@click.option("--for", "consumer", metavar="KIND:NAME", help="domain:NAME, product:DOMAIN/NAME or role:NAME [default: yourself].")
@click.option("--region", metavar="REGION", help="From where it will be read; nowhere else then.")
@UNTIL
@DAYS
@click.option("--reason", required=True, help="Why it is needed; no value out of the data.")
@acting()
@options
@pass_session
def request(
    session: Session,
    actor: Actor,
    product: str,
    purpose: str,
    columns: str | None,
    raw: str | None,
    consumer: str | None,
    region: str | None,
    until: str | None,
    days: int | None,
    reason: str,
) -> None:
    """Ask for columns of PRODUCT, for one purpose. Its approvers find a task; what they approve is read from then on, until it ends.

    A request that could open nothing (another region, a purpose that the product or a column does not serve, an excluded column) is refused at once.

    \b
    Examples:
      mesh access request customer/customer_360 --purpose enrichment --columns signed_up_at --reason "the anniversary offer" --as sales-analyst
      mesh access request customer/customer_360 --purpose enrichment --for domain:sales --days 90 --reason "the spring offer" --as sales-analyst
    """
    from mesh_platform.access.requests import Wish
    from mesh_platform.cli.granting import end_of, granting, names, say_request
    from mesh_platform.cli.naming import product_key
    from mesh_platform.clock import utc_now

    key = product_key(product)
    declared = tuple(session.mesh.product(key).descriptor.columns)
    longest = session.governance.policies.access_control.grant_days
    end = end_of(until, days, longest, utc_now())
    wanted, shown = names(columns), names(raw)
    wish = Wish(
        key, _consumer(consumer, actor), purpose, declared if wanted is None else wanted, end, reason, shown or (), region
    )
    with granting(session) as desk:
        asked = desk.request(wish, actor)
    say_request(session, asked)


def _consumer(text: str | None, actor: Actor) -> Consumer:
    from mesh_platform.access.grants import Consumer, Kind

    if text is None:
        return Consumer(Kind.PERSON, actor.name)
    kind, colon, name = text.partition(":")
    if not colon or kind not in tuple(Kind) or not name:
        raise click.BadParameter(f"{text!r} is not of the form KIND:NAME, KIND one of {', '.join(Kind)}.", param_hint="--for")
    return Consumer(Kind(kind), name)


@click.command()
@click.argument("grant")
@UNTIL
@DAYS
@click.option("--reason", required=True, help="Why it is still needed; no value out of the data.")
@acting()
@options
@pass_session
def renew(session: Session, actor: Actor, grant: str, until: str | None, days: int | None, reason: str) -> None:
    """Ask for GRANT to go on: the same columns, for the same consumer and purpose. It is decided like any request.

    \b
    Examples:
      mesh access renew gr-1f0c2d3e4a --days 90 --reason "the offer runs on" --as sales-analyst
    """
    from mesh_platform.cli.granting import end_of, granting, say_request
    from mesh_platform.clock import utc_now

    end = end_of(until, days, session.governance.policies.access_control.grant_days, utc_now())
    with granting(session) as desk:
        asked = desk.renew(grant, end, reason, actor)
    say_request(session, asked)


@click.command()
@click.argument("request_id", metavar="REQUEST")
@acting()
@options
@pass_session
def withdraw(session: Session, actor: Actor, request_id: str) -> None:
    """Take back a REQUEST that nobody decided yet.

    \b
    Examples:
      mesh access withdraw rq-1f0c2d3e4a --as sales-analyst
    """
    from mesh_platform.cli.granting import granting, say_request

    with granting(session) as desk:
        asked = desk.withdraw(request_id, actor)
    say_request(session, asked)
