"""`mesh access approve`, `reject`, `revoke` and `break-glass`: what is decided, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mesh_platform.cli.access_asking import DAYS, UNTIL
from mesh_platform.cli.acting import acting
from mesh_platform.cli.session import Session, options, pass_session

if TYPE_CHECKING:
    from mesh_platform.actor import Actor


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--columns", metavar="A,B", help="Approve these alone of the columns asked for.")
@click.option("--raw", metavar="A,B", help="Hand out these alone as they are, of those asked for; '' for none.")
@UNTIL
@DAYS
@click.option("--note", default="", help="What to remember of the decision; no value out of the data.")
@acting()
@options
@pass_session
def approve(
    session: Session,
    actor: Actor,
    request_id: str,
    columns: str | None,
    raw: str | None,
    until: str | None,
    days: int | None,
    note: str,
) -> None:
    """Say yes to a REQUEST, or to a part of it. The grant counts from the next read on.

    For the approvers of the product's domain (`domain.yaml`, else governance/policies.yaml) in the role steward or privacy: never for whoever
    asked, nor for somebody of the consumer alone. Restricted values as they are take the role privacy.

    \b
    Examples:
      mesh access approve rq-1f0c2d3e4a --as data-steward
      mesh access approve rq-1f0c2d3e4a --columns segment --days 30 --note "enough for the pilot" --as data-steward

    Exit code 1 where somebody decided before, or where the consumer would hold a combination that singles out few people (CORE-18).
    """
    from mesh_platform.cli.granting import end_of, granting, names, say_grant
    from mesh_platform.clock import utc_now

    longest = session.governance.policies.access_control.grant_days
    end = end_of(until, days, longest, utc_now()) if until is not None or days is not None else None
    with granting(session) as desk:
        given = desk.approve(request_id, actor, note, names(columns), names(raw), end)
    say_grant(session, given)


@click.command()
@click.argument("request_id", metavar="REQUEST")
@click.option("--reason", required=True, help="Why not; no value out of the data.")
@acting()
@options
@pass_session
def reject(session: Session, actor: Actor, request_id: str, reason: str) -> None:
    """Say no to a REQUEST. For its approvers.

    \b
    Examples:
      mesh access reject rq-1f0c2d3e4a --reason "the masked column serves" --as data-steward
    """
    from mesh_platform.cli.granting import granting, say_request

    with granting(session) as desk:
        asked = desk.reject(request_id, actor, reason)
    say_request(session, asked)


@click.command()
@click.argument("grant")
@click.option("--reason", required=True, help="Why it ends; no value out of the data.")
@acting()
@options
@pass_session
def revoke(session: Session, actor: Actor, grant: str, reason: str) -> None:
    """End a GRANT: it opens nothing from the next read on, in every process.

    For the domain's owner and stewards, the role privacy, and whoever reads under it.

    \b
    Examples:
      mesh access revoke gr-1f0c2d3e4a --reason "the campaign is over" --as data-steward
    """
    from mesh_platform.cli.granting import granting, say_grant

    with granting(session) as desk:
        given = desk.revoke(grant, actor, reason)
    say_grant(session, given)


@click.command("break-glass")
@click.argument("product")
@click.option("--reason", required=True, help="What cannot wait; no value out of the data.")
@click.option("--minutes", type=click.IntRange(1, 60), default=15, show_default=True, help="For how long.")
@click.option("--purpose", metavar="PURPOSE", help="What for [default: the product's one purpose].")
@acting()
@options
@pass_session
def break_glass(session: Session, actor: Actor, product: str, reason: str, minutes: int, purpose: str | None) -> None:
    """Open PRODUCT to yourself at once: all columns as they are, for up to an hour.

    For the roles that governance names (`accessControl.breakGlass`). It is recorded before it counts; owner and privacy team are told, and look
    into it afterwards. Rows of people who withdrew stay hidden, and so does what your region or the purpose closes.

    \b
    Examples:
      mesh access break-glass customer/customer_360 --purpose enrichment --reason "outage of deliveries" --minutes 20 --as privacy-engineer
    """
    from mesh_platform.cli.granting import granting, say_grant
    from mesh_platform.cli.naming import product_key

    with granting(session) as desk:
        given = desk.break_glass(product_key(product), purpose, minutes, reason, actor)
    say_grant(session, given)
